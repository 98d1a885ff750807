//! Endpoints: where events go as signed webhooks.

use super::{
    gate::Call,
    page::{Id, Page, time},
    problem::{Problem, renamed},
    write::{Nothing, Write},
};
use axum::{Json, http::StatusCode, response::Response};
use postern_domain::{
    Env, Error, Result as Done, Tenant, delivery,
    endpoint::{self, OVERLAP, Waiting},
};
use postern_types::{
    DeliveryId, EndpointForm, EndpointId, EndpointView, EventKind, PausedWhy, SigningSecret,
};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;

/// An endpoint.
#[derive(Serialize, ToSchema)]
pub struct Endpoint {
    /// Its id.
    #[schema(value_type = Uuid)]
    id: EndpointId,
    /// Where events go.
    url: String,
    /// What it is for.
    description: String,
    /// The kinds of events that go there.
    #[schema(value_type = Vec<String>, example = json!(["message.received"]))]
    kinds: Vec<EventKind>,
    /// Why nothing goes there now: `asked`, `failing` for three days, or `gone` (410). What happens meanwhile waits.
    #[schema(value_type = Option<String>, example = json!(null))]
    paused: Option<PausedWhy>,
    /// Since when.
    #[schema(format = DateTime)]
    paused_at: Option<String>,
    /// Until when the secret before this one signs as well.
    #[schema(format = DateTime)]
    overlap_until: Option<String>,
    /// Deliveries that wait, counted to 1,000 at most.
    waiting: i64,
    /// Deliveries that failed, counted to 1,000 at most.
    failed: i64,
    /// When it was made.
    #[schema(format = DateTime)]
    created: String,
}

impl From<EndpointView> for Endpoint {
    fn from(view: EndpointView) -> Self {
        Self {
            id: view.id,
            url: view.url,
            description: view.description,
            kinds: view.kinds,
            paused: view.paused.map(|(why, _)| why),
            paused_at: view.paused.map(|(_, at)| time(at)),
            overlap_until: view.overlap_until.map(time),
            waiting: view.waiting,
            failed: view.failed,
            created: time(view.created),
        }
    }
}

/// An endpoint that was made, with its secret: it is told now and never again.
#[derive(Serialize, ToSchema)]
pub struct MadeEndpoint {
    #[serde(flatten)]
    endpoint: Endpoint,
    /// What its webhooks are verified with (Standard Webhooks).
    #[schema(value_type = String, example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    secret: SigningSecret,
}

/// An endpoint to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "url": "https://example.com/postern", "kinds": ["message.received", "message.status"] }))]
pub struct NewEndpoint {
    /// Where events go: https, a public address, without user and password.
    url: String,
    /// What it is for, in one line.
    #[serde(default)]
    #[schema(max_length = 200)]
    description: String,
    /// The kinds of events that go there; all when left out.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, example = json!(["message.received"]))]
    kinds: Option<Vec<EventKind>>,
    /// Your own secret: `whsec_` and base64 of 24 to 64 random bytes. One is made when it is left out.
    #[serde(default)]
    secret: Option<String>,
}

/// The endpoints, the oldest first.
#[utoipa::path(get, path = "/api/v1/endpoints", tag = "Webhooks", responses((status = 200, body = Page<Endpoint>)))]
pub async fn list(call: Call) -> Result<Json<Page<Endpoint>>, Problem> {
    let mut tenant = call.enter().await?;
    let all = endpoint::list(&call.env, &mut tenant).await?;
    tenant.commit().await?;
    Ok(Json(Page {
        data: all.into_iter().map(Into::into).collect(),
        next: None,
    }))
}

/// Makes an endpoint, to which events go from now on.
#[utoipa::path(
    post, path = "/api/v1/endpoints", tag = "Webhooks", request_body = NewEndpoint, responses((status = 201, body = MadeEndpoint))
)]
pub async fn create(write: Write<NewEndpoint>) -> Result<Response, Problem> {
    write
        .act(StatusCode::CREATED, async |env, tenant, new| {
            let form = EndpointForm {
                url: new.url,
                description: new.description,
                kinds: new
                    .kinds
                    .unwrap_or_else(|| EventKind::choosable().collect()),
            };
            let made = endpoint::create(env, tenant, &form, new.secret.as_deref()).await?;
            Ok(MadeEndpoint {
                endpoint: read(env, tenant, made.id).await?,
                secret: made.secret,
            })
        })
        .await
}

