//! Tickets for the socket: single use, 30 seconds, redeemed by whichever process gets the connection.

use crate::{Env, Error, Result, Tenant, crypto};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use postern_types::{SessionId, WorkspaceId};
use time::Duration;

/// Makes a ticket for the session that is acting in the tenant's workspace.
pub async fn ticket(env: &Env, tenant: &mut Tenant, session: SessionId) -> Result<String> {
    let workspace = tenant.workspace();
    let secret: [u8; 32] = env.bytes();
    sqlx::query!(
        "INSERT INTO live_ticket (hash, workspace_id, session_id, expires_at) VALUES ($1, $2, $3, $4)",
        &crypto::sha256(&secret)[..],
        workspace.0,
        session.0,
        env.now() + Duration::seconds(30),
    )
    .execute(tenant.conn())
    .await?;
    Ok(URL_SAFE_NO_PAD.encode(secret))
}

/// Uses a ticket up and says whose it was; [`Error::Unauthorized`] for one that is unknown, used or too old.
pub async fn redeem(env: &Env, ticket: &str) -> Result<(SessionId, WorkspaceId)> {
    let secret = URL_SAFE_NO_PAD
        .decode(ticket)
        .map_err(|_| Error::Unauthorized)?;
    let mut global = env.db.global().await?;
    let row = sqlx::query!(
        r#"SELECT session_id AS "session!", workspace_id AS "workspace!" FROM redeem_ticket($1)"#,
        &crypto::sha256(&secret)[..],
    )
    .fetch_optional(global.conn())
    .await?;
    global.commit().await?;
    let row = row.ok_or(Error::Unauthorized)?;
    Ok((SessionId(row.session), WorkspaceId(row.workspace)))
}
