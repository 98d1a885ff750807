//! Posts signed bodies, in parallel, again and again until they are answered by 200.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use reqwest::{Client, StatusCode, redirect};
use serde::Serialize;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::Instant;

use crate::config::Retry;
use crate::sign;
use crate::tasks::Tasks;

/// So many bodies are kept for [`Sender::again`].
const KEPT: usize = 1000;
/// So many posts are under way at once.
const PARALLEL: usize = 64;

/// A body on its way: the bytes never change, whatever happens to it.
#[derive(Clone, Debug)]
pub(crate) struct Parcel {
    pub(crate) url: String,
    pub(crate) secret: String,
    pub(crate) bytes: Bytes,
}

/// What became of the webhooks so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Deliveries {
    /// Posts made, retries included.
    pub attempts: u64,
    /// Bodies answered by 200.
    pub acknowledged: u64,
    /// Posts answered by anything else.
    pub refused: u64,
    /// Posts that got no answer.
    pub unanswered: u64,
    /// Bodies that were never acknowledged in the time given.
    pub given_up: u64,
    /// Events that had nowhere to go: no callback, or the account is not subscribed.
    pub dropped: u64,
    /// Bodies on their way now, and events waiting to be one.
    pub pending: u64,
}

/// The counters behind [`Deliveries`].
#[derive(Debug, Default)]
pub(crate) struct Tally {
    attempts: AtomicU64,
    acknowledged: AtomicU64,
    refused: AtomicU64,
    unanswered: AtomicU64,
    given_up: AtomicU64,
    pub(crate) dropped: AtomicU64,
    pending: AtomicU64,
}

/// One more thing is pending for as long as this lives.
pub(crate) struct Pending(Arc<Tally>);

impl Tally {
    pub(crate) fn pending(self: &Arc<Self>) -> Pending {
        self.pending.fetch_add(1, Ordering::SeqCst);
        Pending(Arc::clone(self))
    }

    pub(crate) fn snapshot(&self) -> Deliveries {
        let read = |counter: &AtomicU64| counter.load(Ordering::SeqCst);
        Deliveries {
            attempts: read(&self.attempts),
            acknowledged: read(&self.acknowledged),
            refused: read(&self.refused),
            unanswered: read(&self.unanswered),
            given_up: read(&self.given_up),
            dropped: read(&self.dropped),
            pending: read(&self.pending),
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.0.pending.fetch_sub(1, Ordering::SeqCst);
    }
}

#[derive(Debug)]
pub(crate) struct Sender {
    client: Client,
    retry: Retry,
    permits: Semaphore,
    pub(crate) tally: Arc<Tally>,
    tasks: Arc<Tasks>,
    kept: Mutex<VecDeque<Parcel>>,
    moved: Mutex<HashMap<String, String>>,
}

impl Sender {
    pub(crate) fn new(retry: Retry, tasks: Arc<Tasks>) -> reqwest::Result<Arc<Self>> {
        Ok(Arc::new(Self {
            client: client(retry.timeout)?,
            retry,
            permits: Semaphore::new(PARALLEL),
            tally: Arc::default(),
            tasks,
            kept: Mutex::default(),
            moved: Mutex::default(),
        }))
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Sends a body off. The receiver hears after the first try, whatever came of it.
    pub(crate) fn send(self: &Arc<Self>, parcel: Parcel) -> oneshot::Receiver<()> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(parcel.clone());
        drop(kept);
        self.carry(parcel)
    }

    /// From now on, bodies on their way to one URL go to another.
    pub(crate) fn redirect(&self, from: String, to: &str) {
        if from == to {
            return;
        }
        let mut moved = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        moved.remove(to);
        for target in moved.values_mut().filter(|target| **target == from) {
            to.clone_into(target);
        }
        moved.insert(from, to.to_owned());
    }

    fn address(&self, url: &str) -> String {
        let moved = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        moved.get(url).map_or(url, String::as_str).to_owned()
    }

    /// Sends every kept body once more, byte for byte, as a late retry would; says how many.
    pub(crate) fn again(self: &Arc<Self>) -> usize {
        let kept: Vec<Parcel> = self
            .kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .cloned()
            .collect();
        let count = kept.len();
        for parcel in kept {
            self.carry(parcel);
        }
        count
    }

    fn carry(self: &Arc<Self>, parcel: Parcel) -> oneshot::Receiver<()> {
        let (tell, first) = oneshot::channel();
        let sender = Arc::clone(self);
        let pending = self.tally.pending();
        self.tasks.spawn(async move {
            sender.until_acknowledged(&parcel, tell).await;
            drop(pending);
        });
        first
    }

    async fn until_acknowledged(&self, parcel: &Parcel, tell: oneshot::Sender<()>) {
        let mut tell = Some(tell);
        let mut pause = self.retry.first;
        let end = Instant::now() + self.retry.until;
        loop {
            let done = self.attempt(parcel).await;
            // Nobody need be listening.
            let _ = tell.take().map(|tell| tell.send(()));
            if done {
                return;
            }
            if Instant::now() + pause > end {
                self.tally.given_up.fetch_add(1, Ordering::SeqCst);
                tracing::warn!(bytes = parcel.bytes.len(), "a webhook was given up");
                return;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(self.retry.longest);
        }
    }

    async fn attempt(&self, parcel: &Parcel) -> bool {
        let Ok(_permit) = self.permits.acquire().await else {
            return false;
        };
        self.tally.attempts.fetch_add(1, Ordering::SeqCst);
        let url = self.address(&parcel.url);
        let bytes = parcel.bytes.clone();
        let answer = deliver(&self.client, &url, &parcel.secret, bytes).await;
        let counter = match &answer {
            Ok(StatusCode::OK) => &self.tally.acknowledged,
            Ok(status) => {
                tracing::info!(%status, "a webhook was refused");
                &self.tally.refused
            }
            Err(error) => {
                tracing::info!(%error, "a webhook got no answer");
                &self.tally.unanswered
            }
        };
        counter.fetch_add(1, Ordering::SeqCst);
        matches!(answer, Ok(StatusCode::OK))
    }
}

/// Posts one body once, signed over exactly these bytes.
pub async fn deliver(
    client: &Client,
    url: &str,
    secret: &str,
    bytes: impl Into<Bytes>,
) -> reqwest::Result<StatusCode> {
    let bytes = bytes.into();
    let signature = sign::sign(secret, &bytes);
    let answer = client
        .post(url)
        .header("Content-Type", "application/json")
        .header("User-Agent", "facebookexternalua")
        .header(sign::HEADER, signature)
        .body(bytes)
        .send()
        .await?;
    let status = answer.status();
    // Read to the end, so that the connection can be used again.
    answer.bytes().await?;
    Ok(status)
}

/// A client as Meta's: it follows no redirect and knows no proxy.
pub fn client(timeout: Duration) -> reqwest::Result<Client> {
    Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .timeout(timeout)
        .build()
}
