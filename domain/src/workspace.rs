//! Workspaces: the tenants of an installation.

use crate::{Env, Error, Result, Tenant, vault};
use postern_types::WorkspaceId;

/// Makes a workspace with its first data key and enters it. Nothing exists until the tenant is committed.
pub async fn create(env: &Env, name: &str) -> Result<Tenant> {
    let name = checked_name(name)?;
    let id: WorkspaceId = env.id();
    let mut tenant = env.db.new_workspace(id).await?;
    sqlx::query!(
        "INSERT INTO workspace (workspace_id, name, created_at) VALUES ($1, $2, $3)",
        id.0,
        name,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    vault::make_key(env, &mut tenant).await?;
    Ok(tenant)
}

/// A name as it is kept: 1 to 80 characters without control characters.
pub fn checked_name(name: &str) -> Result<&str> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 80 || name.chars().any(char::is_control) {
        return Err(Error::invalid(
            "workspace_name",
            "Give the workspace a name of 1 to 80 characters.",
        ));
    }
    Ok(name)
}
