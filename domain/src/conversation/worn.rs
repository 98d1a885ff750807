//! Pages and counts of what wears labels: every one that is asked for, on the conversation or on its contact.

use super::Record;
use crate::{Error, Result, Tenant, contact};
use postern_types::{InboxCounts, InboxView, LabelId};
use std::collections::HashSet;
use time::OffsetDateTime;
use uuid::Uuid;

/// Labels that may be asked for at once.
const MOST: usize = 20;
/// So many conversations that wear a label are looked through one by one; of a label that more of them wear, a page is soon
/// full on the way down the list. The statement says one more.
const FEW: usize = 2000;

/// The labels that are asked for, each once; none when one of them is no label any more: nothing wears it.
pub(super) async fn asked(tenant: &mut Tenant, labels: &[LabelId]) -> Result<Option<Vec<Uuid>>> {
    if labels.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let asked: HashSet<Uuid> = labels.iter().map(|label| label.0).collect();
    if asked.len() > MOST {
        return Err(Error::invalid(
            "labels",
            "Choose 20 labels at most: take some of them away.",
        ));
    }
    let there = contact::label::all(tenant).await?;
    let there: HashSet<Uuid> = there.into_iter().map(|label| label.id.0).collect();
    Ok(asked.is_subset(&there).then(|| asked.into_iter().collect()))
}

/// The rows of a list that wear them all, behind that place.
pub(super) async fn page(
    tenant: &mut Tenant,
    (view, state): (InboxView, &str),
    labels: &[Uuid],
    (at, id): (OffsetDateTime, Uuid),
) -> Result<Vec<Record>> {
    let few = few(tenant, labels).await?;
    let workspace = tenant.workspace();
    let query = match (view, &few) {
        (_, Some(_)) => sqlx::query_as(
            "SELECT r.* FROM conversation_row r
              WHERE r.workspace_id = $1 AND r.state = $4 AND r.id = ANY ($7)
                AND CASE $6::text
                    WHEN 'closing' THEN (r.heard_at, r.id) > ($2, $3)
                    WHEN 'mine' THEN r.assignee_id = (SELECT nullif(current_setting('app.member', true), '')::uuid)
                    WHEN 'unassigned' THEN r.assignee_id IS NULL
                    WHEN 'teams' THEN r.team_id IN (SELECT t.team_id FROM team_member t WHERE t.workspace_id = $1
                         AND t.member_id = (SELECT nullif(current_setting('app.member', true), '')::uuid))
                    ELSE true END
                AND ($6 = 'closing' OR (r.last_at, r.id) < ($2, $3))
                AND NOT EXISTS (SELECT FROM unnest($5::uuid[]) AS w (id)
                     WHERE w.id <> ALL (r.labels)
                       AND NOT EXISTS (SELECT FROM contact_label l WHERE l.workspace_id = $1
                                          AND l.contact_id = r.contact_id AND l.label_id = w.id))
              ORDER BY CASE WHEN $6 = 'closing' THEN r.heard_at END, CASE WHEN $6 = 'closing' THEN r.id END,
                       r.last_at DESC, r.id DESC LIMIT 41",
        ),
        (InboxView::Closing, None) => sqlx::query_as(
            "SELECT r.* FROM conversation_row r
              WHERE r.workspace_id = $1 AND r.state = $4 AND (r.heard_at, r.id) > ($2, $3)
                AND NOT EXISTS (SELECT FROM unnest($5::uuid[]) AS w (id)
                     WHERE w.id <> ALL (r.labels)
                       AND NOT EXISTS (SELECT FROM contact_label l WHERE l.workspace_id = $1
                                          AND l.contact_id = r.contact_id AND l.label_id = w.id))
              ORDER BY r.heard_at, r.id LIMIT 41",
        ),
        (InboxView::Mine, None) => sqlx::query_as(
            "SELECT r.* FROM conversation_row r
              WHERE r.workspace_id = $1 AND r.state = $4
                AND r.assignee_id = (SELECT nullif(current_setting('app.member', true), '')::uuid)
                AND (r.last_at, r.id) < ($2, $3)
                AND NOT EXISTS (SELECT FROM unnest($5::uuid[]) AS w (id)
                     WHERE w.id <> ALL (r.labels)
                       AND NOT EXISTS (SELECT FROM contact_label l WHERE l.workspace_id = $1
                                          AND l.contact_id = r.contact_id AND l.label_id = w.id))
              ORDER BY r.last_at DESC, r.id DESC LIMIT 41",
        ),
        (InboxView::All | InboxView::Unassigned | InboxView::Teams, None) => sqlx::query_as(
            "SELECT r.* FROM conversation_row r
              WHERE r.workspace_id = $1 AND r.state = $4 AND (r.last_at, r.id) < ($2, $3)
                AND CASE $6::text
                    WHEN 'unassigned' THEN r.assignee_id IS NULL
                    WHEN 'teams' THEN r.team_id IN (SELECT t.team_id FROM team_member t WHERE t.workspace_id = $1
                         AND t.member_id = (SELECT nullif(current_setting('app.member', true), '')::uuid))
                    ELSE true END
                AND NOT EXISTS (SELECT FROM unnest($5::uuid[]) AS w (id)
                     WHERE w.id <> ALL (r.labels)
                       AND NOT EXISTS (SELECT FROM contact_label l WHERE l.workspace_id = $1
                                          AND l.contact_id = r.contact_id AND l.label_id = w.id))
              ORDER BY r.last_at DESC, r.id DESC LIMIT 41",
        ),
    };
    let query = query
        .bind(workspace.0)
        .bind(at)
        .bind(id)
        .bind(state)
        .bind(labels)
        .bind(word(view));
    let query = match &few {
        Some(few) => query.bind(few.as_slice()),
        None => query,
    };
    Ok(query.fetch_all(tenant.conn()).await?)
}

