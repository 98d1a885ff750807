//! The log: what went to an endpoint, and what became of it.

use super::SEALED;
use crate::{Env, Result, Tenant, endpoint, env::moment, page, teams, vault};
use postern_types::{
    DeliveryAttempt, DeliveryId, DeliveryPage, DeliveryRow, DeliveryState, DeliveryView,
    EndpointId, Right,
};
use time::OffsetDateTime;

/// Rows of a page.
const PAGE: usize = 50;

struct Row {
    id: DeliveryId,
    seq: i64,
    event_id: String,
    kind: String,
    at: OffsetDateTime,
    state: DeliveryState,
    due_at: OffsetDateTime,
    attempts: i32,
    status: Option<i32>,
    fault: Option<String>,
}

impl From<Row> for DeliveryRow {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            event: row.event_id,
            kind: row.kind,
            at: moment(row.at),
            state: row.state,
            due: (row.state == DeliveryState::Waiting).then(|| moment(row.due_at)),
            attempts: row.attempts,
            status: row.status,
            fault: row.fault,
        }
    }
}

/// A page of an endpoint's deliveries, the newest of the feed first; only those of `state` when one is named.
pub async fn list(
    tenant: &mut Tenant,
    endpoint: EndpointId,
    state: Option<DeliveryState>,
    after: Option<&str>,
) -> Result<DeliveryPage> {
    teams::allowed(tenant, Right::Develop).await?;
    let before = match after {
        Some(key) => page::parse::<i64>(key)?.1,
        None => i64::MAX,
    };
    let workspace = tenant.workspace();
    endpoint::exists(tenant, endpoint).await?;
    let mut rows = match state {
        None => {
            sqlx::query_as!(
                Row,
                r#"SELECT d.id AS "id: DeliveryId", d.seq, d.event_id, d.kind, d.at, d.state AS "state: DeliveryState",
                          d.due_at, d.attempts, a.status AS "status?", a.fault AS "fault?"
                     FROM delivery d
                     LEFT JOIN delivery_attempt a
                       ON a.workspace_id = d.workspace_id AND a.delivery_id = d.id AND a.number = d.attempts
                    WHERE d.workspace_id = $1 AND d.endpoint_id = $2 AND d.seq < $3
                    ORDER BY d.seq DESC LIMIT $4"#,
                workspace.0,
                endpoint.0,
                before,
                PAGE as i64 + 1,
            )
            .fetch_all(tenant.conn())
            .await?
        }
        Some(state) => {
            sqlx::query_as!(
                Row,
                r#"SELECT d.id AS "id: DeliveryId", d.seq, d.event_id, d.kind, d.at, d.state AS "state: DeliveryState",
                          d.due_at, d.attempts, a.status AS "status?", a.fault AS "fault?"
                     FROM delivery d
                     LEFT JOIN delivery_attempt a
                       ON a.workspace_id = d.workspace_id AND a.delivery_id = d.id AND a.number = d.attempts
                    WHERE d.workspace_id = $1 AND d.endpoint_id = $2 AND d.seq < $3 AND d.state = $5
                    ORDER BY d.seq DESC LIMIT $4"#,
                workspace.0,
                endpoint.0,
                before,
                PAGE as i64 + 1,
                state.as_str(),
            )
            .fetch_all(tenant.conn())
            .await?
        }
    };
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows
        .last()
        .filter(|_| more)
        .map(|row| page::key(row.at, row.seq));
    Ok(DeliveryPage {
        rows: rows.into_iter().map(DeliveryRow::from).collect(),
        next,
    })
}

/// A delivery whole: its body and its attempts.
pub async fn show(env: &Env, tenant: &mut Tenant, id: DeliveryId) -> Result<DeliveryView> {
    teams::allowed(tenant, Right::Develop).await?;
    let workspace = tenant.workspace();
    let place = sqlx::query!(
        r#"SELECT d.endpoint_id AS "endpoint: EndpointId", e.url, d.sealed FROM delivery d
             JOIN endpoint e ON e.workspace_id = d.workspace_id AND e.id = d.endpoint_id AND e.deleted_at IS NULL
            WHERE d.workspace_id = $1 AND d.id = $2"#,
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let row = sqlx::query_as!(
        Row,
        r#"SELECT d.id AS "id: DeliveryId", d.seq, d.event_id, d.kind, d.at, d.state AS "state: DeliveryState",
                  d.due_at, d.attempts, a.status AS "status?", a.fault AS "fault?"
             FROM delivery d
             LEFT JOIN delivery_attempt a
               ON a.workspace_id = d.workspace_id AND a.delivery_id = d.id AND a.number = d.attempts
            WHERE d.workspace_id = $1 AND d.id = $2"#,
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let body = vault::open(env, tenant, SEALED, &id.to_string(), &place.sealed).await?;
    Ok(DeliveryView {
        row: row.into(),
        endpoint: place.endpoint,
        url: place.url,
        body: String::from_utf8_lossy(&body).into_owned(),
        attempts: attempts(tenant, id).await?,
    })
}

async fn attempts(tenant: &mut Tenant, id: DeliveryId) -> Result<Vec<DeliveryAttempt>> {
    let workspace = tenant.workspace();
    let rows = sqlx::query!(
        "SELECT number, at, duration_ms, status, fault, head FROM delivery_attempt
          WHERE workspace_id = $1 AND delivery_id = $2 ORDER BY number DESC LIMIT 200",
        workspace.0,
        id.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    let attempts = rows.into_iter().rev().map(|row| DeliveryAttempt {
        number: row.number,
        at: moment(row.at),
        duration_ms: row.duration_ms,
        status: row.status,
        fault: row.fault,
        head: row.head,
    });
    Ok(attempts.collect())
}
