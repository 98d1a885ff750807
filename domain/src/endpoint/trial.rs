//! A test event, so that an endpoint can be tried before anything happens.

use crate::{Env, Error, Result, Tenant, audit, delivery, event::Told, teams};
use postern_types::{DeliveryId, EndpointId, EventKind, Right};
use serde_json::json;
use uuid::Uuid;

/// The object of test events: a lane of their own.
const OBJECT: &str = "test";
/// Test events that may wait for one endpoint.
const MOST: i64 = 10;

/// Sends a `postern.test` to an endpoint, whatever kinds it chose; the delivery tells what became of it. [`Error::Conflict`]
/// while it is paused, or when ten wait already.
pub async fn trial(env: &Env, tenant: &mut Tenant, id: EndpointId) -> Result<DeliveryId> {
    teams::allowed(tenant, Right::Develop).await?;
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        r#"SELECT e.state, (SELECT count(*) FROM delivery d WHERE d.workspace_id = $1 AND d.endpoint_id = $2
                               AND d.object = $3 AND d.state = 'waiting') AS "waiting!"
             FROM endpoint e WHERE e.workspace_id = $1 AND e.id = $2 AND e.deleted_at IS NULL"#,
        workspace.0,
        id.0,
        OBJECT,
    )
    .fetch_one(tenant.conn())
    .await?;
    if row.state == "paused" {
        return Err(delivery::paused());
    }
    if row.waiting >= MOST {
        return Err(Error::conflict(
            "Ten test events wait for this endpoint already. Look at what became of them first.",
        ));
    }
    let told = Told {
        id: format!("evt_{}", hex::encode(env.bytes::<16>())),
        kind: EventKind::Test,
        at: env.now(),
        object: OBJECT.to_owned(),
        data: json!({
            "endpoint_id": id,
            "message": "This is a test from Postern. Nothing happened in the workspace.",
            "nonce": env.id::<Uuid>(),
        }),
    };
    let delivery = delivery::put(env, tenant, id, &told).await?;
    audit::record(env, tenant, "endpoint.tested", &json!({ "endpoint": id })).await?;
    Ok(delivery)
}
