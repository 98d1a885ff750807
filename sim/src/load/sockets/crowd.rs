//! Everybody who listens: one task a socket, all of them on one thread.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use futures::{SinkExt as _, StreamExt as _};
use hdrhistogram::Histogram;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, interval, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;

use super::Sockets;
use crate::load::drive::lock;
use crate::load::live::{Door, Frame, Make, Socket, frame, text};
use crate::load::plan::Plan;
use crate::load::record::Record;
use crate::load::report;

/// All sockets.
pub(super) struct Crowd {
    shared: Arc<Shared>,
    members: Mutex<JoinSet<()>>,
    stalled: Mutex<Vec<Socket>>,
    workspaces: Vec<String>,
    /// Goes up when all are to come back.
    generation: watch::Sender<u64>,
}

struct Shared {
    door: Door,
    record: Arc<Record>,
    /// Who reads.
    listening: AtomicUsize,
    /// Who is not there at the moment.
    away: AtomicUsize,
    /// Who was cut off by the server.
    cuts: AtomicUsize,
    /// Tickets and sockets that were refused and asked for again.
    refusals: AtomicUsize,
    failed: AtomicBool,
    /// Each message's frames: how many, the first, the last.
    heard: Mutex<HashMap<usize, Heard>>,
    back: Mutex<Histogram<u64>>,
    doubles: AtomicUsize,
    /// How many may open at the same time.
    gate: Semaphore,
}

#[derive(Clone, Copy, Default)]
struct Heard {
    count: usize,
    first: u64,
    last: u64,
}

/// How far a message came: microseconds after its acknowledgement, zero for before it.
pub(super) struct Reached {
    pub count: usize,
    pub first: u64,
    pub last: u64,
}

impl Crowd {
    pub fn new(sockets: &Sockets, plan: &Plan, record: Arc<Record>) -> anyhow::Result<Self> {
        let listeners = plan
            .listeners
            .as_ref()
            .ok_or_else(|| anyhow::anyhow!("the plan names no listeners"))?;
        let shared = Shared {
            door: Door::new(listeners, sockets.password.as_deref())?,
            record,
            listening: AtomicUsize::new(0),
            away: AtomicUsize::new(0),
            cuts: AtomicUsize::new(0),
            refusals: AtomicUsize::new(0),
            failed: AtomicBool::new(false),
            heard: Mutex::default(),
            back: Mutex::new(report::histogram()),
            doubles: AtomicUsize::new(0),
            gate: Semaphore::new(sockets.at_once.max(1)),
        };
        let names = listeners.workspaces.iter();
        Ok(Self {
            shared: Arc::new(shared),
            members: Mutex::default(),
            stalled: Mutex::default(),
            workspaces: names.cloned().collect(),
            generation: watch::Sender::new(0),
        })
    }

    pub fn len(&self) -> usize {
        lock(&self.members).len()
    }

    pub fn listening(&self) -> usize {
        self.shared.listening.load(Ordering::Relaxed)
    }

    pub fn away(&self) -> usize {
        self.shared.away.load(Ordering::Relaxed)
    }

    pub fn cuts(&self) -> usize {
        self.shared.cuts.load(Ordering::Relaxed)
    }

    pub fn refusals(&self) -> usize {
        self.shared.refusals.load(Ordering::Relaxed)
    }

    /// How long each was away in the storm.
    pub fn back(&self) -> Histogram<u64> {
        lock(&self.shared.back).clone()
    }

    /// Opens so many, and returns when all of them are there.
    pub async fn fill(&self, count: usize) -> anyhow::Result<()> {
        let mut places = Vec::new();
        for workspace in &self.workspaces {
            places.push(self.shared.door.place(workspace).await?);
        }
        self.shared.away.store(count, Ordering::Relaxed);
        for number in 0..count {
            let place = number % places.len();
            let member = Member {
                shared: self.shared.clone(),
                workspace: self.workspaces[place].clone(),
                cursor: places[place].clone(),
                source: source(number),
                seen: Vec::new(),
            };
            lock(&self.members).spawn(member.live(self.generation.subscribe()));
        }
        self.all_there(Duration::from_mins(10)).await
    }

    async fn all_there(&self, limit: Duration) -> anyhow::Result<()> {
        let until = Instant::now() + limit;
        let mut ticks = interval(Duration::from_millis(20));
        while self.away() > 0 {
            ticks.tick().await;
            if self.shared.failed.load(Ordering::Relaxed) || Instant::now() > until {
                anyhow::bail!("{} sockets did not open", self.away());
            }
        }
        Ok(())
    }

    /// Waits until a message has come to everybody who listens, or for so long.
    pub async fn reached(&self, message: usize, limit: Duration) -> Reached {
        let until = Instant::now() + limit;
        let mut ticks = interval(Duration::from_millis(1));
        let heard = loop {
            ticks.tick().await;
            let heard = lock(&self.shared.heard).get(&message).copied();
            let heard = heard.unwrap_or_default();
            if heard.count >= self.listening() || Instant::now() > until {
                break heard;
            }
        };
        let mut acked = 0;
        self.shared.record.change(message, |entry| {
            acked = entry.acked.unwrap_or_default();
        });
        Reached {
            count: heard.count,
            first: heard.first.saturating_sub(acked),
            last: heard.last.saturating_sub(acked),
        }
    }

    /// Opens a share more that never read, and have little room for what they do not read; returns how many.
    pub async fn stall(&self, share: f64) -> anyhow::Result<usize> {
        let mut all = Vec::new();
        let workspace = &self.workspaces[0];
        let cursor = self.shared.door.place(workspace).await?;
        for number in 0..part(self.len(), share) {
            let make = Make {
                source: Some(source(number)),
                receive_buffer: Some(2048),
            };
            all.push(self.shared.door.open(workspace, &cursor, make).await?);
        }
        let count = all.len();
        *lock(&self.stalled) = all;
        Ok(count)
    }

