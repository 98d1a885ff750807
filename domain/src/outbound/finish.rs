//! After the post: what Meta's answer makes of the message and of its job.

use super::{
    PATIENCE, own,
    prepare::Letter,
    verdict::{self, Hold, Verdict},
};
use crate::{
    Env, Error, Result, Tenant, channel, fault,
    graph::{Outcome, Refusal},
    job::{self, Job},
    message::step::{self, From, Step},
    rate, status,
};
use postern_types::{SendFault, Status};
use time::{Duration, OffsetDateTime};

/// Commits the outcome. A database that is away for a moment must not cost Meta's word: it is offered again for half
/// the lease.
pub(super) async fn finish(env: &Env, job: &Job, letter: &Letter, outcome: Outcome) -> Result<()> {
    let started = tokio::time::Instant::now();
    let mut pause = std::time::Duration::from_millis(100);
    loop {
        match settle(env, job, letter, &outcome).await {
            Err(Error::Unavailable) if started.elapsed() < job::LEASE / 2 => {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(std::time::Duration::from_secs(3));
            }
            settled => return settled,
        }
    }
}

async fn settle(env: &Env, job: &Job, letter: &Letter, outcome: &Outcome) -> Result<()> {
    let mut tenant = job.claim.enter(env).await?;
    let tenant_mut = &mut tenant;
    match outcome {
        Outcome::Accepted { wamid, .. } => accepted(env, tenant_mut, job, letter, wamid).await?,
        Outcome::Refused(refusal) => refused(env, tenant_mut, job, letter, refusal).await?,
        Outcome::Ambiguous(why) => {
            tracing::warn!(message.id = %letter.message, why, "nobody can tell whether a message was sent");
            unknown(env, tenant_mut, job, letter).await?;
        }
        Outcome::NotSent => {
            if let Some(after) = verdict::unreachable(job.attempts) {
                again(env, tenant_mut, job, letter, after, "no connection").await?;
            } else {
                let fault = own("WhatsApp could not be reached. Try again in some minutes.");
                failed(env, tenant_mut, job, letter, fault).await?;
            }
        }
    }
    tenant.commit().await
}

async fn accepted(
    env: &Env,
    tenant: &mut Tenant,
    job: &Job,
    letter: &Letter,
    wamid: &str,
) -> Result<()> {
    let step = Step {
        wamid: Some(wamid),
        ..Step::default()
    };
    let from = From {
        states: &[Status::Sending, Status::Unknown],
        attempt: Some(letter.attempt),
    };
    if !step::take(env, tenant, letter.message, from, Status::Accepted, step).await? {
        // A status was quicker than the answer: it has said more, and named the id.
        return job::done(tenant, job.claim).await;
    }
    status::take_early(env, tenant, letter.channel, wamid, letter.message).await?;
    job::done(tenant, job.claim).await
}

async fn refused(
    env: &Env,
    tenant: &mut Tenant,
    job: &Job,
    letter: &Letter,
    refusal: &Refusal,
) -> Result<()> {
    let (words, retry) = fault::words(refusal.code);
    let fault = SendFault {
        code: refusal.code,
        reason: words.to_owned(),
        retry,
    };
    match verdict::verdict(refusal, job.attempts) {
        Verdict::Again { after, hold } => {
            let after = spread(env, after);
            let until = env.now() + after;
            match hold {
                Hold::Lane => {}
                Hold::Pair => rate::shut(env, tenant, &letter.pair, until).await?,
                Hold::Number => rate::shut(env, tenant, &letter.number, until).await?,
            }
            let fault = format!("meta {}", refusal.code);
            again(env, tenant, job, letter, after, &fault).await
        }
        Verdict::Disconnect => {
            channel::mark_disconnected(env, tenant, letter.channel, letter.read_at, words).await?;
            let fault = SendFault {
                retry: true,
                ..fault
            };
            failed(env, tenant, job, letter, fault).await
        }
        Verdict::Fail => failed(env, tenant, job, letter, fault).await,
    }
}

/// Back into the queue, ahead of what was written after it.
async fn again(
    env: &Env,
    tenant: &mut Tenant,
    job: &Job,
    letter: &Letter,
    after: Duration,
    fault: &str,
) -> Result<()> {
    if !step::take(
        env,
        tenant,
        letter.message,
        ours(letter),
        Status::Queued,
        Step::default(),
    )
    .await?
    {
        return job::done(tenant, job.claim).await;
    }
    job::retry_at(tenant, job.claim, env.now() + after, fault).await
}

async fn unknown(env: &Env, tenant: &mut Tenant, job: &Job, letter: &Letter) -> Result<()> {
    let ask_at: OffsetDateTime = env.now() + PATIENCE;
    let step = Step {
        ask_at: Some(ask_at),
        ..Step::default()
    };
    if !step::take(
        env,
        tenant,
        letter.message,
        ours(letter),
        Status::Unknown,
        step,
    )
    .await?
    {
        return job::done(tenant, job.claim).await;
    }
    job::wait_until(tenant, job.claim, ask_at).await
}

async fn failed(
    env: &Env,
    tenant: &mut Tenant,
    job: &Job,
    letter: &Letter,
    fault: SendFault,
) -> Result<()> {
    let step = Step {
        fault: Some(fault),
        ..Step::default()
    };
    step::take(
        env,
        tenant,
        letter.message,
        ours(letter),
        Status::Failed,
        step,
    )
    .await?;
    job::done(tenant, job.claim).await
}

/// The message as this attempt left it: a status that came meanwhile knows better than a refusal.
fn ours(letter: &Letter) -> From<'static> {
    From {
        states: &[Status::Sending],
        attempt: Some(letter.attempt),
    }
}

/// Up to a quarter longer, so that what was refused together does not come back together.
fn spread(env: &Env, pause: Duration) -> Duration {
    let [dice] = env.bytes();
    pause + pause * f64::from(dice) / 1024.0
}
