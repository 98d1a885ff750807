//! The log: what came through the sources, and what became of it.

use super::BODY;
use crate::{Env, Result, Tenant, env::moment, page, teams, vault};
use postern_types::{
    ContactId, Right, SourceEntryId, SourceEntryPage, SourceEntryRow, SourceEntryView, SourceId,
    SourceState,
};
use time::OffsetDateTime;
use uuid::Uuid;

/// Lines of a page. The statement says one more.
const PAGE: usize = 50;

struct Row {
    id: SourceEntryId,
    source: SourceId,
    event_id: Option<String>,
    kind: String,
    at: OffsetDateTime,
    state: SourceState,
    why: String,
    contact: Option<ContactId>,
}

impl From<Row> for SourceEntryRow {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            source: row.source,
            event: row.event_id,
            kind: row.kind,
            at: moment(row.at),
            state: row.state,
            why: row.why,
            contact: row.contact,
        }
    }
}

/// A page of it, the newest first; only what came through `source`, and only what is in `state`, where they are named.
pub async fn entries(
    tenant: &mut Tenant,
    source: Option<SourceId>,
    state: Option<SourceState>,
    after: Option<&str>,
) -> Result<SourceEntryPage> {
    teams::allowed(tenant, Right::Develop).await?;
    let start = after.map(page::parse::<Uuid>).transpose()?;
    let workspace = tenant.workspace();
    if let Some(source) = source {
        // Another workspace's is none, and not one from which nothing came.
        sqlx::query_scalar!(
            r#"SELECT 1 AS "one!" FROM source WHERE workspace_id = $1 AND id = $2"#,
            workspace.0,
            source.0,
        )
        .fetch_one(tenant.conn())
        .await?;
    }
    let mut rows = sqlx::query_as!(
        Row,
        r#"SELECT e.id AS "id: SourceEntryId", e.source_id AS "source: SourceId", e.event_id, e.kind, e.at,
                  e.state AS "state: SourceState", e.why,
                  coalesce(c.merged_into, e.contact_id) AS "contact: ContactId"
             FROM source_entry e
             LEFT JOIN contact c ON c.workspace_id = $1 AND c.id = e.contact_id
            WHERE e.workspace_id = $1 AND ($2::uuid IS NULL OR e.source_id = $2) AND ($3::text IS NULL OR e.state = $3)
              AND ($4::timestamptz IS NULL OR (e.at, e.id) < ($4, $5::uuid))
            ORDER BY e.at DESC, e.id DESC LIMIT 51"#,
        workspace.0,
        source.map(|id| id.0),
        state.map(SourceState::as_str),
        start.map(|(at, _)| at),
        start.map(|(_, id)| id),
    )
    .fetch_all(tenant.conn())
    .await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows
        .last()
        .filter(|_| more)
        .map(|row| page::key(row.at, row.id));
    Ok(SourceEntryPage {
        rows: rows.into_iter().map(SourceEntryRow::from).collect(),
        next,
    })
}

/// A line whole, with what came.
pub async fn entry(env: &Env, tenant: &mut Tenant, id: SourceEntryId) -> Result<SourceEntryView> {
    teams::allowed(tenant, Right::Develop).await?;
    let workspace = tenant.workspace();
    let row = sqlx::query_as!(
        Row,
        r#"SELECT e.id AS "id: SourceEntryId", e.source_id AS "source: SourceId", e.event_id, e.kind, e.at,
                  e.state AS "state: SourceState", e.why,
                  coalesce(c.merged_into, e.contact_id) AS "contact: ContactId"
             FROM source_entry e
             LEFT JOIN contact c ON c.workspace_id = $1 AND c.id = e.contact_id
            WHERE e.workspace_id = $1 AND e.id = $2"#,
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let sealed = sqlx::query_scalar!(
        "SELECT sealed FROM source_entry WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let body = match sealed {
        Some(sealed) => {
            let body = vault::open(env, tenant, BODY, &id.to_string(), &sealed).await?;
            Some(String::from_utf8_lossy(&body).into_owned())
        }
        None => None,
    };
    Ok(SourceEntryView {
        row: row.into(),
        body,
    })
}
