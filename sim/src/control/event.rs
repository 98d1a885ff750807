//! `POST /_control/event` and `raw`: webhooks of any field, and bytes of any kind.

use std::collections::HashMap;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use super::Sim;
use super::fields::{Fields, Wrong};
use crate::wire::{self, Change, Channel, Person};

pub(super) async fn event(
    State(sim): Sim,
    Json(body): Json<Map<String, Value>>,
) -> Result<StatusCode, Response> {
    let mut fields = Fields(body);
    let number = fields.number(&sim);
    let channel = sim.channel(&number).map_err(IntoResponse::into_response)?;
    let (person, change) = read(&mut fields, &channel).map_err(IntoResponse::into_response)?;
    fields.done().map_err(IntoResponse::into_response)?;
    sim.event(&number, &person, change);
    Ok(StatusCode::NO_CONTENT)
}

fn read(fields: &mut Fields, channel: &Channel) -> Result<(Person, Change), Wrong> {
    let person = fields.anybody()?;
    let field = fields
        .text("field")
        .ok_or_else(|| Wrong("no field".to_owned()))?;
    let variant = fields.text("variant");
    let metadata = fields.read("metadata")?;
    let mut change = match fields.value("value") {
        Some(value) if metadata.unwrap_or_else(|| wire::has_metadata(&field)) => {
            Change::of(channel, &field, value)
        }
        Some(value) => wire::account(&channel.waba_id, &field, value),
        None => wire::field(channel, &person, &field, variant.as_deref()),
    };
    for (key, value) in fields
        .read::<Map<String, Value>>("with")?
        .unwrap_or_default()
    {
        change.value[key] = value;
    }
    if let Some(entry) = fields.text("waba_id") {
        change.waba_id = entry;
    }
    Ok((person, change))
}

pub(super) async fn raw(
    State(sim): Sim,
    Query(query): Query<HashMap<String, String>>,
    body: Bytes,
) -> StatusCode {
    if sim.raw(query.get("number").map(String::as_str), body) {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::NOT_FOUND
    }
}
