//! Deliveries: what went to an endpoint, what became of it, and sending it once more.

use super::{
    gate::Call,
    page::{Asked, Id, Page, time},
    problem::Problem,
    write::{Nothing, Write},
};
use axum::{Json, http::StatusCode, response::Response};
use postern_domain::delivery;
use postern_types::{
    DeliveryAttempt, DeliveryId, DeliveryRow, DeliveryState, DeliveryView, EndpointId,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A delivery in a list.
#[derive(Serialize, ToSchema)]
pub struct DeliveryBrief {
    /// Its id.
    #[schema(value_type = Uuid)]
    id: DeliveryId,
    /// The event: what `webhook-id` says.
    event: String,
    /// The event's kind.
    kind: String,
    /// When it happened.
    #[schema(format = DateTime)]
    at: String,
    /// `waiting`, `delivered`, `failed` or `skipped`.
    #[schema(value_type = String, example = "delivered")]
    state: DeliveryState,
    /// When it is tried next.
    #[schema(format = DateTime)]
    due: Option<String>,
    /// How often it was tried.
    attempts: i32,
    /// The last attempt's status; null without an answer.
    status: Option<i32>,
    /// Why the last attempt failed.
    fault: Option<String>,
}

impl From<DeliveryRow> for DeliveryBrief {
    fn from(row: DeliveryRow) -> Self {
        Self {
            id: row.id,
            event: row.event,
            kind: row.kind,
            at: time(row.at),
            state: row.state,
            due: row.due.map(time),
            attempts: row.attempts,
            status: row.status,
            fault: row.fault,
        }
    }
}

/// A delivery.
#[derive(Serialize, ToSchema)]
pub struct Delivery {
    #[serde(flatten)]
    brief: DeliveryBrief,
    /// To which endpoint.
    #[schema(value_type = Uuid)]
    endpoint: EndpointId,
    /// The body, exactly as it goes out.
    body: String,
    /// The newest 200 attempts, the oldest of them first.
    tries: Vec<Attempt>,
}

/// An attempt.
#[derive(Serialize, ToSchema)]
pub struct Attempt {
    /// Counted from 1.
    number: i32,
    /// When it began.
    #[schema(format = DateTime)]
    at: String,
    /// How long it took; null while it is under way.
    duration_ms: Option<i32>,
    /// The status of the answer.
    status: Option<i32>,
    /// Why it failed.
    fault: Option<String>,
    /// The answer's status line and a few of its headers. Its body is not kept.
    head: String,
}

impl From<DeliveryAttempt> for Attempt {
    fn from(attempt: DeliveryAttempt) -> Self {
        Self {
            number: attempt.number,
            at: time(attempt.at),
            duration_ms: attempt.duration_ms,
            status: attempt.status,
            fault: attempt.fault,
            head: attempt.head,
        }
    }
}

impl From<DeliveryView> for Delivery {
    fn from(view: DeliveryView) -> Self {
        Self {
            brief: view.row.into(),
            endpoint: view.endpoint,
            body: view.body,
            tries: view.attempts.into_iter().map(Into::into).collect(),
        }
    }
}

/// Which deliveries are asked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// Those in this state: `waiting`, `delivered`, `failed` or `skipped`.
    #[param(value_type = Option<String>)]
    state: Option<DeliveryState>,
    /// `next` of the page before.
    after: Option<String>,
}

/// The deliveries to an endpoint, the newest event first.
#[utoipa::path(
    get, path = "/api/v1/endpoints/{id}/deliveries", tag = "Webhooks",
    params(("id" = Uuid, Path, description = "The endpoint."), Which), responses((status = 200, body = Page<DeliveryBrief>))
)]
pub async fn deliveries(
    call: Call,
    Id(id): Id<EndpointId>,
    Asked(which): Asked<Which>,
) -> Result<Json<Page<DeliveryBrief>>, Problem> {
    let mut tenant = call.enter().await?;
    let page = delivery::list(&mut tenant, id, which.state, which.after.as_deref()).await?;
    tenant.commit().await?;
    Ok(Json(Page {
        data: page.rows.into_iter().map(Into::into).collect(),
        next: page.next,
    }))
}

/// One delivery, with its body and its attempts.
#[utoipa::path(
    get, path = "/api/v1/deliveries/{id}", tag = "Webhooks", params(("id" = Uuid, Path, description = "The delivery.")),
    responses((status = 200, body = Delivery))
)]
pub async fn one(call: Call, Id(id): Id<DeliveryId>) -> Result<Json<Delivery>, Problem> {
    let mut tenant = call.enter().await?;
    let delivery = delivery::show(&call.env, &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(Json(delivery.into()))
}

/// Sends one delivery once more, under the same `webhook-id`; one that waits is tried now.
#[utoipa::path(
    post, path = "/api/v1/deliveries/{id}/replay", tag = "Webhooks", params(("id" = Uuid, Path, description = "The delivery.")),
    responses((status = 202, body = Delivery))
)]
pub async fn replay(Id(id): Id<DeliveryId>, write: Write<Nothing>) -> Result<Response, Problem> {
    write
        .act(StatusCode::ACCEPTED, async |env, tenant, _| {
            delivery::replay(env, tenant, id).await?;
            delivery::show(env, tenant, id).await.map(Delivery::from)
        })
        .await
}
