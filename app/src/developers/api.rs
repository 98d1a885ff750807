//! API keys, as server functions.

use crate::{
    error::ApiError,
    session::{Api, ApiClient},
};
use leptos::prelude::*;
use postern_types::{KeyId, KeyView, MadeKey, NewKey};

/// The keys of the workspace.
#[server(client = ApiClient, prefix = "/api", endpoint = "keys/list", protocol = Api)]
pub async fn list() -> Result<Vec<KeyView>, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Develop.role()).await?;
    let keys = postern_domain::key::list(&crate::ssr::env(), &mut tenant).await?;
    tenant.commit().await?;
    Ok(keys)
}

/// Makes one.
#[server(client = ApiClient, prefix = "/api", endpoint = "keys/make", protocol = Api)]
pub async fn make(new: NewKey) -> Result<MadeKey, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Develop.role()).await?;
    let made = postern_domain::key::make(&crate::ssr::env(), &mut tenant, &new).await?;
    tenant.commit().await?;
    Ok(made)
}

/// Ends one.
#[server(client = ApiClient, prefix = "/api", endpoint = "keys/revoke", protocol = Api)]
pub async fn revoke(id: KeyId) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Develop.role()).await?;
    postern_domain::key::revoke(&crate::ssr::env(), &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(())
}
