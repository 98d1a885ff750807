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
use serde::{Deserialize, Serialize};

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

/// What is done with an endpoint. One function for all of it: each would bring as much code again to whoever opens the page.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// It is changed to this.
    Change(EndpointForm),
    /// It is deleted.
    Delete,
    /// It gets another secret; the one until now ends at once, or signs as well for a day.
    Rotate { at_once: bool },
    /// It is paused.
    Pause,
    /// It goes on; what waited is sent, or skipped.
    Resume { skip: bool },
    /// A test goes there.
    Test,
    /// All that failed is sent again.
    ReplayFailed,
    /// What happened from the one moment on and before the other is sent again.
    ReplayRange { from: Moment, until: Moment },
}

/// What came of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Acted {
    /// The new secret, told this once.
    pub secret: Option<SigningSecret>,
    /// Deliveries that are sent again.
    pub count: u64,
}

/// Does it.
#[server(client = ApiClient, prefix = "/api", endpoint = "endpoints/act", protocol = Api)]
pub async fn act(id: EndpointId, deed: Deed) -> Result<Acted, ApiError> {
    use postern_domain::{
        delivery,
        endpoint::{self, Waiting},
        env::instant,
    };
    let mut tenant = crate::ssr::member(postern_types::Right::Develop.role()).await?;
    let env = crate::ssr::env();
    let mut acted = Acted::default();
    match deed {
        Deed::Change(form) => endpoint::change(&env, &mut tenant, id, &form).await?,
        Deed::Delete => endpoint::delete(&env, &mut tenant, id).await?,
        Deed::Rotate { at_once } => {
            let overlap = Some(endpoint::OVERLAP)
                .filter(|_| !at_once)
                .unwrap_or_default();
            acted.secret = Some(endpoint::rotate(&env, &mut tenant, id, None, overlap).await?);
        }
        Deed::Pause => endpoint::pause(&env, &mut tenant, id).await?,
        Deed::Resume { skip } => {
            let waiting = if skip { Waiting::Skip } else { Waiting::Send };
            endpoint::resume(&env, &mut tenant, id, waiting).await?;
        }
        Deed::Test => {
            endpoint::trial(&env, &mut tenant, id).await?;
        }
        Deed::ReplayFailed => acted.count = delivery::replay_failed(&env, &mut tenant, id).await?,
        Deed::ReplayRange { from, until } => {
            let (from, until) = (instant(from), instant(until));
            acted.count = delivery::replay_range(&env, &mut tenant, id, from, until).await?;
        }
    }
    tenant.commit().await?;
    Ok(acted)
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
