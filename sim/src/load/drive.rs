//! One step of load: every arrival at its time, whether or not the one before was answered.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hdrhistogram::Histogram;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

use super::ears::Ears;
use super::line::Line;
use super::plan::{Plan, parts};
use super::record::Record;
use super::traffic::{Answered, Arrival, Kind, Traffic};
use super::{Load, cpu, report};

/// Meta waits about so long.
const PATIENCE: Duration = Duration::from_secs(20);

/// What all steps of a run share.
pub(super) struct Run {
    pub plan: Plan,
    record: Arc<Record>,
    pool: Arc<Pool>,
    answered: Arc<Mutex<Answered>>,
    ears: Option<Ears>,
    cpu: f64,
    begun: Instant,
}

/// Open connections, by their target; as many as there are permits.
struct Pool {
    targets: Vec<Lines>,
    turn: AtomicUsize,
    permits: Semaphore,
}

struct Lines {
    host: String,
    path: String,
    free: Mutex<Vec<Line>>,
}

/// What a step came to.
pub(super) struct Step {
    pub offered: f64,
    /// Seconds that were measured.
    seconds: f64,
    /// The first message that was.
    pub measured_from: usize,
    /// It was ended early: more waited than a passing step has waiting.
    pub gave_up: bool,
    tally: Tally,
}

#[derive(Default)]
struct Tally {
    answers: BTreeMap<(&'static str, u16), u64>,
    faults: BTreeMap<String, u64>,
    /// Of what was measured and answered 200.
    latency: Option<Histogram<u64>>,
    /// Answered 200 while it was measured: all, and new ones.
    acks: u64,
    news: u64,
}

impl Run {
    pub async fn open(load: &Load, plan: Plan) -> anyhow::Result<Self> {
        let mut targets = Vec::new();
        for url in &plan.targets {
            let (host, path) = parts(url)?;
            targets.push(Lines {
                host,
                path,
                free: Mutex::default(),
            });
        }
        let record = Arc::new(Record::new());
        let ears = match &plan.listeners {
            Some(listeners) => Some(Ears::open(listeners, load, &record).await?),
            None => None,
        };
        Ok(Self {
            plan,
            record,
            pool: Arc::new(Pool {
                targets,
                turn: AtomicUsize::new(0),
                permits: Semaphore::new(load.connections.max(1)),
            }),
            answered: Arc::default(),
            ears,
            cpu: cpu::seconds(),
            begun: Instant::now(),
        })
    }

    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Sends at the load's rate for its time; one that `may_give_up` ends when the answers fall behind for good.
    pub async fn drive(&self, load: &Load, may_give_up: bool) -> Step {
        let tally = Arc::new(Mutex::new(Tally::default()));
        let begun = Instant::now();
        let (from, until) = (load.warm_up(), load.until());
        let window = (begun + from, begun + until);
        let mut traffic = Traffic::new(load, &self.plan, &self.record.name);
        let mut under_way = JoinSet::new();
        let (mut gave_up, mut measured_from) = (false, None);
        loop {
            let arrival = traffic.next(&self.record, &lock(&self.answered));
            if arrival.due >= until {
                break;
            }
            if arrival.due >= from && arrival.kind == Kind::New {
                measured_from.get_or_insert(arrival.message);
            }
            sleep_until(begun + arrival.due).await;
            while under_way.try_join_next().is_some() {}
            if may_give_up && too_many(under_way.len(), load) {
                gave_up = true;
                break;
            }
            under_way.spawn(send(
                arrival,
                begun,
                window,
                (self.pool.clone(), self.record.clone()),
                (self.answered.clone(), tally.clone()),
            ));
        }
        under_way.join_all().await;
        Step {
            offered: load.rate,
            seconds: load.seconds,
            measured_from: measured_from.unwrap_or(usize::MAX),
            gave_up,
            tally: std::mem::take(&mut lock(&tally)),
        }
    }

    /// Waits until the sockets have told of everything that was acknowledged, or long enough.
    pub async fn settle(&self, load: &Load) {
        if let Some(ears) = &self.ears {
            let patience = Duration::from_secs_f64(load.settle.max(0.0));
            ears.settle(&self.record, &self.plan, patience).await;
        }
    }

    /// What the sockets told, of the messages from that one on.
    pub fn frames(&self, from: usize) -> Value {
        self.ears.as_ref().map_or(Value::Null, |ears| {
            ears.json(&self.record, &self.plan, from)
        })
    }

    /// The report with what concerns the whole run.
    pub fn close(&self, mut report: Value) -> Value {
        let all = self.record.all();
        report["name"] = json!(self.record.name);
        report["requests"] = json!(self.pool.turn.load(Ordering::Relaxed));
        report["sent"] = json!(all.iter().filter(|entry| entry.sent.is_some()).count());
        report["acknowledged"] = json!(all.iter().filter(|entry| entry.acked.is_some()).count());
        report["own_cpu_s"] = json!(cpu::seconds() - self.cpu);
        report["wall_s"] = json!(self.begun.elapsed().as_secs_f64());
        report
    }
}

/// As many as would wait a second and more: a step that passes has a quarter of it.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rate is positive and small"
)]
fn too_many(under_way: usize, load: &Load) -> bool {
    under_way > load.rate as usize + 2 * load.connections
}

