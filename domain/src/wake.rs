//! Bells: who waits for the feed, for jobs or for the end of a session is woken after a commit.

use postern_types::{AccountId, SessionId, WorkspaceId};
use tokio::sync::broadcast;

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
}

/// The bells of this process. Cheap to clone.
#[derive(Clone)]
pub struct Wake {
    bells: broadcast::Sender<Signal>,
}

impl Default for Wake {
    fn default() -> Self {
        Self {
            bells: broadcast::Sender::new(4096),
        }
    }
}

impl Wake {
    /// Rings; nobody need listen.
    pub fn ring(&self, signal: Signal) {
        // No receiver is no fault: then nobody waits.
        let _ = self.bells.send(signal);
    }

    /// Listens from now on. One that lags has missed some: it looks at everything.
    pub fn listen(&self) -> broadcast::Receiver<Signal> {
        self.bells.subscribe()
    }
}