async fn read(env: &Env, tenant: &mut Tenant, id: EndpointId) -> Done<Endpoint> {
    endpoint::show(env, tenant, id).await.map(Into::into)
}

/// One endpoint.
#[utoipa::path(
    get, path = "/api/v1/endpoints/{id}", tag = "Webhooks", params(("id" = Uuid, Path, description = "The endpoint.")),
    responses((status = 200, body = Endpoint))
)]
pub async fn one(call: Call, Id(id): Id<EndpointId>) -> Result<Json<Endpoint>, Problem> {
    let mut tenant = call.enter().await?;
    let endpoint = read(&call.env, &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(Json(endpoint))
}

/// What is to be changed of an endpoint: what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "description": "The shop" }))]
pub struct EndpointChange {
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    #[schema(max_length = 200)]
    description: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    kinds: Option<Vec<EventKind>>,
}

/// Changes an endpoint. What waits goes to the new address; other kinds go there from now on.
#[utoipa::path(
    patch, path = "/api/v1/endpoints/{id}", tag = "Webhooks", params(("id" = Uuid, Path, description = "The endpoint.")),
    request_body = EndpointChange, responses((status = 200, body = Endpoint))
)]
pub async fn change(
    Id(id): Id<EndpointId>,
    write: Write<EndpointChange>,
) -> Result<Response, Problem> {
    write
        .act(StatusCode::OK, async |env, tenant, change| {
            let was = endpoint::show(env, tenant, id).await?;
            let form = EndpointForm {
                url: change.url.unwrap_or(was.url),
                description: change.description.unwrap_or(was.description),
                kinds: change.kinds.unwrap_or(was.kinds),
            };
            endpoint::change(env, tenant, id, &form).await?;
            read(env, tenant, id).await
        })
        .await
}

/// What was deleted.
#[derive(Serialize, ToSchema)]
pub struct Deleted {
    #[schema(value_type = Uuid)]
    id: EndpointId,
    /// True.
    deleted: bool,
}

/// Deletes an endpoint with its secrets and its deliveries.
#[utoipa::path(
    delete, path = "/api/v1/endpoints/{id}", tag = "Webhooks", params(("id" = Uuid, Path, description = "The endpoint.")),
    responses((status = 200, body = Deleted))
)]
pub async fn delete(Id(id): Id<EndpointId>, write: Write<Nothing>) -> Result<Response, Problem> {
    write
        .act(StatusCode::OK, async |env, tenant, _| {
            endpoint::delete(env, tenant, id).await?;
            Ok(Deleted { id, deleted: true })
        })
        .await
}

/// Which secret comes, and how long the old one stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSecret {
    /// Your own secret: `whsec_` and base64 of 24 to 64 random bytes. One is made when it is left out.
    #[serde(default)]
    secret: Option<String>,
    /// For how many seconds the old one signs as well: 0 when it is in wrong hands. A day when left out.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 604_800)]
    overlap_s: Option<u32>,
}

/// A signing secret: it is told now and never again.
#[derive(Serialize, ToSchema)]
pub struct Secret {
    #[schema(value_type = String, example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    secret: SigningSecret,
}

/// Gives an endpoint another secret.
#[utoipa::path(
    post, path = "/api/v1/endpoints/{id}/rotate", tag = "Webhooks", params(("id" = Uuid, Path, description = "The endpoint.")),
    request_body = NewSecret, responses((status = 200, body = Secret))
)]
pub async fn rotate(Id(id): Id<EndpointId>, write: Write<NewSecret>) -> Result<Response, Problem> {
    write
        .act(StatusCode::OK, async |env, tenant, new| {
            let overlap = new
                .overlap_s
                .map_or(OVERLAP, |s| Duration::seconds(s.into()));
            let secret = endpoint::rotate(env, tenant, id, new.secret.as_deref(), overlap).await;
            secret
                .map(|secret| Secret { secret })
                .map_err(|error| renamed(error, "overlap", "overlap_s"))
        })
        .await
}

