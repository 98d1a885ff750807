//! The control API under `/_control`, for tests in another language; for this machine only.

use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::chaos::Chaos;
use crate::config::{Account, Hook, Number};
use crate::demo::Cast;
use crate::door::Caller;
use crate::fault::FaultPlan;
use crate::handle::SimHandle;
use crate::ledger::Ledger;
use crate::limits::Limits;
use crate::meta::UnknownNumber;
use crate::sender::Deliveries;
use crate::wire::{Content, Person, Stage};

/// Each path is one method of [`SimHandle`].
pub(crate) fn routes(handle: SimHandle) -> Router {
    Router::new()
        .route("/say", post(say))
        .route("/status", post(status))
        .route("/fail", post(fail).delete(clear_faults))
        .route("/revoke", post(revoke))
        .route("/restore", post(restore))
        .route("/limits", post(limits))
        .route("/chaos", post(chaos))
        .route("/callback", post(callback))
        .route("/hook", post(hook))
        .route("/number", post(number))
        .route("/ledger", get(ledger))
        .route("/deliveries", get(deliveries))
        .route("/redeliver", post(redeliver))
        .route("/down", post(down))
        .route("/demo", post(demo))
        .layer(middleware::from_fn(from_here_only))
        .with_state(handle)
}

type Sim = State<SimHandle>;

async fn from_here_only(
    ConnectInfo(caller): ConnectInfo<Caller>,
    request: Request,
    next: Next,
) -> Response {
    if caller.peer.ip().to_canonical().is_loopback() {
        next.run(request).await
    } else {
        StatusCode::FORBIDDEN.into_response()
    }
}

impl IntoResponse for UnknownNumber {
    fn into_response(self) -> Response {
        (
            StatusCode::NOT_FOUND,
            Json(json!({ "error": self.to_string() })),
        )
            .into_response()
    }
}

/// `{from, name?, phone_number_id?, text}`, or instead of `text` `{kind, object, keys?}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Say {
    from: String,
    name: Option<String>,
    phone_number_id: Option<String>,
    text: Option<String>,
    kind: Option<String>,
    object: Option<Value>,
    reply_to: Option<String>,
}

async fn say(State(sim): Sim, Json(said): Json<Say>) -> Result<Json<Value>, Response> {
    let from = Person {
        name: said.name,
        ..Person::new(said.from.trim_start_matches('+'))
    };
    let mut content = match (said.text, said.kind) {
        (Some(text), None) => Content::text(&text),
        (None, Some(kind)) => Content::new(&kind, said.object.unwrap_or_else(|| json!({}))),
        _ => {
            return Err((StatusCode::UNPROCESSABLE_ENTITY, "either text or kind\n").into_response());
        }
    };
    let number = said
        .phone_number_id
        .or_else(|| sim.meta().world().first_number())
        .unwrap_or_default();
    if let Some(id) = said.reply_to {
        let display = sim
            .channel(&number)
            .map_err(IntoResponse::into_response)?
            .display_phone_number;
        content = content.replying_to(&display, &id);
    }
    let id = sim
        .send_content(&number, &from, content)
        .map_err(IntoResponse::into_response)?;
    Ok(Json(json!({ "id": id })))
}

/// `{wamid, status, code?}`; the code makes a failure of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Late {
    wamid: String,
    status: String,
    code: Option<i64>,
}

async fn status(State(sim): Sim, Json(late): Json<Late>) -> StatusCode {
    let stage = match (late.status.as_str(), late.code) {
        ("sent", _) => Stage::Sent,
        ("delivered", _) => Stage::Delivered,
        ("read", _) => Stage::Read,
        ("played", _) => Stage::Played,
        ("failed", code) => Stage::Failed(code.unwrap_or(131_026)),
        (other, _) => Stage::Other(other.to_owned()),
    };
    if sim.status(&late.wamid, stage) {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::NOT_FOUND
    }
}

