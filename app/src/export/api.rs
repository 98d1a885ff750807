//! Records as CSV, as a server function.

use crate::{
    error::ApiError,
    session::{Api, ApiClient},
};
use leptos::prelude::*;
use postern_types::{ExportPiece, ExportRequest};

/// A piece of a file: the first, or the one behind a place.
#[server(client = ApiClient, prefix = "/api", endpoint = "export/piece", protocol = Api)]
pub async fn piece(request: ExportRequest) -> Result<ExportPiece, ApiError> {
    let env = crate::ssr::env();
    let mut tenant = crate::ssr::member(postern_types::Right::Export.role()).await?;
    let piece = postern_domain::export::piece(&env, &mut tenant, &request).await?;
    tenant.commit().await?;
    Ok(piece)
}