fn word(view: InboxView) -> &'static str {
    match view {
        InboxView::Mine => "mine",
        InboxView::Teams => "teams",
        InboxView::Unassigned => "unassigned",
        InboxView::All => "all",
        InboxView::Closing => "closing",
    }
}

/// The conversations that wear one of the labels, the first that few wear; none when many wear each.
async fn few(tenant: &mut Tenant, labels: &[Uuid]) -> Result<Option<Vec<Uuid>>> {
    let workspace = tenant.workspace();
    for label in labels {
        let worn = sqlx::query_scalar!(
            r#"(SELECT l.conversation_id AS "id!" FROM conversation_label l
                 WHERE l.workspace_id = $1 AND l.label_id = $2 LIMIT 2001)
               UNION ALL
               (SELECT c.id FROM contact_label l
                  JOIN conversation c ON c.workspace_id = $1 AND c.contact_id = l.contact_id
                 WHERE l.workspace_id = $1 AND l.label_id = $2 LIMIT 2001)"#,
            workspace.0,
            label,
        )
        .fetch_all(tenant.conn())
        .await?;
        if worn.len() <= FEW {
            return Ok(Some(worn));
        }
    }
    Ok(None)
}

/// Of what wears them all: how many are unread, and how many close soon.
pub(super) async fn counts(
    tenant: &mut Tenant,
    labels: &[Uuid],
    (closed, soon): (OffsetDateTime, OffsetDateTime),
) -> Result<InboxCounts> {
    let few = few(tenant, labels).await?;
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        r#"WITH worn AS (
               SELECT c.assignee_id, c.unread, c.heard_at FROM conversation c
                WHERE c.workspace_id = $1 AND c.state = 'open'
                  AND (c.unread > 0 OR (c.heard_at > $2 AND c.heard_at <= $3))
                  AND ($5::uuid[] IS NULL OR c.id = ANY ($5))
                  AND NOT EXISTS (SELECT FROM unnest($4::uuid[]) AS w (id)
                       WHERE w.id <> ALL (c.labels)
                         AND NOT EXISTS (SELECT FROM contact_label l WHERE l.workspace_id = $1
                                            AND l.contact_id = c.contact_id AND l.label_id = w.id)))
           SELECT least(100, count(*) FILTER (WHERE w.unread > 0
                      AND w.assignee_id = (SELECT nullif(current_setting('app.member', true), '')::uuid)))::int AS "mine!",
                  least(100, count(*) FILTER (WHERE w.unread > 0 AND w.assignee_id IS NULL))::int AS "unassigned!",
                  least(100, count(*) FILTER (WHERE w.unread > 0))::int AS "all!",
                  least(100, count(*) FILTER (WHERE w.heard_at > $2 AND w.heard_at <= $3))::int AS "closing!"
             FROM worn w"#,
        workspace.0,
        closed,
        soon,
        labels,
        few.as_deref(),
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
