//! The Graph API: who may, and which path is whose.

mod apps;
mod blocks;
mod media;
mod messages;
mod nodes;
mod numbers;
mod order;
mod page;
mod profile;
mod templates;
mod uploads;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, OriginalUri};
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::failure::GraphError;
use crate::meta::Meta;
use crate::world::World;

/// All paths of Graph that exist here; any other answers as Meta does to nonsense.
pub(crate) fn routes() -> Router<Arc<Meta>> {
    Router::new()
        .route(
            "/{version}/{id}",
            get(nodes::read)
                .post(numbers::configure)
                .delete(media::delete)
                .layer(DefaultBodyLimit::max(media::MOST)),
        )
        .route("/{version}/{id}/uploads", post(uploads::begin))
        .route("/{version}/{id}/messages", post(messages::send))
        .route(
            "/{version}/{id}/media",
            post(media::upload).layer(DefaultBodyLimit::max(media::MOST)),
        )
        .route("/media/{token}", get(media::download))
        .route(
            "/{version}/{id}/message_templates",
            get(templates::list)
                .post(templates::create)
                .delete(templates::delete),
        )
        .route("/{version}/{id}/request_code", post(numbers::request_code))
        .route("/{version}/{id}/verify_code", post(numbers::verify_code))
        .route("/{version}/{id}/register", post(numbers::register))
        .route("/{version}/{id}/deregister", post(numbers::deregister))
        .route(
            "/{version}/{id}/whatsapp_business_profile",
            get(profile::read).post(profile::write),
        )
        .route(
            "/{version}/{id}/block_users",
            get(blocks::list)
                .post(blocks::block)
                .delete(blocks::unblock),
        )
        .route("/{version}/{id}/phone_numbers", get(nodes::phone_numbers))
        .route(
            "/{version}/{id}/subscribed_apps",
            get(apps::list)
                .post(apps::subscribe)
                .delete(apps::unsubscribe),
        )
        .fallback(async |OriginalUri(uri): OriginalUri| {
            GraphError::unknown_path(uri.path()).into_response()
        })
}

/// The token of `Authorization: Bearer ...`; uploads write `OAuth ...`.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let given = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    given
        .strip_prefix("Bearer ")
        .or_else(|| given.strip_prefix("OAuth "))
}

/// Refuses a version that is not `v` and two numbers.
fn check_version(version: &str) -> Result<(), GraphError> {
    let numbers = version
        .strip_prefix('v')
        .and_then(|rest| rest.split_once('.'));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match numbers {
        Some((major, minor)) if digits(major) && digits(minor) => Ok(()),
        _ => Err(GraphError::parameter(
            "Invalid version format. Use format like 'v23.0'",
        )),
    }
}

/// Version and token are good, and the token opens the account that has this number.
fn check_number(
    world: &World,
    headers: &HeaderMap,
    method: &str,
    version: &str,
    id: &str,
) -> Result<(), GraphError> {
    check_version(version)?;
    let opened = world.opened_by(bearer(headers))?;
    let owned = opened
        .iter()
        .any(|account| account.numbers.iter().any(|number| number.id == id));
    owned
        .then_some(())
        .ok_or_else(|| GraphError::no_such_object(method, id))
}

/// Version and token are good, and the token opens this account.
fn check_account(
    world: &World,
    headers: &HeaderMap,
    method: &str,
    version: &str,
    id: &str,
) -> Result<(), GraphError> {
    check_version(version)?;
    let opened = world.opened_by(bearer(headers))?;
    let owned = opened.iter().any(|account| account.waba_id == id);
    owned
        .then_some(())
        .ok_or_else(|| GraphError::no_such_object(method, id))
}

/// A body in JSON; none at all is an empty object.
fn parse(body: &Bytes) -> Result<Value, GraphError> {
    if body.is_empty() {
        return Ok(json!({}));
    }
    serde_json::from_slice(body)
        .map_err(|_| GraphError::parameter("The request body is not valid JSON."))
}
