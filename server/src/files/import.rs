//! A file of contacts, on its way in.

use super::text;
use crate::{limit, state::AppState};
use axum::{
    Extension, Json,
    body::Body,
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, header},
};
use postern_app::{error::ApiError, ssr::Caller};
use postern_domain::{Error, contact::import};
use postern_types::ImportView;
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Brought {
    name: Option<String>,
}

/// Takes the body in as a file of contacts for the caller's workspace.
pub async fn take(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    query: Result<Query<Brought>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<ImportView>, ApiError> {
    let Ok(Query(brought)) = query else {
        return Err(Error::invalid("file", "Say what the file is called, or nothing.").into());
    };
    let workspace = caller.workspace.ok_or(Error::NotFound)?;
    let size = text(&headers, &header::CONTENT_LENGTH).and_then(|size| size.parse().ok());
    let name = brought.name.as_deref();
    let admitted = import::admit(&state.env, caller.session, workspace, name, size).await?;
    let place = limit::uploads::enter(&state, workspace).await?;
    let view = import::receive(&state.env, admitted, body.into_data_stream()).await?;
    drop(place);
    Ok(Json(view))
}
