//! Drafts: what a member has begun to write, kept on the server.

use crate::{Env, Error, Result, Tenant};
use postern_types::ConversationId;

/// Keeps the acting member's draft for a conversation, of a reply or of a note; an empty one is forgotten.
pub async fn save(
    env: &Env,
    tenant: &mut Tenant,
    conversation: ConversationId,
    body: &str,
    note: bool,
) -> Result<()> {
    if body.chars().count() > 4096 {
        return Err(Error::invalid(
            "text",
            "A message has at most 4096 characters; shorten it.",
        ));
    }
    let workspace = tenant.workspace();
    let body = body.replace('\0', "");
    if body.is_empty() {
        sqlx::query!(
            "DELETE FROM draft WHERE workspace_id = $1 AND conversation_id = $2
                AND member_id = nullif(current_setting('app.member', true), '')::uuid",
            workspace.0,
            conversation.0,
        )
        .execute(tenant.conn())
        .await?;
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO draft (workspace_id, member_id, conversation_id, body, updated_at, note)
         VALUES ($1, nullif(current_setting('app.member', true), '')::uuid, $2, $3, $4, $5)
         ON CONFLICT (workspace_id, member_id, conversation_id)
         DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at, note = excluded.note",
        workspace.0,
        conversation.0,
        body,
        env.now(),
        note,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}
