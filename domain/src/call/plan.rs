//! The plan that an operator chose for a workspace.

use crate::{Env, Result, Tenant, audit};
use serde_json::json;

/// Chooses it, by its name in the configuration; none: the configuration's own choice. It holds within half a minute.
pub async fn choose_plan(env: &Env, tenant: &mut Tenant, plan: Option<&str>) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "INSERT INTO workspace_setting (workspace_id, plan) VALUES ($1, $2)
         ON CONFLICT (workspace_id) DO UPDATE SET plan = excluded.plan",
        workspace.0,
        plan,
    )
    .execute(tenant.conn())
    .await?;
    audit::record(
        env,
        tenant,
        "workspace.plan_chosen",
        &json!({ "plan": plan }),
    )
    .await
}
