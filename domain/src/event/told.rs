//! What callers are told: the feed's events in a form of their own, which stays as it is when the feed's changes.
//!
//! Webhooks are cut from it ([`crate::delivery`]), and a caller that reads the feed gets the same: `id`, `type`, `timestamp`
//! and `data`. To add a kind: a variant of [`EventKind`] with its row of the table, and its reading here. Nothing that opens
//! anything goes out: a portal link's address is hushed wherever it stands, and no PIN, code or key is in any event.

use super::Entry;
use crate::{Error, Result, Tenant, crypto, env::rfc3339};
use postern_types::{
    ChannelView, ContactId, Content, ConversationRow, Direction, Event, EventKind, MemberView,
    MessageView, Side, TaskId, TaskStatus,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

/// An event, as callers read it.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Which event: `evt_` and 32 hexadecimal digits, the same whenever it is read.
    pub id: String,
    /// Its kind.
    pub kind: EventKind,
    /// When it happened.
    pub at: OffsetDateTime,
    /// What it is of: the id of a conversation, or a word and an id. Events of one object are told in their order.
    pub object: String,
    /// Ids and content, as an object.
    pub data: Value,
}

impl Told {
    /// When it happened, as callers read it (RFC 3339).
    pub fn timestamp(&self) -> String {
        stamp(self.at)
    }

    /// `{type, timestamp, data}` as Standard Webhooks has it, in that order.
    pub fn body(&self) -> Result<String> {
        #[derive(serde::Serialize)]
        struct Body<'a> {
            r#type: &'static str,
            timestamp: String,
            data: &'a Value,
        }
        let body = Body {
            r#type: self.kind.as_str(),
            timestamp: self.timestamp(),
            data: &self.data,
        };
        serde_json::to_string(&body).map_err(|error| Error::Internal(error.into()))
    }
}

/// How such an entry begins.
pub(super) const FOR_CALLERS: &str = r#"{"type":"callers","#;

/// An entry that is for callers alone, and says all that they are told.
#[derive(Serialize, Deserialize)]
pub(super) struct ForCallers {
    r#type: String,
    kind: EventKind,
    object: String,
    data: Value,
}

impl ForCallers {
    pub fn new(kind: EventKind, object: String, data: Value) -> Self {
        Self {
            r#type: "callers".to_owned(),
            kind,
            object,
            data,
        }
    }
}

/// What callers are told of an entry of the feed; nothing when it is for pages alone. What it does not carry is read from the
/// tables, as it is now.
pub async fn told(tenant: &mut Tenant, entry: &Entry) -> Result<Option<Told>> {
    if entry.anew {
        return Ok(None);
    }
    let read = if entry.is_for_callers() {
        serde_json::from_str::<ForCallers>(&entry.body)
            .map(|told| (told.kind, told.object, told.data))
    } else {
        match serde_json::from_str::<Event>(&entry.body) {
            Ok(event) => Ok(of_event(tenant, event).await?),
            Err(error) => Err(error),
        }
    };
    let (kind, object, mut data) = match read {
        Ok(read) => read,
        // One that another version wrote must not hold up those behind it.
        Err(error) => {
            tracing::error!(workspace.id = %tenant.workspace(), %error, "an event of the feed is not understood, and callers are not told of it");
            return Ok(None);
        }
    };
    hush(&mut data);
    Ok(Some(Told {
        id: id_of(tenant, entry),
        kind,
        at: entry.at,
        object,
        data,
    }))
}

/// What an event that pages hear of as well is to callers: its kind, its object, and what it says.
async fn of_event(tenant: &mut Tenant, event: Event) -> Result<(EventKind, String, Value)> {
    Ok(match event {
        Event::Message {
            message,
            conversation,
        } => {
            let object = conversation.id.to_string();
            (kind_of(&message), object, said(&message, &conversation))
        }
        Event::Conversation { conversation } => (
            EventKind::ConversationChanged,
            conversation.id.to_string(),
            json!({ "conversation": talk(&conversation) }),
        ),
        Event::Channel { channel } => (
            EventKind::NumberChanged,
            format!("number:{}", channel.id),
            number(&channel),
        ),
        Event::Member { member: who } => (
            EventKind::MemberChanged,
            format!("member:{}", who.id),
            member(&who),
        ),
        Event::Side { what, id } => side(tenant, what, id).await?,
    })
}

