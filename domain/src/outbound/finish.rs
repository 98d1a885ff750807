//! After the post: what Meta's answer makes of the message and of its job.

use super::{
    PATIENCE, own,
    prepare::{Letter, UNPAID, unpaid},
    settled,
    verdict::{self, Hold, Verdict},
};
use crate::{
    Env, Error, Result, Tenant,
    channel::{self, health, health::Alarm},
    fault, file,
    graph::{Outcome, Refusal},
    job::{self, Job},
    message::step::{self, From, Step},
    rate, status, template,
};
use postern_types::{ChannelId, SendFault, Severity, Status};
use time::{Duration, OffsetDateTime};

/// People reported earlier messages.
const REPORTED: i64 = 131_048;
/// Meta could not take a file.
const BAD_FILE: i64 = 131_053;
/// How long no template is sent from a number whose account could not pay.
const UNPAID_FOR: Duration = Duration::minutes(5);

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

/// Stores that Meta took a message whose job was lost meanwhile, and with it the right to touch that. Meta says so of a
/// channel's message, as a webhook would.
async fn late(env: &Env, job: &Job, letter: &Letter, outcome: &Outcome) -> Result<()> {
    let Outcome::Accepted { wamid, .. } = outcome else {
        return Err(Error::NotFound);
    };
    let mut tenant = env.db.channel(job.claim.workspace, letter.channel).await?;
    if take_accepted(env, &mut tenant, letter, wamid).await? {
        settled(env, &mut tenant, letter.message).await?;
    }
    tenant.commit().await
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
    if take_accepted(env, tenant, letter, wamid).await? {
        job::done(tenant, job.claim).await
    } else {
        // A status was quicker than the answer: it has said more, and named the id.
        overtaken(env, tenant, job).await
    }
}

/// Marks the message as accepted in this try, and applies what was told of it already; false when it has gone on.
async fn take_accepted(
    env: &Env,
    tenant: &mut Tenant,
    letter: &Letter,
    wamid: &str,
) -> Result<bool> {
    let step = Step {
        wamid: Some(wamid),
        ..Step::default()
    };
    let from = From {
        states: &[Status::Sending, Status::Unknown],
        attempt: Some(letter.attempt),
    };
    if !step::take(env, tenant, letter.message, from, Status::Accepted, step).await? {
        return Ok(false);
    }
    status::take_early(env, tenant, letter.channel, wamid, letter.message).await?;
    Ok(true)
}

/// The message is not as this try left it. It may have arrived, and then there is nothing to do; or an agent has had it
/// queued again while this job ran, and then this job is the one that sends it. Its next run tells.
async fn overtaken(env: &Env, tenant: &mut Tenant, job: &Job) -> Result<()> {
    job::anew(tenant, job.claim, env.now()).await
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
        details: fault::details(&refusal.details),
    };
    aside(env, tenant, letter, refusal.code).await?;
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

/// What a refusal says of more than this message.
async fn aside(env: &Env, tenant: &mut Tenant, letter: &Letter, code: i64) -> Result<()> {
    if code == BAD_FILE {
        // Meta lost the files, or could not read them: they are brought there once more.
        for file in &letter.files {
            file::forget_meta_id(tenant, *file).await?;
        }
    }
    if letter.is_template() {
        return refused_template(env, tenant, letter.channel, code).await;
    }
    tell(env, tenant, letter.channel, code).await
}

/// What the refusal of a template says of more than that one.
pub(crate) async fn refused_template(
    env: &Env,
    tenant: &mut Tenant,
    channel: ChannelId,
    code: i64,
) -> Result<()> {
    if code == UNPAID {
        let until = env.now() + UNPAID_FOR;
        rate::shut(env, tenant, &unpaid(channel), until).await?;
    }
    tell(env, tenant, channel, code).await
}

/// Tells those whom a refusal concerns as well, whether Meta's answer or a status brought it.
pub(super) async fn tell(
    env: &Env,
    tenant: &mut Tenant,
    channel: ChannelId,
    code: i64,
) -> Result<()> {
    if is_of_template(code) {
        template::refused(env, tenant, channel).await?;
    }
    if matches!(code, UNPAID | REPORTED) {
        let alarm = Alarm::new("sending", Severity::Critical, fault::words(code).0);
        // One an hour, however many messages meet it.
        let now = env.now();
        let hour = now.unix_timestamp() / 3600 * 3600;
        let at = OffsetDateTime::from_unix_timestamp(hour).unwrap_or(now);
        health::alarm(env, tenant, channel, &alarm, at).await?;
    }
    Ok(())
}

/// Whether what is known of the template is not what Meta knows. A form that is only limited is left out.
fn is_of_template(code: i64) -> bool {
    (132_000..132_069).contains(&code)
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
        return overtaken(env, tenant, job).await;
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
        return overtaken(env, tenant, job).await;
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
    if !step::take(
        env,
        tenant,
        letter.message,
        ours(letter),
        Status::Failed,
        step,
    )
    .await?
    {
        return overtaken(env, tenant, job).await;
    }
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
pub(crate) fn spread(env: &Env, pause: Duration) -> Duration {
    let [dice] = env.bytes();
    pause + pause * f64::from(dice) / 1024.0
}
