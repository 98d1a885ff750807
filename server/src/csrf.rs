//! Requests that another site made a browser send are refused, whatever they ask for.

use crate::{
    auth, portal,
    state::{AppState, Site},
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use postern_app::error::ApiError;

/// Lets through what is safe, what comes from our own pages, and what no browser adds credentials to.
pub async fn layer(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if is_safe(request.method()) {
        return next.run(request).await;
    }
    let mut response = if is_ours(request.headers(), &state.site, request.uri().path()) {
        next.run(request).await
    } else {
        ApiError::Forbidden.into_response()
    };
    // The answer depends on them.
    response.headers_mut().append(
        header::VARY,
        HeaderValue::from_static("Origin, Sec-Fetch-Site"),
    );
    response
}

fn is_safe(method: &Method) -> bool {
    matches!(
        *method,
        Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE
    )
}

fn is_ours(headers: &HeaderMap, site: &Site, path: &str) -> bool {
    // A browser never adds a bearer token by itself; another site's script may not set the header here.
    if headers
        .get(header::AUTHORIZATION)
        .is_some_and(|value| value.as_bytes().starts_with(b"Bearer "))
    {
        return true;
    }
    let origin = headers.get(header::ORIGIN);
    // The portal's pages ask for nothing else, and no other page for what is the portal's.
    let own = if portal::is_path(path) {
        site.portal.as_ref().unwrap_or(&site.origin)
    } else {
        &site.origin
    };
    if origin.is_some_and(|origin| origin.as_bytes() == own.as_bytes()) {
        return true;
    }
    if let Some(fetch_site) = headers.get("sec-fetch-site") {
        return matches!(fetch_site.as_bytes(), b"same-origin" | b"none");
    }
    // No browser of these years sends neither with a POST; without a cookie there is nothing to ride on.
    origin.is_none() && !auth::is_signed_in(headers, site) && !portal::is_known(headers, site)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    #[test]
    fn only_our_own_pages_and_what_carries_no_cookie_get_through() {
        let site = Site {
            origin: "https://inbox.example".into(),
            portal: None,
            secure: true,
            instance: "abc".into(),
            folder: PathBuf::new(),
            body_limit: 0,
            proxies: Vec::new(),
        };
        let cookie = ("cookie", "a=b; __Host-postern-refresh-abc=token");
        let cases: &[(&[(&str, &str)], bool)] = &[
            (&[], true),
            (&[cookie], false),
            (&[("cookie", "__Host-postern-refresh-other=token")], true),
            (&[("origin", "https://inbox.example"), cookie], true),
            (&[("origin", "https://inbox.example.evil.example")], false),
            (&[("origin", "https://evil.example")], false),
            (&[("origin", "http://inbox.example")], false),
            (&[("origin", "null"), cookie], false),
            (&[("sec-fetch-site", "same-origin"), cookie], true),
            (&[("sec-fetch-site", "none"), cookie], true),
            (&[("sec-fetch-site", "same-site"), cookie], false),
            (&[("sec-fetch-site", "cross-site")], false),
            (
                &[
                    ("sec-fetch-site", "cross-site"),
                    ("origin", "https://evil.example"),
                ],
                false,
            ),
            (
                &[
                    ("sec-fetch-site", "same-origin"),
                    ("origin", "http://127.0.0.1:3000"),
                ],
                true,
            ),
            (
                &[
                    ("authorization", "Bearer x"),
                    ("origin", "https://evil.example"),
                    cookie,
                ],
                true,
            ),
            (
                &[
                    ("authorization", "Basic x"),
                    ("origin", "https://evil.example"),
                ],
                false,
            ),
        ];
        for (lines, expected) in cases {
            let mut headers = HeaderMap::new();
            for (name, value) in *lines {
                headers.insert(*name, HeaderValue::from_static(value));
            }
            assert_eq!(
                is_ours(&headers, &site, "/api/inbox/list"),
                *expected,
                "{lines:?}"
            );
            assert_eq!(
                is_ours(&headers, &site, "/portal/pin"),
                *expected,
                "{lines:?}"
            );
        }
    }

    #[test]
    fn a_portal_on_a_host_of_its_own_posts_to_the_portal_and_nothing_else_does() {
        let site = Site {
            origin: "https://inbox.example".into(),
            portal: Some("https://clients.example".into()),
            secure: true,
            instance: "abc".into(),
            folder: PathBuf::new(),
            body_limit: 0,
            proxies: Vec::new(),
        };
        for (origin, path, expected) in [
            ("https://clients.example", "/portal/pin", true),
            ("https://clients.example", "/auth/refresh", false),
            ("https://clients.example", "/portals", false),
            ("https://inbox.example", "/auth/refresh", true),
            ("https://inbox.example", "/portal/pin", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            assert_eq!(is_ours(&headers, &site, path), expected, "{origin} {path}");
        }
        let mut headers = HeaderMap::new();
        let cookie = HeaderValue::from_static("__Host-postern-portal-abc=token");
        headers.insert(header::COOKIE, cookie);
        assert!(
            !is_ours(&headers, &site, "/portal/sign-out"),
            "a cookie and no word of its page"
        );
    }
}
