//! Replaying: what went out, failed or was skipped goes out once more, under the same `webhook-id`.
//!
//! Deliveries of one object keep the feed's order among those that wait; what was delivered behind one that is replayed is not
//! sent again by itself.

use super::lane::{self, Lane};
use crate::{Env, Error, Result, Tenant, audit, teams};
use postern_types::{DeliveryId, EndpointId, Right};
use serde_json::json;
use time::OffsetDateTime;

/// Sends one delivery once more. One that waits is tried now. [`Error::Conflict`] while its endpoint is paused.
pub async fn replay(env: &Env, tenant: &mut Tenant, id: DeliveryId) -> Result<()> {
    teams::allowed(tenant, Right::Develop).await?;
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        r#"SELECT d.endpoint_id AS "endpoint: EndpointId", d.object FROM delivery d
             JOIN endpoint e ON e.workspace_id = d.workspace_id AND e.id = d.endpoint_id AND e.deleted_at IS NULL
            WHERE d.workspace_id = $1 AND d.id = $2"#,
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    is_on(tenant, row.endpoint).await?;
    // The job is locked before the delivery, as by who delivers.
    let lane = Lane {
        endpoint: row.endpoint,
        object: row.object,
    };
    lane::go_on(env, tenant, true, [lane]).await?;
    sqlx::query!(
        "UPDATE delivery SET state = 'waiting', ended_at = NULL, tries = 0, first_at = NULL, due_at = $3
          WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    let told = json!({ "endpoint": row.endpoint, "deliveries": 1 });
    audit::record(env, tenant, "endpoint.replayed", &told).await
}

/// Sends all that failed for an endpoint once more, and says how many. [`Error::Conflict`] while it is paused.
pub async fn replay_failed(env: &Env, tenant: &mut Tenant, endpoint: EndpointId) -> Result<u64> {
    teams::allowed(tenant, Right::Develop).await?;
    is_on(tenant, endpoint).await?;
    let workspace = tenant.workspace();
    let again = sqlx::query!(
        "UPDATE delivery SET state = 'waiting', ended_at = NULL, tries = 0, first_at = NULL, due_at = $3
          WHERE workspace_id = $1 AND endpoint_id = $2 AND state = 'failed'",
        workspace.0,
        endpoint.0,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    replayed(env, tenant, endpoint, again.rows_affected()).await
}

/// Sends all once more that happened from the one moment on and before the other, whatever became of it, and says how many.
/// [`Error::Invalid`] on `until`; [`Error::Conflict`] while the endpoint is paused.
pub async fn replay_range(
    env: &Env,
    tenant: &mut Tenant,
    endpoint: EndpointId,
    from: OffsetDateTime,
    until: OffsetDateTime,
) -> Result<u64> {
    teams::allowed(tenant, Right::Develop).await?;
    if from >= until {
        return Err(Error::invalid(
            "until",
            "The end has to be later than the beginning.",
        ));
    }
    is_on(tenant, endpoint).await?;
    let workspace = tenant.workspace();
    let again = sqlx::query!(
        "UPDATE delivery SET state = 'waiting', ended_at = NULL, tries = 0, first_at = NULL, due_at = $5
          WHERE workspace_id = $1 AND endpoint_id = $2 AND at >= $3 AND at < $4 AND state <> 'waiting'",
        workspace.0,
        endpoint.0,
        from,
        until,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    replayed(env, tenant, endpoint, again.rows_affected()).await
}

async fn replayed(env: &Env, tenant: &mut Tenant, endpoint: EndpointId, count: u64) -> Result<u64> {
    if count > 0 {
        lane::flag(env, tenant, endpoint).await?;
        let told = json!({ "endpoint": endpoint, "deliveries": count });
        audit::record(env, tenant, "endpoint.replayed", &told).await?;
    }
    Ok(count)
}

async fn is_on(tenant: &mut Tenant, endpoint: EndpointId) -> Result<()> {
    let workspace = tenant.workspace();
    let state = sqlx::query_scalar!(
        "SELECT state FROM endpoint WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NULL",
        workspace.0,
        endpoint.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    if state == "paused" {
        return Err(paused());
    }
    Ok(())
}

/// Nothing goes to an endpoint that is paused.
pub(crate) fn paused() -> Error {
    Error::conflict("This endpoint is paused, and nothing goes there. Resume it first.")
}
