//! Uploads in two steps, whose handles are the examples in a template's header.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::{bearer, check_version};
use crate::failure::GraphError;
use crate::ids;
use crate::meta::Meta;

/// How the id of an upload begins.
pub(super) const PREFIX: &str = "upload:";

/// `POST /{version}/{app}/uploads?file_length&file_type&file_name`.
pub(super) async fn begin(
    State(meta): State<Arc<Meta>>,
    Path((version, _app)): Path<(String, String)>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Result<Json<Value>, GraphError> {
    check_version(&version)?;
    let mut world = meta.world();
    world.opened_by(bearer(&headers))?;
    let length = query
        .get("file_length")
        .and_then(|length| length.parse().ok());
    let Some(length) = length.filter(|length: &usize| *length > 0) else {
        return Err(GraphError::parameter(
            "The parameter file_length is required.",
        ));
    };
    let types = ["image/jpeg", "image/png", "video/mp4", "application/pdf"];
    if !query
        .get("file_type")
        .is_some_and(|kind| types.contains(&kind.as_str()))
    {
        return Err(GraphError::parameter(format!(
            "Param file_type must be one of {{{}}}.",
            types.join(", ")
        )));
    }
    let id = format!("{PREFIX}{}", ids::secret());
    world.uploads.insert(id.clone(), length);
    Ok(Json(json!({ "id": id })))
}

/// `POST /{version}/upload:...`: the file itself, in one piece.
pub(super) fn finish(
    meta: &Meta,
    id: &str,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<Json<Value>, GraphError> {
    let mut world = meta.world();
    world.opened_by(bearer(headers))?;
    let Some(length) = world.uploads.get(id).copied() else {
        return Err(GraphError::no_such_object("post", id));
    };
    if headers
        .get("file_offset")
        .is_none_or(|offset| offset != "0")
    {
        return Err(GraphError::parameter("The header file_offset must be 0."));
    }
    if body.len() != length {
        return Err(GraphError::parameter(format!(
            "The file has {} bytes, and {length} were announced.",
            body.len()
        )));
    }
    world.uploads.remove(id);
    Ok(Json(json!({ "h": format!("4::{}", ids::secret()) })))
}
