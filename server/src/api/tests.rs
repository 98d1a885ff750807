//! The log of tests: where what a test key sends is delivered.

use super::{
    gate::Call,
    page::{Asked, Page, time},
    problem::Problem,
};
use axum::Json;
use postern_domain::test_message;
use postern_types::{TestKind, TestMessageView};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// What a test key would have sent.
#[derive(Serialize, ToSchema)]
pub struct TestMessage {
    /// The line's id.
    id: Uuid,
    /// The key that sent it.
    key: Option<Uuid>,
    /// `message` or `otp`.
    #[schema(value_type = String, example = "otp")]
    kind: TestKind,
    /// To whom it would have gone.
    to: String,
    /// What it says: of a code its `id` and the `code` itself, of a message what was asked for.
    #[schema(value_type = Object)]
    body: Value,
    /// When.
    #[schema(format = DateTime)]
    at: String,
}

impl From<TestMessageView> for TestMessage {
    fn from(view: TestMessageView) -> Self {
        Self {
            id: view.id,
            key: view.key,
            kind: view.kind,
            to: view.phone,
            body: serde_json::from_str(&view.body).unwrap_or_default(),
            at: time(view.at),
        }
    }
}

/// Which lines are asked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// `next` of the page before.
    after: Option<String>,
}

/// The log of tests, the newest line first: what test keys of the workspace would have sent. It is read by a test key, reaches
/// nobody, and holds the newest thousand lines of 30 days.
#[utoipa::path(
    get, path = "/api/v1/test_messages", tag = "Tests", params(Which), responses((status = 200, body = Page<TestMessage>))
)]
pub async fn list(
    call: Call,
    Asked(which): Asked<Which>,
) -> Result<Json<Page<TestMessage>>, Problem> {
    if !call.by.test {
        return Err(Problem::no_live());
    }
    let mut tenant = call.enter().await?;
    let page = test_message::page(&call.env, &mut tenant, which.after.as_deref()).await?;
    tenant.commit().await?;
    Ok(Json(Page {
        data: page.messages.into_iter().map(Into::into).collect(),
        next: page.next,
    }))
}
