//! The portal over HTTP: a link, its PIN, and the pages behind it. It has cookies, a key and an audience of its own, and
//! answers on a host of its own where one is configured.
//!
//! Nothing here trusts a page: each POST carries both halves of a token beside the check of its origin, each request enters
//! anew as the contact of a link that still stands, and redirects lead to fixed paths of ours. To add a page: a handler, its
//! view in `app::portal`, its line in [`routes`].

mod bring;
mod cookie;
mod document;
mod guest;
mod home;
pub mod host;
mod live;
mod logo;
mod pin;
mod task;

pub use cookie::is_known;

use crate::{limit, state::AppState};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::from_fn,
    response::Response,
    routing::{get, post},
};
use guest::Guest;
use postern_app::portal::Said;

/// Bytes of a form: the longest comment, as browsers write it.
const FORM: usize = 64 * 1024;

/// Everything but what brings a file.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/p/{token}", get(pin::arrive))
        .route("/portal", get(home::home))
        .route("/portal/pin", post(pin::open))
        .route("/portal/lost-pin", post(pin::ask))
        .route("/portal/sign-out", post(home::leave))
        .route("/portal/tasks/{task}", get(task::show))
        .route("/portal/tasks/{task}/comments", post(task::comment))
        .route("/portal/documents/{document}", get(document::give))
        .route("/portal/logo", get(logo::give))
        .route("/portal/live", get(live::follow))
        .route("/portal/{*rest}", get(missing))
        .layer(DefaultBodyLimit::max(FORM))
}

/// What brings a file has a pace to keep instead of a time, and is counted while it comes.
pub fn uploads() -> Router<AppState> {
    Router::new()
        .route("/portal/tasks/{task}/documents", post(bring::take))
        .layer(DefaultBodyLimit::max(
            usize::try_from(bring::BODY).unwrap_or(usize::MAX),
        ))
        .layer(from_fn(limit::uploads::client_layer))
}

/// Whether a path is one of the portal's.
pub fn is_path(path: &str) -> bool {
    path == "/portal" || path.starts_with("/portal/") || path.starts_with("/p/")
}

async fn missing(guest: Guest) -> Response {
    guest.say(axum::http::StatusCode::NOT_FOUND, &Said::NotFound)
}
