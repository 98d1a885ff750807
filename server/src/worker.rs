//! The worker's loop.

use postern_domain::{Env, job};
use std::time::Duration;
use tokio::sync::watch;
use uuid::Uuid;

/// Works until told to stop.
pub async fn run(env: Env, loops: usize, mut stop: watch::Receiver<bool>) {
    if loops == 0 {
        return;
    }
    let worker: Uuid = env.id();
    let mut bells = env.wake.listen();
    while !*stop.borrow() {
        let claims = job::claim(&env, worker, 8, job::LEASE).await.unwrap_or_default();
        let idle = claims.is_empty();
        let runs = claims.into_iter().map(|claim| {
            let env = env.clone();
            async move {
                if let Err(error) = job::run(&env, claim).await {
                    let _ = job::stumble(&env, claim, &error).await;
                }
            }
        });
        futures::future::join_all(runs).await;
        if idle {
            let wait = job::next(&env).await.ok().flatten().unwrap_or(Duration::from_secs(1)).min(Duration::from_secs(1));
            tokio::select! {
                _ = stop.changed() => {}
                _ = bells.recv() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }
}
