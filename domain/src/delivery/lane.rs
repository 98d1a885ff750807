//! Lanes: the deliveries to one endpoint that are of one object, and the one job that brings them.

use super::cut;
use crate::{
    Env, Error, Result, Tenant,
    event::Told,
    job::{self, Kind, Promise},
};
use postern_types::{DeliveryId, EndpointId, JobId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Lanes that one transaction rouses.
const ROUSED: i64 = 500;

/// A lane; what its job is promised with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Lane {
    pub endpoint: EndpointId,
    pub object: String,
}

impl Lane {
    /// Its job's lane.
    fn name(&self) -> String {
        format!("endpoint:{}:{}", self.endpoint, self.object)
    }

    pub fn job(&self) -> JobId {
        job::id_of(Kind::Deliver, &format!("{}:{}", self.endpoint, self.object))
    }
}

/// Has each of these lanes go on: where there is no job, one is made; with `at_once` one that waits is due now.
pub(super) async fn go_on(
    env: &Env,
    tenant: &mut Tenant,
    at_once: bool,
    lanes: impl IntoIterator<Item = Lane>,
) -> Result<()> {
    let promises = lanes
        .into_iter()
        .map(|lane| {
            Ok(Promise {
                id: lane.job(),
                lane: lane.name(),
                payload: serde_json::to_vec(&lane)
                    .map_err(|error| Error::Internal(error.into()))?,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    job::add_all(env, tenant, Kind::Deliver, at_once, &promises).await
}

/// One delivery that is not of the feed.
pub(crate) async fn put(
    env: &Env,
    tenant: &mut Tenant,
    endpoint: EndpointId,
    told: &Told,
) -> Result<DeliveryId> {
    let id: Uuid = env.id();
    let cuts = [(endpoint, told.clone())];
    cut::insert(env, tenant, &[id], &cuts).await?;
    let lane = Lane {
        endpoint,
        object: told.object.clone(),
    };
    go_on(env, tenant, true, [lane]).await?;
    Ok(DeliveryId(id))
}

/// Has everything that waits for an endpoint go out, by the job that cuts: there may be many lanes. Rounds begin anew.
pub(crate) async fn rouse(env: &Env, tenant: &mut Tenant, endpoint: EndpointId) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE delivery SET tries = 0, first_at = NULL, due_at = $3
          WHERE workspace_id = $1 AND endpoint_id = $2 AND state = 'waiting' AND tries > 0",
        workspace.0,
        endpoint.0,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    flag(env, tenant, endpoint).await
}

/// Has the job that cuts look through an endpoint's lanes. Each asking has a name of its own.
pub(super) async fn flag(env: &Env, tenant: &mut Tenant, endpoint: EndpointId) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE endpoint SET rouse = $3 WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        endpoint.0,
        format!("{}/", env.id::<Uuid>()),
    )
    .execute(tenant.conn())
    .await?;
    cut::recall(env, tenant).await
}

/// Lets what waits for an endpoint go without sending it; it can be replayed.
pub(crate) async fn skip(env: &Env, tenant: &mut Tenant, endpoint: EndpointId) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE delivery SET state = 'skipped', ended_at = $3
          WHERE workspace_id = $1 AND endpoint_id = $2 AND state = 'waiting'",
        workspace.0,
        endpoint.0,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// Rouses some lanes of an endpoint that has to be; true while there is more to do. Whoever asks for it anew meanwhile is not
/// forgotten: what is noted here is not of their asking. The jobs are locked before the endpoint, as by who delivers.
pub(super) async fn step(env: &Env, tenant: &mut Tenant) -> Result<bool> {
    let workspace = tenant.workspace();
    let asked = sqlx::query!(
        r#"SELECT id AS "id: EndpointId", rouse AS "rouse!" FROM endpoint
            WHERE workspace_id = $1 AND rouse IS NOT NULL AND deleted_at IS NULL ORDER BY id LIMIT 1"#,
        workspace.0,
    )
    .fetch_optional(tenant.conn())
    .await?;
    let Some(asked) = asked else {
        return Ok(false);
    };
    let (name, behind) = asked.rouse.split_once('/').unwrap_or_default();
    let objects = sqlx::query_scalar!(
        "SELECT DISTINCT object FROM delivery
          WHERE workspace_id = $1 AND endpoint_id = $2 AND state = 'waiting' AND object > $3 ORDER BY object LIMIT $4",
        workspace.0,
        asked.id.0,
        behind,
        ROUSED,
    )
    .fetch_all(tenant.conn())
    .await?;
    // Without any the end is reached.
    let next = objects.last().map(|last| format!("{name}/{last}"));
    let lanes = objects.into_iter().map(|object| Lane {
        endpoint: asked.id,
        object,
    });
    go_on(env, tenant, true, lanes).await?;
    sqlx::query!(
        "UPDATE endpoint SET rouse = $4 WHERE workspace_id = $1 AND id = $2 AND rouse = $3",
        workspace.0,
        asked.id.0,
        asked.rouse,
        next,
    )
    .execute(tenant.conn())
    .await?;
    Ok(true)
}
