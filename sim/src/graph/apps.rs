//! Subscribing to an account, and callbacks of an account's or a number's own.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::{check_account, parse};
use crate::config::Hook;
use crate::failure::GraphError;
use crate::handshake;
use crate::meta::Meta;

type Answer = Result<Json<Value>, GraphError>;

/// `GET /{version}/{account}/subscribed_apps`.
pub(super) async fn list(
    State(meta): State<Arc<Meta>>,
    Path((version, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    let world = meta.world();
    check_account(&world, &headers, "get", &version, &id)?;
    let subscribed = world
        .accounts
        .iter()
        .any(|account| account.waba_id == id && account.subscribed);
    let mut app = json!({
        "whatsapp_business_api_data": { "id": "670843887433847", "name": "Postern", "link": "https://www.facebook.com/games/?app_id=670843887433847" },
    });
    if let Some(hook) = world.account_hooks.get(&id) {
        app["override_callback_uri"] = json!(hook.url);
    }
    Ok(Json(
        json!({ "data": if subscribed { vec![app] } else { vec![] } }),
    ))
}

/// `POST /{version}/{account}/subscribed_apps`, with or without an override.
pub(super) async fn subscribe(
    State(meta): State<Arc<Meta>>,
    Path((version, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    check_account(&meta.world(), &headers, "post", &version, &id)?;
    let asked = parse(&body)?;
    let hook = requested_hook(&meta, &asked).await?;
    let mut world = meta.world();
    if let Some(account) = world.account_mut(&id) {
        account.subscribed = true;
    }
    match hook {
        Some(hook) => world.account_hooks.insert(id, hook),
        None => world.account_hooks.remove(&id),
    };
    Ok(Json(json!({ "success": true })))
}

/// `DELETE /{version}/{account}/subscribed_apps`.
pub(super) async fn unsubscribe(
    State(meta): State<Arc<Meta>>,
    Path((version, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    let mut world = meta.world();
    check_account(&world, &headers, "delete", &version, &id)?;
    if let Some(account) = world.account_mut(&id) {
        account.subscribed = false;
    }
    Ok(Json(json!({ "success": true })))
}

/// `POST /{version}/{number}` with `webhook_configuration`: the number's own callback; an empty one removes it.
pub(super) async fn configure_number(meta: &Meta, id: &str, asked: &Value) -> Answer {
    let Some(configuration) = asked.get("webhook_configuration") else {
        return Err(GraphError::parameter(
            "The parameter webhook_configuration is required.",
        ));
    };
    let hook = requested_hook(meta, configuration).await?;
    if let Some(number) = meta.world().number_mut(id) {
        number.hook = hook;
    }
    Ok(Json(json!({ "success": true })))
}

/// The override asked for, once its handshake succeeded; `None` when none is asked for.
async fn requested_hook(meta: &Meta, asked: &Value) -> Result<Option<Hook>, GraphError> {
    let url = asked["override_callback_uri"].as_str().unwrap_or_default();
    if url.is_empty() {
        return Ok(None);
    }
    if url.chars().count() > 200 {
        return Err(GraphError::parameter(
            "Param override_callback_uri must be at most 200 characters long.",
        ));
    }
    let token = asked["verify_token"].as_str().unwrap_or_default();
    handshake::verify(meta.sender.client(), url, token)
        .await
        .map_err(|error| {
            GraphError::code(2200).details(format!("Callback verification failed: {error}"))
        })?;
    Ok(Some(Hook {
        url: url.to_owned(),
        app_secret: None,
    }))
}
