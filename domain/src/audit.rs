//! The audit trail: who did what in a workspace, its details sealed.

use crate::{Env, Error, Result, Tenant, vault};
use serde::Serialize;
use uuid::Uuid;

/// Writes that `action` happened, in the acting member's name when there is one. Commits with what it tells of.
pub async fn record(
    env: &Env,
    tenant: &mut Tenant,
    action: &str,
    detail: &(impl Serialize + Sync),
) -> Result<()> {
    let workspace = tenant.workspace();
    let id: Uuid = env.id();
    let detail = serde_json::to_vec(detail).map_err(|error| Error::Internal(error.into()))?;
    let sealed = vault::seal(env, tenant, DETAIL, &id.to_string(), &detail).await?;
    sqlx::query!(
        "INSERT INTO audit (workspace_id, id, at, actor, action, detail)
         VALUES ($1, $2, $3, nullif(current_setting('app.member', true), '')::uuid, $4, $5)",
        workspace.0,
        id,
        env.now(),
        action,
        sealed,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// Where details are sealed.
pub(crate) const DETAIL: &str = "audit.detail";
