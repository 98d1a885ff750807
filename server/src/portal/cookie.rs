//! The portal's own cookies. They come along when a link is opened on another site, and are read by no script.

use crate::{
    auth::cookie::{cookie, name, read},
    state::Site,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// How long a link waits for its PIN.
const WAY_S: i64 = 15 * 60;
/// As long as a visit lasts, at most.
const HALF_S: i64 = 24 * 3600;

/// What a cookie is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A visit: the token that the PIN gave.
    Visit,
    /// A link that was opened and waits for its PIN.
    Way,
    /// Half of what each form carries.
    Half,
}

impl Kind {
    fn name(self, site: &Site) -> String {
        let word = match self {
            Self::Visit => "portal",
            Self::Way => "portal-way",
            Self::Half => "portal-half",
        };
        name(word, site)
    }

    /// What the browser sent.
    pub fn read(self, headers: &HeaderMap, site: &Site) -> Option<String> {
        read(headers, &self.name(site))
    }

    fn set(self, site: &Site, value: &str, life_s: i64) -> (HeaderName, HeaderValue) {
        cookie(&self.name(site), value, life_s, "Lax; HttpOnly")
    }

    /// Takes it away.
    pub fn cleared(self, site: &Site) -> (HeaderName, HeaderValue) {
        self.set(site, "", 0)
    }
}

/// What a visit is known by, for so many seconds.
pub fn visit(site: &Site, token: &str, life_s: i64) -> (HeaderName, HeaderValue) {
    Kind::Visit.set(site, token, life_s)
}

/// A link that was opened.
pub fn way(site: &Site, token: &str) -> (HeaderName, HeaderValue) {
    Kind::Way.set(site, token, WAY_S)
}

/// Half of what forms carry.
pub fn half(site: &Site, half: &str) -> (HeaderName, HeaderValue) {
    Kind::Half.set(site, half, HALF_S)
}

/// True when the request carries a cookie that speaks for somebody.
pub fn is_known(headers: &HeaderMap, site: &Site) -> bool {
    [Kind::Visit, Kind::Way]
        .into_iter()
        .any(|kind| kind.read(headers, site).is_some())
}
