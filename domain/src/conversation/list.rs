//! The lists of the inbox, page by page.

use super::Record;
use crate::{Env, Result, Tenant, channel, contact, env::moment, event, member, page};
use postern_types::{
    ConversationRow, ConversationState, InboxCounts, InboxPage, InboxSnapshot, InboxView,
    ListRequest,
};
use time::OffsetDateTime;
use uuid::Uuid;

const ROWS: usize = 40;
/// One more than a page: it tells whether another page follows.
const MOST: i64 = ROWS as i64 + 1;

/// The first page with all that an inbox shows, and the place in the feed that it was read at.
pub async fn snapshot(
    env: &Env,
    tenant: &mut Tenant,
    request: &ListRequest,
) -> Result<InboxSnapshot> {
    // The place first: what commits while the rest is read comes again over the feed, and changes nothing twice.
    let cursor = event::end(tenant).await?;
    Ok(InboxSnapshot {
        page: list(tenant, request).await?,
        counts: counts(tenant).await?,
        members: member::list(tenant).await?,
        channels: channel::list(tenant).await?,
        cursor,
        now: moment(env.now()),
    })
}

/// One page, newest first. A search looks through open and closed ones of everybody.
pub async fn list(tenant: &mut Tenant, request: &ListRequest) -> Result<InboxPage> {
    let workspace = tenant.workspace();
    let (at, id) = match &request.after {
        Some(key) => page::parse::<Uuid>(key)?,
        // Before every real row: one form of query for the first page and the rest.
        None => (far_future(), Uuid::max()),
    };
    let state = match request.state {
        ConversationState::Open => "open",
        ConversationState::Closed => "closed",
    };
    let search = request.search.trim();
    let rows: Vec<Record> = if search.is_empty() {
        let query = match request.view {
            InboxView::All => sqlx::query_as(
                "SELECT * FROM conversation_row
                  WHERE workspace_id = $1 AND state = $5 AND (last_at, id) < ($2, $3)
                  ORDER BY last_at DESC, id DESC LIMIT $4",
            ),
            InboxView::Unassigned => sqlx::query_as(
                "SELECT * FROM conversation_row
                  WHERE workspace_id = $1 AND state = $5 AND assignee_id IS NULL AND (last_at, id) < ($2, $3)
                  ORDER BY last_at DESC, id DESC LIMIT $4",
            ),
            InboxView::Mine => sqlx::query_as(
                "SELECT * FROM conversation_row
                  WHERE workspace_id = $1 AND state = $5
                    AND assignee_id = (SELECT nullif(current_setting('app.member', true), '')::uuid)
                    AND (last_at, id) < ($2, $3)
                  ORDER BY last_at DESC, id DESC LIMIT $4",
            ),
        };
        query
            .bind(workspace.0)
            .bind(at)
            .bind(id)
            .bind(MOST)
            .bind(state)
            .fetch_all(tenant.conn())
            .await?
    } else {
        let (from, to) = contact::search_range(search);
        sqlx::query_as(
            "SELECT * FROM conversation_row
              WHERE workspace_id = $1 AND (last_at, id) < ($2, $3)
                AND contact_id IN (SELECT t.contact_id FROM contact_term t
                                    WHERE t.workspace_id = $1 AND t.term >= $5 AND t.term < $6
                                    LIMIT 1000)
              ORDER BY last_at DESC, id DESC LIMIT $4",
        )
        .bind(workspace.0)
        .bind(at)
        .bind(id)
        .bind(MOST)
        .bind(from)
        .bind(to)
        .fetch_all(tenant.conn())
        .await?
    };
    Ok(paged(rows))
}

/// Unread open conversations, each kind counted to 100 at most.
pub async fn counts(tenant: &mut Tenant) -> Result<InboxCounts> {
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        r#"SELECT
            (SELECT count(*)::int FROM (SELECT FROM conversation c WHERE c.workspace_id = $1 AND c.state = 'open'
                AND c.unread > 0 AND c.assignee_id = (SELECT nullif(current_setting('app.member', true), '')::uuid)
                LIMIT 100) m) AS "mine!",
            (SELECT count(*)::int FROM (SELECT FROM conversation c WHERE c.workspace_id = $1 AND c.state = 'open'
                AND c.unread > 0 AND c.assignee_id IS NULL LIMIT 100) u) AS "unassigned!",
            (SELECT count(*)::int FROM (SELECT FROM conversation c WHERE c.workspace_id = $1 AND c.state = 'open'
                AND c.unread > 0 LIMIT 100) a) AS "all!""#,
        workspace.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(InboxCounts {
        mine: row.mine,
        unassigned: row.unassigned,
        all: row.all,
    })
}

fn paged(mut rows: Vec<Record>) -> InboxPage {
    let more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let next = rows
        .last()
        .filter(|_| more)
        .map(|row| page::key(row.last_at, row.id));
    InboxPage {
        rows: rows.into_iter().map(ConversationRow::from).collect(),
        next,
    }
}

fn far_future() -> OffsetDateTime {
    time::macros::datetime!(9999-01-01 0:00 UTC)
}
