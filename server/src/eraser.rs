//! Emptying workspaces that were deleted: step after step while there is something, with a rest between two of them.

use postern_domain::{
    Env, Error,
    erasure::{self, Step},
};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Between two looks when nothing waits, or the database is away. The workspace is closed already.
const IDLE: Duration = Duration::from_secs(5);
/// A step rests as long as it took, so that the others get their turn; no longer than this.
const REST: Duration = Duration::from_millis(250);
/// How often the log says how far it is.
const TOLD: Duration = Duration::from_secs(15);

/// Empties what was deleted until told to stop; the step under way is finished.
pub async fn run(env: Env, mut stop: watch::Receiver<bool>) {
    let mut progress = Progress::default();
    let mut failing = false;
    while !*stop.borrow() {
        let began = Instant::now();
        let wait = match erasure::step(&env).await {
            Ok(done) => {
                failing = false;
                let idle = done == Step::Nothing;
                progress.note(done);
                if idle {
                    IDLE
                } else {
                    began.elapsed().min(REST)
                }
            }
            Err(error) => {
                // An outage is told of by those who meet it in numbers.
                if !failing && !matches!(error, Error::Unavailable) {
                    tracing::error!(%error, "a deleted workspace could not be emptied; this is tried again");
                }
                failing = true;
                IDLE
            }
        };
        tokio::select! {
            told = stop.changed() => if told.is_err() { break },
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// How far it is, for the log.
#[derive(Default)]
struct Progress {
    part: String,
    gone: u64,
    told: Option<Instant>,
}

impl Progress {
    fn note(&mut self, step: Step) {
        match step {
            Step::Nothing => {}
            Step::Gone {
                workspace,
                part,
                count,
            } => {
                let another = self.part != part;
                self.gone += count;
                if another || self.told.is_none_or(|told| told.elapsed() > TOLD) {
                    tracing::info!(workspace.id = %workspace, part, gone = self.gone, "a deleted workspace is being emptied");
                    self.told = Some(Instant::now());
                }
                self.part = part;
            }
            Step::Done(workspace) => {
                tracing::warn!(workspace.id = %workspace, gone = self.gone, "nothing is left of a deleted workspace");
                *self = Self::default();
            }
        }
    }
}
