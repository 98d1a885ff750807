//! The session's cookies. `__Host-` binds them to this host and to https (or localhost); the instance keeps them apart
//! from another installation's on the same host.

use crate::state::Site;
use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::AppendHeaders,
};
use postern_domain::session::Opened;
use time::OffsetDateTime;

/// As long as a way to a provider and back may take, with what is done after it.
const AWAY_S: i64 = 20 * 60;
/// As long as browsers keep any cookie.
const DEVICE_S: i64 = 400 * 24 * 3600;

pub(crate) type SetCookies = AppendHeaders<Vec<(HeaderName, HeaderValue)>>;

/// The refresh token that the browser sent.
pub fn refresh(headers: &HeaderMap, site: &Site) -> Option<String> {
    read(headers, &name("refresh", site))
}

/// The secret of the browser's device cookie.
pub fn device(headers: &HeaderMap, site: &Site) -> Option<String> {
    read(headers, &name("device", site)).filter(|value| (16..=64).contains(&value.len()))
}

/// The secret of a browser that went to a provider.
pub fn away_secret(headers: &HeaderMap, site: &Site) -> Option<String> {
    read(headers, &name("away", site))
}

/// True when the request carries a cookie that speaks for somebody: a session's, or that of a way to a provider.
pub fn is_signed_in(headers: &HeaderMap, site: &Site) -> bool {
    refresh(headers, site).is_some() || away_secret(headers, site).is_some()
}

/// What an opened or renewed session sets; `device` when the browser has none yet.
pub fn opened(
    site: &Site,
    now: OffsetDateTime,
    opened: &Opened,
    device: Option<&str>,
) -> SetCookies {
    let life = (opened.expires_at - now).whole_seconds();
    let mut cookies = vec![
        set(&name("refresh", site), &opened.refresh, life, "; HttpOnly"),
        // For scripts to read: that there is something to renew, and nothing else.
        set(&name("here", site), "1", life, ""),
    ];
    if let Some(device) = device {
        cookies.push(set(&name("device", site), device, DEVICE_S, "; HttpOnly"));
    }
    AppendHeaders(cookies)
}

/// What a browser takes to a provider and back. It comes home with a navigation from another site: Lax, the only one of
/// ours that is.
pub fn away(site: &Site, secret: &str) -> SetCookies {
    let name = name("away", site);
    AppendHeaders(vec![cookie(&name, secret, AWAY_S, "Lax; HttpOnly")])
}

/// The device's cookie alone, when the browser has none yet.
pub fn device_only(site: &Site, device: Option<&str>) -> SetCookies {
    let cookie = device.map(|device| set(&name("device", site), device, DEVICE_S, "; HttpOnly"));
    AppendHeaders(cookie.into_iter().collect())
}

/// Removes the session's cookies; the device stays known.
pub fn cleared(site: &Site) -> SetCookies {
    AppendHeaders(vec![
        set(&name("refresh", site), "", 0, "; HttpOnly"),
        set(&name("here", site), "", 0, ""),
    ])
}

/// Removes what speaks for anybody at a sign-out: also the way to a provider that was begun, which would let whoever uses this
/// browser next in for some minutes. (A renewal that is refused leaves that alone: whoever is on their way may be coming back.)
pub fn left(site: &Site) -> SetCookies {
    let AppendHeaders(mut cookies) = cleared(site);
    cookies.push(cookie(&name("away", site), "", 0, "Lax; HttpOnly"));
    AppendHeaders(cookies)
}

/// What a cookie of ours is called.
pub(crate) fn name(what: &str, site: &Site) -> String {
    format!("__Host-postern-{what}-{}", site.instance)
}

fn set(name: &str, value: &str, life_s: i64, more: &str) -> (HeaderName, HeaderValue) {
    cookie(name, value, life_s, &format!("Strict{more}"))
}

/// A cookie of ours, sent to this host alone and as `sent` says: `Lax; HttpOnly`.
pub(crate) fn cookie(
    name: &str,
    value: &str,
    life_s: i64,
    sent: &str,
) -> (HeaderName, HeaderValue) {
    let cookie = format!("{name}={value}; Path=/; Max-Age={life_s}; Secure; SameSite={sent}");
    // Names and values are base64url, hexadecimal and dots: always a header's characters.
    let cookie = HeaderValue::from_str(&cookie).unwrap_or(HeaderValue::from_static(""));
    (header::SET_COOKIE, cookie)
}

/// The cookie of that name.
pub(crate) fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, value)| *found == name && !value.is_empty())
        .map(|(_, value)| value.to_owned())
}
