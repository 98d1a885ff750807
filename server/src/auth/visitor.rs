//! Who stands at the door, as far as a request can say.

use super::cookie;
use crate::{
    address,
    state::{AppState, Site},
};
use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use postern_app::{error::ApiError, ssr::RequestId};
use postern_domain::{Error, session::Browser};
use std::convert::Infallible;

/// A browser that signs in, stays in or leaves.
pub struct Visitor {
    /// Where it comes from.
    pub browser: Browser,
    /// The refresh token it sent.
    pub refresh: Option<String>,
    /// The secret of its way to a provider and back.
    pub away: Option<String>,
    request: Option<RequestId>,
}

impl Visitor {
    /// The device's new secret, when it had none.
    pub fn new_device(&self) -> Option<&str> {
        (!self.browser.returning).then_some(self.browser.device.as_str())
    }

    /// An outcome as the person is told it, with the request's id.
    pub fn told(&self, error: Error) -> ApiError {
        let error = ApiError::from(error);
        match self.request {
            Some(id) => error.of_request(id),
            None => error,
        }
    }
}

impl FromRequestParts<AppState> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        let site: &Site = &state.site;
        let known = cookie::device(&parts.headers, site);
        let agent = parts.headers.get(header::USER_AGENT);
        let agent = agent.map(|agent| String::from_utf8_lossy(agent.as_bytes()).into_owned());
        Ok(Self {
            refresh: cookie::refresh(&parts.headers, site),
            away: cookie::away_secret(&parts.headers, site),
            request: parts.extensions.get::<RequestId>().copied(),
            browser: Browser {
                address: address::of(parts, &site.proxies),
                agent: agent.unwrap_or_default(),
                returning: known.is_some(),
                device: known.unwrap_or_else(|| URL_SAFE_NO_PAD.encode(state.env.bytes::<16>())),
            },
        })
    }
}
