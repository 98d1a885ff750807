//! The socket: what happens in a workspace, as it happens.

mod company;
mod hub;
mod place;
mod room;
mod sight;
mod socket;

pub use hub::Hub;

use crate::{
    address::Client,
    limit::Limits,
    state::{AppState, Site},
};
use axum::{
    Router,
    extract::{State, WebSocketUpgrade},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use postern_app::error::ApiError;
use postern_domain::{Env, live};
use std::sync::Arc;

/// The protocol's name; the ticket stands beside it in the same header.
pub const PROTOCOL: &str = "postern.v1";

/// The route of the socket. It is public: the ticket is its credential.
pub fn routes() -> Router<AppState> {
    Router::new().route("/live", get(open))
}

/// Lets a browser in with its ticket, once.
async fn open(
    State(env): State<Env>,
    State(hub): State<Hub>,
    State(site): State<Arc<Site>>,
    State(limits): State<Arc<Limits>>,
    client: Client,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !same_origin(&headers, &site) {
        return (
            StatusCode::FORBIDDEN,
            "This socket opens from the inbox's own pages only.",
        )
            .into_response();
    }
    let Some(ticket) = ticket(&headers) else {
        return ApiError::Unauthorized.into_response();
    };
    let pass = match live::enter(&env, &ticket).await {
        Ok(pass) => pass,
        Err(error) => return ApiError::from(error).into_response(),
    };
    let Some(seat) = limits.sockets.seat(client.address, &pass) else {
        let retry_after_s = 30;
        return ApiError::TooMany { retry_after_s }.into_response();
    };
    upgrade
        .protocols([PROTOCOL])
        // The defaults hold 128 KiB a socket; a frame of ours is a few hundred bytes.
        .read_buffer_size(4096)
        .write_buffer_size(4096)
        .max_write_buffer_size(256 * 1024)
        .max_message_size(64 * 1024)
        .max_frame_size(64 * 1024)
        .on_upgrade(async move |socket| {
            socket::run(socket, env, hub, pass).await;
            drop((seat, client.connection));
        })
}

fn same_origin(headers: &HeaderMap, site: &Site) -> bool {
    headers
        .get(header::ORIGIN)
        .is_some_and(|origin| origin.as_bytes() == site.origin.as_bytes())
}

/// The second of the offered protocols: browsers can set no other header on a socket.
fn ticket(headers: &HeaderMap) -> Option<String> {
    let offered = headers.get(header::SEC_WEBSOCKET_PROTOCOL)?.to_str().ok()?;
    let mut offered = offered.split(',').map(str::trim);
    (offered.next() == Some(PROTOCOL))
        .then(|| offered.next().map(str::to_owned))
        .flatten()
}