/// Pauses an endpoint: what happens meanwhile waits for up to 30 days.
#[utoipa::path(
    post, path = "/api/v1/endpoints/{id}/pause", tag = "Webhooks", params(("id" = Uuid, Path, description = "The endpoint.")),
    responses((status = 200, body = Endpoint))
)]
pub async fn pause(Id(id): Id<EndpointId>, write: Write<Nothing>) -> Result<Response, Problem> {
    write
        .act(StatusCode::OK, async |env, tenant, _| {
            endpoint::pause(env, tenant, id).await?;
            read(env, tenant, id).await
        })
        .await
}

/// What becomes of what waited.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhatWaited {
    /// It goes out now, in its order.
    #[default]
    Send,
    /// It does not, unless it is replayed.
    Skip,
}

/// How to go on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Resume {
    /// What becomes of the deliveries that waited; they are sent when it is left out.
    #[serde(default)]
    #[schema(inline)]
    waiting: WhatWaited,
}

/// Goes on with an endpoint, whyever it was paused.
#[utoipa::path(
    post, path = "/api/v1/endpoints/{id}/resume", tag = "Webhooks", params(("id" = Uuid, Path, description = "The endpoint.")),
    request_body = Resume, responses((status = 200, body = Endpoint))
)]
pub async fn resume(Id(id): Id<EndpointId>, write: Write<Resume>) -> Result<Response, Problem> {
    write
        .act(StatusCode::OK, async |env, tenant, how| {
            let waiting = match how.waiting {
                WhatWaited::Send => Waiting::Send,
                WhatWaited::Skip => Waiting::Skip,
            };
            endpoint::resume(env, tenant, id, waiting).await?;
            read(env, tenant, id).await
        })
        .await
}

/// A test that goes out.
#[derive(Serialize, ToSchema)]
pub struct Trial {
    /// Its delivery, which tells what became of it.
    #[schema(value_type = Uuid)]
    delivery: DeliveryId,
}

/// Sends a `postern.test` to an endpoint, whatever kinds it chose.
#[utoipa::path(
    post, path = "/api/v1/endpoints/{id}/test", tag = "Webhooks", params(("id" = Uuid, Path, description = "The endpoint.")),
    responses((status = 202, body = Trial))
)]
pub async fn test(Id(id): Id<EndpointId>, write: Write<Nothing>) -> Result<Response, Problem> {
    write
        .act(StatusCode::ACCEPTED, async |env, tenant, _| {
            let delivery = endpoint::trial(env, tenant, id).await?;
            Ok(Trial { delivery })
        })
        .await
}

/// What is to be sent once more: what failed, or what happened in a range of time.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "from": "2026-11-01T00:00:00Z", "until": "2026-11-02T00:00:00Z" }))]
pub struct Replay {
    /// From this moment on, whatever became of it. With `until`; what failed, whenever it was, when both are left out.
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    from: Option<OffsetDateTime>,
    /// Before this moment.
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<OffsetDateTime>,
}

/// How much goes out once more.
#[derive(Serialize, ToSchema)]
pub struct Replayed {
    /// Deliveries.
    deliveries: u64,
}

/// Sends deliveries once more, under the same `webhook-id`.
#[utoipa::path(
    post, path = "/api/v1/endpoints/{id}/replay", tag = "Webhooks", params(("id" = Uuid, Path, description = "The endpoint.")),
    request_body = Replay, responses((status = 202, body = Replayed))
)]
pub async fn replay(Id(id): Id<EndpointId>, write: Write<Replay>) -> Result<Response, Problem> {
    write
        .act(StatusCode::ACCEPTED, async |env, tenant, what| {
            let deliveries = match (what.from, what.until) {
                (None, None) => delivery::replay_failed(env, tenant, id).await,
                (Some(from), Some(until)) => {
                    delivery::replay_range(env, tenant, id, from, until).await
                }
                (Some(_), None) => Err(Error::invalid("until", "Say also where the range ends.")),
                (None, Some(_)) => Err(Error::invalid("from", "Say also where the range begins.")),
            };
            deliveries.map(|deliveries| Replayed { deliveries })
        })
        .await
}
