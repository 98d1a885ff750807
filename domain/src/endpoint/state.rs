//! Pausing: by a member, or because an endpoint fails or is gone; and going on.

use crate::{
    Env, Result, Tenant, audit, delivery,
    mail::{self, Letter, unlinked},
    member, teams,
    wake::Signal,
    workspace as place,
};
use postern_types::{EndpointId, PausedWhy, Right};
use serde_json::json;

/// What becomes of the deliveries that waited while it was paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// They go out now, in their order.
    Send,
    /// They do not, unless somebody replays them.
    Skip,
}

/// Pauses it: events go on being cut for it, and wait for up to 30 days. Once more changes nothing.
pub async fn pause(env: &Env, tenant: &mut Tenant, id: EndpointId) -> Result<()> {
    teams::allowed(tenant, Right::Develop).await?;
    exists(tenant, id).await?;
    if halt(env, tenant, id, PausedWhy::Asked).await?.is_some() {
        audit::record(env, tenant, "endpoint.paused", &json!({ "endpoint": id })).await?;
    }
    Ok(())
}

/// Goes on with it, whyever it was paused.
pub async fn resume(
    env: &Env,
    tenant: &mut Tenant,
    id: EndpointId,
    waiting: Waiting,
) -> Result<()> {
    teams::allowed(tenant, Right::Develop).await?;
    exists(tenant, id).await?;
    let workspace = tenant.workspace();
    let resumed = sqlx::query!(
        "UPDATE endpoint SET state = 'on', paused_why = NULL, paused_at = NULL
          WHERE workspace_id = $1 AND id = $2 AND state = 'paused'",
        workspace.0,
        id.0,
    )
    .execute(tenant.conn())
    .await?;
    if resumed.rows_affected() == 0 {
        return Ok(());
    }
    if waiting == Waiting::Skip {
        delivery::skip(env, tenant, id).await?;
    }
    delivery::rouse(env, tenant, id).await?;
    audit::record(env, tenant, "endpoint.resumed", &json!({ "endpoint": id })).await
}

/// Pauses it for what a delivery met, and writes to the workspace's admins, once.
pub(crate) async fn stop(
    env: &Env,
    tenant: &mut Tenant,
    id: EndpointId,
    why: PausedWhy,
) -> Result<()> {
    let Some(url) = halt(env, tenant, id, why).await? else {
        return Ok(());
    };
    let told = json!({ "endpoint": id, "reason": why });
    audit::record(env, tenant, "endpoint.stopped", &told).await?;
    let host = url::Url::parse(&url)
        .ok()
        .and_then(|url| url.host_str().map(unlinked))
        .unwrap_or_default();
    let name = unlinked(&place::name(tenant).await?);
    let what = match why {
        PausedWhy::Gone => "It answered 410 Gone, which asks for no more webhooks.",
        PausedWhy::Asked | PausedWhy::Failing => {
            "A delivery was tried again and again for three days, and none of the attempts succeeded."
        }
    };
    let letter = Letter::new(format!("Webhooks of {name} are paused"))
        .words(format!("{what} Nothing is sent there until somebody resumes it by the API (POST /api/v1/endpoints/{{id}}/resume). What happens meanwhile waits for up to 30 days."))
        .facts(vec![("Workspace", name), ("Endpoint", host)])
        .button("Open the developers' page", format!("{}/settings/developers", env.post.origin));
    for admin in member::admins(tenant).await? {
        mail::put(env, tenant.conn(), &admin, &letter).await?;
    }
    tenant.ring(Signal::Jobs);
    Ok(())
}

/// Its address when this paused it; none when it was paused already.
async fn halt(
    env: &Env,
    tenant: &mut Tenant,
    id: EndpointId,
    why: PausedWhy,
) -> Result<Option<String>> {
    let workspace = tenant.workspace();
    let url = sqlx::query_scalar!(
        "UPDATE endpoint SET state = 'paused', paused_why = $3, paused_at = $4
          WHERE workspace_id = $1 AND id = $2 AND state = 'on' AND deleted_at IS NULL
         RETURNING url",
        workspace.0,
        id.0,
        why.as_str(),
        env.now(),
    )
    .fetch_optional(tenant.conn())
    .await?;
    Ok(url)
}

/// [`crate::Error::NotFound`] for one that is not there.
pub(crate) async fn exists(tenant: &mut Tenant, id: EndpointId) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query_scalar!(
        r#"SELECT 1 AS "one!" FROM endpoint WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NULL"#,
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(())
}
