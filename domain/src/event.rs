//! The feed: what happened in a workspace, in an order that never skips.

mod told;

use told::ForCallers;
pub use told::{Told, told};

use crate::{Env, Error, Result, Tenant, wake::Signal};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use postern_types::{ConversationId, Event, EventKind, FeedCursor, Side};
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

/// Adds `event` to the feed of the tenant's workspace, in the same transaction as what it tells of.
pub async fn record(env: &Env, tenant: &mut Tenant, event: &Event) -> Result<()> {
    add(env, tenant, event).await
}

async fn add(env: &Env, tenant: &mut Tenant, event: &impl Serialize) -> Result<()> {
    let workspace = tenant.workspace();
    let body = serde_json::to_string(event).map_err(|error| Error::Internal(error.into()))?;
    sqlx::query!(
        "INSERT INTO event (workspace_id, at, body) VALUES ($1, $2, $3)",
        workspace.0,
        env.now(),
        body,
    )
    .execute(tenant.conn())
    .await?;
    tenant.ring(Signal::Feed(workspace));
    Ok(())
}

/// Tells the pages beside the inbox that something of theirs changed.
pub(crate) async fn side(env: &Env, tenant: &mut Tenant, what: Side, id: Uuid) -> Result<()> {
    record(env, tenant, &Event::Side { what, id }).await
}

/// Tells callers alone: no page shows it, and none is sent it.
pub(crate) async fn for_callers(
    env: &Env,
    tenant: &mut Tenant,
    kind: EventKind,
    object: String,
    data: Value,
) -> Result<()> {
    add(env, tenant, &ForCallers::new(kind, object, data)).await
}

/// [`record`] for several at once, in their order.
pub(crate) async fn record_all(env: &Env, tenant: &mut Tenant, events: &[Event]) -> Result<()> {
    let workspace = tenant.workspace();
    let bodies: Vec<String> = events
        .iter()
        .map(serde_json::to_string)
        .collect::<std::result::Result<_, _>>()
        .map_err(|error| Error::Internal(error.into()))?;
    sqlx::query!(
        "INSERT INTO event (workspace_id, at, body)
         SELECT $1, $2, b.body FROM unnest($3::text[]) WITH ORDINALITY AS b (body, nth) ORDER BY b.nth",
        workspace.0,
        env.now(),
        &bodies,
    )
    .execute(tenant.conn())
    .await?;
    tenant.ring(Signal::Feed(workspace));
    Ok(())
}

/// Has every page read everything anew: what its reader may see has changed, or how things are called.
pub(crate) async fn anew(env: &Env, tenant: &mut Tenant) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        r#"INSERT INTO event (workspace_id, at, body, anew) VALUES ($1, $2, '{"type":"anew"}', true)"#,
        workspace.0,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    tenant.ring(Signal::Feed(workspace));
    Ok(())
}

/// A place in a feed, comparable within one workspace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    xid: u64,
    seq: i64,
}

/// One event with its place.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Where it stands.
    pub position: Position,
    /// The place to resume from after it.
    pub cursor: FeedCursor,
    /// When it happened.
    pub at: OffsetDateTime,
    /// The event as JSON, ready to be sent.
    pub body: String,
    /// The conversation that it tells of.
    pub conversation: Option<ConversationId>,
    /// It is not to be sent: whoever reads it reads everything anew.
    pub anew: bool,
}

impl Entry {
    /// Whether it is for callers alone, and no page's.
    pub fn is_for_callers(&self) -> bool {
        self.body.starts_with(told::FOR_CALLERS)
    }
}

/// What a reader found.
#[derive(Debug, Default)]
pub struct Reading {
    /// The events, oldest first.
    pub entries: Vec<Entry>,
    /// True when more stands ready, or has been committed above the horizon: read again soon.
    pub more: bool,
    /// The place up to which all that the reader may see was read.
    pub end: Option<FeedCursor>,
}

/// Events that a reader gets at once.
pub const PAGE: usize = 200;

/// The end of the feed now. What commits later, or is not yet visible, comes after it.
pub async fn end(tenant: &mut Tenant) -> Result<FeedCursor> {
    let row = sqlx::query!(
        r#"SELECT i.epoch, pg_snapshot_xmin(pg_current_snapshot())::text AS "horizon!" FROM installation i"#,
    )
    .fetch_one(tenant.conn())
    .await?;
    let xid = row
        .horizon
        .parse()
        .map_err(|_| Error::internal("a transaction id is not a number"))?;
    Ok(cursor(&row.epoch, &Position { xid, seq: 0 }))
}