/// From its place in the feed, which it keeps.
fn id_of(tenant: &Tenant, entry: &Entry) -> String {
    let place = &entry.position;
    let name = format!("event:{}:{}:{}", tenant.workspace(), place.xid, place.seq);
    let digest = hex::encode(crypto::sha256(name.as_bytes()));
    format!("evt_{}", digest.get(..32).unwrap_or_default())
}

/// A message's first word is that it is there; all others are that it changed.
fn kind_of(message: &MessageView) -> EventKind {
    match (message.direction, message.rev) {
        (Direction::In, ..=1) => EventKind::MessageReceived,
        (Direction::Out, ..=1) => EventKind::MessageSent,
        (Direction::Note, ..=1) => EventKind::MessageNoted,
        (Direction::Out, _) => EventKind::MessageStatus,
        (Direction::In | Direction::Note, _) => EventKind::MessageChanged,
    }
}

fn said(message: &MessageView, conversation: &ConversationRow) -> Value {
    let kind = match &message.content {
        Content::Text { .. } => "text",
        Content::Other { kind, .. } => kind,
    };
    let fault = message
        .fault
        .as_ref()
        .map(|fault| json!({ "code": fault.code, "reason": fault.reason }));
    let more: Option<Value> = message
        .extra
        .as_ref()
        .and_then(|extra| serde_json::from_str(&extra.0).ok());
    json!({
        "message": {
            "id": message.id,
            "conversation_id": message.conversation,
            "contact_id": conversation.contact.id,
            "number_id": conversation.channel,
            "direction": message.direction,
            "author_id": message.author,
            "type": kind,
            "text": message.content.text(),
            "at": rfc3339(message.at),
            "status": message.status,
            "status_at": rfc3339(message.status_at),
            "fault": fault,
            "more": more,
        },
        "conversation": talk(conversation),
    })
}

fn talk(conversation: &ConversationRow) -> Value {
    json!({
        "id": conversation.id,
        "contact": {
            "id": conversation.contact.id,
            "name": conversation.contact.name,
            "phone": conversation.contact.phone,
        },
        "number_id": conversation.channel,
        "state": conversation.state,
        "assignee_id": conversation.assignee,
        "team_id": conversation.team,
        "label_ids": conversation.labels,
        "unread": conversation.unread,
        "last_at": rfc3339(conversation.last_at),
        "window_until": conversation.window_until.map(rfc3339),
    })
}

fn number(channel: &ChannelView) -> Value {
    json!({ "number": {
        "id": channel.id,
        "name": channel.name,
        "phone": channel.phone,
        "state": channel.state,
    } })
}

fn member(member: &MemberView) -> Value {
    json!({ "member": {
        "id": member.id,
        "name": member.name,
        "role": member.role,
        "active": member.active,
    } })
}

async fn side(tenant: &mut Tenant, what: Side, id: Uuid) -> Result<(EventKind, String, Value)> {
    Ok(match what {
        Side::Contact => {
            let contact = contact(tenant, ContactId(id)).await?;
            let data = json!({ "contact_id": id, "contact": contact });
            (EventKind::ContactChanged, format!("contact:{id}"), data)
        }
        Side::Task => {
            let task = task(tenant, TaskId(id)).await?;
            let kind = if task.is_some() {
                EventKind::TaskChanged
            } else {
                EventKind::TaskDeleted
            };
            let data = json!({ "task_id": id, "task": task });
            (kind, format!("task:{id}"), data)
        }
        Side::Portal => {
            let link = link(tenant, ContactId(id)).await?;
            let data = json!({ "contact_id": id, "link": link });
            (EventKind::PortalChanged, format!("portal:{id}"), data)
        }
    })
}

