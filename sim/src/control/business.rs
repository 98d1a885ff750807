//! Numbers, accounts and templates: what Meta decides about them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Sim;
use super::fields::{Fields, Wrong};
use crate::config::{Account, Number};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewNumber {
    waba_id: String,
    token: String,
    phone_number_id: String,
    digits: String,
    verified_name: String,
    #[serde(default)]
    facts: Map<String, Value>,
}

pub(super) async fn number(State(sim): Sim, Json(new): Json<NewNumber>) -> StatusCode {
    let mut number = Number::new(&new.phone_number_id, &new.digits, &new.verified_name);
    number.facts = new.facts;
    sim.add_account(Account::new(&new.waba_id, &new.token).with_number(number));
    StatusCode::NO_CONTENT
}

pub(super) async fn facts(
    State(sim): Sim,
    Json(body): Json<Map<String, Value>>,
) -> Result<StatusCode, Response> {
    let mut fields = Fields(body);
    let number = fields.number(&sim);
    let set = fields.read("set").map_err(IntoResponse::into_response)?;
    let quiet = fields.yes("quiet");
    fields.done().map_err(IntoResponse::into_response)?;
    sim.set_facts(&number, set.unwrap_or_default(), !quiet)
        .map_err(IntoResponse::into_response)?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn ban(
    State(sim): Sim,
    Json(body): Json<Map<String, Value>>,
) -> Result<StatusCode, Wrong> {
    let mut fields = Fields(body);
    let account = account(&sim, &mut fields)?;
    let banned = fields.read("banned")?.unwrap_or(true);
    fields.done()?;
    sim.ban(&account, banned);
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn template(
    State(sim): Sim,
    Json(body): Json<Map<String, Value>>,
) -> Result<StatusCode, Wrong> {
    let mut fields = Fields(body);
    let account = account(&sim, &mut fields)?;
    let name = fields
        .text("name")
        .ok_or_else(|| Wrong("no name".to_owned()))?;
    let language = fields.word("language", "en_US");
    let body = fields.text("body");
    let quiet = fields.yes("quiet");
    // What is left is what changes.
    let change = serde_json::from_value(Value::Object(fields.0));
    let change = change.map_err(|error| Wrong(error.to_string()))?;
    sim.set_template(
        &account,
        (&name, &language),
        body.as_deref(),
        change,
        !quiet,
    );
    Ok(StatusCode::NO_CONTENT)
}

/// The account that is meant: the first, when none is named.
fn account(sim: &crate::handle::SimHandle, fields: &mut Fields) -> Result<String, Wrong> {
    let named = fields.text("waba_id");
    let world = sim.meta().world();
    let id = named.or_else(|| Some(world.accounts.first()?.waba_id.clone()));
    id.and_then(|id| Some(world.account(&id)?.waba_id.clone()))
        .ok_or_else(|| Wrong("no such account".to_owned()))
}
