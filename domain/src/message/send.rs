//! Queueing a message of any kind.

use super::{New, add, change, find};
use crate::{Env, Error, Result, Tenant, conversation, job, outbound};
use postern_types::{
    ChannelId, ConversationId, ConversationRow, ConversationState, Direction, FileId, MemberId,
    MessageId, MessageView, Status, Told,
};
use serde_json::Value;

/// How many messages of one conversation may wait to be sent.
const MOST_WAITING: i64 = 500;

/// What goes out, by whatever it was made.
pub(crate) struct Send<'a> {
    pub id: MessageId,
    pub conversation: ConversationId,
    /// Meta's word for it.
    pub kind: &'a str,
    /// Its text, or what stands for it in the list.
    pub body: &'a str,
    /// What a thread shows beside that.
    pub told: &'a Told,
    /// Meta's id of the message that it answers.
    pub quotes: Option<&'a str>,
    /// The message that it changes, and Meta's id of that: of a reaction.
    pub target: Option<(&'a str, MessageId)>,
    /// As it is posted, with a `{"file": id}` in the place of each id of a file at Meta; none for plain text.
    pub sending: Option<&'a Value>,
    /// The file in those places that a thread shows with it.
    pub file: Option<FileId>,
}

/// Queues it in the acting member's name. The same id again changes nothing and answers alike. Whether it may be sent at
/// this time is the caller's to know, and is looked at again when it is.
pub(crate) async fn send(env: &Env, tenant: &mut Tenant, send: &Send<'_>) -> Result<MessageView> {
    let author = tenant.actor().await?;
    match find(tenant, send.id).await {
        Err(Error::NotFound) => {}
        known => return same(known?, send.conversation, author),
    }
    let row = may_send(tenant, send.conversation).await?;
    queue(env, tenant, author, row.channel, send).await
}

/// Queues what the server tells by itself, in a member's name; also in a conversation that is closed, which it leaves closed.
pub(crate) async fn send_for(
    env: &Env,
    tenant: &mut Tenant,
    author: MemberId,
    channel: ChannelId,
    send: &Send<'_>,
) -> Result<MessageView> {
    if job::is_full(tenant, &outbound::lane(send.conversation), MOST_WAITING).await? {
        return Err(Error::conflict(
            "Too many messages wait to be sent in this conversation: let some of them go out first.",
        ));
    }
    queue(env, tenant, author, channel, send).await
}

/// The same, once that is known.
pub(super) async fn queue(
    env: &Env,
    tenant: &mut Tenant,
    author: MemberId,
    channel: ChannelId,
    send: &Send<'_>,
) -> Result<MessageView> {
    let new = New {
        id: send.id,
        conversation: send.conversation,
        channel,
        direction: Direction::Out,
        author: Some(author),
        kind: send.kind,
        body: send.body,
        at: env.now(),
        wamid: None,
        status: Status::Queued,
        told: send.told,
        quotes: send.quotes,
        target: send.target.map(|(wamid, _)| wamid),
        file: send.file,
    };
    let added = match send.target {
        Some((_, target)) => change(env, tenant, &new, target).await?,
        None => add(env, tenant, &new).await?,
    };
    if !added {
        // Taken a moment ago, by the same message or by another one.
        return same(find(tenant, send.id).await?, send.conversation, author);
    }
    if let Some(sending) = send.sending {
        keep(tenant, send.id, sending).await?;
    }
    outbound::enqueue(env, tenant, send.conversation, send.id).await?;
    find(tenant, send.id).await
}

async fn keep(tenant: &mut Tenant, id: MessageId, sending: &Value) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE message SET sending = $3 WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
        sending,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// The message that has the id already, when it is the one that is being written.
pub(super) fn same(
    known: MessageView,
    conversation: ConversationId,
    author: MemberId,
) -> Result<MessageView> {
    if known.conversation == conversation && known.author == Some(author) {
        return Ok(known);
    }
    Err(Error::conflict("This id is taken by another message."))
}

/// The conversation, when it takes messages.
pub(super) async fn may_send(
    tenant: &mut Tenant,
    conversation: ConversationId,
) -> Result<ConversationRow> {
    let row = conversation::row(tenant, conversation).await?;
    if row.state == ConversationState::Closed {
        return Err(Error::conflict(
            "This conversation is closed: reopen it, then reply.",
        ));
    }
    if job::is_full(tenant, &outbound::lane(conversation), MOST_WAITING).await? {
        return Err(Error::conflict(
            "Too many messages wait to be sent in this conversation: let some of them go out first.",
        ));
    }
    Ok(row)
}

/// The same for what is no template: the window is open.
pub(super) async fn may_reply(
    env: &Env,
    tenant: &mut Tenant,
    conversation: ConversationId,
) -> Result<ConversationRow> {
    let row = may_send(tenant, conversation).await?;
    let now = crate::env::moment(env.now());
    if row.window_until.is_none_or(|until| until <= now) {
        return Err(Error::WindowClosed);
    }
    Ok(row)
}
