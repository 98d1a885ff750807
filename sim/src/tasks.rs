//! Everything that runs by itself, so that stopping stops all of it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Tasks that end when the simulator does.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    running: Mutex<JoinSet<()>>,
    stop: CancellationToken,
}

impl Tasks {
    /// Starts one; after [`Tasks::finish`] it starts nothing.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        if self.stop.is_cancelled() {
            return;
        }
        let stop = self.stop.clone();
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        while running.try_join_next().is_some() {}
        running.spawn(async move {
            stop.run_until_cancelled(work).await;
        });
    }

    /// Starts one after a while.
    pub(crate) fn later(&self, pause: Duration, work: impl Future<Output = ()> + Send + 'static) {
        self.spawn(async move {
            tokio::time::sleep(pause).await;
            work.await;
        });
    }

    /// Stops all and waits for them.
    pub(crate) async fn finish(&self) {
        self.stop.cancel();
        let mut running =
            std::mem::take(&mut *self.running.lock().unwrap_or_else(PoisonError::into_inner));
        while running.join_next().await.is_some() {}
    }
}
