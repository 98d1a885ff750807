//! Bells: who waits for the feed, for jobs or for the end of a session is woken after a commit, in this process and in
//! the others.

pub mod across;
mod notice;

use notice::Batch;
use postern_types::{AccountId, LinkId, SessionId, WorkspaceId};
use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::{Notify, broadcast};

/// How long to sleep at most without a bell while other processes are not heard.
const OFTEN: Duration = Duration::from_secs(1);
/// The same while they are. A process that is killed between its commit and its notice tells nobody.
const SELDOM: Duration = Duration::from_secs(5);

/// Something that others may wait for. It only wakes: what happened is read from the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Signal {
    /// A workspace's feed has grown.
    Feed(WorkspaceId),
    /// A job may be due.
    Jobs,
    /// A session ended.
    Session(SessionId),
    /// Something about a person's memberships or sessions changed.
    Account(AccountId),
    /// A portal link ended, its PIN was set anew, or a browser behind it signed out.
    Portal(LinkId),
    /// Bells may have been missed: everything has to be looked at.
    All,
}

/// The bells of this process. Cheap to clone.
#[derive(Clone)]
pub struct Wake {
    bells: broadcast::Sender<Signal>,
    others: Arc<Others>,
}

/// What the other processes are to be told, and whether they are heard.
#[derive(Default)]
struct Others {
    untold: Mutex<Untold>,
    more: Notify,
    heard: AtomicBool,
}

#[derive(Default)]
struct Untold {
    waiting: Batch,
    /// Not known to have arrived: it is said again when the attempt fails.
    on_its_way: Batch,
}

impl Default for Wake {
    fn default() -> Self {
        Self {
            bells: broadcast::Sender::new(4096),
            others: Arc::default(),
        }
    }
}

impl Wake {
    /// Rings here and, where [`across`] runs, in the other processes; nobody need listen.
    pub fn ring(&self, signal: Signal) {
        self.ring_here(signal);
        self.untold().waiting.add(signal);
        self.others.more.notify_one();
    }

    /// Listens from now on. One that lags has missed some: it looks at everything.
    pub fn listen(&self) -> broadcast::Receiver<Signal> {
        self.bells.subscribe()
    }

    /// How long to sleep at most when no bell rings.
    pub fn idle(&self) -> Duration {
        if self.others.heard.load(Ordering::Relaxed) {
            SELDOM
        } else {
            OFTEN
        }
    }

    fn ring_here(&self, signal: Signal) {
        // No receiver is no fault: then nobody waits.
        let _ = self.bells.send(signal);
    }

    /// Notes whether other processes are heard from now on; gives what was so before.
    fn hears(&self, heard: bool) -> bool {
        self.others.heard.swap(heard, Ordering::Relaxed)
    }

    /// Waits for something that the others are to be told.
    async fn more(&self) {
        self.others.more.notified().await;
    }

    /// What the others are to be told, once [`Wake::told`] is called; until then it is given again.
    fn take(&self) -> Batch {
        let mut untold = self.untold();
        let mut batch = std::mem::take(&mut untold.on_its_way);
        batch.append(std::mem::take(&mut untold.waiting));
        untold.on_its_way = batch.clone();
        batch
    }

    fn told(&self) {
        self.untold().on_its_way = Batch::default();
    }

    fn untold(&self) -> MutexGuard<'_, Untold> {
        self.others
            .untold
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
