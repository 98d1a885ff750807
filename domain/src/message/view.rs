//! Reading messages.

use crate::{Result, Tenant, conversation::content, env::moment, page};
use postern_types::{
    Content, ConversationId, Detail, Direction, Extra, FileView, MemberId, MessageId, MessageView,
    Packed, Quoted, Reaction, SendFault, Status, ThreadPage, Told,
};
use serde_json::Value;
use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

/// Lines of a page. The statement says `LIMIT 51`, one more, which tells whether an older one follows.
const LINES: usize = 50;
/// Bytes of a page as it is sent, about: long messages make a page of fewer lines.
const BYTES: usize = 40_000;
/// Bytes of a line beside its text.
const AROUND: usize = 400;

/// A row of the view `message_row`.
struct Record {
    id: Uuid,
    rev: i64,
    conversation_id: Uuid,
    direction: Direction,
    author_id: Option<Uuid>,
    kind: String,
    body: String,
    told: Option<Value>,
    at: OffsetDateTime,
    arrival: i64,
    status: Status,
    status_at: OffsetDateTime,
    ask_at: Option<OffsetDateTime>,
    fault_code: Option<i64>,
    fault_reason: Option<String>,
    fault_retry: Option<bool>,
    fault_details: Option<String>,
    target_id: Option<Uuid>,
    quotes: Option<String>,
    quoted_id: Option<Uuid>,
    quoted_direction: Option<Direction>,
    quoted_author: Option<Uuid>,
    quoted_kind: Option<String>,
    quoted_line: Option<String>,
    edited_body: Option<String>,
    edited_told: Option<Value>,
    edited_at: Option<OffsetDateTime>,
    deleted_at: Option<OffsetDateTime>,
    reaction_in: Option<String>,
    reaction_out: Option<String>,
    file: Option<Json<FileView>>,
}

impl From<Record> for MessageView {
    fn from(mut row: Record) -> Self {
        let extra = extra(&mut row);
        let content = match (row.deleted_at, row.edited_body) {
            // What was deleted is not shown to anybody any more.
            (Some(_), _) => Content::Other {
                kind: "revoke".to_owned(),
                summary: String::new(),
            },
            (None, edited) => content(row.kind, edited.unwrap_or(row.body)),
        };
        Self {
            id: MessageId(row.id),
            rev: row.rev,
            conversation: ConversationId(row.conversation_id),
            direction: row.direction,
            author: row.author_id.map(MemberId),
            content,
            at: moment(row.at),
            arrival: row.arrival,
            status: row.status,
            status_at: moment(row.status_at),
            fault: row.fault_code.map(|code| SendFault {
                code,
                reason: row.fault_reason.unwrap_or_default(),
                retry: row.fault_retry.unwrap_or_default(),
                details: row.fault_details,
            }),
            ask_at: row.ask_at.map(moment),
            extra: pack(&extra),
        }
    }
}

/// What stands around a message's words, as it is now.
fn extra(row: &mut Record) -> Extra {
    let deleted = row.deleted_at.map(moment);
    if deleted.is_some() {
        return Extra {
            deleted,
            ..Extra::default()
        };
    }
    let mut told = told(row.told.take());
    if let Some(Detail::Change { now: Some(now) }) = told_now(row.edited_told.take()) {
        told.detail = Some(*now);
    }
    let reactions = [
        (row.reaction_in.take(), false),
        (row.reaction_out.take(), true),
    ];
    Extra {
        told,
        file: row.file.take().map(|Json(file)| file),
        quoted: quoted(row),
        reactions: reactions
            .into_iter()
            .filter_map(|(emoji, ours)| {
                let emoji = emoji.filter(|emoji| !emoji.is_empty())?;
                Some(Reaction { emoji, ours })
            })
            .collect(),
        edited: row.edited_at.map(moment),
        deleted,
    }
}

fn told_now(edited: Option<Value>) -> Option<Detail> {
    told(edited).detail
}

fn quoted(row: &mut Record) -> Option<Quoted> {
    row.quotes.take()?;
    Some(Quoted {
        id: row.quoted_id.map(MessageId),
        direction: row.quoted_direction.unwrap_or(Direction::Out),
        author: row.quoted_author.map(MemberId),
        kind: row.quoted_kind.take().unwrap_or_default(),
        line: row.quoted_line.take().unwrap_or_default(),
    })
}

