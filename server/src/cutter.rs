//! Wakes whoever cuts webhooks out of the feeds that have grown.
//!
//! The transaction that tells the feed does nothing for it: its bell is heard here, in every process that works, and one
//! statement wakes all workspaces together. A bell that nobody heard costs a minute at most: the jobs look by themselves.

use postern_domain::{Env, Error, delivery, wake::Signal};
use postern_types::WorkspaceId;
use std::{collections::HashSet, time::Duration};
use tokio::sync::{
    broadcast::{self, error::RecvError},
    watch,
};

/// Between two rounds: what grows meanwhile goes with the next.
const APART: Duration = Duration::from_millis(100);
/// Before the next try while the database is away.
const AGAIN: Duration = Duration::from_secs(5);
/// Workspaces that one round names; with more of them all are woken.
const MOST: usize = 1000;

/// Wakes them until told to stop.
pub async fn run(env: Env, mut stop: watch::Receiver<bool>) {
    let mut bells = env.wake.listen();
    let mut grown = Grown::default();
    let mut failing = false;
    while !*stop.borrow() {
        tokio::select! {
            told = stop.changed() => if told.is_err() { break } else { continue },
            () = rung(&mut bells, &mut grown) => {}
        }
        let pause = match delivery::wake(&env, grown.named()).await {
            Ok(()) => {
                failing = false;
                grown = Grown::default();
                APART
            }
            Err(error) => {
                // An outage is told of by those who meet it in numbers.
                if !failing && !matches!(error, Error::Unavailable) {
                    tracing::error!(%error, "whoever cuts webhooks could not be woken; this is tried again");
                }
                failing = true;
                AGAIN
            }
        };
        tokio::select! {
            told = stop.changed() => if told.is_err() { break },
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// The workspaces whose feeds have grown.
#[derive(Default)]
struct Grown {
    some: HashSet<WorkspaceId>,
    list: Vec<WorkspaceId>,
    all: bool,
}

impl Grown {
    fn add(&mut self, signal: Result<Signal, RecvError>) {
        match signal {
            Ok(Signal::Feed(workspace)) if self.some.len() < MOST => {
                if self.some.insert(workspace) {
                    self.list.push(workspace);
                }
            }
            Ok(Signal::Feed(_) | Signal::All) | Err(RecvError::Lagged(_)) => self.all = true,
            Ok(_) | Err(RecvError::Closed) => {}
        }
    }

    fn is_empty(&self) -> bool {
        !self.all && self.some.is_empty()
    }

    /// Those to be woken; none stands for all.
    fn named(&self) -> Option<&[WorkspaceId]> {
        (!self.all).then_some(&self.list)
    }
}

/// Until a feed has grown; takes all that rang meanwhile.
async fn rung(bells: &mut broadcast::Receiver<Signal>, grown: &mut Grown) {
    while grown.is_empty() {
        let signal = bells.recv().await;
        if matches!(signal, Err(RecvError::Closed)) {
            std::future::pending::<()>().await;
        }
        grown.add(signal);
    }
    loop {
        match bells.try_recv() {
            Ok(signal) => grown.add(Ok(signal)),
            Err(broadcast::error::TryRecvError::Lagged(missed)) => {
                grown.add(Err(RecvError::Lagged(missed)));
            }
            Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_types::SessionId;

    #[tokio::test]
    async fn what_rang_together_is_named_once_and_what_was_missed_is_everybody() {
        let (bell, mut bells) = broadcast::channel(4);
        let workspace = |n| WorkspaceId(uuid::Uuid::from_u128(n));
        bell.send(Signal::Jobs).unwrap();
        bell.send(Signal::Feed(workspace(1))).unwrap();
        bell.send(Signal::Feed(workspace(1))).unwrap();
        bell.send(Signal::Feed(workspace(2))).unwrap();
        let mut grown = Grown::default();
        rung(&mut bells, &mut grown).await;
        assert_eq!(grown.named(), Some(&[workspace(1), workspace(2)][..]));
        // Others' bells wake nobody.
        let mut grown = Grown::default();
        bell.send(Signal::Session(SessionId(uuid::Uuid::nil())))
            .unwrap();
        {
            let mut work = std::pin::pin!(rung(&mut bells, &mut grown));
            assert!(futures::poll!(&mut work).is_pending());
            for n in 0..9 {
                bell.send(Signal::Feed(workspace(n))).unwrap();
            }
            work.await;
        }
        assert_eq!(grown.named(), None);
    }
}
