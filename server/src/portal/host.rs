//! A host name for the portal alone. Under it nothing of the agents' application answers; under theirs, links of the portal
//! lead to it.

use super::{
    guest::{Guest, onward},
    is_path,
};
use crate::state::AppState;
use axum::{
    extract::{FromRequestParts as _, Request, State},
    http::{Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use postern_app::{error::ApiError, portal::Said};

/// What is to be done with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// It goes on.
    On,
    /// To the portal's first page.
    Home,
    /// To the same place under the portal's name.
    There,
    /// It is not there.
    Nowhere,
}

/// Holds the two apart, where there are two.
pub async fn layer(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let Some(portal) = &state.site.portal else {
        return next.run(request).await;
    };
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let here = is_under(&request, portal);
    match turn(here, reads, request.uri().path()) {
        Turn::On => next.run(request).await,
        Turn::Home => onward("/portal"),
        Turn::There => {
            let path = request
                .uri()
                .path_and_query()
                .map_or("/portal", |path| path.as_str());
            onward(&format!("{portal}{path}"))
        }
        Turn::Nowhere if here => {
            let (mut parts, _) = request.into_parts();
            match Guest::from_request_parts(&mut parts, &state).await {
                Ok(guest) => guest.say(StatusCode::NOT_FOUND, &Said::NotFound),
                Err(never) => match never {},
            }
        }
        Turn::Nowhere => ApiError::NotFound.into_response(),
    }
}

fn turn(here: bool, reads: bool, path: &str) -> Turn {
    match (here, is_path(path)) {
        (true, true) | (false, false) => Turn::On,
        (true, false) if path == "/" && reads => Turn::Home,
        (true, false) if is_shared(path) => Turn::On,
        (false, true) if reads => Turn::There,
        _ => Turn::Nowhere,
    }
}

/// What the pages of both stand on.
fn is_shared(path: &str) -> bool {
    path.starts_with("/pkg/")
        || matches!(
            path,
            "/favicon.svg" | "/csp-report" | "/health/live" | "/health/ready"
        )
}

/// Whether the request names the host of that origin.
fn is_under(request: &Request, origin: &str) -> bool {
    let (_, host) = origin.split_once("://").unwrap_or(("", origin));
    let named = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .or_else(|| {
            request
                .uri()
                .authority()
                .map(axum::http::uri::Authority::as_str)
        });
    named.is_some_and(|named| named.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_has_its_own_half_and_what_both_stand_on() {
        for (here, reads, path, expected) in [
            (true, true, "/p/token", Turn::On),
            (true, false, "/portal/pin", Turn::On),
            (true, true, "/pkg/abc/portal.css", Turn::On),
            (true, false, "/csp-report", Turn::On),
            (true, true, "/", Turn::Home),
            (true, true, "/inbox", Turn::Nowhere),
            (true, false, "/api/inbox/list", Turn::Nowhere),
            (true, false, "/auth/sign-in", Turn::Nowhere),
            (true, true, "/live", Turn::Nowhere),
            (true, false, "/", Turn::Nowhere),
            (false, true, "/inbox", Turn::On),
            (false, false, "/api/inbox/list", Turn::On),
            (false, true, "/p/token", Turn::There),
            (false, true, "/portal", Turn::There),
            (false, false, "/portal/pin", Turn::Nowhere),
        ] {
            assert_eq!(turn(here, reads, path), expected, "{here} {path}");
        }
    }
}
