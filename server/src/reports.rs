//! What browsers report about broken page rules, and whether the server is well.

use crate::{limit::within, state::AppState};
use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Request, State},
    http::StatusCode,
    middleware::map_request,
    response::IntoResponse,
    routing::{get, post},
};
use postern_domain::Env;
use serde::Deserialize;
use std::sync::{Mutex, PoisonError};
use time::{Duration, OffsetDateTime};

/// Lines of reports in a minute: they come without credentials, and nobody may fill the log with them.
const LINES: u32 = 20;

/// For a report to come whole: a browser sends it in one piece.
const QUICK: std::time::Duration = std::time::Duration::from_secs(2);

/// When the minute began, and how many lines it has.
static MINUTE: Mutex<(OffsetDateTime, u32)> = Mutex::new((OffsetDateTime::UNIX_EPOCH, 0));

/// Public: a browser sends reports without credentials, and so do those who look whether we live.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route(
            "/csp-report",
            post(csp)
                .layer(DefaultBodyLimit::max(16 * 1024))
                .layer(map_request(async |report: Request| within(report, QUICK))),
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
async fn csp(State(env): State<Env>, body: Bytes) -> StatusCode {
    if let Ok(Report { report }) = serde_json::from_slice(&body) {
        let mut minute = MINUTE.lock().unwrap_or_else(PoisonError::into_inner);
        if !may_write(&mut minute, env.now()) {
            return StatusCode::NO_CONTENT;
        }
        drop(minute);
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

fn may_write((began, lines): &mut (OffsetDateTime, u32), now: OffsetDateTime) -> bool {
    if now - *began >= Duration::minutes(1) {
        (*began, *lines) = (now, 0);
    }
    *lines += 1;
    *lines <= LINES
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_flood_of_reports_writes_twenty_lines_a_minute() {
        let start = datetime!(2026-03-01 12:00 UTC);
        let mut minute = (OffsetDateTime::UNIX_EPOCH, 0);
        let mut written = |second| {
            let now = start + Duration::seconds(second);
            (0..1000).filter(|_| may_write(&mut minute, now)).count()
        };
        assert_eq!([written(0), written(59), written(60)], [20, 0, 20]);
    }
}
