//! Which other sites' pages may call: those that the configuration lists, and no other.

use super::Plans;
use axum::http::{HeaderName, HeaderValue, Method, header};
use std::time::Duration;
use tower_http::cors::CorsLayer;

/// None when no origin is listed: a browser then lets no other site read an answer.
pub fn layer(plans: &Plans) -> Option<CorsLayer> {
    let origins: Vec<HeaderValue> = plans
        .origins
        .iter()
        .filter_map(|origin| origin.parse().ok())
        .collect();
    if origins.is_empty() {
        return None;
    }
    let named = HeaderName::from_static;
    Some(
        CorsLayer::new()
            .allow_origin(origins)
            .allow_methods([Method::GET, Method::POST, Method::PATCH, Method::DELETE])
            .allow_headers([
                header::AUTHORIZATION,
                header::CONTENT_TYPE,
                named("idempotency-key"),
            ])
            .expose_headers([
                header::RETRY_AFTER,
                named("ratelimit"),
                named("ratelimit-policy"),
                named("idempotency-replayed"),
                named("x-request-id"),
            ])
            .max_age(Duration::from_hours(1)),
    )
}
