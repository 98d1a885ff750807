//! What is said on a task in the portal, as a line of the contact's conversation. It is no message of WhatsApp: it has none of
//! Meta's ids, so that nobody can quote it or react to it there, and it opens no window.

use super::{About, Detail, Direction, Side, event};
use crate::{Env, Result, Tenant, conversation, message};
use postern_types::{
    ChannelId, ConversationId, ConversationState, MemberId, MessageId, Status, Told,
};
use time::OffsetDateTime;

/// The kind of such a line.
pub(crate) const KIND: &str = "portal";

/// A line to be added.
pub(super) struct Line<'a> {
    /// Made of what it tells of, so that it is added once.
    pub id: MessageId,
    /// Who said it; none: the contact.
    pub author: Option<MemberId>,
    pub body: &'a str,
    pub document: Option<&'a str>,
    pub at: OffsetDateTime,
}

/// Where a contact's lines go.
pub(super) struct Talk {
    pub id: ConversationId,
    pub channel: ChannelId,
    pub state: ConversationState,
}

/// Puts it into the newest conversation; one that is closed is opened again for what the contact says. Where there is none,
/// the task alone tells it.
pub(super) async fn land(
    env: &Env,
    tenant: &mut Tenant,
    about: &About,
    line: &Line<'_>,
) -> Result<()> {
    if is_there(tenant, line.id).await? {
        return Ok(());
    }
    let Some(talk) = newest(tenant, about).await? else {
        return Ok(());
    };
    let direction = match line.author {
        None => Direction::In,
        Some(_) => Direction::Note,
    };
    if direction == Direction::In && talk.state == ConversationState::Closed {
        conversation::reopen(env, tenant, talk.id).await?;
    }
    let told = Told {
        detail: Some(Detail::Portal {
            task: about.task,
            title: about.title.clone(),
            document: line.document.map(str::to_owned),
        }),
        ..Told::default()
    };
    let new = message::New {
        id: line.id,
        conversation: talk.id,
        channel: talk.channel,
        direction,
        author: line.author,
        kind: KIND,
        body: line.body,
        at: line.at,
        wamid: None,
        status: Status::Received,
        told: &told,
        quotes: None,
        target: None,
        file: None,
    };
    message::add(env, tenant, &new).await?;
    event::side(env, tenant, Side::Task, about.task.0).await
}

/// Whether that message was written before.
pub(super) async fn is_there(tenant: &mut Tenant, id: MessageId) -> Result<bool> {
    let workspace = tenant.workspace();
    let there = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM message WHERE workspace_id = $1 AND id = $2) AS "there!""#,
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(there)
}

/// The open one that was heard of last, or else the newest. It is held: nobody opens or closes it meanwhile.
pub(super) async fn newest(tenant: &mut Tenant, about: &About) -> Result<Option<Talk>> {
    let workspace = tenant.workspace();
    let talk = sqlx::query_as!(
        Talk,
        r#"SELECT id AS "id: ConversationId", channel_id AS "channel: ChannelId", state AS "state: ConversationState"
             FROM conversation WHERE workspace_id = $1 AND contact_id = $2
            ORDER BY state DESC, last_at DESC LIMIT 1 FOR NO KEY UPDATE"#,
        workspace.0,
        about.contact.0,
    )
    .fetch_optional(tenant.conn())
    .await?;
    Ok(talk)
}
