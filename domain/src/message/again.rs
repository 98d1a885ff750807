//! A second chance: what failed is sent again, and what nobody can tell is settled by the agent.

use super::{
    find,
    send::{may_reply, may_send},
    step,
};
use crate::{Env, Error, Result, Tenant, conversation, outbound, template};
use postern_types::{Content, MessageId, MessageView, Status, UnknownAnswer};

/// Sends a failed message again, when that can help and the window is still open. One that is on its way already stays
/// as it is.
pub async fn retry(env: &Env, tenant: &mut Tenant, id: MessageId) -> Result<MessageView> {
    tenant.actor().await?;
    let message = find(tenant, id).await?;
    match message.status {
        Status::Queued | Status::Sending => return Ok(message),
        Status::Failed if message.fault.as_ref().is_some_and(|fault| fault.retry) => {}
        Status::Failed => {
            return Err(Error::conflict(
                "Sending this message again cannot help: write a new one.",
            ));
        }
        _ => return Err(Error::conflict("This message did not fail.")),
    }
    queue(env, tenant, &message).await
}

/// Takes the agent's word for a message whose fate stayed unknown. Before the agent is asked, Meta may still tell.
pub async fn answer_unknown(
    env: &Env,
    tenant: &mut Tenant,
    id: MessageId,
    answer: UnknownAnswer,
) -> Result<MessageView> {
    tenant.actor().await?;
    let message = find(tenant, id).await?;
    if message.status != Status::Unknown {
        return Err(settled());
    }
    let now = crate::env::moment(env.now());
    if message.ask_at.is_none_or(|ask_at| now < ask_at) {
        return Err(Error::conflict(
            "WhatsApp may still tell what became of this message: wait a little.",
        ));
    }
    match answer {
        UnknownAnswer::SendAgain => queue(env, tenant, &message).await,
        UnknownAnswer::Arrived => {
            let from = from(&[Status::Unknown]);
            let step = step::Step::default();
            if !step::take(env, tenant, id, from, Status::Accepted, step).await? {
                return Err(settled());
            }
            outbound::settled(env, tenant, id).await?;
            find(tenant, id).await
        }
    }
}

async fn queue(env: &Env, tenant: &mut Tenant, message: &MessageView) -> Result<MessageView> {
    // The lane stands behind the conversation: who replies at the same moment has their turn before or after this one.
    conversation::hold(tenant, message.conversation).await?;
    if is_template(&message.content) {
        may_send(tenant, message.conversation).await?;
        if template::is_unwanted(tenant, message.id).await? {
            return Err(Error::conflict(template::UNWANTED));
        }
    } else {
        may_reply(env, tenant, message.conversation).await?;
    }
    // Meta's id of the try before stays until the next one has its own: by it a late status of that try is known.
    let step = step::Step::default();
    // What was found may have moved meanwhile: the row itself decides.
    let from = from(std::slice::from_ref(&message.status));
    if !step::take(env, tenant, message.id, from, Status::Queued, step).await? {
        return Err(settled());
    }
    outbound::enqueue(env, tenant, message.conversation, message.id).await?;
    find(tenant, message.id).await
}

/// It may be sent at any time.
fn is_template(content: &Content) -> bool {
    matches!(content, Content::Other { kind, .. } if kind == "template")
}

fn from(states: &[Status]) -> step::From<'_> {
    step::From {
        states,
        attempt: None,
    }
}

fn settled() -> Error {
    Error::conflict("This message has been settled meanwhile.")
}
