//! Workspaces: the tenants of an installation.

mod hours;
pub mod logo;
mod settings;
mod steps;

pub(crate) use hours::zone;
pub use logo::remove_logo;
pub(crate) use settings::tone;
pub use settings::{save, show};
pub use steps::{hide_steps, steps};

use crate::{Env, Error, Result, Tenant, audit, member, vault, wake::Signal};
use postern_types::{AccountId, Role, WorkspaceId};
use serde_json::json;

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

/// Gives a new workspace its first owner, and writes down that it was made.
pub(crate) async fn found(env: &Env, tenant: &mut Tenant, owner: AccountId) -> Result<()> {
    let owner = member::add(env, tenant, owner, Role::Owner).await?;
    audit::record(
        env,
        tenant,
        "workspace.created",
        &json!({ "member": owner }),
    )
    .await
}

/// Requires a second factor of every member, or not any more. Whoever has none is shut out at once, until they have; also
/// the one who says so, which is why it is refused to them.
pub async fn require_factor(env: &Env, tenant: &mut Tenant, required: bool) -> Result<()> {
    let workspace = tenant.workspace();
    if required {
        let member = tenant.actor().await?;
        let proven = sqlx::query_scalar!(
            r#"SELECT EXISTS (SELECT FROM member m WHERE m.workspace_id = $1 AND m.id = $2
                  AND (EXISTS (SELECT FROM totp t WHERE t.account_id = m.account_id AND t.confirmed_at IS NOT NULL)
                       OR EXISTS (SELECT FROM passkey p WHERE p.account_id = m.account_id))) AS "proven!""#,
            workspace.0,
            member.0,
        )
        .fetch_one(tenant.conn())
        .await?;
        if !proven {
            return Err(Error::conflict(
                "Set up two-step sign-in for yourself first: you would be shut out.",
            ));
        }
    }
    sqlx::query!(
        "UPDATE workspace SET factor_required = $2 WHERE workspace_id = $1",
        workspace.0,
        required,
    )
    .execute(tenant.conn())
    .await?;
    let shut_out = sqlx::query_scalar!(
        "SELECT m.account_id FROM member m
          WHERE m.workspace_id = $1 AND m.removed_at IS NULL
            AND NOT EXISTS (SELECT FROM totp t WHERE t.account_id = m.account_id AND t.confirmed_at IS NOT NULL)
            AND NOT EXISTS (SELECT FROM passkey p WHERE p.account_id = m.account_id)",
        workspace.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    for account in shut_out {
        tenant.ring(Signal::Account(AccountId(account)));
    }
    member::touch(env, tenant).await?;
    let detail = json!({ "required": required });
    audit::record(env, tenant, "workspace.factor_required", &detail).await
}

/// What the tenant's workspace is called.
pub(crate) async fn name(tenant: &mut Tenant) -> Result<String> {
    let workspace = tenant.workspace();
    let name = sqlx::query_scalar!(
        "SELECT name FROM workspace WHERE workspace_id = $1",
        workspace.0
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(name)
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

#[cfg(test)]
mod tests;
