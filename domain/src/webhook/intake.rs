//! The short way in: messages of contacts who are known, taken for many workspaces in one transaction.
//!
//! Whoever comes while a transaction commits waits for the next, which takes them together. Numbers take turns, and a
//! flooded one has its transactions to itself, and rests between them while others are there: it delays itself alone. What is
//! not simple, or does not fit what is known, is given back and goes the long way, in its own workspace's transaction.

mod simple;
mod turn;
mod write;

pub(super) use simple::Simple;

use super::door::Signer;
use crate::{Env, Error, Result};
use std::{
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, oneshot},
    time::Instant,
};
use turn::Line;

/// Webhooks of one transaction at most.
const MOST: usize = 64;
/// Transactions that run side by side in a process. A number is in one of them at a time.
const LANES: usize = 2;

/// A flooded number rests so many times as long as its transaction took, while others are there: they need the processors
/// that it would take. Alone it does not rest.
const REST: u32 = 3;
/// Nobody rests longer: what takes that long waits for something else than a processor.
const LONGEST_REST: Duration = Duration::from_millis(100);

/// How long a transaction may take; nobody who waits is answered later.
const PATIENCE: Duration = Duration::from_secs(10);

/// What became of a body on the short way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// Its messages are committed.
    Applied,
    /// It came before, and changed nothing.
    Replay,
    /// Nothing was done: it goes the long way.
    Not,
}

/// The bodies of this process that wait for their transaction. Cheap to clone.
#[derive(Clone)]
pub struct Intake {
    inner: Arc<Inner>,
}

struct Inner {
    /// Webhooks of one transaction; with none, everything goes the long way.
    most: usize,
    line: Mutex<Line<Waiting>>,
    lanes: Arc<Semaphore>,
    /// How often a number rested.
    rests: AtomicU64,
}

/// A body in line, and who waits for it.
struct Waiting {
    body: Simple,
    signer: Signer,
    answer: oneshot::Sender<Result<Taken>>,
}

impl Waiting {
    /// Nobody waits for it any more: nothing was promised, and it will come again.
    fn is_left(&self) -> bool {
        self.answer.is_closed()
    }
}

impl Signer {
    /// Whose turn it is with what they signed. The number decides among the installation's; who has an app of their own
    /// can name any number, and stands in their own line whichever it is.
    fn line(&self, number: &str) -> String {
        match self.channel() {
            None => format!("number {number}"),
            Some(door) => format!("door {door}"),
        }
    }
}

impl Default for Intake {
    fn default() -> Self {
        Self::of(MOST)
    }
}

impl Intake {
    /// One that takes up to `most` webhooks in a transaction; with none of them, each goes the long way by itself.
    pub fn of(most: usize) -> Self {
        Self {
            inner: Arc::new(Inner {
                most,
                line: Mutex::default(),
                lanes: Arc::new(Semaphore::new(LANES)),
                rests: AtomicU64::new(0),
            }),
        }
    }

    /// Somebody works in the inbox: floods rest for them.
    pub fn somebody_works(&self) {
        self.inner.line().somebody_works();
    }

    /// Takes a body with others, and says what became of it once that is committed. [`Error::TooMany`] when too many wait,
    /// of its number or of all.
    pub(super) async fn take(&self, env: &Env, signer: Signer, body: Simple) -> Result<Taken> {
        if self.inner.most == 0 {
            return Ok(Taken::Not);
        }
        let whose = signer.line(&body.number);
        let (answer, mut told) = oneshot::channel();
        let waiting = Waiting {
            body,
            signer,
            answer,
        };
        if !self.inner.line().join(&whose, waiting, Waiting::is_left) {
            return Err(Error::TooMany { retry_after_s: 1 });
        }
        tokio::select! {
            biased;
            answer = &mut told => return heard(answer),
            Ok(lane) = Arc::clone(&self.inner.lanes).acquire_owned() => {
                // By itself: whose request it was may hang up, the others' messages go in all the same.
                tokio::spawn(work(Arc::clone(&self.inner), env.clone(), lane));
            }
            else => {}
        }
        heard(told.await)
    }
}

