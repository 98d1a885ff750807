//! The rooms of this process: one for each workspace that has a socket open.

use super::room::Room;
use postern_domain::{Env, live::Pass, wake::Signal};
use postern_types::{AccountId, SessionId, WorkspaceId};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};
use tokio::sync::broadcast;

/// Between two looks at a socket: whether its browser is there, and whether it may still listen. Bells end a socket at
/// once, those of other processes too; when one was lost, no socket outlives its right by more than this.
pub const BEAT: Duration = Duration::from_secs(25);

/// Whose right to listen has to be looked at again.
#[derive(Clone, Copy, Debug)]
pub enum Recheck {
    /// One session.
    Session(SessionId),
    /// A person's sessions or memberships.
    Account(AccountId),
    /// Everybody: some bell was missed.
    All,
}

impl Recheck {
    /// Whether the holder of `pass` is meant.
    pub fn concerns(self, pass: &Pass) -> bool {
        match self {
            Self::Session(session) => session == pass.session,
            Self::Account(account) => account == pass.account,
            Self::All => true,
        }
    }
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Hub {
    inner: Arc<Inner>,
}

struct Inner {
    env: Env,
    beat: Duration,
    rooms: Mutex<HashMap<WorkspaceId, Weak<Room>>>,
    recheck: broadcast::Sender<Recheck>,
}

impl Hub {
    /// A hub that listens to the bells of `env` for as long as it lives.
    pub fn new(env: Env) -> Self {
        Self::beating(env, BEAT)
    }

    /// [`Hub::new`] with another time between two looks at a socket than [`BEAT`].
    pub fn beating(env: Env, beat: Duration) -> Self {
        let mut bells = env.wake.listen();
        let inner = Arc::new(Inner {
            env,
            beat,
            rooms: Mutex::default(),
            recheck: broadcast::Sender::new(256),
        });
        let hub = Self {
            inner: Arc::clone(&inner),
        };
        let inner = Arc::downgrade(&inner);
        tokio::spawn(async move {
            loop {
                let signal = bells.recv().await;
                let Some(inner) = inner.upgrade() else { return };
                match signal {
                    Ok(signal) => inner.pass_on(signal),
                    Err(broadcast::error::RecvError::Lagged(_)) => inner.wake_all(),
                    Err(broadcast::error::RecvError::Closed) => return,
                }
            }
        });
        hub
    }

    /// The room of a workspace; made when nobody was in it.
    pub fn room(&self, workspace: WorkspaceId) -> Arc<Room> {
        let mut rooms = self.inner.rooms();
        if let Some(room) = rooms.get(&workspace).and_then(Weak::upgrade) {
            return room;
        }
        rooms.retain(|_, room| room.strong_count() > 0);
        let room = Room::open(self.inner.env.clone(), workspace);
        rooms.insert(workspace, Arc::downgrade(&room));
        room
    }

    /// Between two looks at a socket.
    pub fn beat(&self) -> Duration {
        self.inner.beat
    }

    /// Listens for sessions and people whose rights may have changed.
    pub fn rechecks(&self) -> broadcast::Receiver<Recheck> {
        self.inner.recheck.subscribe()
    }
}

impl Inner {
    fn rooms(&self) -> std::sync::MutexGuard<'_, HashMap<WorkspaceId, Weak<Room>>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pass_on(&self, signal: Signal) {
        match signal {
            Signal::Feed(workspace) => {
                if let Some(room) = self.rooms().get(&workspace).and_then(Weak::upgrade) {
                    room.wake();
                }
            }
            Signal::Session(session) => self.recheck(Recheck::Session(session)),
            Signal::Account(account) => self.recheck(Recheck::Account(account)),
            Signal::All => self.wake_all(),
            // No socket is a contact's.
            Signal::Jobs | Signal::Portal(_) => {}
        }
    }

    fn wake_all(&self) {
        for room in self.rooms().values().filter_map(Weak::upgrade) {
            room.wake();
        }
        self.recheck(Recheck::All);
    }

    fn recheck(&self, whose: Recheck) {
        // No socket, nobody to tell.
        let _ = self.recheck.send(whose);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_types::MemberId;
    use time::macros::datetime;
    use uuid::Uuid;

    #[test]
    fn a_bell_makes_only_those_look_whom_it_is_about() {
        let id = Uuid::from_u128;
        let pass = Pass {
            session: SessionId(id(1)),
            account: AccountId(id(2)),
            workspace: WorkspaceId(id(3)),
            member: MemberId(id(4)),
            limited: false,
            ends_at: datetime!(2026-03-01 12:00 UTC),
        };
        for (whose, expected) in [
            (Recheck::Session(SessionId(id(1))), true),
            (Recheck::Session(SessionId(id(2))), false),
            (Recheck::Account(AccountId(id(2))), true),
            (Recheck::Account(AccountId(id(1))), false),
            (Recheck::All, true),
        ] {
            assert_eq!(whose.concerns(&pass), expected, "{whose:?}");
        }
    }
}
