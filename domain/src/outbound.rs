//! Sending: from a queued message to Meta's answer.

mod finish;
mod prepare;
mod verdict;

use crate::{
    Env, Result, Tenant, db,
    graph::{self, Outcome},
    job::{self, Claim, Job},
    message::step,
};
use postern_types::{ConversationId, JobId, MessageId, SendFault, Status};
use prepare::Letter;
use time::Duration;

/// How long a status may take to tell what became of a message before the agent is asked.
pub const PATIENCE: Duration = Duration::minutes(10);

/// Queues a message for its conversation's lane.
pub(crate) async fn enqueue(
    env: &Env,
    tenant: &mut Tenant,
    conversation: ConversationId,
    message: MessageId,
) -> Result<()> {
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

/// The fate of a message is known now: the lane that waited for it moves on.
pub(crate) async fn settled(env: &Env, tenant: &mut Tenant, message: MessageId) -> Result<()> {
    job::nudge(tenant, JobId(message.0), env.now()).await
}

/// Does a job of sending: commits that it is being sent, posts outside of any transaction, and commits what came back.
pub(crate) async fn run(env: &Env, mut tenant: Tenant, job: &Job) -> Result<()> {
    let Some(letter) = prepare::prepare(env, &mut tenant, job).await? else {
        return tenant.commit().await;
    };
    tenant.commit().await?;
    let outcome = post(env, &letter).await;
    finish::finish(env, job, &letter, outcome).await
}

/// Posts a letter whose message is committed as being sent. A process that stood still in between keeps it: by the time
/// Meta had answered, somebody else might have the job.
async fn post(env: &Env, letter: &Letter) -> Outcome {
    if env.now() - letter.read_at > job::LEASE / 2 {
        return Outcome::NotSent;
    }
    graph::send_text(
        &env.meta,
        &letter.token,
        &letter.phone_number_id,
        &letter.recipient,
        &letter.text,
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
fn own(reason: &str) -> SendFault {
    SendFault {
        code: 0,
        reason: reason.to_owned(),
        retry: true,
    }
}

#[cfg(test)]
mod tests;
