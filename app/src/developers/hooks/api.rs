//! Endpoints and their deliveries, as server functions; each is an admin's.

use crate::{
    error::ApiError,
    session::{Api, ApiClient},
};
use leptos::prelude::*;
use postern_types::{
    DeliveryId, DeliveryPage, DeliveryState, DeliveryView, EndpointForm, EndpointId, EndpointMade,
    EndpointView, Moment, SigningSecret,
};

/// The endpoints of the workspace.
#[server(client = ApiClient, prefix = "/api", endpoint = "endpoints/list", protocol = Api)]
pub async fn list() -> Result<Vec<EndpointView>, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Develop.role()).await?;
    let all = postern_domain::endpoint::list(&crate::ssr::env(), &mut tenant).await?;
    tenant.commit().await?;
    Ok(all)
}

/// One of them.
#[server(client = ApiClient, prefix = "/api", endpoint = "endpoints/show", protocol = Api)]
pub async fn show(id: EndpointId) -> Result<EndpointView, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Develop.role()).await?;
    let one = postern_domain::endpoint::show(&crate::ssr::env(), &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(one)
}

/// Makes one; its secret is told this once.
#[server(client = ApiClient, prefix = "/api", endpoint = "endpoints/make", protocol = Api)]
pub async fn make(form: EndpointForm) -> Result<EndpointMade, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Develop.role()).await?;
    let env = crate::ssr::env();
    let made = postern_domain::endpoint::create(&env, &mut tenant, &form, None).await?;
    tenant.commit().await?;
    Ok(made)
}

/// Changes one.
#[server(client = ApiClient, prefix = "/api", endpoint = "endpoints/change", protocol = Api)]
pub async fn change(id: EndpointId, form: EndpointForm) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Develop.role()).await?;
    postern_domain::endpoint::change(&crate::ssr::env(), &mut tenant, id, &form).await?;
    tenant.commit().await?;
    Ok(())
}

/// Deletes one.
#[server(client = ApiClient, prefix = "/api", endpoint = "endpoints/delete", protocol = Api)]
pub async fn delete(id: EndpointId) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Develop.role()).await?;
    postern_domain::endpoint::delete(&crate::ssr::env(), &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(())
}

/// Gives it another secret; the one until now ends at once, or signs as well for a day.
#[server(client = ApiClient, prefix = "/api", endpoint = "endpoints/rotate", protocol = Api)]
pub async fn rotate(id: EndpointId, at_once: bool) -> Result<SigningSecret, ApiError> {
    use postern_domain::endpoint;
    let mut tenant = crate::ssr::member(postern_types::Right::Develop.role()).await?;
    let overlap = Some(endpoint::OVERLAP)
        .filter(|_| !at_once)
        .unwrap_or_default();
    let secret = endpoint::rotate(&crate::ssr::env(), &mut tenant, id, None, overlap).await?;
    tenant.commit().await?;
    Ok(secret)
}

/// Pauses it.
#[server(client = ApiClient, prefix = "/api", endpoint = "endpoints/pause", protocol = Api)]
pub async fn pause(id: EndpointId) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Develop.role()).await?;
    postern_domain::endpoint::pause(&crate::ssr::env(), &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(())
}

/// Goes on with it; what waited is sent, or skipped.
#[server(client = ApiClient, prefix = "/api", endpoint = "endpoints/resume", protocol = Api)]
pub async fn resume(id: EndpointId, skip: bool) -> Result<(), ApiError> {
    use postern_domain::endpoint::{self, Waiting};
    let mut tenant = crate::ssr::member(postern_types::Right::Develop.role()).await?;
    let waiting = if skip { Waiting::Skip } else { Waiting::Send };
    endpoint::resume(&crate::ssr::env(), &mut tenant, id, waiting).await?;
    tenant.commit().await?;
    Ok(())
}

/// Sends it a test.
#[server(client = ApiClient, prefix = "/api", endpoint = "endpoints/test", protocol = Api)]
pub async fn test(id: EndpointId) -> Result<DeliveryId, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Develop.role()).await?;
    let delivery = postern_domain::endpoint::trial(&crate::ssr::env(), &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(delivery)
}

/// A page of what went there, the newest first.
#[server(client = ApiClient, prefix = "/api", endpoint = "deliveries/list", protocol = Api)]
pub async fn log(
    endpoint: EndpointId,
    state: Option<DeliveryState>,
    after: Option<String>,
) -> Result<DeliveryPage, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Develop.role()).await?;
    let after = after.as_deref();
    let page = postern_domain::delivery::list(&mut tenant, endpoint, state, after).await?;
    tenant.commit().await?;
    Ok(page)
}

/// A delivery whole.
#[server(client = ApiClient, prefix = "/api", endpoint = "deliveries/show", protocol = Api)]
pub async fn delivery(id: DeliveryId) -> Result<DeliveryView, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Develop.role()).await?;
    let one = postern_domain::delivery::show(&crate::ssr::env(), &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(one)
}

/// Sends one again.
#[server(client = ApiClient, prefix = "/api", endpoint = "deliveries/replay", protocol = Api)]
pub async fn replay(id: DeliveryId) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Develop.role()).await?;
    postern_domain::delivery::replay(&crate::ssr::env(), &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(())
}

/// Sends all again that failed.
#[server(client = ApiClient, prefix = "/api", endpoint = "deliveries/replay-failed", protocol = Api)]
pub async fn replay_failed(endpoint: EndpointId) -> Result<u64, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Develop.role()).await?;
    let env = crate::ssr::env();
    let count = postern_domain::delivery::replay_failed(&env, &mut tenant, endpoint).await?;
    tenant.commit().await?;
    Ok(count)
}

/// Sends again what happened from the one moment on and before the other.
#[server(client = ApiClient, prefix = "/api", endpoint = "deliveries/replay-range", protocol = Api)]
pub async fn replay_range(
    endpoint: EndpointId,
    from: Moment,
    until: Moment,
) -> Result<u64, ApiError> {
    use postern_domain::{delivery, env::instant};
    let mut tenant = crate::ssr::member(postern_types::Right::Develop.role()).await?;
    let (env, from, until) = (crate::ssr::env(), instant(from), instant(until));
    let count = delivery::replay_range(&env, &mut tenant, endpoint, from, until).await?;
    tenant.commit().await?;
    Ok(count)
}