/// Takes turns until nobody waits who may have one.
async fn work(inner: Arc<Inner>, env: Env, lane: OwnedSemaphorePermit) {
    while let Some(mut turn) = inner.next() {
        let began = Instant::now();
        together(&env, &mut turn).await;
        if turn.is_to_rest() {
            inner.rests.fetch_add(1, Ordering::Relaxed);
            let rest = (began.elapsed() * REST).min(LONGEST_REST);
            tokio::spawn(after_rest(rest, turn, Arc::clone(&inner), env.clone()));
        }
    }
    drop(lane);
}

/// Lets a number rest, and goes on with it: those who wait for it do not look by themselves any more.
fn after_rest(
    rest: Duration,
    turn: Turn,
    inner: Arc<Inner>,
    env: Env,
) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        tokio::time::sleep(rest).await;
        drop(turn);
        if let Ok(lane) = Arc::clone(&inner.lanes).acquire_owned().await {
            work(inner, env, lane).await;
        }
    })
}

impl Inner {
    fn line(&self) -> std::sync::MutexGuard<'_, Line<Waiting>> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those whose turn it is; none when nobody waits who is not in a transaction already.
    fn next(self: &Arc<Self>) -> Option<Turn> {
        let mut line = self.line();
        let (waiting, lines) = line.next(self.most);
        let flooded = lines.len() == 1 && line.is_flooded(&lines[0]);
        drop(line);
        (!waiting.is_empty()).then(|| Turn {
            waiting,
            lines,
            flooded,
            inner: Arc::clone(self),
        })
    }
}

/// Bodies of one transaction. Their numbers are free again when this is dropped.
struct Turn {
    waiting: Vec<Waiting>,
    lines: Vec<String>,
    /// They are one number's, and many more of it wait.
    flooded: bool,
    inner: Arc<Inner>,
}

impl Turn {
    /// Others are there, who would wait for the processors that this number takes.
    fn is_to_rest(&self) -> bool {
        self.flooded && self.inner.line().others(&self.lines[0])
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.inner.line().done(&self.lines);
    }
}

/// Takes bodies in one transaction and tells those who wait.
async fn together(env: &Env, turn: &mut Turn) {
    let waiting = std::mem::take(&mut turn.waiting);
    let (bodies, answers): (Vec<_>, Vec<_>) = waiting
        .into_iter()
        .filter(|waiting| !waiting.is_left())
        .map(|waiting| ((waiting.body, waiting.signer), waiting.answer))
        .unzip();
    if bodies.is_empty() {
        return;
    }
    let written = tokio::time::timeout(PATIENCE, write::write(env, bodies)).await;
    let taken: Vec<_> = match written.unwrap_or(Err(Error::Unavailable)) {
        Ok(taken) => taken.into_iter().map(Ok).collect(),
        Err(Error::Unavailable) => answers.iter().map(|_| Err(Error::Unavailable)).collect(),
        // One of them, or another transaction, stood in the way of all: each goes by itself, and only that one stumbles.
        Err(error) => {
            tracing::debug!(%error, webhooks = answers.len(), "webhooks go the long way");
            answers.iter().map(|_| Ok(Taken::Not)).collect()
        }
    };
    for (answer, taken) in answers.into_iter().zip(taken) {
        // Whoever left hears nothing; Meta asks again.
        let _ = answer.send(taken);
    }
}

fn heard(answer: Result<Result<Taken>, oneshot::error::RecvError>) -> Result<Taken> {
    // Who was to answer broke: what it had begun is undone.
    answer.unwrap_or(Ok(Taken::Not))
}

#[cfg(test)]
impl Intake {
    /// How often a number rested so far.
    pub(crate) fn rests(&self) -> u64 {
        self.inner.rests.load(Ordering::Relaxed)
    }

    /// Lets no transaction begin until it is dropped.
    pub(crate) fn hold(&self) -> tokio::sync::OwnedSemaphorePermit {
        let lanes = Arc::clone(&self.inner.lanes);
        lanes
            .try_acquire_many_owned(LANES.try_into().unwrap())
            .unwrap()
    }

    /// Lets no transaction begin until `many` that `work` brings stand in line.
    pub(crate) async fn together<T>(&self, many: usize, work: impl Future<Output = T>) -> T {
        let held = self.hold();
        let begin = async move {
            while self.len() < many {
                tokio::task::yield_now().await;
            }
            drop(held);
        };
        futures::join!(work, begin).0
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.inner.line().len()
    }
}
