//! After the post: what Meta's answer makes of a code's message and of its job. The job is gone with any answer but one that asks
//! to try again, and the code with it.

use super::{
    send::{From, Letter, Step, step},
    told, wamid_hash,
};
use crate::{
    Env, Error, Result, Tenant, channel, fault,
    graph::{Outcome, Refusal},
    job::{self, Job},
    outbound::{self, Hold, Verdict, refused_template, spread},
    rate,
};
use postern_types::Status;
use time::Duration;

/// Commits the outcome. A database that is away for a moment, or a transaction that stood in another's way, must not cost
/// Meta's word: it is offered again for half the lease.
pub(super) async fn finish(env: &Env, job: &Job, letter: &Letter, outcome: Outcome) -> Result<()> {
    let started = tokio::time::Instant::now();
    let mut pause = std::time::Duration::from_millis(100);
    loop {
        let end = match settle(env, job, letter, &outcome).await {
            // The job is somebody else's by now. What Meta took is still told of.
            Err(Error::NotFound) => late(env, job, letter, &outcome).await,
            end => end,
        };
        match end {
            Err(error) if error.is_passing() && started.elapsed() < job::LEASE / 2 => {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(std::time::Duration::from_secs(3));
            }
            end => return end,
        }
    }
}

/// Stores that Meta took a code whose job was lost meanwhile, as a webhook of its number would.
async fn late(env: &Env, job: &Job, letter: &Letter, outcome: &Outcome) -> Result<()> {
    let Outcome::Accepted { wamid, .. } = outcome else {
        return Err(Error::NotFound);
    };
    let mut tenant = env.db.channel(job.claim.workspace, letter.channel).await?;
    accepted(env, &mut tenant, letter, wamid).await?;
    tenant.commit().await
}

async fn settle(env: &Env, job: &Job, letter: &Letter, outcome: &Outcome) -> Result<()> {
    let mut tenant = job.claim.enter(env).await?;
    let again = match outcome {
        Outcome::Accepted { wamid, .. } => {
            accepted(env, &mut tenant, letter, wamid).await?;
            None
        }
        Outcome::Refused(refusal) => refused(env, &mut tenant, job, letter, refusal).await?,
        Outcome::Ambiguous(why) => {
            tracing::warn!(otp.id = %letter.id, why, "nobody can tell whether a code was sent");
            let unknown = Step::default();
            step(
                env,
                &mut tenant,
                letter.id,
                ours(letter),
                Status::Unknown,
                unknown,
            )
            .await?;
            None
        }
        Outcome::NotSent => {
            let after = outbound::unreachable(job.attempts);
            let fault = outbound::own("WhatsApp could not be reached while the code was good.");
            requeue(env, &mut tenant, letter, after, fault.into()).await?
        }
    };
    match again {
        Some((after, fault)) => {
            job::retry_at(&mut tenant, job.claim, env.now() + after, &fault).await?;
        }
        None => job::done(&mut tenant, job.claim).await?,
    }
    tenant.commit().await
}

/// Marks it as accepted in this try, and applies what was told of it already.
async fn accepted(env: &Env, tenant: &mut Tenant, letter: &Letter, wamid: &str) -> Result<()> {
    let hash = wamid_hash(env, letter.channel, wamid);
    let taken = Step {
        wamid: Some(hash),
        ..Step::default()
    };
    let from = From {
        states: &[Status::Sending, Status::Unknown],
        attempt: Some(letter.attempt),
    };
    // A status that was quicker has said more, and brought the id.
    if step(env, tenant, letter.id, from, Status::Accepted, taken).await? {
        told::take_early(env, tenant, letter.channel, wamid, letter.id).await?;
    }
    Ok(())
}

/// What it waits for before the next try, and what that is called.
type Again = Option<(Duration, String)>;

async fn refused(
    env: &Env,
    tenant: &mut Tenant,
    job: &Job,
    letter: &Letter,
    refusal: &Refusal,
) -> Result<Again> {
    let code = refusal.code;
    refused_template(env, tenant, letter.channel, code).await?;
    let after = match outbound::verdict(refusal, job.attempts) {
        Verdict::Again { after, hold } => {
            let after = spread(env, after);
            if hold == Hold::Number {
                let until = env.now() + after;
                rate::shut(env, tenant, &outbound::number(letter.channel), until).await?;
            }
            Some(after)
        }
        Verdict::Disconnect => {
            let words = fault::words(code).0;
            channel::mark_disconnected(env, tenant, letter.channel, letter.read_at, words).await?;
            None
        }
        Verdict::Fail => None,
    };
    let again = requeue(env, tenant, letter, after, Step::refused(code)).await?;
    Ok(again.map(|(after, _)| (after, format!("meta {code}"))))
}

/// Back into the queue, while the code is good then; it fails otherwise.
async fn requeue(
    env: &Env,
    tenant: &mut Tenant,
    letter: &Letter,
    after: Option<Duration>,
    fault: Step,
) -> Result<Again> {
    let after = after.filter(|after| env.now() + *after < letter.expires_at);
    let Some(after) = after else {
        step(env, tenant, letter.id, ours(letter), Status::Failed, fault).await?;
        return Ok(None);
    };
    let queued = Step::default();
    let back = step(env, tenant, letter.id, ours(letter), Status::Queued, queued).await?;
    Ok(back.then(|| (after, "no connection".to_owned())))
}

/// As this attempt left it: a status that came meanwhile knows better than a refusal.
fn ours(letter: &Letter) -> From<'static> {
    From {
        states: &[Status::Sending],
        attempt: Some(letter.attempt),
    }
}
