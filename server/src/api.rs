//! What machines call: `/api/v1`, by API key.
//!
//! A route is a handler with its description for the document, a line in [`gate::ROUTES`] which says what a key needs for it,
//! and a test. What it answers is a shape of its own in the file of its noun: what pages see may change, what callers read
//! may not. A write goes through [`write::Write`], so that it may be sent again under an `Idempotency-Key`.

mod contacts;
mod conversations;
mod cors;
mod deliveries;
mod document;
mod endpoints;
mod events;
mod gate;
mod messages;
mod otp;
mod page;
mod plan;
mod problem;
mod reference;
mod samples;
mod sources;
mod tasks;
mod templates;
mod tests;
mod whoami;
mod write;

pub use document::text;
pub use gate::ROUTES;
pub use plan::Plans;
pub use problem::CODES;
pub use reference::samples;

use crate::state::AppState;
use axum::{
    Router,
    middleware::from_fn_with_state,
    routing::{any, get},
};
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Bytes of a request, at most.
const BODY: usize = 256 * 1024;

/// Every route, behind its gate.
pub fn routes(state: &AppState) -> Router<AppState> {
    let (routes, _) = described().split_for_parts();
    let routes = routes
        .route("/api/v1/{*rest}", any(gate::nothing))
        .layer(from_fn_with_state(state.clone(), gate::layer))
        // What describes the API is for everybody.
        .route("/api/v1/openapi.json", get(document::give))
        .route("/developers", get(reference::give));
    match cors::layer(&state.api) {
        Some(cors) => routes.layer(cors),
        None => routes,
    }
}

/// The document of the API (`OpenAPI` 3.1), made from the code.
pub fn document() -> OpenApi {
    let (_, document) = described().split_for_parts();
    document::finish(document)
}

fn described() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(document::about())
        .routes(routes!(whoami::whoami))
        .routes(routes!(messages::send))
        .routes(routes!(messages::one))
        .routes(routes!(templates::list))
        .routes(routes!(templates::channels))
        .routes(routes!(contacts::list, contacts::create))
        .routes(routes!(contacts::one, contacts::change))
        .routes(routes!(conversations::list))
        .routes(routes!(conversations::one))
        .routes(routes!(conversations::messages))
        .routes(routes!(conversations::close))
        .routes(routes!(conversations::reopen))
        .routes(routes!(conversations::assign))
        .routes(routes!(tasks::list, tasks::create))
        .routes(routes!(tasks::one, tasks::change))
        .routes(routes!(otp::list, otp::create))
        .routes(routes!(otp::one))
        .routes(routes!(otp::verify))
        .routes(routes!(tests::list))
        .routes(routes!(events::read))
        .routes(routes!(endpoints::list, endpoints::create))
        .routes(routes!(
            endpoints::one,
            endpoints::change,
            endpoints::delete
        ))
        .routes(routes!(endpoints::rotate))
        .routes(routes!(endpoints::pause))
        .routes(routes!(endpoints::resume))
        .routes(routes!(endpoints::test))
        .routes(routes!(endpoints::replay))
        .routes(routes!(deliveries::deliveries))
        .routes(routes!(deliveries::one))
        .routes(routes!(deliveries::replay))
        .routes(routes!(sources::list, sources::create))
        .routes(routes!(sources::one, sources::change, sources::delete))
        .routes(routes!(sources::entries))
        .routes(routes!(sources::entry))
        .routes(routes!(sources::apply))
}
