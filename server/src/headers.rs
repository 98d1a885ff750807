//! What every answer carries: the rules for the browser, and the request's id.

use crate::state::Site;
use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use postern_app::ssr::RequestId;
use postern_domain::Env;
use std::sync::Arc;
use tracing::Instrument as _;
use uuid::Uuid;

/// Where the request's id stands, in the answer and in the log.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The policy of a page that runs scripts of that nonce alone.
pub fn page_policy(nonce: &str, site: &Site) -> String {
    let socket = site.origin.replacen("http", "ws", 1);
    format!(
        "default-src 'none'; \
         script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; \
         style-src 'self' 'nonce-{nonce}'; \
         img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; manifest-src 'self'; \
         connect-src 'self' {socket}; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'; report-uri /csp-report"
    )
}

/// Gives every request an id and every answer its headers.
pub async fn layer(
    State((env, site)): State<(Env, Arc<Site>)>,
    mut request: Request,
    next: Next,
) -> Response {
    let id: Uuid = env.id();
    request.extensions_mut().insert(RequestId(id));
    let span = tracing::info_span!("request", request.id = %id, http.method = %request.method());
    let mut answer = next.run(request).instrument(span).await;
    let headers = answer.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(REQUEST_ID, id);
    }
    for (name, value) in FIXED {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    if site.secure {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=63072000; includeSubDomains"),
        );
    }
    answer
}

const FIXED: [(HeaderName, &str); 9] = [
    // A page sets its own, with its nonce; nothing else may run or load anything.
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'; sandbox",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // The filter that browsers once had could be turned against the page; where one is left, it is off.
    (header::X_XSS_PROTECTION, "0"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(self), microphone=(self), payment=(), usb=()",
    ),
    (header::CACHE_CONTROL, "no-store"),
];
