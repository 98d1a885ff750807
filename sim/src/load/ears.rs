//! The sockets beside a load: what they are told, and whether it is all of it, once, and in order.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context as _;
use futures::StreamExt as _;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::{Instant, interval, sleep};

use super::drive::lock;
use super::live::{Door, Frame, Make, Socket, frame, text};
use super::plan::{Listeners, Plan};
use super::record::{Entry, Record};
use super::{Load, report};

/// All of a run's sockets; they close with it.
pub(super) struct Ears {
    all: Vec<Arc<Ear>>,
    _tasks: JoinSet<()>,
}

/// One socket, through all its connections.
struct Ear {
    workspace: String,
    /// Messages of this run in the order of their frames, with the time of each.
    heard: Mutex<Vec<(usize, u64)>>,
    /// How often it was cut off and came back.
    cuts: AtomicU64,
    /// How often its place was void: then something may be missing for good.
    reloads: AtomicU64,
}

impl Ears {
    /// Opens them all, and returns when each is told of what happens as it happens.
    pub async fn open(
        listeners: &Listeners,
        load: &Load,
        record: &Arc<Record>,
    ) -> anyhow::Result<Self> {
        let door = Arc::new(Door::new(listeners, load.password.as_deref())?);
        let (mut all, mut tasks) = (Vec::new(), JoinSet::new());
        for workspace in &listeners.workspaces {
            let cursor = door.place(workspace).await?;
            for _ in 0..listeners.each {
                let ear = Arc::new(Ear {
                    workspace: workspace.clone(),
                    heard: Mutex::default(),
                    cuts: AtomicU64::new(0),
                    reloads: AtomicU64::new(0),
                });
                let mut socket = door.open(workspace, &cursor, Make::default()).await?;
                caught_up(&mut socket).await?;
                all.push(ear.clone());
                tasks.spawn(ear.listen(door.clone(), socket, cursor.clone(), record.clone()));
            }
        }
        Ok(Self { all, _tasks: tasks })
    }

    /// Waits until every socket has told of every acknowledged message of its workspace, or for so long.
    pub async fn settle(&self, record: &Record, plan: &Plan, patience: Duration) {
        let expected = count_by_workspace(&record.all(), plan);
        let deadline = Instant::now() + patience;
        let mut ticks = interval(Duration::from_millis(50));
        while Instant::now() < deadline {
            ticks.tick().await;
            let done = self.all.iter().all(|ear| {
                let wanted = expected.get(ear.workspace.as_str()).copied();
                lock(&ear.heard).len() >= wanted.unwrap_or_default()
            });
            if done {
                break;
            }
        }
        for ear in &self.all {
            for (message, at) in lock(&ear.heard).iter() {
                record.change(*message, |entry| {
                    entry.framed = Some(entry.framed.map_or(*at, |other| other.min(*at)));
                });
            }
        }
    }

    /// What was told of the messages from that index on, by all sockets together.
    pub fn json(&self, record: &Record, plan: &Plan, from: usize) -> Value {
        let entries = record.all();
        let expected = count_by_workspace(&entries, plan);
        let (mut missing, mut doubles, mut disorder, mut heard) = (0, 0, 0, 0);
        let (mut since_due, mut since_ack) = (report::histogram(), Vec::new());
        let mut since_sent = report::histogram();
        for ear in &self.all {
            let told = lock(&ear.heard);
            let mut times: HashMap<usize, u64> = HashMap::new();
            for (message, at) in told.iter() {
                if times.insert(*message, *at).is_some() {
                    doubles += 1;
                }
            }
            let acked = |message: &&usize| {
                let entry = entries.get(**message);
                entry.is_some_and(|entry| entry.acked.is_some())
            };
            let wanted = expected.get(ear.workspace.as_str()).copied();
            missing += wanted
                .unwrap_or_default()
                .saturating_sub(times.keys().filter(acked).count());
            disorder += out_of_order(&told, &entries);
            heard += times.len();
            for (message, at) in times.iter().filter(|(message, _)| **message >= from) {
                let Some(entry) = entries.get(*message) else {
                    continue;
                };
                since_due.saturating_record(at.saturating_sub(entry.due));
                since_sent.saturating_record(at.saturating_sub(entry.sent.unwrap_or(entry.due)));
                if let Some(acked) = entry.acked {
                    since_ack.push(at.cast_signed() - acked.cast_signed());
                }
            }
        }
        let sum = |count: fn(&Ear) -> &AtomicU64| -> u64 {
            let each = self
                .all
                .iter()
                .map(|ear| count(ear).load(Ordering::Relaxed));
            each.sum()
        };
        json!({
            "sockets": self.all.len(),
            "heard": heard,
            "missing": missing,
            "doubles": doubles,
            "disorder": disorder,
            "cuts": sum(|ear| &ear.cuts),
            "reloads": sum(|ear| &ear.reloads),
            "due_to_frame_us": report::latencies(&since_due),
            "sent_to_frame_us": report::latencies(&since_sent),
            "ack_to_frame_us": report::differences(since_ack),
        })
    }
}