    /// Has the stalled ones speak and read again; returns how many of them were cut off. The kernel tells those at once,
    /// however much they have left unread.
    pub async fn drain(&self) -> usize {
        let stalled = std::mem::take(&mut *lock(&self.stalled));
        let mut reading = JoinSet::new();
        for mut socket in stalled {
            reading.spawn(async move {
                let ends = async {
                    let spoke = socket.send(Message::Ping(Bytes::new())).await;
                    while spoke.is_ok() && text(socket.next().await).is_ok() {}
                };
                timeout(Duration::from_secs(10), ends).await.is_ok()
            });
        }
        reading
            .join_all()
            .await
            .into_iter()
            .filter(|cut| *cut)
            .count()
    }

    /// Cuts everybody off; they come back.
    pub fn cut(&self) {
        let all = self.len();
        lock(&self.shared.back).reset();
        self.shared.away.store(all, Ordering::Relaxed);
        self.shared.listening.store(0, Ordering::Relaxed);
        self.generation.send_modify(|generation| *generation += 1);
    }

    /// Frames that did not come, and frames that came twice. For one workspace, in which everybody hears everything.
    pub fn tally(&self) -> (usize, usize) {
        let all = self.len();
        let heard = lock(&self.shared.heard);
        let acknowledged = self.shared.record.all();
        let missing = acknowledged
            .iter()
            .enumerate()
            .filter(|(_, entry)| entry.acked.is_some())
            .map(|(message, _)| all.saturating_sub(heard.get(&message).map_or(0, |one| one.count)))
            .sum();
        (missing, self.shared.doubles.load(Ordering::Relaxed))
    }
}

/// Addresses of this machine's own network in turn: each has ports of its own.
fn source(number: usize) -> IpAddr {
    let last = u8::try_from(number % 8).unwrap_or_default();
    IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2 + last))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of some thousands"
)]
fn part(whole: usize, share: f64) -> usize {
    (whole as f64 * share).ceil() as usize
}

/// One socket, through all its connections.
struct Member {
    shared: Arc<Shared>,
    workspace: String,
    cursor: String,
    source: IpAddr,
    /// A bit for each message.
    seen: Vec<u64>,
}

impl Member {
    async fn live(mut self, mut generation: watch::Receiver<u64>) {
        let mut left = Instant::now();
        let mut asked = false;
        loop {
            let Some(mut socket) = self.open().await else {
                self.shared.failed.store(true, Ordering::Relaxed);
                return;
            };
            let again = loop {
                tokio::select! {
                    changed = generation.changed() => break changed.is_ok(),
                    received = socket.next() => match text(received) {
                        Ok(Some(text)) => {
                            if self.hear(&text) {
                                self.is_back(asked.then_some(left));
                                asked = false;
                            }
                        }
                        Ok(None) => {}
                        Err(()) => {
                            self.shared.cuts.fetch_add(1, Ordering::Relaxed);
                            self.shared.away.fetch_add(1, Ordering::Relaxed);
                            self.shared.listening.fetch_sub(1, Ordering::Relaxed);
                            break false;
                        }
                    },
                }
            };
            drop(socket);
            asked = again;
            left = Instant::now();
        }
    }

    /// Opens, however often it takes; none when it never works.
    async fn open(&self) -> Option<Socket> {
        for _ in 0..100 {
            let Ok(_permit) = self.shared.gate.acquire().await else {
                return None;
            };
            let make = Make {
                source: Some(self.source),
                receive_buffer: None,
            };
            let door = &self.shared.door;
            match door.open(&self.workspace, &self.cursor, make).await {
                Ok(socket) => return Some(socket),
                Err(error) => {
                    // All of them are counted; the first says why.
                    if self.shared.refusals.fetch_add(1, Ordering::Relaxed) == 0 {
                        tracing::warn!(%error, "a socket does not open");
                    }
                }
            }
            sleep(Duration::from_millis(200)).await;
        }
        None
    }

    /// Takes a frame in; true for the one that says that what follows is live.
    fn hear(&mut self, text: &str) -> bool {
        match frame(text) {
            Frame::Message(place) => {
                place.clone_into(&mut self.cursor);
                if let Some(message) = self.shared.record.index_in(text) {
                    self.count(message);
                }
                false
            }
            Frame::Event(place) => {
                place.clone_into(&mut self.cursor);
                false
            }
            Frame::CaughtUp => true,
            _ => false,
        }
    }

    fn count(&mut self, message: usize) {
        let (word, bit) = (message / 64, 1 << (message % 64));
        if self.seen.len() <= word {
            self.seen.resize(word + 1, 0);
        }
        if self.seen[word] & bit != 0 {
            self.shared.doubles.fetch_add(1, Ordering::Relaxed);
            return;
        }
        self.seen[word] |= bit;
        let at = self.shared.record.at(Instant::now());
        let mut heard = lock(&self.shared.heard);
        let heard = heard.entry(message).or_default();
        if heard.count == 0 {
            heard.first = at;
        }
        heard.count += 1;
        heard.last = at;
    }

    fn is_back(&self, left: Option<Instant>) {
        self.shared.away.fetch_sub(1, Ordering::Relaxed);
        self.shared.listening.fetch_add(1, Ordering::Relaxed);
        if let Some(left) = left {
            let micros = u64::try_from(left.elapsed().as_micros()).unwrap_or(u64::MAX);
            lock(&self.shared.back).saturating_record(micros);
        }
    }
}
