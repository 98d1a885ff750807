//! The logo of whoever invites.

use crate::files::{insert, shut_in};
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use postern_app::error::ApiError;
use postern_domain::{Env, Error, portal};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Of {
    of: String,
}

/// Gives it, as a picture and nothing else.
pub async fn give(
    State(env): State<Env>,
    query: Result<Query<Of>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Ok(Query(Of { of })) = query else {
        return Err(Error::NotFound.into());
    };
    let logo = portal::logo(&env, &of).await?;
    let known = headers.get(header::IF_NONE_MATCH);
    let mut answer = if known.is_some_and(|known| known.as_bytes() == logo.tag.as_bytes()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        logo.bytes.into_response()
    };
    for (name, value) in [
        (header::CONTENT_TYPE, logo.mime.as_str()),
        (header::CONTENT_DISPOSITION, "inline"),
        (header::ETAG, logo.tag.as_str()),
        (header::CACHE_CONTROL, "private, max-age=300"),
    ] {
        insert(&mut answer, name, value);
    }
    shut_in(&mut answer);
    Ok(answer)
}
