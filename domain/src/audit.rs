//! The audit trail: who did what in a workspace, when and from where. Its details are sealed, its lines are a chain.
//!
//! A line is written with what it tells of, and linked to the one before it some seconds later ([`link`]): the transaction
//! that writes it waits for nobody. To audit something: [`record`], and a sentence in `app::words::audit`.

mod chain;
mod detail;
mod export;
mod page;

pub use chain::{link, verify};
pub use export::{Checked, check, export};
pub use page::page;

use crate::{Env, Error, Result, Tenant, vault};
use detail::Written;
use serde::Serialize;
use uuid::Uuid;

/// Where details are sealed.
pub(crate) const DETAIL: &str = "audit.detail";

/// Writes that `action` happened, in the acting member's name and from their session's network when there is one. Commits
/// with what it tells of.
pub async fn record(
    env: &Env,
    tenant: &mut Tenant,
    action: &str,
    detail: &(impl Serialize + Sync),
) -> Result<()> {
    let workspace = tenant.workspace();
    let id: Uuid = env.id();
    let detail = serde_json::to_vec(detail).map_err(|error| Error::Internal(error.into()))?;
    let written = Written::new(env.bytes(), &detail);
    let sealed = vault::seal(env, tenant, DETAIL, &id.to_string(), &written.plain).await?;
    sqlx::query!(
        "INSERT INTO audit (workspace_id, id, at, actor, action, network, detail, digest)
         VALUES ($1, $2, $3, nullif(current_setting('app.member', true), '')::uuid, $4,
                 (SELECT nullif(s.network, '') FROM session s
                   WHERE s.id = nullif(current_setting('app.session', true), '')::uuid),
                 $5, $6)",
        workspace.0,
        id,
        env.now(),
        action,
        sealed,
        &written.digest[..],
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests;
