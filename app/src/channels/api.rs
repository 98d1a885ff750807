//! Numbers, as server functions.

use crate::{error::ApiError, session::ApiClient};
use leptos::{prelude::*, server_fn::codec::Json};
use postern_types::{ChannelConnected, ChannelId, ChannelView, ConnectChannel};

/// The workspace's numbers.
#[server(client = ApiClient, prefix = "/api", endpoint = "channels/list", input = Json)]
pub async fn list() -> Result<Vec<ChannelView>, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Agent).await?;
    let channels = postern_domain::channel::list(&mut tenant).await?;
    tenant.commit().await?;
    Ok(channels)
}

/// Connects a number, once Meta confirms that the token owns it.
#[server(client = ApiClient, prefix = "/api", endpoint = "channels/connect", input = Json)]
pub async fn connect(form: ConnectChannel) -> Result<ChannelConnected, ApiError> {
    // Proves the role; the call itself asks Meta and opens its own transactions around that.
    let tenant = crate::ssr::member(postern_types::Role::Admin).await?;
    tenant.commit().await?;
    let caller = crate::ssr::caller().await?;
    Ok(postern_domain::channel::connect(&crate::ssr::env(), caller.session, caller.workspace, &form).await?)
}

/// Forgets a number's token; what was said over it stays.
#[server(client = ApiClient, prefix = "/api", endpoint = "channels/disconnect", input = Json)]
pub async fn disconnect(id: ChannelId) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Admin).await?;
    postern_domain::channel::disconnect(&crate::ssr::env(), &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(())
}
