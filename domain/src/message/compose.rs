//! Writing a reply or a note.

use super::{
    New, add, find,
    outgoing::{Ready, ready},
    send::{Send, may_reply, queue, same},
};
use crate::{Env, Error, Result, Tenant, conversation, draft, file};
use postern_types::{
    ChannelId, Compose, ConversationId, Direction, FileId, FileView, MemberId, MessageId,
    MessageView, Outgoing, Status, Told,
};
use time::{Duration, OffsetDateTime};

/// How long a message takes reactions (Cloud API, "Reaction messages").
const REACTIONS: Duration = Duration::days(30);

/// Writes a reply or a note in the acting member's name. The same id again changes nothing and answers alike.
pub async fn compose(env: &Env, tenant: &mut Tenant, compose: &Compose) -> Result<MessageView> {
    let text = compose.text.replace('\0', "");
    let text = text.trim_end();
    let outgoing = read(compose)?;
    if outgoing.is_none() && (text.trim().is_empty() || text.chars().count() > 4096) {
        return Err(Error::invalid(
            "text",
            "A message has 1 to 4096 characters.",
        ));
    }
    let author = tenant.actor().await?;
    match find(tenant, compose.id).await {
        Err(Error::NotFound) => {}
        known => return same(known?, compose.conversation, author),
    }
    let message = if compose.note {
        note(env, tenant, author, compose, text).await?
    } else {
        let row = may_reply(env, tenant, compose.conversation).await?;
        let who = (author, row.channel);
        match &outgoing {
            Some(outgoing) => rich(env, tenant, who, compose, text, outgoing).await?,
            None => plain(env, tenant, who, compose, text).await?,
        }
    };
    // A reaction is no answer to what is being written.
    if !matches!(outgoing, Some(Outgoing::Reaction { .. })) {
        draft::save(env, tenant, compose.conversation, "", false).await?;
    }
    Ok(message)
}

/// Sends words of ours in the acting member's name; what they are writing there stays.
pub(crate) async fn say(
    env: &Env,
    tenant: &mut Tenant,
    conversation: ConversationId,
    text: &str,
) -> Result<MessageView> {
    let author = tenant.actor().await?;
    let row = may_reply(env, tenant, conversation).await?;
    let message = Send {
        id: env.id(),
        conversation,
        kind: "text",
        body: text,
        told: &Told::default(),
        quotes: None,
        target: None,
        sending: None,
        file: None,
    };
    queue(env, tenant, author, row.channel, &message).await
}

/// What it is beside text.
fn read(compose: &Compose) -> Result<Option<Outgoing>> {
    let Some(packed) = &compose.sends else {
        return Ok(None);
    };
    if compose.note {
        return Err(Error::invalid("note", "A note is text alone."));
    }
    let outgoing = serde_json::from_str(&packed.0).map_err(|_| {
        Error::invalid(
            "sends",
            "This kind of message is not known here: load the page again.",
        )
    })?;
    Ok(Some(outgoing))
}

async fn note(
    env: &Env,
    tenant: &mut Tenant,
    author: MemberId,
    compose: &Compose,
    text: &str,
) -> Result<MessageView> {
    let row = conversation::row(tenant, compose.conversation).await?;
    let new = New {
        id: compose.id,
        conversation: compose.conversation,
        channel: row.channel,
        direction: Direction::Note,
        author: Some(author),
        kind: "text",
        body: text,
        at: env.now(),
        wamid: None,
        status: Status::Received,
        told: &Told::default(),
        quotes: None,
        target: None,
        file: None,
    };
    let added = add(env, tenant, &new).await?;
    let message = find(tenant, compose.id).await?;
    if added {
        return Ok(message);
    }
    same(message, compose.conversation, author)
}

async fn plain(
    env: &Env,
    tenant: &mut Tenant,
    (author, channel): (MemberId, ChannelId),
    compose: &Compose,
    text: &str,
) -> Result<MessageView> {
    let quotes = answered(tenant, compose).await?;
    let message = Send {
        id: compose.id,
        conversation: compose.conversation,
        kind: "text",
        body: text,
        told: &Told::default(),
        quotes: quotes.as_deref(),
        target: None,
        sending: None,
        file: None,
    };
    queue(env, tenant, author, channel, &message).await
}

