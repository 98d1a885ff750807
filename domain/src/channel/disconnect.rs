//! Disconnecting a number, by an admin's hand or because Meta refuses its token.

use super::{
    announce,
    health::{self, Alarm},
};
use crate::{Env, Error, Result, Tenant, audit};
use postern_types::{ChannelId, ChannelView, Severity};
use serde::Serialize;
use time::OffsetDateTime;

/// The kind of the alert that tells of it, until the number is connected again.
pub(super) const ALERT: &str = "disconnected";

#[derive(Serialize)]
struct Disconnected<'a> {
    channel: ChannelId,
    reason: &'a str,
}

/// Disconnects a number and forgets its token. For a tenant that was entered as an admin. What comes in is still
/// kept; nothing goes out until it is connected again.
pub async fn disconnect(env: &Env, tenant: &mut Tenant, id: ChannelId) -> Result<ChannelView> {
    tenant.actor().await?;
    let workspace = tenant.workspace();
    let reason = "An admin disconnected it.";
    let changed = sqlx::query!(
        "UPDATE channel SET state = 'disconnected', state_reason = $3, token_sealed = '', rev = rev + 1
          WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
        reason,
    )
    .execute(tenant.conn())
    .await?;
    if changed.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    tell(env, tenant, id, reason).await
}

/// Marks a number as disconnected for what happened at `at`: one that was connected after that is left alone, and so
/// is one that is disconnected already.
pub(crate) async fn mark_disconnected(
    env: &Env,
    tenant: &mut Tenant,
    id: ChannelId,
    at: OffsetDateTime,
    reason: &str,
) -> Result<()> {
    let workspace = tenant.workspace();
    let changed = sqlx::query!(
        "UPDATE channel SET state = 'disconnected', state_reason = $4, rev = rev + 1
          WHERE workspace_id = $1 AND id = $2 AND state = 'connected' AND connected_at <= $3",
        workspace.0,
        id.0,
        at,
        reason,
    )
    .execute(tenant.conn())
    .await?;
    if changed.rows_affected() == 1 {
        let alert = Alarm::new(ALERT, Severity::Critical, reason);
        health::alarm(env, tenant, id, &alert, at).await?;
        tell(env, tenant, id, reason).await?;
    }
    Ok(())
}

async fn tell(env: &Env, tenant: &mut Tenant, id: ChannelId, reason: &str) -> Result<ChannelView> {
    let detail = Disconnected {
        channel: id,
        reason,
    };
    audit::record(env, tenant, "channel.disconnect", &detail).await?;
    announce(env, tenant, id).await
}
