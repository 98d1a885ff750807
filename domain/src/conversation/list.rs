//! The lists of the inbox, page by page.

use super::{
    Record, WINDOW,
    seen::{of_teams, seen},
    worn,
};
use crate::{Env, Result, Tenant, channel, contact, env::moment, event, member, page, teams};
use postern_types::{
    CLOSING_MS, ConversationRow, ConversationState, InboxCounts, InboxPage, InboxSnapshot,
    InboxView, LabelId, ListRequest,
};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Rows of a page. The statements say `LIMIT 41`, one more, which tells whether another page follows. They say it as a
/// constant: for a parameter the planner reckons with a tenth of the table, and makes a plan that reads it in parallel.
const ROWS: usize = 40;

/// The first page with all that an inbox shows, and the place in the feed that it was read at.
pub async fn snapshot(
    env: &Env,
    tenant: &mut Tenant,
    request: &ListRequest,
) -> Result<InboxSnapshot> {
    // The place first: what commits while the rest is read comes again over the feed, and changes nothing twice.
    let cursor = event::end(tenant).await?;
    Ok(InboxSnapshot {
        page: list(tenant, &from_now(env, request)).await?,
        counts: counts(env, tenant, &[]).await?,
        members: member::list(tenant).await?,
        channels: channel::list(tenant).await?,
        teams: teams::briefs(tenant).await?,
        labels: contact::label::all(tenant).await?,
        cursor,
        now: moment(env.now()),
    })
}

/// The same request; of what closes soon, from the windows on that are open now.
pub fn from_now(env: &Env, request: &ListRequest) -> ListRequest {
    let mut request = request.clone();
    if request.view == InboxView::Closing && request.after.is_none() {
        // Behind every window that has closed.
        request.after = Some(page::key(env.now() - WINDOW, Uuid::max()));
    }
    request
}

/// One page, newest first; of what closes soon ([`from_now`]) the soonest first. A search looks through open and closed ones
/// of everybody; behind a `#`, through those that wear a label whose name begins so, or whose contact does. Of all of it, what
/// wears the labels that are asked for ([`worn`]).
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
    let search = page::sought("search", &request.search)?;
    let Some(labels) = worn::asked(tenant, &request.labels).await? else {
        return Ok(InboxPage {
            rows: Vec::new(),
            next: None,
        });
    };
    let rows: Vec<Record> = if search.is_empty() && !labels.is_empty() {
        worn::page(tenant, (request.view, state), &labels, (at, id)).await?
    } else if search.is_empty() {
        let query = match request.view {
            // Few of all are theirs, and by whose they are they are found.
            InboxView::All | InboxView::Unassigned if tenant.limited().await? => {
                seen(request.view)
            }
            InboxView::Teams => of_teams(),
            InboxView::All => sqlx::query_as(
                "SELECT * FROM conversation_row
                  WHERE workspace_id = $1 AND state = $4 AND (last_at, id) < ($2, $3)
                  ORDER BY last_at DESC, id DESC LIMIT 41",
            ),
            InboxView::Unassigned => sqlx::query_as(
                "SELECT * FROM conversation_row
                  WHERE workspace_id = $1 AND state = $4 AND assignee_id IS NULL AND (last_at, id) < ($2, $3)
                  ORDER BY last_at DESC, id DESC LIMIT 41",
            ),
            InboxView::Mine => sqlx::query_as(
                "SELECT * FROM conversation_row
                  WHERE workspace_id = $1 AND state = $4
                    AND assignee_id = (SELECT nullif(current_setting('app.member', true), '')::uuid)
                    AND (last_at, id) < ($2, $3)
                  ORDER BY last_at DESC, id DESC LIMIT 41",
            ),
            InboxView::Closing => sqlx::query_as(
                "SELECT * FROM conversation_row
                  WHERE workspace_id = $1 AND state = $4 AND (heard_at, id) > ($2, $3)
                  ORDER BY heard_at, id LIMIT 41",
            ),
        };
        query
            .bind(workspace.0)
            .bind(at)
            .bind(id)
            .bind(state)
            .fetch_all(tenant.conn())
            .await?
    } else if let Some(label) = search.strip_prefix('#') {
        labelled(tenant, label.trim(), &labels, (at, id)).await?
    } else {
        let (from, to) = contact::search_range(search);
        sqlx::query_as(
            // A thousand contacts at most, and of each its newest conversations: however many are called so, and however
            // often one of them has written.
            "SELECT r.* FROM (SELECT DISTINCT contact_id
                                FROM (SELECT t.contact_id FROM contact_term t
                                       WHERE t.workspace_id = $1 AND t.term >= $4 AND t.term < $5
                                       ORDER BY t.term, t.contact_id LIMIT 1000) f) f
              CROSS JOIN LATERAL (
                   SELECT * FROM conversation_row c
                    WHERE c.workspace_id = $1 AND c.contact_id = f.contact_id AND (c.last_at, c.id) < ($2, $3)
                      AND NOT EXISTS (SELECT FROM unnest($6::uuid[]) AS w (id)
                           WHERE w.id <> ALL (c.labels)
                             AND NOT EXISTS (SELECT FROM contact_label l WHERE l.workspace_id = $1
                                                AND l.contact_id = c.contact_id AND l.label_id = w.id))
                    ORDER BY c.last_at DESC, c.id DESC LIMIT 41) r
              ORDER BY r.last_at DESC, r.id DESC LIMIT 41",
        )
        .bind(workspace.0)
        .bind(at)
        .bind(id)
        .bind(from)
        .bind(to)
        .bind(&labels)
        .fetch_all(tenant.conn())
        .await?
    };
    Ok(paged(
        rows,
        request.view == InboxView::Closing && search.is_empty(),
    ))
}

