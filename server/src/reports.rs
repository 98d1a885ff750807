//! What browsers report about broken page rules, and whether the server is well.

use crate::state::AppState;
use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::StatusCode,
    response::IntoResponse,
    routing::{get, post},
};
use postern_domain::Env;
use serde::Deserialize;

/// Public: a browser sends reports without credentials, and so do those who look whether we live.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route(
            "/csp-report",
            post(csp).layer(DefaultBodyLimit::max(16 * 1024)),
        )
        .route("/health/live", get(|| async { "alive\n" }))
        .route("/health/ready", get(ready))
}

#[derive(Deserialize)]
struct Report {
    #[serde(rename = "csp-report")]
    report: Violation,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Violation {
    #[serde(default)]
    effective_directive: String,
    #[serde(default)]
    blocked_uri: String,
    #[serde(default)]
    line_number: u32,
}

/// Logs which rule was broken; never the page's address, which may name a conversation.
async fn csp(body: Bytes) -> StatusCode {
    if let Ok(Report { report }) = serde_json::from_slice(&body) {
        let directive: String = report.effective_directive.chars().take(40).collect();
        let blocked: String = report
            .blocked_uri
            .split(['?', '#'])
            .next()
            .unwrap_or_default()
            .chars()
            .take(80)
            .collect();
        tracing::warn!(
            csp.directive = directive,
            csp.blocked = blocked,
            csp.line = report.line_number,
            "csp report"
        );
    }
    StatusCode::NO_CONTENT
}

async fn ready(State(env): State<Env>) -> impl IntoResponse {
    match env.db.ping().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the database does not answer\n",
        ),
    }
}
