//! What a channel keeps sealed. It is opened where it is used and returned to nobody.

use crate::{Env, Result, Tenant, vault};
use postern_types::ChannelId;
use secrecy::SecretString;
use zeroize::Zeroizing;

/// Where an access token is sealed.
pub(crate) const TOKEN: &str = "channel.token_sealed";
/// Where the secret of a channel's own Meta app is sealed.
pub(crate) const APP_SECRET: &str = "channel.app_secret_sealed";
/// Where the verify token of a channel's own callback is sealed.
pub(crate) const VERIFY_TOKEN: &str = "channel.verify_token_sealed";

/// The access token; none once the number was disconnected by hand.
pub(crate) async fn token(
    env: &Env,
    tenant: &mut Tenant,
    channel: ChannelId,
) -> Result<Option<SecretString>> {
    let workspace = tenant.workspace();
    let sealed = sqlx::query_scalar!(
        "SELECT token_sealed FROM channel WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        channel.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    if sealed.is_empty() {
        return Ok(None);
    }
    let plain = vault::open(env, tenant, TOKEN, &channel.to_string(), &sealed).await?;
    Ok(std::str::from_utf8(&plain).ok().map(Into::into))
}

/// The secret of the channel's own Meta app; none under the installation's.
pub(crate) async fn app_secret(
    env: &Env,
    tenant: &mut Tenant,
    channel: ChannelId,
) -> Result<Option<Zeroizing<Vec<u8>>>> {
    let workspace = tenant.workspace();
    let sealed = sqlx::query_scalar!(
        "SELECT app_secret_sealed FROM channel WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        channel.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    open(env, tenant, APP_SECRET, channel, sealed).await
}

/// The verify token of the channel's own callback; none under the installation's app.
pub(crate) async fn verify_token(
    env: &Env,
    tenant: &mut Tenant,
    channel: ChannelId,
) -> Result<Option<Zeroizing<Vec<u8>>>> {
    let workspace = tenant.workspace();
    let sealed = sqlx::query_scalar!(
        "SELECT verify_token_sealed FROM channel WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        channel.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    open(env, tenant, VERIFY_TOKEN, channel, sealed).await
}

async fn open(
    env: &Env,
    tenant: &mut Tenant,
    column: &str,
    channel: ChannelId,
    sealed: Option<Vec<u8>>,
) -> Result<Option<Zeroizing<Vec<u8>>>> {
    let Some(sealed) = sealed else {
        return Ok(None);
    };
    vault::open(env, tenant, column, &channel.to_string(), &sealed)
        .await
        .map(Some)
}
