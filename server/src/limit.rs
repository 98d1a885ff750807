//! What a flood meets before it costs anything: rates by address, places for what runs, time for what is sent.
//!
//! The order: a connection takes a place ([`crate::serve`]); its request is counted by its address, takes a place among
//! those in flight and sends its body in time ([`layer`]); a server function is counted by session and workspace and
//! waits for its workspace's turn ([`calls::layer`]); an upload takes one of its person's places ([`uploads::layer`]) and,
//! once that is let in, one of its workspace's ([`uploads::enter`]). A new route is counted as a page unless [`class`] says
//! otherwise.

mod body;
pub mod calls;
mod fair;
mod places;
mod sockets;
mod streams;
pub mod uploads;
mod webhooks;

pub use body::within;
pub use places::{Place, Places};
pub use sockets::{Seat, Sockets};
pub use streams::{Streams, Watch};

use crate::{address, auth, caller, config, state::AppState};
use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use fair::{Fair, Turn};
use postern_app::error::ApiError;
use postern_domain::limit::{Class, Limiter, Subject, household};
use postern_types::WorkspaceId;
use std::{net::IpAddr, sync::Arc, time::Duration};
use tokio::sync::Semaphore;
use webhooks::Knock;

/// This process's limits.
pub struct Limits {
    limiter: Limiter,
    members: Places<[u8; 16]>,
    public: Places<[u8; 16]>,
    webhooks: Places<[u8; 16]>,
    uploads: uploads::Uploads,
    /// Places for open sockets.
    pub sockets: Sockets,
    /// Places for open pages of the portal.
    pub streams: Streams,
    calls: Fair,
    entered: calls::Entries,
    /// Keys of webhooks that are looked up at once before a request is let in.
    lookups: Semaphore,
    body: Duration,
    patience: Duration,
}

impl Limits {
    /// As configured; `calls` is how many server functions may run at once, lest they wait for the database's pool.
    pub fn new(config: &config::Limits, calls: usize) -> Self {
        Self {
            limiter: Limiter::new(config.rates),
            members: Places::new(config.requests),
            public: Places::new(config.requests),
            webhooks: Places::new(config.requests.div_ceil(4)),
            uploads: uploads::Uploads::default(),
            sockets: Sockets::new(config),
            streams: Streams::new(config.connections),
            calls: Fair::new(calls, fair::cores(), config.requests.div_ceil(8)),
            entered: calls::Entries::default(),
            lookups: Semaphore::new(2),
            body: config.body_time,
            patience: config.request_time,
        }
    }

    /// How long a request may take.
    pub fn patience(&self) -> Duration {
        self.patience
    }

    /// A workspace's turn for a call by key, in the same line as the calls of its pages; none when it did not come in time.
    pub async fn turn(&self, workspace: WorkspaceId) -> Option<Turn> {
        self.calls.turn(workspace.0).await
    }

    /// A place among the requests in flight. What members call has places of its own, of which one address may take a
    /// quarter: nobody without a token can hold up who has one. Of those for everybody else it may take a sixteenth, of
    /// those for webhooks half: Meta comes from few.
    fn place(&self, class: Class, member: bool, address: IpAddr) -> Option<Place<[u8; 16]>> {
        let (places, share) = match class {
            Class::Webhook => (&self.webhooks, 2),
            // A socket opens at once: it sends nothing that could be waited for.
            Class::Live => (&self.members, 4),
            _ if member => (&self.members, 4),
            _ => (&self.public, 16),
        };
        places.take(household(address), places.most().div_ceil(share))
    }
}

/// What a request is counted as, by its address alone.
fn class(method: &Method, path: &str) -> Class {
    let reads = matches!(*method, Method::GET | Method::HEAD);
    match path {
        "/live" => Class::Live,
        "/auth/refresh" if !reads => Class::Renew,
        // Leaving must work while the database is away.
        "/auth/sign-out" => Class::Page,
        _ if !reads && auth::PATHS.contains(&path) => Class::SignIn,
        "/portal/pin" | "/portal/lost-pin" if !reads => Class::SignIn,
        // A provider's answer comes with a GET.
        _ if path.starts_with("/auth/oidc/") => Class::SignIn,
        _ if path.starts_with("/webhooks/") => Class::Webhook,
        _ if path.starts_with("/api/") => Class::Call,
        // A page of a thread may show fifty of them.
        _ if path == "/files" || path.starts_with("/files/") => Class::Call,
        _ => Class::Page,
    }
}

/// A connection's place, in the extensions of its requests: what goes on after the answer keeps it.
#[derive(Clone)]
pub struct Connection(pub Arc<Place<[u8; 16]>>);

