//! A workspace's logo, to and from its members' browsers.

use super::{insert, shut_in, text};
use crate::{limit, state::AppState};
use axum::{
    Extension, Json,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use postern_app::{error::ApiError, ssr::Caller};
use postern_domain::{Env, Error, workspace::logo};
use postern_types::WorkspaceView;

/// Takes the body in as the logo of the caller's workspace.
pub async fn take(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<WorkspaceView>, ApiError> {
    let workspace = caller.workspace.ok_or(Error::NotFound)?;
    let size = text(&headers, &header::CONTENT_LENGTH).and_then(|size| size.parse().ok());
    let admitted = logo::admit(&state.env, caller.session, workspace, size).await?;
    let place = limit::uploads::enter(&state, workspace).await?;
    let view = logo::receive(&state.env, admitted, body.into_data_stream()).await?;
    drop(place);
    Ok(Json(view))
}

/// Gives a logo to whom its link is for.
pub async fn give(
    State(env): State<Env>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let served = logo::open(&env, &token).await?;
    let known = text(&headers, &header::IF_NONE_MATCH) == Some(served.tag.as_str());
    let mut answer = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        served.bytes.into_response()
    };
    let kept = format!("private, max-age={}", served.fresh_s);
    for (name, value) in [
        (header::CONTENT_TYPE, served.mime.as_str()),
        (header::CONTENT_DISPOSITION, "inline"),
        (header::ETAG, served.tag.as_str()),
        (header::CACHE_CONTROL, kept.as_str()),
    ] {
        insert(&mut answer, name, value);
    }
    shut_in(&mut answer);
    Ok(answer)
}