async fn rich(
    env: &Env,
    tenant: &mut Tenant,
    (author, channel): (MemberId, ChannelId),
    compose: &Compose,
    text: &str,
    outgoing: &Outgoing,
) -> Result<MessageView> {
    let quotes = answered(tenant, compose).await?;
    let (mut view, mut target) = (None, None);
    match outgoing {
        Outgoing::Media { file, .. } => {
            view = Some(known(tenant, channel, *file).await?);
        }
        Outgoing::Reaction { target: of, .. } => {
            let wamid = reactable(env, tenant, compose.conversation, *of).await?;
            target = Some((wamid, *of));
        }
        _ => {}
    }
    let wamid = target.as_ref().map(|(wamid, _)| wamid.as_str());
    let Ready {
        kind,
        body,
        told,
        sending,
    } = ready(text, outgoing, view.as_ref(), wamid)?;
    let message = Send {
        id: compose.id,
        conversation: compose.conversation,
        kind,
        body: &body,
        told: &told,
        quotes: quotes.as_deref(),
        target: target.as_ref().map(|(wamid, id)| (wamid.as_str(), *id)),
        sending: Some(&sending),
        file: view.map(|view| view.id),
    };
    queue(env, tenant, author, channel, &message).await
}

/// A file that lies here for the conversation's number.
async fn known(tenant: &mut Tenant, channel: ChannelId, file: FileId) -> Result<FileView> {
    let gone = |error| match error {
        Error::NotFound => {
            Error::invalid("file", "This file is not here any more: choose it again.")
        }
        other => other,
    };
    file::sendable(tenant, file, channel).await.map_err(gone)?;
    file::find(tenant, file).await.map_err(gone)
}

/// A message as Meta knows it.
struct Known {
    wamid: Option<String>,
    kind: String,
    direction: Direction,
    status: Status,
    at: OffsetDateTime,
}

async fn one(
    tenant: &mut Tenant,
    conversation: ConversationId,
    id: MessageId,
    field: &'static str,
) -> Result<(Known, String)> {
    let workspace = tenant.workspace();
    let row = sqlx::query_as!(
        Known,
        r#"SELECT wamid, kind, direction AS "direction: Direction", status AS "status: Status", at
             FROM message WHERE workspace_id = $1 AND conversation_id = $2 AND id = $3"#,
        workspace.0,
        conversation.0,
        id.0,
    )
    .fetch_optional(tenant.conn())
    .await?
    .ok_or_else(|| Error::invalid(field, "This message is not in this conversation."))?;
    if row.direction == Direction::Note {
        return Err(Error::invalid(
            field,
            "A note never left the workspace: the contact does not know it.",
        ));
    }
    let wamid = row.wamid.clone().filter(|_| row.status != Status::Failed);
    let wamid = wamid
        .ok_or_else(|| Error::invalid(field, "WhatsApp does not have this message, or not yet."))?;
    Ok((row, wamid))
}

/// Meta's id of the message that is answered.
async fn answered(tenant: &mut Tenant, compose: &Compose) -> Result<Option<String>> {
    let Some(id) = compose.reply_to else {
        return Ok(None);
    };
    let (_, wamid) = one(tenant, compose.conversation, id, "reply_to").await?;
    Ok(Some(wamid))
}

/// Meta's id of a message that takes reactions.
async fn reactable(
    env: &Env,
    tenant: &mut Tenant,
    conversation: ConversationId,
    id: MessageId,
) -> Result<String> {
    let (known, wamid) = one(tenant, conversation, id, "target").await?;
    if known.kind == "reaction" {
        return Err(Error::invalid(
            "target",
            "A reaction takes no reaction itself.",
        ));
    }
    if known.at + REACTIONS < env.now() {
        return Err(Error::invalid(
            "target",
            "WhatsApp takes reactions to messages of the last 30 days only.",
        ));
    }
    Ok(wamid)
}