/// How many acknowledged messages each workspace has.
fn count_by_workspace<'a>(entries: &[Entry], plan: &'a Plan) -> HashMap<&'a str, usize> {
    let mut counts = HashMap::new();
    for entry in entries.iter().filter(|entry| entry.acked.is_some()) {
        let workspace = plan.numbers[entry.number].workspace.as_str();
        *counts.entry(workspace).or_default() += 1;
    }
    counts
}

/// Frames that stand behind the frame of a message of the same customer that was sent when theirs was answered already.
fn out_of_order(told: &[(usize, u64)], entries: &[Entry]) -> usize {
    let mut newest: HashMap<(usize, u32), u64> = HashMap::new();
    let mut wrong = 0;
    for (message, _) in told {
        let Some(entry) = entries.get(*message) else {
            continue;
        };
        let (Some(sent), Some(acked)) = (entry.sent, entry.acked) else {
            continue;
        };
        let newest = newest.entry((entry.number, entry.customer)).or_default();
        wrong += usize::from(*newest > acked);
        *newest = sent.max(*newest);
    }
    wrong
}

/// Reads on until what follows is live.
async fn caught_up(socket: &mut Socket) -> anyhow::Result<()> {
    loop {
        let text = text(socket.next().await)
            .ok()
            .context("a socket was closed at once")?;
        match text.as_deref().map(frame) {
            Some(Frame::CaughtUp) => return Ok(()),
            Some(Frame::Reload | Frame::Bye) => anyhow::bail!("a socket was turned away"),
            _ => {}
        }
    }
}

impl Ear {
    /// Listens for as long as the run lasts, and comes back when it was cut off.
    async fn listen(
        self: Arc<Self>,
        door: Arc<Door>,
        mut socket: Socket,
        mut cursor: String,
        record: Arc<Record>,
    ) {
        loop {
            while let Ok(text) = text(socket.next().await) {
                let Some(text) = text else { continue };
                match frame(&text) {
                    Frame::Message(place) => {
                        place.clone_into(&mut cursor);
                        if let Some(message) = record.index_in(&text) {
                            let at = record.at(Instant::now());
                            lock(&self.heard).push((message, at));
                        }
                    }
                    Frame::Event(place) => place.clone_into(&mut cursor),
                    Frame::Reload => {
                        self.reloads.fetch_add(1, Ordering::Relaxed);
                        if let Ok(place) = door.place(&self.workspace).await {
                            cursor = place;
                        }
                    }
                    _ => {}
                }
            }
            self.cuts.fetch_add(1, Ordering::Relaxed);
            socket = loop {
                match door.open(&self.workspace, &cursor, Make::default()).await {
                    Ok(socket) => break socket,
                    Err(error) => {
                        tracing::warn!(%error, "a socket does not open");
                        sleep(Duration::from_millis(500)).await;
                    }
                }
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(sent: u64, acked: u64) -> Entry {
        Entry {
            sent: Some(sent),
            acked: Some(acked),
            ..Entry::default()
        }
    }

    #[test]
    fn only_what_was_answered_before_the_other_was_sent_has_an_order() {
        let entries = [entry(0, 10), entry(5, 12), entry(20, 30)];
        let told = |order: [usize; 3]| order.map(|message| (message, 0));
        assert_eq!(out_of_order(&told([0, 1, 2]), &entries), 0);
        assert_eq!(
            out_of_order(&told([1, 0, 2]), &entries),
            0,
            "both under way"
        );
        assert_eq!(out_of_order(&told([2, 0, 1]), &entries), 2);
        assert_eq!(out_of_order(&told([0, 2, 1]), &entries), 1);
    }
}
