//! Messages and notes: threads, and what a member writes.

mod again;
pub(crate) mod step;
mod view;

pub use again::{answer_unknown, retry};
pub use view::{find, thread};

use crate::{Env, Error, Result, Tenant, conversation, draft, event, job, outbound};
use postern_types::{
    ChannelId, Compose, ConversationId, ConversationRow, ConversationState, Direction, Event,
    MemberId, MessageId, MessageView, Status,
};
use time::OffsetDateTime;

/// How many messages of one conversation may wait to be sent.
const MOST_WAITING: i64 = 500;

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
}

/// Adds a message, brings its conversation up to date and tells the feed. False when the id is there already.
pub(crate) async fn add(env: &Env, tenant: &mut Tenant, new: &New<'_>) -> Result<bool> {
    let workspace = tenant.workspace();
    let direction = match new.direction {
        Direction::In => "in",
        Direction::Out => "out",
        Direction::Note => "note",
    };
    let now = env.now();
    let added = sqlx::query!(
        "INSERT INTO message (workspace_id, id, conversation_id, channel_id, direction, author_id, kind, body, at,
                              received_at, wamid, status, status_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $10)
         ON CONFLICT (workspace_id, id) DO NOTHING",
        workspace.0,
        new.id.0,
        new.conversation.0,
        new.channel.0,
        direction,
        new.author.map(|author| author.0),
        new.kind,
        new.body,
        new.at,
        now,
        new.wamid,
        new.status.as_str(),
    )
    .execute(tenant.conn())
    .await?;
    if added.rows_affected() == 0 {
        return Ok(false);
    }
    let line = line(new.body);
    sqlx::query!(
        // An older message that came late counts as unread, and does not become the last line. The new message holds a
        // share of the conversation's key already: FOR UPDATE would have two writers wait for each other's.
        "UPDATE conversation
            SET last_message_id = CASE WHEN n.newest THEN $3 ELSE last_message_id END,
                last_kind = CASE WHEN n.newest THEN $4 ELSE last_kind END,
                last_text = CASE WHEN n.newest THEN $5 ELSE last_text END,
                last_direction = CASE WHEN n.newest THEN $6 ELSE last_direction END,
                last_status = CASE WHEN n.newest THEN $7 ELSE last_status END,
                last_at = greatest(last_at, $8),
                heard_at = CASE WHEN $6 = 'in' THEN greatest(heard_at, $8) ELSE heard_at END,
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
    announce(env, tenant, new.id).await?;
    Ok(true)
}

/// A message's body as the list shows it.
pub(crate) fn line(body: &str) -> String {
    body.chars().take(160).collect()
}

/// Tells the feed of a message as it is now.
pub(crate) async fn announce(env: &Env, tenant: &mut Tenant, id: MessageId) -> Result<MessageView> {
    let message = find(tenant, id).await?;
    let conversation = conversation::row(tenant, message.conversation).await?;
    event::record(
        env,
        tenant,
        &Event::Message {
            message: message.clone(),
            conversation,
        },
    )
    .await?;
    Ok(message)
}

/// Writes a reply or a note in the acting member's name. The same id again changes nothing and answers alike.
pub async fn compose(env: &Env, tenant: &mut Tenant, compose: &Compose) -> Result<MessageView> {
    let text = compose.text.replace('\0', "");
    let text = text.trim_end();
    if text.trim().is_empty() || text.chars().count() > 4096 {
        return Err(Error::invalid(
            "text",
            "A message has 1 to 4096 characters.",
        ));
    }
    let author = tenant.actor().await?;
    match find(tenant, compose.id).await {
        Err(Error::NotFound) => {}
        known => return same(known?, compose, author),
    }
    let row = if compose.note {
        conversation::row(tenant, compose.conversation).await?
    } else {
        may_reply(env, tenant, compose.conversation).await?
    };
    let (direction, status) = if compose.note {
        (Direction::Note, Status::Received)
    } else {
        (Direction::Out, Status::Queued)
    };
    let new = New {
        id: compose.id,
        conversation: compose.conversation,
        channel: row.channel,
        direction,
        author: Some(author),
        kind: "text",
        body: text,
        at: env.now(),
        wamid: None,
        status,
    };
    if !add(env, tenant, &new).await? {
        // Taken a moment ago, by the same message or by another one.
        return same(find(tenant, compose.id).await?, compose, author);
    }
    if !compose.note {
        outbound::enqueue(env, tenant, compose.conversation, compose.id).await?;
    }
    draft::save(env, tenant, compose.conversation, "", false).await?;
    find(tenant, compose.id).await
}

/// The message that has the id already, when it is the one that is being written.
fn same(known: MessageView, compose: &Compose, author: MemberId) -> Result<MessageView> {
    if known.conversation == compose.conversation && known.author == Some(author) {
        return Ok(known);
    }
    Err(Error::conflict("This id is taken by another message."))
}

/// The conversation, when something may be sent in it now.
async fn may_reply(
    env: &Env,
    tenant: &mut Tenant,
    conversation: ConversationId,
) -> Result<ConversationRow> {
    let row = conversation::row(tenant, conversation).await?;
    if row.state == ConversationState::Closed {
        return Err(Error::conflict(
            "This conversation is closed: reopen it, then reply.",
        ));
    }
    let now = crate::env::moment(env.now());
    if row.window_until.is_none_or(|until| until <= now) {
        return Err(Error::WindowClosed);
    }
    if job::is_full(tenant, &outbound::lane(conversation), MOST_WAITING).await? {
        return Err(Error::conflict(
            "Too many messages wait to be sent in this conversation: let some of them go out first.",
        ));
    }
    Ok(row)
}

#[cfg(test)]
mod tests;
