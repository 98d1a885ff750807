//! What a thread asks of files, as server functions; called by what is loaded when a file is shown.

use crate::{
    error::ApiError,
    session::{Api, ApiClient},
};
use leptos::prelude::*;
use postern_types::{FileId, FileView};

/// Where files are had for five minutes: each with its whole, and with a small picture where there is one. Files that are not
/// here are left out. 100 at most.
#[server(client = ApiClient, prefix = "/api", endpoint = "file/links", protocol = Api)]
pub async fn file_links(
    ids: Vec<FileId>,
) -> Result<Vec<(FileId, String, Option<String>)>, ApiError> {
    let session = crate::ssr::caller()?.session;
    let mut tenant = crate::ssr::member(postern_types::Role::Agent).await?;
    let env = crate::ssr::env();
    let links = postern_domain::file::links(&env, &mut tenant, session, &ids).await?;
    tenant.commit().await?;
    Ok(links)
}

/// Fetches a file again that could not be fetched.
#[server(client = ApiClient, prefix = "/api", endpoint = "file/again", protocol = Api)]
pub async fn fetch_again(id: FileId) -> Result<FileView, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Agent).await?;
    let view = postern_domain::file::fetch_again(&crate::ssr::env(), &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(view)
}
