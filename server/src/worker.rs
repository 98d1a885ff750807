//! The worker's loop: claims what is due, runs it, and sleeps until something is.

use postern_domain::{
    Env, Error, audit, channel,
    job::{self, Claim},
    wake::Signal,
};
use std::time::Duration;
use tokio::{
    sync::{broadcast, watch},
    task::JoinSet,
    time::MissedTickBehavior,
};

/// Jobs that each configured loop is worth: most of their time they wait for Meta.
const EACH: usize = 8;
/// How long to sleep at least when jobs are due and none can be had: somebody holds their rows just now.
const BREATH: Duration = Duration::from_millis(5);
/// How often what is past its time is swept out.
const SWEEP: Duration = Duration::from_hours(1);
/// How often what was audited is linked to what was before it.
const LINK: Duration = Duration::from_secs(10);
/// The longest pause while the database is away.
const PAUSE: Duration = Duration::from_secs(10);

/// Works until told to stop, then finishes what runs. `loops` of none is no worker at all.
pub async fn run(env: Env, loops: usize, mut stop: watch::Receiver<bool>) {
    if loops == 0 {
        return;
    }
    let room = loops.saturating_mul(EACH);
    let mut bells = env.wake.listen();
    let mut running = JoinSet::new();
    let mut outage = Outage::default();
    let mut hourly = tokio::time::interval(SWEEP);
    hourly.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut links = tokio::time::interval(LINK);
    links.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !*stop.borrow() {
        let free = room.saturating_sub(running.len());
        let wait = match fill(&env, free, &mut running).await {
            Ok(wait) => {
                outage.ended();
                wait
            }
            Err(error) => outage.goes_on(&error),
        };
        tokio::select! {
            // The sender is gone: so is whoever could tell us to stop.
            told = stop.changed() => if told.is_err() { break },
            Some(ended) = running.join_next(), if !running.is_empty() => note(ended),
            () = due(&mut bells), if !outage.lasts() && free > 0 => {}
            _ = hourly.tick(), if !outage.lasts() => {
                running.spawn(sweep(env.clone()));
            }
            _ = links.tick(), if !outage.lasts() => {
                running.spawn(link(env.clone()));
            }
            () = tokio::time::sleep(wait) => {}
        }
    }
    while let Some(ended) = running.join_next().await {
        note(ended);
    }
}

/// Starts what is due, as far as there is room, and says how long nothing more will be.
async fn fill(env: &Env, free: usize, running: &mut JoinSet<()>) -> Result<Duration, Error> {
    if free == 0 {
        // One that ends makes room; that wakes the loop by itself.
        return Ok(env.wake.idle());
    }
    let most = u16::try_from(free).unwrap_or(u16::MAX);
    let claims = job::claim(env, most, job::LEASE).await?;
    let full = claims.len() == free;
    for claim in claims {
        running.spawn(work(env.clone(), claim));
    }
    if full {
        return Ok(env.wake.idle());
    }
    Ok(rest(job::next(env).await?, env.wake.idle()))
}

/// How long to sleep when the next job is due in `next`, and no bell rings: `idle` at most.
fn rest(next: Option<Duration>, idle: Duration) -> Duration {
    next.map_or(idle, |next| next.clamp(BREATH, idle))
}

async fn work(env: Env, claim: Claim) {
    match job::attend(&env, claim).await {
        // The loop tells of an outage, once.
        Ok(()) | Err(Error::Unavailable) => {}
        Err(error) => {
            tracing::error!(job.id = %claim.job, workspace.id = %claim.workspace, %error, "a job failed");
        }
    }
}

async fn sweep(env: Env) {
    match job::sweep(&env).await {
        Ok(()) | Err(Error::Unavailable) => {}
        Err(error) => tracing::error!(%error, "what is past its time could not be swept out"),
    }
    match channel::health::watch(&env).await {
        Ok(()) | Err(Error::Unavailable) => {}
        Err(error) => tracing::error!(%error, "numbers could not be put under watch"),
    }
}

async fn link(env: Env) {
    match audit::link(&env).await {
        Ok(_) | Err(Error::Unavailable) => {}
        Err(error) => tracing::error!(%error, "the audit could not be linked"),
    }
}

fn note(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a job broke; its lease runs out, then it is taken up again");
    }
}

/// Until a job may be due.
async fn due(bells: &mut broadcast::Receiver<Signal>) {
    loop {
        match bells.recv().await {
            Ok(Signal::Jobs | Signal::All) | Err(broadcast::error::RecvError::Lagged(_)) => return,
            Ok(_) => {}
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// Time without a database: told once, and waited out in growing steps.
#[derive(Default)]
struct Outage {
    pause: Option<Duration>,
}

impl Outage {
    fn lasts(&self) -> bool {
        self.pause.is_some()
    }

    fn goes_on(&mut self, error: &Error) -> Duration {
        if self.pause.is_none() {
            tracing::error!(%error, "the worker cannot reach its jobs; it goes on trying");
        }
        let pause = self
            .pause
            .map_or(Duration::from_millis(100), |pause| (pause * 2).min(PAUSE));
        self.pause = Some(pause);
        pause
    }

    fn ended(&mut self) {
        if self.pause.take().is_some() {
            tracing::info!("the worker reaches its jobs again");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_due_job_that_cannot_be_had_is_not_waited_for_in_a_spin() {
        let idle = Duration::from_secs(5);
        for (next, expected) in [
            (None, idle),
            (Some(Duration::ZERO), BREATH),
            (Some(Duration::from_millis(70)), Duration::from_millis(70)),
            (Some(Duration::from_hours(1)), idle),
        ] {
            assert_eq!(rest(next, idle), expected, "{next:?}");
        }
    }

    #[test]
    fn an_outage_is_waited_out_in_growing_steps() {
        let mut outage = Outage::default();
        assert!(!outage.lasts());
        let pauses: Vec<_> = (0..10)
            .map(|_| outage.goes_on(&Error::Unavailable))
            .collect();
        assert!(pauses.is_sorted() && pauses[0] < Duration::from_secs(1) && pauses[9] == PAUSE);
        assert!(outage.lasts());
        outage.ended();
        assert_eq!(outage.goes_on(&Error::Unavailable), pauses[0]);
    }
}