type Shared = (Arc<Pool>, Arc<Record>);
type Kept = (Arc<Mutex<Answered>>, Arc<Mutex<Tally>>);

async fn send(
    arrival: Arrival,
    begun: Instant,
    window: (Instant, Instant),
    (pool, record): Shared,
    (answered, tally): Kept,
) {
    let due = begun + arrival.due;
    let Ok(_permit) = pool.permits.acquire().await else {
        return;
    };
    let sent = Instant::now();
    let status = pool.post(&arrival).await;
    let ended = Instant::now();
    let acked = matches!(status, Ok(200)) && arrival.kind != Kind::Bad;
    record.change(arrival.message, |entry| {
        if arrival.kind == Kind::New {
            entry.due = record.at(due);
        }
        let sent = record.at(sent);
        entry.sent = Some(entry.sent.map_or(sent, |other| other.min(sent)));
        if acked {
            let at = record.at(ended);
            entry.acked = Some(entry.acked.map_or(at, |other| other.min(at)));
        }
    });
    let mut tally = lock(&tally);
    tally.add(&arrival, &status);
    if acked {
        if due >= window.0 {
            tally.time(ended.duration_since(due));
        }
        if ended >= window.0 && ended < window.1 {
            tally.acks += 1;
            tally.news += u64::from(arrival.kind == Kind::New);
        }
    }
    drop(tally);
    if acked && arrival.kind == Kind::New {
        lock(&answered).push(arrival.message, arrival.body, arrival.signature);
    }
}

impl Pool {
    async fn post(&self, arrival: &Arrival) -> std::io::Result<u16> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let lines = &self.targets[turn % self.targets.len()];
        let kept = lock(&lines.free).pop();
        let was_kept = kept.is_some();
        match lines.post(kept, arrival).await {
            // The server may have closed it while it lay idle. What was not answered is sent again, as Meta does.
            Err(_) if was_kept => lines.post(None, arrival).await,
            outcome => outcome,
        }
    }
}

impl Lines {
    async fn post(&self, kept: Option<Line>, arrival: &Arrival) -> std::io::Result<u16> {
        let asking = async {
            let mut line = match kept {
                Some(line) => line,
                None => Line::open(&self.host).await?,
            };
            let (host, path) = (&self.host, &self.path);
            let status = line
                .post(host, path, &arrival.signature, &arrival.body)
                .await?;
            lock(&self.free).push(line);
            Ok(status)
        };
        timeout(PATIENCE, asking)
            .await
            .unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into()))
    }
}

impl Tally {
    fn add(&mut self, arrival: &Arrival, status: &std::io::Result<u16>) {
        let kind = match arrival.kind {
            Kind::New => "new",
            Kind::Twin => "twin",
            Kind::Again => "again",
            Kind::Bad => "bad",
        };
        match status {
            Ok(status) => *self.answers.entry((kind, *status)).or_default() += 1,
            Err(error) => *self.faults.entry(error.kind().to_string()).or_default() += 1,
        }
    }

    fn time(&mut self, latency: Duration) {
        let micros = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        self.latency
            .get_or_insert_with(report::histogram)
            .saturating_record(micros);
    }
}

impl Step {
    /// Whether everything was answered as it should be.
    pub fn is_clean(&self) -> bool {
        let right = |kind: &str| if kind == "bad" { 401 } else { 200 };
        let answers = self.tally.answers.keys();
        self.tally.faults.is_empty()
            && answers
                .into_iter()
                .all(|(kind, status)| *status == right(kind))
    }

    /// The 99th percentile in milliseconds.
    pub fn p99_ms(&self) -> f64 {
        self.tally.latency.as_ref().map_or(f64::INFINITY, |times| {
            let micros = u32::try_from(times.value_at_quantile(0.99)).unwrap_or(u32::MAX);
            f64::from(micros) / 1000.0
        })
    }

    pub fn json(&self) -> Value {
        let mut answers = json!({});
        for ((kind, status), count) in &self.tally.answers {
            answers[kind][status.to_string()] = json!(count);
        }
        let per_second = |count: u64| {
            let count = u32::try_from(count).unwrap_or(u32::MAX);
            f64::from(count) / self.seconds.max(0.001)
        };
        json!({
            "offered_per_s": self.offered,
            "acknowledged_per_s": per_second(self.tally.acks),
            "new_per_s": per_second(self.tally.news),
            "seconds": self.seconds,
            "measured_from": self.measured_from,
            "gave_up": self.gave_up,
            "answers": answers,
            "faults": self.tally.faults,
            "latency_us": self.tally.latency.as_ref().map(report::latencies),
        })
    }
}

/// No holder panics; if one did, what it held is still good.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
