//! Deleting the workspace, as server functions of its owner.

use crate::{
    error::ApiError,
    session::{Api, ApiClient},
};
use leptos::prelude::*;
use postern_types::{EraseWorkspace, Erasing};

/// What would go.
#[server(client = ApiClient, prefix = "/api", endpoint = "workspace/erasing", protocol = Api)]
pub async fn read_erasing() -> Result<Erasing, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Erase.role()).await?;
    let erasing = postern_domain::erasure::show(&mut tenant).await?;
    tenant.commit().await?;
    Ok(erasing)
}

/// Deletes the workspace that the page works in, for good.
#[server(client = ApiClient, prefix = "/api", endpoint = "workspace/erase", protocol = Api)]
pub async fn erase(form: EraseWorkspace) -> Result<(), ApiError> {
    let session = crate::ssr::caller()?.session;
    let tenant = crate::ssr::member(postern_types::Right::Erase.role()).await?;
    let workspace = tenant.workspace();
    // The proof takes longer than a transaction may.
    drop(tenant);
    let env = crate::ssr::env();
    Ok(postern_domain::erasure::workspace(&env, session, workspace, &form).await?)
}
