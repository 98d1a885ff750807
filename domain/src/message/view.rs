//! Reading messages.

use crate::{Result, Tenant, conversation::content, env::moment, page};
use postern_types::{
    ConversationId, Direction, MemberId, MessageId, MessageView, SendFault, Status, ThreadPage,
};
use time::OffsetDateTime;
use uuid::Uuid;

/// Lines of a page. The statement says `LIMIT 51`, one more, which tells whether an older one follows.
const LINES: usize = 50;
/// Bytes of a page as it is sent, about: long messages make a page of fewer lines.
const BYTES: usize = 40_000;
/// Bytes of a line beside its text.
const AROUND: usize = 400;

struct Record {
    id: Uuid,
    rev: i64,
    conversation_id: Uuid,
    direction: Direction,
    author_id: Option<Uuid>,
    kind: String,
    body: String,
    at: OffsetDateTime,
    arrival: i64,
    status: Status,
    status_at: OffsetDateTime,
    ask_at: Option<OffsetDateTime>,
    fault_code: Option<i64>,
    fault_reason: Option<String>,
    fault_retry: Option<bool>,
}

impl From<Record> for MessageView {
    fn from(row: Record) -> Self {
        Self {
            id: MessageId(row.id),
            rev: row.rev,
            conversation: ConversationId(row.conversation_id),
            direction: row.direction,
            author: row.author_id.map(MemberId),
            content: content(row.kind, row.body),
            at: moment(row.at),
            arrival: row.arrival,
            status: row.status,
            status_at: moment(row.status_at),
            fault: row.fault_code.map(|code| SendFault {
                code,
                reason: row.fault_reason.unwrap_or_default(),
                retry: row.fault_retry.unwrap_or_default(),
            }),
            ask_at: row.ask_at.map(moment),
        }
    }
}

/// One message.
pub async fn find(tenant: &mut Tenant, id: MessageId) -> Result<MessageView> {
    let workspace = tenant.workspace();
    let row = sqlx::query_as!(
        Record,
        r#"SELECT id, rev, conversation_id, direction AS "direction: Direction", author_id, kind, body, at, arrival,
                  status AS "status: Status", status_at, ask_at, fault_code, fault_reason, fault_retry
             FROM message WHERE workspace_id = $1 AND id = $2"#,
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(row.into())
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
    let mut rows = sqlx::query_as!(
        Record,
        r#"SELECT id, rev, conversation_id, direction AS "direction: Direction", author_id, kind, body, at, arrival,
                  status AS "status: Status", status_at, ask_at, fault_code, fault_reason, fault_retry
             FROM message
            WHERE workspace_id = $1 AND conversation_id = $2 AND (at, arrival) < ($3, $4)
            ORDER BY at DESC, arrival DESC LIMIT 51"#,
        workspace.0,
        conversation.0,
        at,
        arrival,
    )
    .fetch_all(tenant.conn())
    .await?;
    let fit = fitting(&rows);
    let more = rows.len() > fit;
    rows.truncate(fit);
    let older = rows
        .last()
        .filter(|_| more)
        .map(|row| page::key(row.at, row.arrival));
    rows.reverse();
    Ok(ThreadPage {
        messages: rows.into_iter().map(MessageView::from).collect(),
        older,
    })
}

/// How many of these make a page.
fn fitting(rows: &[Record]) -> usize {
    let mut bytes = 0;
    rows.iter()
        .take(LINES)
        .enumerate()
        .take_while(|(nth, row)| {
            bytes += row.body.len() + AROUND;
            *nth == 0 || bytes <= BYTES
        })
        .count()
}
