//! Who stands before the portal, as far as a request can say, and how they are answered.

use super::cookie::{self, Kind};
use crate::{
    auth::visitor::Visitor,
    files::insert,
    state::{AppState, Site},
};
use axum::{
    extract::FromRequestParts,
    http::{HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{Html, IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use postern_app::{
    error::ApiError,
    portal::{Said, Sheet, said},
    words::portal as words,
};
use postern_domain::{
    Env, Error, Tenant,
    portal::{self, Visit},
    session::Browser,
    vault,
};
use std::{convert::Infallible, sync::Arc};

/// A browser at the portal. No agent's cookie or token is looked at.
pub struct Guest {
    pub env: Env,
    pub site: Arc<Site>,
    visitor: Visitor,
    package: String,
    nonce: String,
    /// What it says it was let in by.
    token: Option<String>,
    /// The link that it opened.
    pub way: Option<String>,
    half: String,
    half_is_new: bool,
}

impl FromRequestParts<AppState> for Guest {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        let visitor = Visitor::from_request_parts(parts, state).await?;
        let (env, site) = (state.env.clone(), Arc::clone(&state.site));
        let known = Kind::Half
            .read(&parts.headers, &site)
            .filter(|half| (16..=64).contains(&half.len()));
        let fresh = || URL_SAFE_NO_PAD.encode(env.bytes::<16>());
        Ok(Self {
            nonce: fresh(),
            half_is_new: known.is_none(),
            half: known.unwrap_or_else(fresh),
            token: Kind::Visit.read(&parts.headers, &site),
            way: Kind::Way.read(&parts.headers, &site),
            package: format!("/{}", state.leptos.site_pkg_dir.trim_matches('/')),
            visitor,
            site,
            env,
        })
    }
}

impl Guest {
    /// Where they come from.
    pub fn browser(&self) -> &Browser {
        &self.visitor.browser
    }

    /// Whether they say that they were let in.
    pub fn has_visit(&self) -> bool {
        self.token.is_some()
    }

    /// The visit that their cookie tells of, whether it still lasts or not. [`Error::Unauthorized`] without one.
    pub async fn visit(&self) -> Result<Visit, Error> {
        let token = self.token.as_deref().ok_or(Error::Unauthorized)?;
        vault::hear_of_retired(&self.env).await?;
        portal::read(&self.env, token)
    }

    /// In, as the contact of a link that stands.
    pub async fn enter(&self) -> Result<(Visit, Tenant), Error> {
        let visit = self.visit().await?;
        let tenant = portal::enter(&self.env, &visit).await?;
        Ok((visit, tenant))
    }

    /// The half of the token that stands in a form.
    pub fn twin(&self, of: &[u8]) -> String {
        portal::twin(&self.env, &self.half, of)
    }

    /// Whether a form came with both halves of what belongs to it.
    pub fn is_own(&self, of: &[u8], sent: &str) -> bool {
        !self.half_is_new && portal::is_twin(&self.env, &self.half, of, sent)
    }

    /// What a page stands on.
    pub fn sheet<'a>(&'a self, twin: &'a str) -> Sheet<'a> {
        Sheet {
            package: &self.package,
            nonce: &self.nonce,
            twin,
        }
    }

    /// A page, with the rules for the browser.
    pub fn page(&self, status: StatusCode, html: String) -> Response {
        let mut answer = (status, Html(html)).into_response();
        let policy = format!(
            "default-src 'none'; script-src 'nonce-{}'; style-src 'self'; img-src 'self'; font-src 'self'; \
             connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; report-uri /csp-report",
            self.nonce
        );
        insert(&mut answer, header::CONTENT_SECURITY_POLICY, &policy);
        insert(&mut answer, header::CACHE_CONTROL, "no-store");
        insert(
            &mut answer,
            HeaderName::from_static("x-robots-tag"),
            "noindex, nofollow",
        );
        if self.half_is_new {
            add(&mut answer, cookie::half(&self.site, &self.half));
        }
        answer
    }

    /// A page that says one thing.
    pub fn say(&self, status: StatusCode, what: &Said) -> Response {
        self.page(status, said(&self.sheet(""), what))
    }

    /// The end of a visit: what the browser keeps of it goes as well.
    pub fn over(&self) -> Response {
        let mut answer = self.say(StatusCode::UNAUTHORIZED, &Said::Ended);
        add(&mut answer, Kind::Visit.cleared(&self.site));
        answer
    }

    /// An outcome that leaves no page to be shown.
    pub fn fault(&self, error: Error) -> Response {
        let (status, said) = match self.told(error) {
            ApiError::Unauthorized => return self.over(),
            ApiError::NotFound => (StatusCode::NOT_FOUND, Said::NotFound),
            ApiError::TooMany { retry_after_s } => (
                StatusCode::TOO_MANY_REQUESTS,
                Said::Fault(words::wait(retry_after_s)),
            ),
            ApiError::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                Said::Fault(ApiError::Unavailable.to_string()),
            ),
            other => (
                StatusCode::INTERNAL_SERVER_ERROR,
                Said::Fault(other.to_string()),
            ),
        };
        self.say(status, &said)
    }

    /// As everywhere: what is a fault of ours is logged, with the request's id.
    pub fn told(&self, error: Error) -> ApiError {
        self.visitor.told(error)
    }
}

/// Somewhere of ours, by a GET.
pub fn onward(path: &str) -> Response {
    let mut answer = StatusCode::SEE_OTHER.into_response();
    insert(&mut answer, header::LOCATION, path);
    insert(&mut answer, header::CACHE_CONTROL, "no-store");
    answer
}

/// One more header, such as a cookie.
pub fn add(answer: &mut Response, (name, value): (HeaderName, HeaderValue)) {
    answer.headers_mut().append(name, value);
}

/// What the forms of a visit belong to.
pub fn of(visit: &Visit) -> &[u8] {
    visit.session.0.as_bytes()
}
