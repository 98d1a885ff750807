//! Messages and notes: threads, and what a member writes.

mod again;
mod change;
mod compose;
mod outgoing;
mod send;
pub(crate) mod step;
mod view;

pub use again::{answer_unknown, retry};
pub(crate) use change::{change, retell};
pub use compose::compose;
pub(crate) use compose::say;
pub(crate) use send::{Send, send, send_for};
pub(crate) use view::told;
pub use view::{find, thread};

use crate::{Env, Error, Result, Tenant, conversation, event};
use postern_types::{
    ChannelId, ConversationId, Direction, Event, FileId, MemberId, MessageId, MessageView, Status,
    Told,
};
use time::OffsetDateTime;

/// A message to be added to a thread.
pub(crate) struct New<'a> {
    pub id: MessageId,
    pub conversation: ConversationId,
    pub channel: ChannelId,
    pub direction: Direction,
    pub author: Option<MemberId>,
    /// `text`, or Meta's word for another kind.
    pub kind: &'a str,
    /// The text, or what can be read of another kind; without NUL.
    pub body: &'a str,
    pub at: OffsetDateTime,
    pub wamid: Option<&'a str>,
    pub status: Status,
    /// What it says beside its text.
    pub told: &'a Told,
    /// Meta's id of the message that it answers.
    pub quotes: Option<&'a str>,
    /// Meta's id of the message that it is about.
    pub target: Option<&'a str>,
    /// The file that it brings, or takes along.
    pub file: Option<FileId>,
}

/// Adds a message, brings its conversation up to date and tells the feed. False when the id is there already.
pub(crate) async fn add(env: &Env, tenant: &mut Tenant, new: &New<'_>) -> Result<bool> {
    if !insert(env, tenant, new, None).await? {
        return Ok(false);
    }
    let workspace = tenant.workspace();
    let direction = direction(new.direction);
    let line = line(new.body);
    sqlx::query!(
        // An older message that came late counts as unread, and does not become the last line. The new message holds a
        // share of the conversation's key already: FOR UPDATE would have two writers wait for each other's. What a contact
        // says in the portal opens no window.
        "UPDATE conversation
            SET last_message_id = CASE WHEN n.newest THEN $3 ELSE last_message_id END,
                last_kind = CASE WHEN n.newest THEN $4 ELSE last_kind END,
                last_text = CASE WHEN n.newest THEN $5 ELSE last_text END,
                last_direction = CASE WHEN n.newest THEN $6 ELSE last_direction END,
                last_status = CASE WHEN n.newest THEN $7 ELSE last_status END,
                last_at = greatest(last_at, $8),
                heard_at = CASE WHEN $6 = 'in' AND $4 <> 'portal' THEN greatest(heard_at, $8) ELSE heard_at END,
                unread = CASE WHEN $6 = 'in' THEN unread + 1 ELSE unread END,
                rev = rev + 1
           FROM (SELECT c.last_message_id IS NULL OR c.last_at <= $8 AS newest FROM conversation c
                  WHERE c.workspace_id = $1 AND c.id = $2 FOR NO KEY UPDATE) n
          WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        new.conversation.0,
        new.id.0,
        new.kind,
        line,
        direction,
        new.status.as_str(),
        new.at,
    )
    .execute(tenant.conn())
    .await?;
    if let Some(wamid) = new.wamid {
        change::adopt(tenant, new, wamid).await?;
    }
    announce(env, tenant, new.id).await?;
    Ok(true)
}

/// Writes the row. `target` is the message that it changes; then it is no line of its own.
async fn insert(
    env: &Env,
    tenant: &mut Tenant,
    new: &New<'_>,
    target: Option<MessageId>,
) -> Result<bool> {
    let workspace = tenant.workspace();
    let told = (!new.told.is_empty())
        .then(|| serde_json::to_value(new.told))
        .transpose()
        .map_err(|error| Error::Internal(error.into()))?;
    let added = sqlx::query!(
        "INSERT INTO message (workspace_id, id, conversation_id, channel_id, direction, author_id, kind, body, at,
                              received_at, wamid, status, status_at, told, quotes, target, target_id, file_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $10, $13, $14, $15, $16, $17)
         ON CONFLICT (workspace_id, id) DO NOTHING",
        workspace.0,
        new.id.0,
        new.conversation.0,
        new.channel.0,
        direction(new.direction),
        new.author.map(|author| author.0),
        new.kind,
        new.body,
        new.at,
        env.now(),
        new.wamid,
        new.status.as_str(),
        told,
        new.quotes,
        new.target,
        target.map(|target| target.0),
        new.file.map(|file| file.0),
    )
    .execute(tenant.conn())
    .await?;
    Ok(added.rows_affected() == 1)
}

/// The word stored in the database.
fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::In => "in",
        Direction::Out => "out",
        Direction::Note => "note",
    }
}

/// A message's body as the list shows it.
pub(crate) fn line(body: &str) -> String {
    body.chars().take(160).collect()
}

/// Tells the feed of a message as it is now; of the one that it changes, when it is no line of its own.
pub(crate) async fn announce(env: &Env, tenant: &mut Tenant, id: MessageId) -> Result<MessageView> {
    let (message, target) = view::read(tenant, id).await?;
    let shown = match target {
        Some(target) => change::renewed(tenant, target).await?,
        None => message.clone(),
    };
    let conversation = conversation::row(tenant, message.conversation).await?;
    event::record(
        env,
        tenant,
        &Event::Message {
            message: shown,
            conversation,
        },
    )
    .await?;
    Ok(message)
}

#[cfg(test)]
mod tests;
