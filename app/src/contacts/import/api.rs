//! Imports of contacts, as server functions. They are a manager's.

use crate::{
    error::ApiError,
    session::{Api, ApiClient},
};
use leptos::prelude::*;
use postern_types::{ImportId, ImportLook, ImportPage, ImportPiece, ImportPlan, ImportView};
use uuid::Uuid;

/// What was imported, newest first.
#[server(client = ApiClient, prefix = "/api", endpoint = "contacts/imports", protocol = Api)]
pub async fn all() -> Result<Vec<ImportView>, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Import.role()).await?;
    let all = postern_domain::contact::import::all(&mut tenant).await?;
    tenant.commit().await?;
    Ok(all)
}

/// One of them.
#[server(client = ApiClient, prefix = "/api", endpoint = "contacts/import", protocol = Api)]
pub async fn page(id: ImportId) -> Result<ImportPage, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Import.role()).await?;
    let page = postern_domain::contact::import::page(&crate::ssr::env(), &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(page)
}

/// The beginning of its file; read otherwise, when an encoding and a separator are named.
#[server(client = ApiClient, prefix = "/api", endpoint = "contacts/import-look", protocol = Api)]
pub async fn look(id: ImportId, choice: Option<(String, char)>) -> Result<ImportLook, ApiError> {
    let tenant = crate::ssr::member(postern_types::Right::Import.role()).await?;
    let look =
        postern_domain::contact::import::look(&crate::ssr::env(), tenant, id, choice).await?;
    Ok(look)
}

/// Tries it out.
#[server(client = ApiClient, prefix = "/api", endpoint = "contacts/import-check", protocol = Api)]
pub async fn check(id: ImportId, plan: ImportPlan) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Import.role()).await?;
    postern_domain::contact::import::check(&crate::ssr::env(), &mut tenant, id, &plan).await?;
    tenant.commit().await?;
    Ok(())
}

/// Takes the contacts in.
#[server(client = ApiClient, prefix = "/api", endpoint = "contacts/import-start", protocol = Api)]
pub async fn start(id: ImportId) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Import.role()).await?;
    postern_domain::contact::import::start(&crate::ssr::env(), &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(())
}

/// Ends it where it is.
#[server(client = ApiClient, prefix = "/api", endpoint = "contacts/import-stop", protocol = Api)]
pub async fn stop(id: ImportId) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Import.role()).await?;
    postern_domain::contact::import::stop(&crate::ssr::env(), &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(())
}

/// Takes it back.
#[server(client = ApiClient, prefix = "/api", endpoint = "contacts/import-undo", protocol = Api)]
pub async fn undo(id: ImportId) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Import.role()).await?;
    postern_domain::contact::import::undo(&crate::ssr::env(), &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(())
}

/// Forgets a file that was not imported.
#[server(client = ApiClient, prefix = "/api", endpoint = "contacts/import-discard", protocol = Api)]
pub async fn discard(id: ImportId) -> Result<(), ApiError> {
    let tenant = crate::ssr::member(postern_types::Right::Import.role()).await?;
    postern_domain::contact::import::discard(&crate::ssr::env(), tenant, id).await?;
    Ok(())
}

/// A piece of the rows at fault, as a file.
#[server(client = ApiClient, prefix = "/api", endpoint = "contacts/import-faults", protocol = Api)]
pub async fn faults(id: ImportId, after: Option<Uuid>) -> Result<ImportPiece, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Import.role()).await?;
    let piece =
        postern_domain::contact::import::piece(&crate::ssr::env(), &mut tenant, id, after).await?;
    tenant.commit().await?;
    Ok(piece)
}
