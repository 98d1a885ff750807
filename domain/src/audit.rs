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
use serde_json::{Map, Value};
use uuid::Uuid;

/// Where details are sealed.
pub(crate) const DETAIL: &str = "audit.detail";

/// Writes that `action` happened, in the acting member's name and from their session's or their key's network when there is
/// one. What was done by a key names it. Commits with what it tells of.
pub async fn record(
    env: &Env,
    tenant: &mut Tenant,
    action: &str,
    detail: &(impl Serialize + Sync),
) -> Result<()> {
    let workspace = tenant.workspace();
    let id: Uuid = env.id();
    let mut detail = serde_json::to_value(detail).map_err(|error| Error::Internal(error.into()))?;
    if let Some(key) = tenant.key() {
        if detail.is_null() {
            detail = Value::Object(Map::new());
        }
        if let Some(detail) = detail.as_object_mut() {
            detail.insert("by_key".to_owned(), key.to_string().into());
        }
    }
    let detail = detail.to_string().into_bytes();
    let written = Written::new(env.bytes(), &detail);
    let sealed = vault::seal(env, tenant, DETAIL, &id.to_string(), &written.plain).await?;
    sqlx::query!(
        "INSERT INTO audit (workspace_id, id, at, actor, action, network, detail, digest)
         VALUES ($1, $2, $3, nullif(current_setting('app.member', true), '')::uuid, $4,
                 coalesce(nullif(current_setting('app.network', true), ''),
                          (SELECT nullif(s.network, '') FROM session s
                            WHERE s.id = nullif(current_setting('app.session', true), '')::uuid)),
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