/// The place before the oldest event that is kept and is not older than `since`; the end when there is none.
pub async fn beginning(tenant: &mut Tenant, since: OffsetDateTime) -> Result<FeedCursor> {
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        r#"SELECT i.epoch, e.xid::text AS "xid!", e.seq
             FROM installation i, event e
            WHERE e.workspace_id = $1 AND e.at >= $2 ORDER BY e.xid, e.seq LIMIT 1"#,
        workspace.0,
        since,
    )
    .fetch_optional(tenant.conn())
    .await?;
    let Some(row) = row else {
        return end(tenant).await;
    };
    let xid = row
        .xid
        .parse()
        .map_err(|_| Error::internal("a transaction id is not a number"))?;
    let position = Position {
        xid,
        seq: row.seq - 1,
    };
    Ok(cursor(&row.epoch, &position))
}

/// Up to [`PAGE`] events after `after`. [`Error::Conflict`] when the place is not of this feed's life:
/// the reader starts anew from a snapshot.
pub async fn read(tenant: &mut Tenant, after: &FeedCursor) -> Result<Reading> {
    let workspace = tenant.workspace();
    let (epoch, position) = parse(after)?;
    let rows = sqlx::query!(
        // `f.xid` and never plain `xid`: the output column of that name is text and would sort as text.
        r#"SELECT i.epoch, f.xid::text AS "xid?", f.seq AS "seq?", f.at AS "at?", f.body AS "body?",
                  f.conversation_id AS "conversation?", f.anew AS "anew?",
                  pg_snapshot_xmin(pg_current_snapshot())::text AS "horizon!",
                  EXISTS (SELECT FROM event h WHERE h.workspace_id = $1
                             AND h.xid >= pg_snapshot_xmin(pg_current_snapshot())) AS "hidden!"
             FROM installation i
             LEFT JOIN LATERAL (
                SELECT e.xid, e.seq, e.at, e.body, e.conversation_id, e.anew FROM event e
                 WHERE e.workspace_id = $1 AND (e.xid, e.seq) > ($2::text::xid8, $3)
                   AND e.xid < pg_snapshot_xmin(pg_current_snapshot())
                 ORDER BY e.xid, e.seq LIMIT $4) f ON true
            ORDER BY f.xid, f.seq"#,
        workspace.0,
        position.xid.to_string(),
        position.seq,
        PAGE as i64,
    )
    .fetch_all(tenant.conn())
    .await?;
    let mut reading = Reading::default();
    let mut horizon = None;
    for row in rows {
        if row.epoch != epoch {
            return Err(stale());
        }
        reading.more |= row.hidden;
        horizon = row.horizon.parse().ok();
        let (Some(xid), Some(seq), Some(at), Some(body)) = (row.xid, row.seq, row.at, row.body)
        else {
            continue;
        };
        let xid = xid
            .parse()
            .map_err(|_| Error::internal("a transaction id is not a number"))?;
        let position = Position { xid, seq };
        reading.entries.push(Entry {
            cursor: cursor(&epoch, &position),
            position,
            at,
            body,
            conversation: row.conversation.map(ConversationId),
            anew: row.anew.unwrap_or_default(),
        });
    }
    let full = reading.entries.len() == PAGE;
    reading.more |= full;
    // Below the horizon there is nothing more; of a full page the last entry is the end. A place never goes back.
    reading.end = horizon
        .filter(|_| !full)
        .map(|xid| Position { xid, seq: 0 })
        .filter(|end| *end > position)
        .map(|end| cursor(&epoch, &end));
    Ok(reading)
}

/// The place that `cursor` names, whatever its epoch.
pub fn position(cursor: &FeedCursor) -> Result<Position> {
    parse(cursor).map(|(_, position)| position)
}

fn cursor(epoch: &str, position: &Position) -> FeedCursor {
    FeedCursor(URL_SAFE_NO_PAD.encode(format!("{epoch}.{}.{}", position.xid, position.seq)))
}

fn parse(cursor: &FeedCursor) -> Result<(String, Position)> {
    let text = URL_SAFE_NO_PAD
        .decode(&cursor.0)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let text = text.ok_or_else(stale)?;
    let mut parts = text.split('.');
    let (Some(epoch), Some(xid), Some(seq), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(stale());
    };
    let xid = xid.parse().map_err(|_| stale())?;
    let seq = seq.parse().map_err(|_| stale())?;
    Ok((epoch.to_owned(), Position { xid, seq }))
}

fn stale() -> Error {
    Error::conflict("the feed has moved on: read it anew")
}

#[cfg(test)]
mod tests;
