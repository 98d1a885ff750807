//! Numbers, as server functions.

use crate::{
    error::ApiError,
    session::{Api, ApiClient},
};
use leptos::prelude::*;
use postern_types::{
    ChannelConnected, ChannelId, ChannelView, ConnectChannel, EventId, NumberHealth, Profile,
    Registration, Standing, ToldPage, ToldWhole,
};
use uuid::Uuid;

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

/// How every number stands at Meta, at a glance.
#[server(client = ApiClient, prefix = "/api", endpoint = "channels/standings", protocol = Api)]
pub async fn standings() -> Result<Vec<Standing>, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Agent).await?;
    let standings = postern_domain::channel::health::standings(&mut tenant).await?;
    tenant.commit().await?;
    Ok(standings)
}

/// How a number stands at Meta, what changed and what is to be seen.
#[server(client = ApiClient, prefix = "/api", endpoint = "channels/health", protocol = Api)]
pub async fn health(id: ChannelId) -> Result<NumberHealth, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Agent).await?;
    let health = postern_domain::channel::health::show(&mut tenant, id).await?;
    tenant.commit().await?;
    Ok(health)
}

/// Has Meta asked about a number; the answer comes as a change of it.
#[server(client = ApiClient, prefix = "/api", endpoint = "channels/check", protocol = Api)]
pub async fn check(id: ChannelId) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Admin).await?;
    postern_domain::channel::health::check_now(&crate::ssr::env(), &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(())
}

/// Marks an alert as seen; all of the number's without one.
#[server(client = ApiClient, prefix = "/api", endpoint = "channels/seen", protocol = Api)]
pub async fn seen(id: ChannelId, alert: Option<Uuid>) -> Result<(), ApiError> {
    let env = crate::ssr::env();
    let mut tenant = crate::ssr::member(postern_types::Role::Admin).await?;
    match alert {
        Some(alert) => postern_domain::channel::health::see(&env, &mut tenant, id, alert).await?,
        None => postern_domain::channel::health::see_all(&env, &mut tenant, id).await?,
    }
    tenant.commit().await?;
    Ok(())
}

/// What the number shows of its business, as Meta has it now.
#[server(client = ApiClient, prefix = "/api", endpoint = "channels/profile", protocol = Api)]
pub async fn read_profile(id: ChannelId) -> Result<Profile, ApiError> {
    let caller = crate::ssr::caller()?;
    let workspace = caller.workspace.ok_or(postern_domain::Error::NotFound)?;
    let env = crate::ssr::env();
    Ok(postern_domain::channel::profile::read(&env, caller.session, workspace, id).await?)
}

/// Writes it at Meta.
#[server(client = ApiClient, prefix = "/api", endpoint = "channels/save-profile", protocol = Api)]
pub async fn save_profile(id: ChannelId, profile: Profile) -> Result<Profile, ApiError> {
    let caller = crate::ssr::caller()?;
    let workspace = caller.workspace.ok_or(postern_domain::Error::NotFound)?;
    let env = crate::ssr::env();
    Ok(
        postern_domain::channel::profile::write(&env, caller.session, workspace, id, &profile)
            .await?,
    )
}

/// Does a step of a number's registration.
#[server(client = ApiClient, prefix = "/api", endpoint = "channels/register", protocol = Api)]
pub async fn register(id: ChannelId, step: Registration) -> Result<(), ApiError> {
    let caller = crate::ssr::caller()?;
    let workspace = caller.workspace.ok_or(postern_domain::Error::NotFound)?;
    let env = crate::ssr::env();
    Ok(
        postern_domain::channel::registration::act(&env, caller.session, workspace, id, &step)
            .await?,
    )
}

/// What Meta told of a number beside messages, a page of it.
#[server(client = ApiClient, prefix = "/api", endpoint = "channels/events", protocol = Api)]
pub async fn events(
    id: ChannelId,
    field: Option<String>,
    after: Option<String>,
) -> Result<ToldPage, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Admin).await?;
    let (field, after) = (field.as_deref(), after.as_deref());
    let page = postern_domain::channel::event::list(&mut tenant, id, field, after).await?;
    tenant.commit().await?;
    Ok(page)
}

/// Every text of one of them.
#[server(client = ApiClient, prefix = "/api", endpoint = "channels/event", protocol = Api)]
pub async fn event(id: ChannelId, event: EventId) -> Result<ToldWhole, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Admin).await?;
    let whole =
        postern_domain::channel::event::open(&crate::ssr::env(), &mut tenant, id, event).await?;
    tenant.commit().await?;
    Ok(whole)
}