/// A contact as they are now; of one who was merged, `merged_into` says which one is left.
async fn contact(tenant: &mut Tenant, id: ContactId) -> Result<Option<Value>> {
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        r#"SELECT coalesce(c.given_name, c.name, c.username) AS name, c.phone, c.email, c.owner_id, c.created_at, c.merged_into,
                  ARRAY(SELECT l.label_id FROM contact_label l
                         WHERE l.workspace_id = $1 AND l.contact_id = $2 ORDER BY l.label_id) AS "labels!: Vec<Uuid>",
                  (SELECT jsonb_object_agg(v.field_id, v.value) FROM contact_value v
                    WHERE v.workspace_id = $1 AND v.contact_id = $2) AS fields
             FROM contact c WHERE c.workspace_id = $1 AND c.id = $2"#,
        workspace.0,
        id.0,
    )
    .fetch_optional(tenant.conn())
    .await?;
    Ok(row.map(|row| {
        json!({
            "id": id,
            "name": row.name,
            "phone": row.phone,
            "email": row.email,
            "owner_id": row.owner_id,
            "label_ids": row.labels,
            "fields": row.fields.unwrap_or_else(|| Value::Object(Map::new())),
            "created_at": stamp(row.created_at),
            "merged_into": row.merged_into,
        })
    }))
}

async fn task(tenant: &mut Tenant, id: TaskId) -> Result<Option<Value>> {
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        r#"SELECT contact_id, title, description, status AS "status: TaskStatus", due::text AS due, owner_id, author_id, shared,
                  created_at, ended_at,
                  (SELECT count(*) FROM task_item i
                    WHERE i.workspace_id = $1 AND i.task_id = $2 AND i.done_at IS NULL) AS "open!"
             FROM task WHERE workspace_id = $1 AND id = $2"#,
        workspace.0,
        id.0,
    )
    .fetch_optional(tenant.conn())
    .await?;
    Ok(row.map(|row| {
        json!({
            "id": id,
            "contact_id": row.contact_id,
            "title": row.title,
            "description": row.description,
            "status": row.status,
            "due": row.due,
            "owner_id": row.owner_id,
            "author_id": row.author_id,
            "shared": row.shared,
            "open_items": row.open,
            "created_at": stamp(row.created_at),
            "ended_at": row.ended_at.map(stamp),
        })
    }))
}

/// A contact's newest link: when things became of it, and nothing that opens it.
async fn link(tenant: &mut Tenant, contact: ContactId) -> Result<Option<Value>> {
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        "SELECT id, created_at, expires_at, revoked_at, used_at FROM portal_link
          WHERE workspace_id = $1 AND contact_id = $2 ORDER BY created_at DESC, id DESC LIMIT 1",
        workspace.0,
        contact.0,
    )
    .fetch_optional(tenant.conn())
    .await?;
    Ok(row.map(|row| {
        json!({
            "id": row.id,
            "created_at": stamp(row.created_at),
            "expires_at": row.expires_at.map(stamp),
            "revoked_at": row.revoked_at.map(stamp),
            "used_at": row.used_at.map(stamp),
        })
    }))
}

/// A time as callers read it (RFC 3339).
fn stamp(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}

/// Letters of a portal link's token, at least.
const TOKEN: usize = 20;
/// What stands before it in its address.
const BEFORE: &str = "/p/";

/// Takes the tokens out of portal links: an agent may have sent one into the chat.
fn hush(value: &mut Value) {
    match value {
        Value::String(text) if text.contains(BEFORE) => *text = hushed(text),
        Value::Array(values) => values.iter_mut().for_each(hush),
        Value::Object(fields) => fields.values_mut().for_each(hush),
        _ => {}
    }
}

fn hushed(text: &str) -> String {
    let mut parts = text.split(BEFORE);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(BEFORE);
        let end = part
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))
            .unwrap_or(part.len());
        let (token, rest) = part.split_at(end);
        out.push_str(if token.len() >= TOKEN { "…" } else { token });
        out.push_str(rest);
    }
    out
}

#[cfg(test)]
mod tests;
