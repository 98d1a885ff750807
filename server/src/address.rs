//! The client's address: the peer's own, unless the peer is a proxy that the configuration names.

use crate::{limit::Connection, state::Site};
use axum::{
    extract::{ConnectInfo, FromRef, FromRequestParts},
    http::{HeaderMap, request::Parts},
};
use ipnet::IpNet;
use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    str,
    sync::Arc,
};

/// The address of whoever sent this request.
pub fn of(parts: &Parts, proxies: &[IpNet]) -> IpAddr {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    // Without a connection there is nobody to tell apart: all of them share one network's limits.
    let peer = peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |ConnectInfo(peer)| peer.ip());
    behind(peer.to_canonical(), &parts.headers, proxies)
}

/// Whoever sent a request, for a handler.
pub struct Client {
    /// Their address.
    pub address: IpAddr,
    /// The place of the connection they came by.
    pub connection: Option<Connection>,
}

impl<S> FromRequestParts<S> for Client
where
    S: Send + Sync,
    Arc<Site>: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Self {
            address: of(parts, &Arc::<Site>::from_ref(state).proxies),
            connection: parts.extensions.get().cloned(),
        })
    }
}

/// From the right, for each proxy appends whom it saw: the first one that is no proxy of ours is the client. What
/// stands further left was written by that client and means nothing.
fn behind(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> IpAddr {
    let trusted = |address: &IpAddr| proxies.iter().any(|network| network.contains(address));
    if !trusted(&peer) {
        return peer;
    }
    let mut last = peer;
    // As bytes, each hop by itself: what the client wrote in front may be anything, and must not hide what our proxy
    // wrote behind it on the same line.
    let lines = headers.get_all("x-forwarded-for").iter();
    let hops = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
    for hop in hops.rev() {
        let Some(address) = hop_address(hop) else {
            return last;
        };
        last = address;
        if !trusted(&last) {
            return last;
        }
    }
    last
}

/// An address with or without its port; an IPv6 address may stand in brackets.
fn hop_address(hop: &[u8]) -> Option<IpAddr> {
    let hop = str::from_utf8(hop.trim_ascii()).ok()?;
    let bare = hop
        .strip_prefix('[')
        .and_then(|hop| hop.strip_suffix(']'))
        .unwrap_or(hop);
    let address = bare.parse().ok();
    let address = address.or_else(|| hop.parse().ok().map(|hop: SocketAddr| hop.ip()))?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn only_listed_proxies_are_believed_and_only_about_whom_they_saw() {
        let proxies = ["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        for (peer, forwarded, expected) in [
            ("203.0.113.7", &["198.51.100.1"][..], "203.0.113.7"),
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["6.6.6.6", "198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["198.51.100.1, 10.0.0.2"], "198.51.100.1"),
            ("10.0.0.1", &["::ffff:198.51.100.1"], "198.51.100.1"),
            ("::1", &["2001:db8::7"], "2001:db8::7"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["unknown"], "10.0.0.1"),
            ("10.0.0.1", &["6.6.6.6, unknown, 10.0.0.2"], "10.0.0.2"),
            // Not text, in what the client wrote and in what the proxy did.
            ("10.0.0.1", &["\u{e9}, 198.51.100.1"], "198.51.100.1"),
            (
                "10.0.0.1",
                &["6.6.6.6", "\u{e9}, 198.51.100.1"],
                "198.51.100.1",
            ),
            ("10.0.0.1", &["198.51.100.1, \u{e9}"], "10.0.0.1"),
            // With a port, as some proxies write.
            ("10.0.0.1", &["198.51.100.1:443"], "198.51.100.1"),
            ("10.0.0.1", &["[2001:db8::7]:443"], "2001:db8::7"),
            ("10.0.0.1", &["[2001:db8::7]"], "2001:db8::7"),
            ("10.0.0.1", &["198.51.100.1:4430000"], "10.0.0.1"),
        ] {
            let mut headers = HeaderMap::new();
            for line in forwarded {
                let line = HeaderValue::from_bytes(line.as_bytes()).unwrap();
                headers.append("x-forwarded-for", line);
            }
            let found = behind(peer.parse().unwrap(), &headers, &proxies);
            assert_eq!(found.to_string(), expected, "{peer} {forwarded:?}");
        }
    }
}
