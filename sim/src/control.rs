//! The control API under `/_control`, for tests in another language; for this machine only. Bodies are JSON. `number` is a
//! phone number id (`phone_number_id` is understood as well), and without it the first number is meant; likewise `waba_id`.
//!
//! | call | what it does |
//! | --- | --- |
//! | `POST say {number?, from, text}` | a customer writes; answers `{id, media_id?}` |
//! | `POST say {number?, from, kind, …}` | a customer sends anything: the kinds and their keys stand in `say/kind.rs` |
//! | `POST say {…, kind, object}` | a kind with its object in Meta's own form |
//! | `POST say {…, echo: true}` | the business wrote it on its phone |
//! | `POST event {field, variant?, with?, number?, from?, waba_id?}` | any other field, with a value as Meta's pages show |
//! | `POST event {field, value, metadata?, …}` | any field with this value, in an envelope, signed |
//! | `POST raw`, any body | exactly these bytes, signed; `?number=` for a number with a hook of its own |
//! | `POST status {wamid, status, code?}` | a further status of a message that was sent |
//! | `POST fail {fault, phone_number_id?, to?, times?}`, `DELETE fail` | sends go wrong, at once or later (`Fault`) |
//! | `POST revoke {token}`, `POST restore {token}` | a token stops and begins to work |
//! | `POST limits {…}`, `POST chaos {…}`, `POST clock {ms}` | Meta's limits; what goes wrong on the way; its clock goes ahead |
//! | `POST callback {url, verify_token?}`, `POST hook {…}` | where webhooks go |
//! | `POST number {waba_id, token, phone_number_id, digits, verified_name, facts?}` | one more number |
//! | `POST facts {number?, set: {quality_rating?, status?, …}, quiet?}` | fields of a number change, and the webhooks tell it |
//! | `POST ban {waba_id?, banned}` | an account is disabled or reinstated, and the webhook tells it |
//! | `POST template {waba_id?, name, language?, body?, status?, reason?, quality?, category?, components?, quiet?}` | a template is added or changes, and the webhooks tell it |
//! | `GET media`, `GET media/{id}`, `POST media {id, quirk}` | the files Meta holds; one's bytes; what is odd about it |
//! | `GET ledger`, `GET deliveries` | what was sent, read, refused; what became of the webhooks |
//! | `POST redeliver`, `POST down {ms}`, `POST demo {run, numbers?}` | old bodies once more; Meta is away; scripted customers |

mod business;
mod event;
mod fields;
mod files;
mod say;

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
use crate::config::Hook;
use crate::demo::Cast;
use crate::door::Caller;
use crate::fault::FaultPlan;
use crate::handle::SimHandle;
use crate::ledger::Ledger;
use crate::limits::Limits;
use crate::meta::UnknownNumber;
use crate::sender::Deliveries;
use crate::wire::Stage;

/// Each path is one method of [`SimHandle`].
pub(crate) fn routes(handle: SimHandle) -> Router {
    Router::new()
        .route("/say", post(say::say))
        .route("/event", post(event::event))
        .route("/raw", post(event::raw))
        .route("/status", post(status))
        .route("/fail", post(fail).delete(clear_faults))
        .route("/revoke", post(revoke))
        .route("/restore", post(restore))
        .route("/limits", post(limits))
        .route("/chaos", post(chaos))
        .route("/callback", post(callback))
        .route("/hook", post(hook))
        .route("/number", post(business::number))
        .route("/facts", post(business::facts))
        .route("/ban", post(business::ban))
        .route("/template", post(business::template))
        .route("/clock", post(clock))
        .route("/media", get(files::list).post(files::quirk))
        .route("/media/{id}", get(files::bytes))
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

/// `{ms}`: how far Meta's clock goes ahead.
async fn clock(State(sim): Sim, Json(away): Json<Away>) -> StatusCode {
    sim.advance(Duration::from_millis(away.ms));
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
