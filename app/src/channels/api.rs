//! Numbers, as server functions.

use crate::{
    error::ApiError,
    session::{Api, ApiClient},
};
use leptos::prelude::*;
use postern_types::{ChannelConnected, ChannelId, ChannelView, ConnectChannel};

/// The workspace's numbers.
#[server(client = ApiClient, prefix = "/api", endpoint = "channels/list", protocol = Api)]
pub async fn list() -> Result<Vec<ChannelView>, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Agent).await?;
    let channels = postern_domain::channel::list(&mut tenant).await?;
    tenant.commit().await?;
    Ok(channels)
}

/// Connects a number, once Meta confirms that the token owns it.
#[server(client = ApiClient, prefix = "/api", endpoint = "channels/connect", protocol = Api)]
pub async fn connect(form: ConnectChannel) -> Result<ChannelConnected, ApiError> {
    // It asks Meta between two transactions of its own, each of which proves the role.
    let caller = crate::ssr::caller()?;
    let workspace = caller.workspace.ok_or(postern_domain::Error::NotFound)?;
    Ok(
        postern_domain::channel::connect(&crate::ssr::env(), caller.session, workspace, &form)
            .await?,
    )
}

/// Forgets a number's token; what was said over it stays.
#[server(client = ApiClient, prefix = "/api", endpoint = "channels/disconnect", protocol = Api)]
pub async fn disconnect(id: ChannelId) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Admin).await?;
    postern_domain::channel::disconnect(&crate::ssr::env(), &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(())
}