/// Counts a request by its address, and lets it pass or says when to come again.
pub async fn layer(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let address = address::of(&parts, &state.site.proxies);
    let request = Request::from_parts(parts, body);
    let class = class(request.method(), request.uri().path());
    let limits = &state.limits;
    let page = wants_page(request.method(), request.headers());
    // Of webhooks only what is refused counts.
    if class != Class::Webhook {
        let cookie = (class == Class::Renew)
            .then(|| auth::refresh_cookie(request.headers(), &state.site))
            .flatten();
        let cookie = cookie.map(|token| Subject::cookie(&token));
        let subjects = [Some(Subject::address(class, address)), cookie];
        for subject in subjects.into_iter().flatten() {
            if let Err(error) = limits.limiter.take(&state.env, subject).await {
                return refusal(error.into(), page);
            }
        }
    }
    // Whoever asks whether the server lives must not hear that it does not because it is busy.
    let place = if matches!(request.uri().path(), "/health/live" | "/health/ready") {
        None
    } else {
        let member = class == Class::Call && caller::is_known(&state.env, request.headers());
        match limits.place(class, member, address) {
            None => return refusal(ApiError::Unavailable, page),
            place => place,
        }
    };
    let knock = if class == Class::Webhook {
        match Knock::hear(&state, request.uri().path(), address).await {
            Ok(knock) => Some(knock),
            Err(error) => return refusal(error, page),
        }
    } else {
        None
    };
    // What is uploaded has a pace to keep instead.
    let request = if uploads::is_one(&request) {
        request
    } else {
        within(request, limits.body)
    };
    let answer = next.run(request).await;
    drop(place);
    if let Some(knock) = knock {
        knock.answered(answer.status()).await;
    }
    answer
}

/// Whether somebody looks at the answer.
pub fn wants_page(method: &Method, headers: &HeaderMap) -> bool {
    *method == Method::GET
        && headers.get(header::ACCEPT).is_some_and(|accepted| {
            accepted
                .to_str()
                .is_ok_and(|accepted| accepted.contains("text/html"))
        })
}

/// The error as everywhere, or its words for whoever looks.
fn refusal(error: ApiError, page: bool) -> Response {
    let words = match &error {
        ApiError::TooMany { retry_after_s } => {
            format!("Too many requests came from your network. Try again in {retry_after_s} s.\n")
        }
        other => format!("{other}\n"),
    };
    let mut answer = error.into_response();
    if page {
        *answer.body_mut() = Body::from(words);
        let headers = answer.headers_mut();
        headers.remove(header::CONTENT_LENGTH);
        let text = HeaderValue::from_static("text/plain; charset=utf-8");
        headers.insert(header::CONTENT_TYPE, text);
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_has_its_class_and_what_is_new_is_counted_as_a_page() {
        for (method, path, expected) in [
            (Method::POST, "/auth/sign-in", Class::SignIn),
            (Method::POST, "/auth/refresh", Class::Renew),
            (Method::GET, "/auth/refresh", Class::Page),
            (Method::POST, "/auth/setup", Class::SignIn),
            (Method::POST, "/auth/forgot", Class::SignIn),
            (Method::POST, "/auth/confirm", Class::SignIn),
            (Method::POST, "/auth/factor-mail", Class::SignIn),
            (Method::POST, "/auth/passkey", Class::SignIn),
            (Method::POST, "/auth/passkey/finish", Class::SignIn),
            (Method::PUT, "/auth/sign-in", Class::SignIn),
            (Method::POST, "/auth/oidc/depart", Class::SignIn),
            (Method::POST, "/auth/oidc/connect", Class::SignIn),
            (Method::GET, "/auth/oidc/google/callback", Class::SignIn),
            (Method::POST, "/auth/anything-else", Class::Page),
            (Method::POST, "/auth/sign-in/", Class::Page),
            (Method::GET, "/auth/setup", Class::Page),
            (Method::POST, "/auth/sign-out", Class::Page),
            (Method::POST, "/webhooks/whatsapp/key", Class::Webhook),
            (Method::POST, "/api/inbox/list", Class::Call),
            (Method::GET, "/files/token", Class::Call),
            (Method::POST, "/files", Class::Call),
            (Method::POST, "/files/logo", Class::Call),
            (Method::GET, "/files/logo/token", Class::Call),
            (Method::GET, "/filesystem", Class::Page),
            (Method::GET, "/live", Class::Live),
            (Method::GET, "/p/token", Class::Page),
            (Method::POST, "/portal/pin", Class::SignIn),
            (Method::POST, "/portal/lost-pin", Class::SignIn),
            (Method::GET, "/portal/live", Class::Page),
            (Method::POST, "/files/task/id", Class::Call),
            (Method::GET, "/", Class::Page),
            (Method::POST, "/csp-report", Class::Page),
            (Method::GET, "/health/ready", Class::Page),
            (Method::GET, "/what/is/new", Class::Page),
        ] {
            assert_eq!(class(&method, path), expected, "{method} {path}");
        }
    }
}