/// A page of what wears a label, itself or by its contact: among two thousand at most.
async fn labelled(
    tenant: &mut Tenant,
    name: &str,
    wanted: &[Uuid],
    (at, id): (OffsetDateTime, Uuid),
) -> Result<Vec<Record>> {
    let workspace = tenant.workspace();
    let name = name.replace('\0', "").to_lowercase();
    let labels: Vec<Uuid> = contact::label::all(tenant)
        .await?
        .into_iter()
        .filter(|label| label.name.to_lowercase().starts_with(&name))
        .map(|label| label.id.0)
        .collect();
    let rows = sqlx::query_as(
        "SELECT r.* FROM (
             SELECT f.id FROM (SELECT l.conversation_id AS id FROM conversation_label l
                                WHERE l.workspace_id = $1 AND l.label_id = ANY ($4) LIMIT 1000) f
             UNION
             SELECT v.id FROM (SELECT l.contact_id FROM contact_label l
                                WHERE l.workspace_id = $1 AND l.label_id = ANY ($4) LIMIT 1000) f
              CROSS JOIN LATERAL (
                   SELECT c.id FROM conversation c
                    WHERE c.workspace_id = $1 AND c.contact_id = f.contact_id AND (c.last_at, c.id) < ($2, $3)
                    ORDER BY c.last_at DESC, c.id DESC LIMIT 41) v) f
          JOIN conversation_row r ON r.workspace_id = $1 AND r.id = f.id
         WHERE (r.last_at, r.id) < ($2, $3)
           AND NOT EXISTS (SELECT FROM unnest($5::uuid[]) AS w (id)
                WHERE w.id <> ALL (r.labels)
                  AND NOT EXISTS (SELECT FROM contact_label l WHERE l.workspace_id = $1
                                     AND l.contact_id = r.contact_id AND l.label_id = w.id))
         ORDER BY r.last_at DESC, r.id DESC LIMIT 41",
    )
    .bind(workspace.0)
    .bind(at)
    .bind(id)
    .bind(labels)
    .bind(wanted)
    .fetch_all(tenant.conn())
    .await?;
    Ok(rows)
}