/// What was stored beside a message's text. What an older or a newer server wrote and this cannot read is left out.
pub(crate) fn told(stored: Option<Value>) -> Told {
    stored
        .and_then(|stored| serde_json::from_value(stored).ok())
        .unwrap_or_default()
}

/// None when there is nothing in it.
fn pack(extra: &Extra) -> Option<Packed> {
    if *extra == Extra::default() {
        return None;
    }
    serde_json::to_string(extra).ok().map(Packed)
}

/// One message.
pub async fn find(tenant: &mut Tenant, id: MessageId) -> Result<MessageView> {
    let (message, _) = read(tenant, id).await?;
    Ok(message)
}

/// One message, and the one that it changes.
pub(super) async fn read(
    tenant: &mut Tenant,
    id: MessageId,
) -> Result<(MessageView, Option<MessageId>)> {
    let workspace = tenant.workspace();
    let row = sqlx::query_as!(
        Record,
        r#"SELECT id AS "id!", rev AS "rev!", conversation_id AS "conversation_id!", direction AS "direction!: Direction",
                  author_id, kind AS "kind!", body AS "body!", told, at AS "at!", arrival AS "arrival!",
                  status AS "status!: Status", status_at AS "status_at!", ask_at, fault_code, fault_reason, fault_retry,
                  fault_details, target_id,
                  quotes, quoted_id, quoted_direction AS "quoted_direction: Direction", quoted_author, quoted_kind,
                  quoted_line, edited_body, edited_told, edited_at, deleted_at, reaction_in, reaction_out,
                  file AS "file: Json<FileView>"
             FROM message_row WHERE workspace_id = $1 AND id = $2"#,
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let target = row.target_id.map(MessageId);
    Ok((row.into(), target))
}

/// The page of a thread that ends before `before`, or its newest page; oldest line first. It has one line at least, and
/// no more than can be sent and shown at once.
pub async fn thread(
    tenant: &mut Tenant,
    conversation: ConversationId,
    before: Option<&str>,
) -> Result<ThreadPage> {
    let workspace = tenant.workspace();
    let (at, arrival) = match before {
        Some(key) => page::parse::<i64>(key)?,
        None => (time::macros::datetime!(9999-01-01 0:00 UTC), i64::MAX),
    };
    // A conversation of another workspace is not an empty thread, it is not there.
    sqlx::query_scalar!(
        "SELECT id FROM conversation WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        conversation.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let rows = sqlx::query_as!(
        Record,
        r#"SELECT id AS "id!", rev AS "rev!", conversation_id AS "conversation_id!", direction AS "direction!: Direction",
                  author_id, kind AS "kind!", body AS "body!", told, at AS "at!", arrival AS "arrival!",
                  status AS "status!: Status", status_at AS "status_at!", ask_at, fault_code, fault_reason, fault_retry,
                  fault_details, target_id,
                  quotes, quoted_id, quoted_direction AS "quoted_direction: Direction", quoted_author, quoted_kind,
                  quoted_line, edited_body, edited_told, edited_at, deleted_at, reaction_in, reaction_out,
                  file AS "file: Json<FileView>"
             FROM message_row
            WHERE workspace_id = $1 AND conversation_id = $2 AND target_id IS NULL AND (at, arrival) < ($3, $4)
            ORDER BY at DESC, arrival DESC LIMIT 51"#,
        workspace.0,
        conversation.0,
        at,
        arrival,
    )
    .fetch_all(tenant.conn())
    .await?;
    let places: Vec<_> = rows
        .iter()
        .map(|row| page::key(row.at, row.arrival))
        .collect();
    let mut messages: Vec<_> = rows.into_iter().map(MessageView::from).collect();
    let fit = fitting(&messages);
    let older = (messages.len() > fit)
        .then(|| places.into_iter().nth(fit.saturating_sub(1)))
        .flatten();
    messages.truncate(fit);
    messages.reverse();
    Ok(ThreadPage { messages, older })
}

/// How many of these make a page.
fn fitting(messages: &[MessageView]) -> usize {
    let mut bytes = 0;
    messages
        .iter()
        .take(LINES)
        .enumerate()
        .take_while(|(nth, message)| {
            let extra = message.extra.as_ref().map_or(0, |extra| extra.0.len());
            bytes += message.content.text().len() + extra + AROUND;
            *nth == 0 || bytes <= BYTES
        })
        .count()
}
