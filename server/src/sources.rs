//! Where other providers post: the raw bytes and the headers go to the domain, which says what to answer.

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, FromRef, Path, State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::post,
};
use postern_domain::{Env, Error, source};

/// The largest body. Stripe's have some tens of kilobytes at most.
const LARGEST: usize = 512 * 1024;

/// The address of each source.
pub fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Env: FromRef<S>,
{
    Router::new()
        .route("/webhooks/in/{token}", post(receive))
        .layer(DefaultBodyLimit::max(LARGEST))
}

async fn receive(
    State(env): State<Env>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let body = match body {
        Ok(body) => body,
        // Too long, or cut off on its way.
        Err(rejection) => return plain(rejection.status()),
    };
    match source::receive(&env, &token, &headers, &body).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => refuse(&error),
    }
}

/// A refusal tells nothing but its kind. Whatever is no refusal of ours is a reason for the provider to try again.
fn refuse(error: &Error) -> Response {
    if let Error::TooMany { retry_after_s } = error {
        let later = [(header::RETRY_AFTER, retry_after_s.to_string())];
        return (later, plain(StatusCode::TOO_MANY_REQUESTS)).into_response();
    }
    plain(match error {
        Error::Unauthorized => StatusCode::UNAUTHORIZED,
        Error::Invalid { .. } => StatusCode::BAD_REQUEST,
        Error::NotFound => StatusCode::NOT_FOUND,
        error => {
            tracing::error!(
                error = error as &dyn std::error::Error,
                "what a provider posted was not taken"
            );
            StatusCode::SERVICE_UNAVAILABLE
        }
    })
}

fn plain(status: StatusCode) -> Response {
    let reason = status.canonical_reason().unwrap_or_default();
    (status, format!("{reason}\n")).into_response()
}