/// Unread open conversations, and those that close soon; each kind counted to 100 at most. With labels, of what wears them.
pub async fn counts(env: &Env, tenant: &mut Tenant, labels: &[LabelId]) -> Result<InboxCounts> {
    let workspace = tenant.workspace();
    let closed = env.now() - WINDOW;
    let soon = closed + Duration::milliseconds(CLOSING_MS);
    let Some(labels) = worn::asked(tenant, labels).await? else {
        return Ok(InboxCounts::default());
    };
    if !labels.is_empty() {
        return worn::counts(tenant, &labels, (closed, soon)).await;
    }
    if tenant.limited().await? {
        return counts_of_seen(tenant, (closed, soon)).await;
    }
    let row = sqlx::query!(
        // In the order of their index, so that they are looked for nowhere else (`migrations/0022`).
        r#"SELECT
            (SELECT count(*)::int FROM (SELECT FROM conversation c WHERE c.workspace_id = $1 AND c.state = 'open'
                AND c.unread > 0 AND c.assignee_id = (SELECT nullif(current_setting('app.member', true), '')::uuid)
                ORDER BY c.assignee_id, c.id LIMIT 100) m) AS "mine!",
            (SELECT count(*)::int FROM (SELECT FROM conversation c WHERE c.workspace_id = $1 AND c.state = 'open'
                AND c.unread > 0 AND c.assignee_id IS NULL ORDER BY c.assignee_id, c.id LIMIT 100) u) AS "unassigned!",
            (SELECT count(*)::int FROM (SELECT FROM conversation c WHERE c.workspace_id = $1 AND c.state = 'open'
                AND c.unread > 0 ORDER BY c.assignee_id, c.id LIMIT 100) a) AS "all!",
            (SELECT count(*)::int FROM (SELECT FROM conversation c WHERE c.workspace_id = $1 AND c.state = 'open'
                AND c.heard_at > $2 AND c.heard_at <= $3 ORDER BY c.heard_at, c.id LIMIT 100) s) AS "closing!""#,
        workspace.0,
        closed,
        soon,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(InboxCounts {
        mine: row.mine,
        unassigned: row.unassigned,
        all: row.all,
        closing: row.closing,
    })
}

/// The same of what a limited agent sees, which is found by whose it is.
async fn counts_of_seen(
    tenant: &mut Tenant,
    (closed, soon): (OffsetDateTime, OffsetDateTime),
) -> Result<InboxCounts> {
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        r#"WITH mine AS (
               SELECT c.id, c.unread, c.heard_at FROM conversation c
                WHERE c.workspace_id = $1 AND c.state = 'open'
                  AND c.assignee_id = (SELECT nullif(current_setting('app.member', true), '')::uuid)),
           teams AS (
               SELECT c.id, c.unread, c.heard_at, c.assignee_id
                 FROM unnest((SELECT nullif(current_setting('app.teams', true), '')::uuid[])::uuid[]) AS t (id)
                 JOIN conversation c ON c.workspace_id = $1 AND c.team_id = t.id AND c.state = 'open'),
           seen AS (SELECT m.id, m.unread, m.heard_at FROM mine m UNION SELECT t.id, t.unread, t.heard_at FROM teams t)
           SELECT least(100, (SELECT count(*) FROM mine m WHERE m.unread > 0))::int AS "mine!",
                  least(100, (SELECT count(*) FROM teams t WHERE t.unread > 0 AND t.assignee_id IS NULL))::int AS "unassigned!",
                  least(100, (SELECT count(*) FROM seen s WHERE s.unread > 0))::int AS "all!",
                  least(100, (SELECT count(*) FROM seen s WHERE s.heard_at > $2 AND s.heard_at <= $3))::int AS "closing!""#,
        workspace.0,
        closed,
        soon,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(InboxCounts {
        mine: row.mine,
        unassigned: row.unassigned,
        all: row.all,
        closing: row.closing,
    })
}

fn paged(mut rows: Vec<Record>, by_window: bool) -> InboxPage {
    let more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let next = rows.last().filter(|_| more).map(|row| {
        let at = row.heard_at.filter(|_| by_window).unwrap_or(row.last_at);
        page::key(at, row.id)
    });
    InboxPage {
        rows: rows.into_iter().map(ConversationRow::from).collect(),
        next,
    }
}

fn far_future() -> OffsetDateTime {
    time::macros::datetime!(9999-01-01 0:00 UTC)
}
