//! Sending: from a queued message to Meta's answer.

use crate::{Env, Result, Tenant, job};
use postern_types::{ConversationId, MessageId};

/// Queues a message for its conversation's lane.
pub(crate) async fn enqueue(
    env: &Env,
    tenant: &mut Tenant,
    conversation: ConversationId,
    message: MessageId,
) -> Result<()> {
    let lane = format!("conversation:{conversation}");
    job::add(env, tenant, job::Kind::Send, &lane, &message).await?;
    Ok(())
}
