//! Whom a number blocks.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::check_number;
use super::numbers::{Answer, Place, check_product, checked};
use crate::failure::GraphError;
use crate::meta::Meta;

/// `GET /{version}/{number}/block_users`.
pub(super) async fn list(
    State(meta): State<Arc<Meta>>,
    Path((version, id)): Place,
    headers: HeaderMap,
) -> Answer {
    let world = meta.world();
    check_number(&world, &headers, "get", &version, &id)?;
    let users: Vec<Value> = world
        .number(&id)
        .map(|(_, number)| {
            number
                .blocked
                .iter()
                .map(|user| blocked_user(user))
                .collect()
        })
        .unwrap_or_default();
    Ok(Json(
        json!({ "data": [{ "messaging_product": "whatsapp", "block_users": users }] }),
    ))
}

/// `POST /{version}/{number}/block_users`: only who wrote within a day can be blocked.
pub(super) async fn block(
    State(meta): State<Arc<Meta>>,
    Path((version, id)): Place,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let users = users(&checked(&meta, &headers, &version, &id, &body)?)?;
    let mut world = meta.world();
    let now = world.now_ms();
    let (known, strange): (BTreeSet<_>, BTreeSet<_>) = users
        .into_iter()
        .map(|user| world.person(&user).key().to_owned())
        .partition(|user| world.meters.window_is_open(&id, user, now));
    let list = |users: &BTreeSet<String>| {
        users
            .iter()
            .map(|user| blocked_user(user))
            .collect::<Vec<_>>()
    };
    let mut answer = json!({ "added_users": list(&known) });
    if !strange.is_empty() {
        answer["failed_users"] = strange
            .iter()
            .map(|user| {
                let mut failed = blocked_user(user);
                failed["errors"] = json!([{ "code": 139_100, "message": "Failed to block user: no message within 24 hours" }]);
                failed
            })
            .collect();
    }
    if let Some(number) = world.number_mut(&id) {
        number.blocked.extend(known);
    }
    Ok(Json(
        json!({ "messaging_product": "whatsapp", "block_users": answer }),
    ))
}

/// `DELETE /{version}/{number}/block_users`.
pub(super) async fn unblock(
    State(meta): State<Arc<Meta>>,
    Path((version, id)): Place,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let users = users(&checked(&meta, &headers, &version, &id, &body)?)?;
    let mut world = meta.world();
    let keys: Vec<String> = users
        .iter()
        .map(|user| world.person(user).key().to_owned())
        .collect();
    let mut removed = Vec::new();
    if let Some(number) = world.number_mut(&id) {
        for key in keys {
            if number.blocked.remove(&key) {
                removed.push(blocked_user(&key));
            }
        }
    }
    Ok(Json(
        json!({ "messaging_product": "whatsapp", "block_users": { "removed_users": removed } }),
    ))
}

fn users(asked: &Value) -> Result<Vec<String>, GraphError> {
    check_product(asked)?;
    let users = asked["block_users"]
        .as_array()
        .filter(|users| !users.is_empty())
        .ok_or_else(|| GraphError::parameter("The parameter block_users is required."))?;
    let key = |user: &Value| {
        let named = user["user"].as_str().or_else(|| user["user_id"].as_str());
        named
            .map(|name| name.trim_start_matches('+').to_owned())
            .ok_or_else(|| GraphError::parameter("Param block_users['user'] is required."))
    };
    users.iter().map(key).collect()
}

fn blocked_user(key: &str) -> Value {
    if key.contains('.') {
        json!({ "input": key, "user_id": key })
    } else {
        json!({ "input": format!("+{key}"), "wa_id": key })
    }
}
