//! `POST /{version}/{number}/messages`: checks, limits and faults, then the ledger, the statuses and the answer.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::check_number;
use super::order::{Order, stands};
use crate::clock;
use crate::door::Caller;
use crate::failure::GraphError;
use crate::fault::{self, Fault};
use crate::ids::{self, Way};
use crate::ledger::{Refused, Seen, Sent};
use crate::limits::Window;
use crate::meta::Meta;
use crate::world::World;

const GATEWAY_PAGE: &str = "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1>\
                            </center></body></html>";

/// What was decided before anything waits.
enum Verdict {
    Seen,
    /// Nothing was sent, and the sender is told so in a way of its own.
    Nothing(Fault),
    Accepted {
        sent: Box<Sent>,
        input: String,
        fault: Option<Fault>,
    },
}

pub(super) async fn send(
    State(meta): State<Arc<Meta>>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    Path((version, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let verdict = decide(&mut meta.world(), &version, &id, &headers, &body);
    match verdict {
        Err(error) => error.into_response(),
        Ok(Verdict::Seen) => Json(json!({ "success": true })).into_response(),
        Ok(Verdict::Nothing(Fault::Html502)) => gateway_page(),
        Ok(Verdict::Nothing(_)) => hang_up(&caller).await,
        Ok(Verdict::Accepted { sent, input, fault }) => {
            accepted(&meta, &caller, &sent, &input, fault).await
        }
    }
}

fn decide(
    world: &mut World,
    version: &str,
    id: &str,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<Verdict, GraphError> {
    check_number(world, headers, "post", version, id)?;
    let parsed = serde_json::from_slice::<Value>(body)
        .map_err(|_| GraphError::parameter("The request body is not valid JSON."));
    let order = parsed.and_then(|value| Ok((Order::parse(&value)?, value)));
    let (order, value) = order.inspect_err(|error| refused(world, id, error.number(), None))?;
    let (to, input, kind, text, callback_data) = match order {
        Order::Seen { message_id, typing } => {
            world.ledger.seen.push(Seen {
                phone_number_id: id.to_owned(),
                message_id,
                typing,
            });
            return Ok(Verdict::Seen);
        }
        Order::Send {
            to,
            input,
            kind,
            text,
            callback_data,
        } => (to, input, kind, text, callback_data),
    };
    let group = value["recipient_type"] == "group";
    let to = if group {
        to
    } else {
        world.person(&to).key().to_owned()
    };
    let mut fault = fault::strike(&mut world.faults, id, &to)
        .or_else(|| text.as_deref().and_then(Fault::in_text));
    if let Some(Fault::Html502 | Fault::CutBefore) = fault {
        refused(world, id, 0, callback_data);
        return Ok(Verdict::Nothing(fault.unwrap_or(Fault::CutBefore)));
    }
    let allowed = match fault {
        Some(Fault::Error(code)) => Err(GraphError::code(code)),
        _ => stands(world, id, &to, &value).and_then(|later| {
            fault = fault.take().or(later.map(Fault::FailLater));
            // A group has no window of its own.
            limits(world, id, &to, group || kind == "template", &mut fault)
        }),
    };
    if let Err(error) = allowed {
        refused(world, id, error.number(), callback_data);
        return Err(error);
    }
    let sent = Sent {
        serial: world.ledger.sent.len() as u64 + 1,
        wamid: ids::wamid(&to, Way::Out),
        phone_number_id: id.to_owned(),
        to,
        kind,
        text,
        callback_data,
        at_ms: clock::now_ms(),
        body: value,
    };
    world.ledger.sent.push(sent.clone());
    Ok(Verdict::Accepted {
        sent: Box::new(sent),
        input,
        fault,
    })
}

/// One of Meta's own limits. A closed window may show as a later failure instead.
fn limits(
    world: &mut World,
    id: &str,
    to: &str,
    at_any_time: bool,
    fault: &mut Option<Fault>,
) -> Result<(), GraphError> {
    if world
        .number(id)
        .is_some_and(|(_, number)| number.digits == to)
    {
        return Err(GraphError::code(131_021));
    }
    let now = world.now_ms();
    if !at_any_time && !world.meters.window_is_open(id, to, now) {
        match world.limits.window {
            Window::Open => {}
            Window::Refuse => return Err(GraphError::code(131_047)),
            Window::FailLater => *fault = fault.take().or(Some(Fault::FailLater(131_047))),
        }
    }
    let limits = world.limits;
    world.meters.count(limits, id, to, now)
}

async fn accepted(
    meta: &Arc<Meta>,
    caller: &Caller,
    sent: &Sent,
    input: &str,
    fault: Option<Fault>,
) -> Response {
    // Nobody need be listening.
    let _ = meta.sends.send(sent.clone());
    let failure = match fault {
        Some(Fault::FailLater(code)) => Some(code),
        _ => None,
    };
    // Not in this handler's own time: a sender who hangs up must not stop the statuses.
    let (told, ready) = tokio::sync::oneshot::channel();
    let (following, message) = (Arc::clone(meta), sent.clone());
    let pending = meta.sender.tally.pending();
    meta.tasks.spawn(async move {
        following.follow(&message, failure).await;
        drop(pending);
        let _ = told.send(());
    });
    let _ = ready.await;
    match fault {
        Some(Fault::Silent) => {
            caller.cut.cancelled().await;
            std::future::pending().await
        }
        Some(Fault::Cut) => hang_up(caller).await,
        Some(Fault::Garbage) => (StatusCode::OK, "OK\n").into_response(),
        Some(fault) => {
            tokio::time::sleep(fault.delay()).await;
            success(meta, sent, input)
        }
        None => success(meta, sent, input),
    }
}

fn success(meta: &Meta, sent: &Sent, input: &str) -> Response {
    let mut message = json!({ "id": sent.wamid });
    if sent.kind == "template" {
        message["message_status"] = json!("accepted");
    }
    if sent.body["recipient_type"] == "group" {
        message["group_id"] = json!(input);
        return Json(json!({
            "messaging_product": "whatsapp",
            "contacts": [{ "input": input, "wa_id": input }],
            "messages": [message],
        }))
        .into_response();
    }
    let person = meta.world().person(&sent.to);
    let mut contact = json!({ "input": input });
    if input.contains('.') {
        crate::wire::put(&mut contact, "user_id", person.user_id.as_deref());
    } else {
        crate::wire::put(&mut contact, "wa_id", person.wa_id.as_deref());
    }
    Json(json!({
        "messaging_product": "whatsapp",
        "contacts": [contact],
        "messages": [message],
    }))
    .into_response()
}

fn refused(world: &mut World, id: &str, code: i64, callback_data: Option<String>) {
    world.ledger.refused.push(Refused {
        phone_number_id: id.to_owned(),
        code,
        callback_data,
    });
}

fn gateway_page() -> Response {
    (
        StatusCode::BAD_GATEWAY,
        [(header::CONTENT_TYPE, "text/html")],
        GATEWAY_PAGE,
    )
        .into_response()
}

/// Cuts the connection instead of answering.
async fn hang_up(caller: &Caller) -> Response {
    caller.cut.cancel();
    std::future::pending().await
}
