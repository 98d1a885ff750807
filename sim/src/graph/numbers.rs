//! A number's own affairs: its callback, its PIN, verification and registration.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::{apps, bearer, check_number, check_version, parse, templates, uploads};
use crate::config::Number;
use crate::failure::GraphError;
use crate::meta::Meta;

pub(super) type Answer = Result<Json<Value>, GraphError>;
pub(super) type Place = Path<(String, String)>;

/// `POST /{version}/{number}` with `webhook_configuration` or `pin`; `POST /{version}/{template}` with what changes;
/// `POST /{version}/upload:...` with a file.
pub(super) async fn configure(
    State(meta): State<Arc<Meta>>,
    Path((version, id)): Place,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    check_version(&version)?;
    if id.starts_with(uploads::PREFIX) {
        return uploads::finish(&meta, &id, &headers, &body);
    }
    let asked = parse(&body);
    let owned = {
        let world = meta.world();
        let opened = world.opened_by(bearer(&headers))?;
        opened
            .iter()
            .any(|account| account.templates.iter().any(|one| one.id.to_string() == id))
    };
    if owned && let Some(edited) = templates::edit(&meta, &id, &asked.clone()?) {
        return edited.map(|()| success());
    }
    check_number(&meta.world(), &headers, "post", &version, &id)?;
    let asked = asked?;
    if let Some(pin) = asked.get("pin") {
        let pin = pin.as_str().unwrap_or_default();
        return with(&meta, &id, |number| number.registration.set_pin(pin));
    }
    apps::configure_number(&meta, &id, &asked).await
}

/// `POST /{version}/{number}/request_code`.
pub(super) async fn request_code(
    State(meta): State<Arc<Meta>>,
    Path((version, id)): Place,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let asked = checked(&meta, &headers, &version, &id, &body)?;
    if !["SMS", "VOICE"].contains(&asked["code_method"].as_str().unwrap_or_default()) {
        return Err(GraphError::parameter(
            "Param code_method must be one of {SMS, VOICE}.",
        ));
    }
    if !asked["language"].is_string() {
        return Err(GraphError::parameter("The parameter language is required."));
    }
    with(&meta, &id, |number| {
        if number
            .facts
            .get("code_verification_status")
            .is_none_or(|status| status == "VERIFIED")
        {
            return Err(GraphError::code(136_024).details("The number is already verified."));
        }
        number.registration.asked = true;
        Ok(())
    })
}

/// `POST /{version}/{number}/verify_code`; the code is always 123456.
pub(super) async fn verify_code(
    State(meta): State<Arc<Meta>>,
    Path((version, id)): Place,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let asked = checked(&meta, &headers, &version, &id, &body)?;
    let code = asked["code"].as_str().unwrap_or_default();
    with(&meta, &id, |number| {
        number.registration.verify(code)?;
        let verified = json!("VERIFIED");
        number
            .facts
            .insert("code_verification_status".to_owned(), verified);
        Ok(())
    })
}

/// `POST /{version}/{number}/register`.
pub(super) async fn register(
    State(meta): State<Arc<Meta>>,
    Path((version, id)): Place,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let asked = checked(&meta, &headers, &version, &id, &body)?;
    check_product(&asked)?;
    let pin = asked["pin"].as_str().unwrap_or_default();
    let now = meta.world().now_ms();
    with(&meta, &id, |number| {
        number.registration.register(pin, now)?;
        number.facts.remove("status");
        Ok(())
    })
}

/// `POST /{version}/{number}/deregister`.
pub(super) async fn deregister(
    State(meta): State<Arc<Meta>>,
    Path((version, id)): Place,
    headers: HeaderMap,
) -> Answer {
    check_number(&meta.world(), &headers, "post", &version, &id)?;
    let now = meta.world().now_ms();
    with(&meta, &id, |number| {
        if number.facts.get("is_on_biz_app") == Some(&json!(true)) {
            return Err(GraphError::parameter(
                "A number of the WhatsApp Business app cannot be deregistered.",
            ));
        }
        number.registration.deregister(now)?;
        number.facts.remove("status");
        Ok(())
    })
}

pub(super) fn checked(
    meta: &Meta,
    headers: &HeaderMap,
    version: &str,
    id: &str,
    body: &Bytes,
) -> Result<Value, GraphError> {
    check_number(&meta.world(), headers, "post", version, id)?;
    parse(body)
}

pub(super) fn check_product(asked: &Value) -> Result<(), GraphError> {
    (asked["messaging_product"] == "whatsapp")
        .then_some(())
        .ok_or_else(|| GraphError::parameter("The parameter messaging_product is required."))
}

/// Does something with the number, and answers that it is done.
pub(super) fn with(
    meta: &Meta,
    id: &str,
    act: impl FnOnce(&mut Number) -> Result<(), GraphError>,
) -> Answer {
    let mut world = meta.world();
    let number = world
        .number_mut(id)
        .ok_or_else(|| GraphError::no_such_object("post", id))?;
    act(number).map(|()| success())
}

fn success() -> Json<Value> {
    Json(json!({ "success": true }))
}
