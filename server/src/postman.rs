//! Letters on their way out: one after the other, at once when one is put into the post.

use postern_domain::{
    Env, Error,
    mail::{self, Delivered},
    wake::Signal,
};
use std::time::Duration;
use tokio::sync::{broadcast, watch};

/// Before the next look while the database is away.
const AGAIN: Duration = Duration::from_secs(5);
/// At least, when a letter is due and another process has it.
const BREATH: Duration = Duration::from_millis(50);

/// Sends letters until told to stop; the one under way is finished.
pub async fn run(env: Env, mut stop: watch::Receiver<bool>) {
    let mut bells = env.wake.listen();
    let mut away = false;
    while !*stop.borrow() {
        let wait = match round(&env).await {
            Ok(wait) => {
                away = false;
                wait
            }
            Err(error) => {
                if !away {
                    tracing::error!(%error, "letters cannot be sent; this is tried again");
                }
                away = true;
                AGAIN
            }
        };
        tokio::select! {
            told = stop.changed() => if told.is_err() { break },
            () = rung(&mut bells), if !away => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// Sends what is due and says how long nothing more will be.
async fn round(env: &Env) -> Result<Duration, Error> {
    loop {
        match mail::deliver(env).await? {
            Delivered::Nothing => break,
            Delivered::Sent => {}
            Delivered::Later(why) => {
                tracing::warn!(why, "a letter did not leave; it is tried again");
            }
            Delivered::Never(why) => tracing::error!(why, "a letter was given up"),
        }
    }
    let idle = env.wake.idle();
    Ok(mail::next(env)
        .await?
        .map_or(idle, |next| next.clamp(BREATH, idle)))
}

/// Until something was put into the post, perhaps.
async fn rung(bells: &mut broadcast::Receiver<Signal>) {
    loop {
        match bells.recv().await {
            Ok(Signal::Jobs | Signal::All) | Err(broadcast::error::RecvError::Lagged(_)) => return,
            Ok(_) => {}
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}
