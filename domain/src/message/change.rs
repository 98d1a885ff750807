//! Messages that change another one: reactions, edits, deletions. They are rows of their own and no lines of the thread:
//! what they change is read together with them.

use super::{New, announce, direction, find, insert, line};
use crate::{Env, Error, Result, Tenant};
use postern_types::{MessageId, MessageView, Told};

/// Adds a change to a message that is here, and tells the feed of that as it reads now. False when the id is there already.
pub(crate) async fn change(
    env: &Env,
    tenant: &mut Tenant,
    new: &New<'_>,
    target: MessageId,
) -> Result<bool> {
    if !insert(env, tenant, new, Some(target)).await? {
        return Ok(false);
    }
    if new.kind == "reaction" {
        reacted(tenant, new).await?;
    } else {
        reads_otherwise(tenant, new, target).await?;
    }
    touch(env, tenant, target, true).await?;
    Ok(true)
}

/// A reaction is the newest thing in its conversation, and opens the window as a message does. It is nothing unread.
async fn reacted(tenant: &mut Tenant, new: &New<'_>) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE conversation
            SET last_message_id = CASE WHEN n.newest THEN $3 ELSE last_message_id END,
                last_kind = CASE WHEN n.newest THEN $4 ELSE last_kind END,
                last_text = CASE WHEN n.newest THEN $5 ELSE last_text END,
                last_direction = CASE WHEN n.newest THEN $6 ELSE last_direction END,
                last_status = CASE WHEN n.newest THEN $7 ELSE last_status END,
                last_at = greatest(last_at, $8),
                heard_at = CASE WHEN $6 = 'in' THEN greatest(heard_at, $8) ELSE heard_at END,
                rev = rev + 1
           FROM (SELECT c.last_message_id IS NULL OR c.last_at <= $8 AS newest FROM conversation c
                  WHERE c.workspace_id = $1 AND c.id = $2 FOR NO KEY UPDATE) n
          WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        new.conversation.0,
        new.id.0,
        new.kind,
        line(new.body),
        direction(new.direction),
        new.status.as_str(),
        new.at,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// The list's line says what its message says now.
async fn reads_otherwise(tenant: &mut Tenant, new: &New<'_>, target: MessageId) -> Result<()> {
    let workspace = tenant.workspace();
    let (kind, text) = match new.kind {
        "revoke" => (Some("revoke"), String::new()),
        _ => (None, line(new.body)),
    };
    sqlx::query!(
        "UPDATE conversation SET last_kind = coalesce($4, last_kind), last_text = $5, rev = rev + 1
          WHERE workspace_id = $1 AND id = $2 AND last_message_id = $3",
        workspace.0,
        new.conversation.0,
        target.0,
        kind,
        text,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// Gives a message that came late the changes that came before it. Everybody changes their own messages alone.
pub(super) async fn adopt(tenant: &mut Tenant, new: &New<'_>, wamid: &str) -> Result<()> {
    let workspace = tenant.workspace();
    let adopted = sqlx::query!(
        "UPDATE message e SET target_id = $3
          WHERE e.workspace_id = $1 AND e.channel_id = $2 AND e.target = $4 AND e.target_id IS NULL
            AND (e.kind = 'reaction' OR e.direction = $5)
            AND EXISTS (SELECT FROM conversation one JOIN conversation other
                            ON other.workspace_id = one.workspace_id AND other.contact_id = one.contact_id
                         WHERE one.workspace_id = $1 AND one.id = e.conversation_id AND other.id = $6)",
        workspace.0,
        new.channel.0,
        new.id.0,
        wamid,
        direction(new.direction),
        new.conversation.0,
    )
    .execute(tenant.conn())
    .await?;
    if adopted.rows_affected() > 0 {
        sqlx::query!(
            "UPDATE message SET changed = true WHERE workspace_id = $1 AND id = $2",
            workspace.0,
            new.id.0,
        )
        .execute(tenant.conn())
        .await?;
    }
    Ok(())
}

/// Puts something else beside a message's text, and tells the feed.
pub(crate) async fn retell(
    env: &Env,
    tenant: &mut Tenant,
    id: MessageId,
    told: &Told,
) -> Result<()> {
    let workspace = tenant.workspace();
    let told = serde_json::to_value(told).map_err(|error| Error::Internal(error.into()))?;
    sqlx::query!(
        "UPDATE message SET told = $3 WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
        told,
    )
    .execute(tenant.conn())
    .await?;
    touch(env, tenant, id, false).await
}

/// Tells the feed that a message reads otherwise now; `changed` by other messages, which are read with it from now on.
async fn touch(env: &Env, tenant: &mut Tenant, id: MessageId, changed: bool) -> Result<()> {
    grow(tenant, id, changed).await?;
    announce(env, tenant, id).await.map(drop)
}

/// A message as it reads after what changes it has changed.
pub(super) async fn renewed(tenant: &mut Tenant, id: MessageId) -> Result<MessageView> {
    grow(tenant, id, true).await?;
    find(tenant, id).await
}

async fn grow(tenant: &mut Tenant, id: MessageId, changed: bool) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE message SET rev = rev + 1, changed = changed OR $3 WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
        changed,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}
