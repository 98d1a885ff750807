//! `/_control/media`: the files Meta holds.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Sim;
use crate::media::Quirk;

pub(super) async fn list(State(sim): Sim) -> Json<Value> {
    Json(json!(sim.meta().world().media.list()))
}

pub(super) async fn bytes(State(sim): Sim, Path(id): Path<String>) -> Response {
    match sim.file(&id) {
        Some(bytes) => bytes.into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Odd {
    id: String,
    quirk: Option<Quirk>,
}

pub(super) async fn quirk(State(sim): Sim, Json(odd): Json<Odd>) -> StatusCode {
    if sim.set_quirk(&odd.id, odd.quirk) {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::NOT_FOUND
    }
}