async fn fail(State(sim): Sim, Json(plan): Json<FaultPlan>) -> StatusCode {
    sim.fail(plan);
    StatusCode::NO_CONTENT
}

async fn clear_faults(State(sim): Sim) -> StatusCode {
    sim.clear_faults();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    token: String,
}

async fn revoke(State(sim): Sim, Json(asked): Json<Token>) -> StatusCode {
    sim.revoke(&asked.token);
    StatusCode::NO_CONTENT
}

async fn restore(State(sim): Sim, Json(asked): Json<Token>) -> StatusCode {
    sim.restore(&asked.token);
    StatusCode::NO_CONTENT
}

async fn limits(State(sim): Sim, Json(limits): Json<Limits>) -> StatusCode {
    sim.set_limits(limits);
    StatusCode::NO_CONTENT
}

async fn chaos(State(sim): Sim, Json(chaos): Json<Chaos>) -> StatusCode {
    sim.set_chaos(chaos);
    StatusCode::NO_CONTENT
}

/// `{url}`; null for none. With `verify_token` the handshake comes first.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Callback {
    url: Option<String>,
    verify_token: Option<String>,
}

async fn callback(State(sim): Sim, Json(asked): Json<Callback>) -> Response {
    if let (Some(url), Some(token)) = (&asked.url, &asked.verify_token)
        && let Err(error) = sim.verify_callback(url, token).await
    {
        return (
            StatusCode::UNPROCESSABLE_ENTITY,
            Json(json!({ "error": error.to_string() })),
        )
            .into_response();
    }
    sim.set_callback(asked.url.as_deref());
    StatusCode::NO_CONTENT.into_response()
}

/// `{phone_number_id, url, app_secret?}`; a null `url` removes the hook.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnHook {
    phone_number_id: String,
    url: Option<String>,
    app_secret: Option<String>,
}

async fn hook(State(sim): Sim, Json(asked): Json<OwnHook>) -> Result<StatusCode, UnknownNumber> {
    let app_secret = asked.app_secret;
    sim.set_hook(
        &asked.phone_number_id,
        asked.url.map(|url| Hook { url, app_secret }),
    )?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewNumber {
    waba_id: String,
    token: String,
    phone_number_id: String,
    digits: String,
    verified_name: String,
}

async fn number(State(sim): Sim, Json(new): Json<NewNumber>) -> StatusCode {
    let number = Number::new(&new.phone_number_id, &new.digits, &new.verified_name);
    sim.add_account(Account::new(&new.waba_id, &new.token).with_number(number));
    StatusCode::NO_CONTENT
}

async fn ledger(State(sim): Sim) -> Json<Ledger> {
    Json(sim.ledger())
}

async fn deliveries(State(sim): Sim) -> Json<Deliveries> {
    Json(sim.deliveries())
}

async fn redeliver(State(sim): Sim) -> Json<Value> {
    Json(json!({ "bodies": sim.redeliver() }))
}

/// `{ms}`: refuses connections for so long, this API's too.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Away {
    ms: u64,
}

async fn down(State(sim): Sim, Json(away): Json<Away>) -> StatusCode {
    let there = sim.clone();
    sim.meta().tasks.spawn(async move {
        there.down().await;
        tokio::time::sleep(Duration::from_millis(away.ms)).await;
        if let Err(error) = there.up().await {
            tracing::error!(%error, "the simulator cannot come back");
        }
    });
    StatusCode::NO_CONTENT
}

/// `{run, numbers?}`: scripted customers write to these numbers, or to all; or fall silent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Run {
    run: bool,
    numbers: Option<Vec<String>>,
}

async fn demo(State(sim): Sim, Json(asked): Json<Run>) -> StatusCode {
    if asked.run {
        let numbers = asked.numbers.unwrap_or_else(|| sim.numbers());
        sim.start_demo(Cast::of_the_demo(numbers));
    } else {
        sim.stop_demo();
    }
    StatusCode::NO_CONTENT
}
