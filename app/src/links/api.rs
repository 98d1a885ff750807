//! Portal links, as server functions.

use crate::{
    error::ApiError,
    session::{Api, ApiClient},
};
use leptos::prelude::*;
use postern_types::{ContactId, LinkId, MadeLink, MadePin, NewLink, PortalLink};

/// The links of a contact.
#[server(client = ApiClient, prefix = "/api", endpoint = "links/list", protocol = Api)]
pub async fn list(contact: ContactId) -> Result<Vec<PortalLink>, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Portal.role()).await?;
    let links = postern_domain::portal::list(&crate::ssr::env(), &mut tenant, contact).await?;
    tenant.commit().await?;
    Ok(links)
}

/// Makes one.
#[server(client = ApiClient, prefix = "/api", endpoint = "links/make", protocol = Api)]
pub async fn make(contact: ContactId, form: NewLink) -> Result<MadeLink, ApiError> {
    let env = crate::ssr::env();
    let role = postern_types::Right::Portal.role();
    // Who may not has nothing hashed; and nothing is open while it is.
    crate::ssr::member(role).await?.commit().await?;
    let secrets = postern_domain::portal::draw(&env).await?;
    let mut tenant = crate::ssr::member(role).await?;
    let made = postern_domain::portal::make(&env, &mut tenant, contact, &form, &secrets).await?;
    tenant.commit().await?;
    Ok(made)
}

/// Sends the address of one that was just made into the chat.
#[server(client = ApiClient, prefix = "/api", endpoint = "links/send", protocol = Api)]
pub async fn send_link(id: LinkId, address: String) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Portal.role()).await?;
    postern_domain::portal::send(&crate::ssr::env(), &mut tenant, id, &address).await?;
    tenant.commit().await?;
    Ok(())
}

/// Sets the PIN of one anew.
#[server(client = ApiClient, prefix = "/api", endpoint = "links/pin", protocol = Api)]
pub async fn reset_pin(id: LinkId) -> Result<MadePin, ApiError> {
    let env = crate::ssr::env();
    let role = postern_types::Right::Portal.role();
    crate::ssr::member(role).await?.commit().await?;
    let pin = postern_domain::portal::draw_pin(&env, id).await?;
    let mut tenant = crate::ssr::member(role).await?;
    let made = postern_domain::portal::reset_pin(&env, &mut tenant, &pin).await?;
    tenant.commit().await?;
    Ok(made)
}

/// Ends one.
#[server(client = ApiClient, prefix = "/api", endpoint = "links/revoke", protocol = Api)]
pub async fn revoke(id: LinkId) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Portal.role()).await?;
    postern_domain::portal::revoke(&crate::ssr::env(), &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(())
}

/// Ends all of a contact.
#[server(client = ApiClient, prefix = "/api", endpoint = "links/revoke-all", protocol = Api)]
pub async fn revoke_all(contact: ContactId) -> Result<u32, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Portal.role()).await?;
    let ended =
        postern_domain::portal::revoke_all(&crate::ssr::env(), &mut tenant, contact).await?;
    tenant.commit().await?;
    Ok(ended)
}
