//! Sending: from a queued message to Meta's answer.

mod content;
mod finish;
mod prepare;
mod upload;
mod verdict;

use crate::{
    Env, Error, Result, Tenant, db,
    graph::{self, Outcome},
    job::{self, Claim, Job},
    message::step,
};
use postern_types::{ChannelId, ConversationId, JobId, MessageId, SendFault, Status};
use prepare::{Letter, Next};
use std::collections::BTreeMap;
use time::Duration;
pub(crate) use {
    finish::{refused_template, spread},
    prepare::{DISCONNECTED, UNPAID, known, number, unpaid},
    verdict::{Hold, Verdict, unreachable, verdict},
};

/// How long a status may take to tell what became of a message before the agent is asked.
pub const PATIENCE: Duration = Duration::minutes(10);

/// Queues a message for its conversation's lane.
pub(crate) async fn enqueue(
    env: &Env,
    tenant: &mut Tenant,
    conversation: ConversationId,
    message: MessageId,
) -> Result<()> {
    if job::is_made_up(message.0) {
        return Err(Error::invalid(
            "id",
            "An id of this version is none for a message.",
        ));
    }
    job::add(
        env,
        tenant,
        JobId(message.0),
        job::Kind::Send,
        &lane(conversation),
        &message,
    )
    .await
}

/// The lane in which a conversation's messages go out.
pub(crate) fn lane(conversation: ConversationId) -> String {
    format!("conversation:{conversation}")
}

/// A status brought a refusal: others than its message may be concerned.
pub(crate) async fn refused(
    env: &Env,
    tenant: &mut Tenant,
    channel: ChannelId,
    code: i64,
) -> Result<()> {
    finish::tell(env, tenant, channel, code).await
}

/// The fate of a message is known now: the lane that waited for it moves on.
pub(crate) async fn settled(env: &Env, tenant: &mut Tenant, message: MessageId) -> Result<()> {
    job::nudge(tenant, JobId(message.0), env.now()).await
}

/// Does a job of sending: commits that it is being sent, posts outside of any transaction, and commits what came back. Its
/// files are brought to Meta before that, while nothing of the message has left.
pub(crate) async fn run(env: &Env, mut tenant: Tenant, job: &Job) -> Result<()> {
    let mut at_meta = BTreeMap::new();
    loop {
        match prepare::prepare(env, &mut tenant, job, &at_meta).await? {
            Next::Nothing => return tenant.commit().await,
            Next::Upload(parcel) => {
                tenant.commit().await?;
                let Some(id) = upload::bring(env, job, &parcel).await? else {
                    return Ok(());
                };
                at_meta.insert(parcel.file, id);
                tenant = job.claim.enter(env).await?;
            }
            Next::Post(letter) => {
                tenant.commit().await?;
                let outcome = post(env, &letter).await;
                return finish::finish(env, job, &letter, outcome).await;
            }
        }
    }
}

/// Posts a letter whose message is committed as being sent. A process that stood still in between keeps it: by the time
/// Meta had answered, somebody else might have the job.
async fn post(env: &Env, letter: &Letter) -> Outcome {
    if env.now() - letter.read_at > job::LEASE / 2 {
        return Outcome::NotSent;
    }
    graph::send(
        &env.meta,
        &letter.token,
        &letter.phone_number_id,
        &letter.recipient,
        &letter.content,
        letter.quotes.as_deref(),
        &letter.attempt.to_string(),
    )
    .await
}

/// A post that begins as late as it may has its answer, and a connection to store it, before its lease is over.
const _: () = assert!(
    job::LEASE.as_millis()
        > job::LEASE.as_millis() / 2 + graph::TOTAL.as_millis() + db::ACQUIRE.as_millis()
);

/// A job that is given up takes its message with it, unless that has gone its way already. What may have left is
/// nobody's to send again: the agent is asked.
pub(crate) async fn give_up(env: &Env, tenant: &mut Tenant, claim: Claim) -> Result<()> {
    let message = MessageId(claim.job.0);
    let fault = own("Postern had a fault of its own. Try again, and tell your administrator.");
    let failed = step::Step {
        fault: Some(fault),
        ..step::Step::default()
    };
    let unknown = step::Step {
        ask_at: Some(env.now() + PATIENCE),
        ..step::Step::default()
    };
    for (from, to, step) in [
        (Status::Queued, Status::Failed, failed),
        (Status::Sending, Status::Unknown, unknown),
    ] {
        let from = step::From {
            states: &[from],
            attempt: None,
        };
        if step::take(env, tenant, message, from, to, step).await? {
            break;
        }
    }
    Ok(())
}

/// A fault that Meta has no part in, and that may pass.
pub(crate) fn own(reason: &str) -> SendFault {
    SendFault {
        code: 0,
        reason: reason.to_owned(),
        retry: true,
        details: None,
    }
}

#[cfg(test)]
mod tests;
