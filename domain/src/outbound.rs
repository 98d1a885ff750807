//! Sending: from a queued message to Meta's answer.

mod finish;
mod prepare;
mod verdict;

use crate::{
    Env, Result, Tenant, graph,
    job::{self, Claim, Job},
    message::step,
};
use postern_types::{ConversationId, JobId, MessageId, SendFault, Status};
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
    let outcome = graph::send_text(
        &env.meta,
        &letter.token,
        &letter.phone_number_id,
        &letter.recipient,
        &letter.text,
        &letter.message.to_string(),
    )
    .await;
    finish::finish(env, job, &letter, outcome).await
}

/// A job that is given up takes its message with it, unless that has gone its way already.
pub(crate) async fn give_up(env: &Env, tenant: &mut Tenant, claim: Claim) -> Result<()> {
    let message = MessageId(claim.job.0);
    let from = step::From {
        states: &[Status::Queued],
        attempt: None,
    };
    let fault = own("Postern had a fault of its own. Try again, and tell your administrator.");
    let step = step::Step {
        fault: Some(fault),
        ..step::Step::default()
    };
    step::take(env, tenant, message, from, Status::Failed, step).await?;
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
