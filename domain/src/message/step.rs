//! How a message moves on its way out: every change is conditional, told to the feed, and shown in the list.

use crate::{Env, Result, Tenant, message};
use postern_types::{AttemptId, MessageId, SendFault, Status};
use time::OffsetDateTime;

/// What a message must be for a step to be taken.
#[derive(Clone, Copy)]
pub(crate) struct From<'a> {
    /// In one of these states.
    pub states: &'a [Status],
    /// In this attempt; in any when none.
    pub attempt: Option<AttemptId>,
}

/// What it becomes. What is not named here is forgotten, but for Meta's id and the attempt.
#[derive(Default)]
pub(crate) struct Step<'a> {
    /// A new attempt; the one before stays when none.
    pub attempt: Option<AttemptId>,
    /// Meta's id; the one before stays when none.
    pub wamid: Option<&'a str>,
    /// When the agent is asked.
    pub ask_at: Option<OffsetDateTime>,
    /// Why it failed.
    pub fault: Option<SendFault>,
}

/// Takes the step, brings the list's last line up to date and tells the feed. False, and nothing changed, when the
/// message is not what `from` says.
pub(crate) async fn take(
    env: &Env,
    tenant: &mut Tenant,
    id: MessageId,
    from: From<'_>,
    to: Status,
    step: Step<'_>,
) -> Result<bool> {
    let workspace = tenant.workspace();
    let states: Vec<String> = from.states.iter().map(|s| s.as_str().to_owned()).collect();
    let (code, reason, retry, details) = match step.fault {
        Some(fault) => (
            Some(fault.code),
            Some(fault.reason),
            Some(fault.retry),
            fault.details,
        ),
        None => (None, None, None, None),
    };
    let moved = sqlx::query_scalar!(
        "UPDATE message
            SET status = $5, status_at = $6, attempt_id = coalesce($7, attempt_id),
                wamid = coalesce($8, wamid), ask_at = $9, fault_code = $10, fault_reason = $11, fault_retry = $12,
                fault_details = $13, rev = rev + 1
          WHERE workspace_id = $1 AND id = $2 AND direction = 'out' AND status = ANY ($3)
            AND ($4::uuid IS NULL OR attempt_id = $4)
         RETURNING conversation_id",
        workspace.0,
        id.0,
        &states,
        from.attempt.map(|attempt| attempt.0),
        to.as_str(),
        env.now(),
        step.attempt.map(|attempt| attempt.0),
        step.wamid,
        step.ask_at,
        code,
        reason,
        retry,
        details,
    )
    .fetch_optional(tenant.conn())
    .await?;
    let Some(conversation) = moved else {
        return Ok(false);
    };
    sqlx::query!(
        "UPDATE conversation SET last_status = $4, rev = rev + 1
          WHERE workspace_id = $1 AND id = $2 AND last_message_id = $3",
        workspace.0,
        conversation,
        id.0,
        to.as_str(),
    )
    .execute(tenant.conn())
    .await?;
    message::announce(env, tenant, id).await?;
    Ok(true)
}
