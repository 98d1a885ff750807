//! The one gate of the API: whose key it is, from where it comes, what it may do, and how much of it.

use super::{BODY, problem::Problem};
use crate::{address, state::AppState};
use axum::{
    body::{Body, to_bytes},
    extract::{FromRef, FromRequestParts, MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http_body_util::LengthLimitError;
use postern_app::error::ApiError;
use postern_domain::{
    Env, Tenant,
    call::{self, Taken},
    key::{self, Opened},
};
use postern_types::Scope;
use std::error::Error as _;

/// What a key needs for each route; none: any key may. A route that is not named here is not there.
pub const ROUTES: [(Method, &str, Option<Scope>); 46] = [
    (Method::GET, "/api/v1/me", None),
    (Method::POST, "/api/v1/messages", Some(Scope::MessagesWrite)),
    (
        Method::GET,
        "/api/v1/messages/{id}",
        Some(Scope::MessagesRead),
    ),
    (Method::GET, "/api/v1/channels", Some(Scope::TemplatesRead)),
    (Method::GET, "/api/v1/templates", Some(Scope::TemplatesRead)),
    (Method::GET, "/api/v1/contacts", Some(Scope::ContactsRead)),
    (Method::POST, "/api/v1/contacts", Some(Scope::ContactsWrite)),
    (
        Method::GET,
        "/api/v1/contacts/{id}",
        Some(Scope::ContactsRead),
    ),
    (
        Method::PATCH,
        "/api/v1/contacts/{id}",
        Some(Scope::ContactsWrite),
    ),
    (
        Method::GET,
        "/api/v1/conversations",
        Some(Scope::ConversationsRead),
    ),
    (
        Method::GET,
        "/api/v1/conversations/{id}",
        Some(Scope::ConversationsRead),
    ),
    (
        Method::GET,
        "/api/v1/conversations/{id}/messages",
        Some(Scope::MessagesRead),
    ),
    (
        Method::POST,
        "/api/v1/conversations/{id}/close",
        Some(Scope::ConversationsWrite),
    ),
    (
        Method::POST,
        "/api/v1/conversations/{id}/reopen",
        Some(Scope::ConversationsWrite),
    ),
    (
        Method::POST,
        "/api/v1/conversations/{id}/assign",
        Some(Scope::ConversationsWrite),
    ),
    (Method::GET, "/api/v1/tasks", Some(Scope::TasksRead)),
    (Method::POST, "/api/v1/tasks", Some(Scope::TasksWrite)),
    (Method::GET, "/api/v1/tasks/{id}", Some(Scope::TasksRead)),
    (Method::PATCH, "/api/v1/tasks/{id}", Some(Scope::TasksWrite)),
    (Method::POST, "/api/v1/otp", Some(Scope::OtpWrite)),
    (Method::GET, "/api/v1/otp", Some(Scope::OtpWrite)),
    (Method::GET, "/api/v1/otp/{id}", Some(Scope::OtpWrite)),
    (
        Method::POST,
        "/api/v1/otp/{id}/verify",
        Some(Scope::OtpWrite),
    ),
    (Method::GET, "/api/v1/test_messages", None),
    (Method::GET, "/api/v1/events", Some(Scope::EventsRead)),
    (Method::GET, "/api/v1/endpoints", Some(Scope::WebhooksRead)),
    (
        Method::POST,
        "/api/v1/endpoints",
        Some(Scope::WebhooksWrite),
    ),
    (
        Method::GET,
        "/api/v1/endpoints/{id}",
        Some(Scope::WebhooksRead),
    ),
    (
        Method::PATCH,
        "/api/v1/endpoints/{id}",
        Some(Scope::WebhooksWrite),
    ),
    (
        Method::DELETE,
        "/api/v1/endpoints/{id}",
        Some(Scope::WebhooksWrite),
    ),
    (
        Method::POST,
        "/api/v1/endpoints/{id}/rotate",
        Some(Scope::WebhooksWrite),
    ),
    (
        Method::POST,
        "/api/v1/endpoints/{id}/pause",
        Some(Scope::WebhooksWrite),
    ),
    (
        Method::POST,
        "/api/v1/endpoints/{id}/resume",
        Some(Scope::WebhooksWrite),
    ),
    (
        Method::POST,
        "/api/v1/endpoints/{id}/test",
        Some(Scope::WebhooksWrite),
    ),
    (
        Method::POST,
        "/api/v1/endpoints/{id}/replay",
        Some(Scope::WebhooksWrite),
    ),
    (
        Method::GET,
        "/api/v1/endpoints/{id}/deliveries",
        Some(Scope::WebhooksRead),
    ),
    (
        Method::GET,
        "/api/v1/deliveries/{id}",
        Some(Scope::WebhooksRead),
    ),
    (
        Method::POST,
        "/api/v1/deliveries/{id}/replay",
        Some(Scope::WebhooksWrite),
    ),
    (Method::GET, "/api/v1/sources", Some(Scope::WebhooksRead)),
    (Method::POST, "/api/v1/sources", Some(Scope::WebhooksWrite)),
    (
        Method::GET,
        "/api/v1/sources/{id}",
        Some(Scope::WebhooksRead),
    ),
    (
        Method::PATCH,
        "/api/v1/sources/{id}",
        Some(Scope::WebhooksWrite),
    ),
    (
        Method::DELETE,
        "/api/v1/sources/{id}",
        Some(Scope::WebhooksWrite),
    ),
    (
        Method::GET,
        "/api/v1/source_entries",
        Some(Scope::WebhooksRead),
    ),
    (
        Method::GET,
        "/api/v1/source_entries/{id}",
        Some(Scope::WebhooksRead),
    ),
    (
        Method::POST,
        "/api/v1/source_entries/{id}/apply",
        Some(Scope::WebhooksWrite),
    ),
];

/// Who calls, for a handler.
pub struct Call {
    pub env: Env,
    pub by: Opened,
}

impl Call {
    /// Enters the workspace of the key.
    pub async fn enter(&self) -> Result<Tenant, Problem> {
        Ok(self.by.enter(&self.env).await?)
    }
}

impl<S> FromRequestParts<S> for Call
where
    S: Sync,
    Env: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let by = parts.extensions.get::<Opened>().cloned();
        Ok(Self {
            env: Env::from_ref(state),
            by: by.ok_or_else(Problem::unauthorized)?,
        })
    }
}

/// Lets a call in, or says why not.
pub async fn layer(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let by = match bearer(&parts.headers) {
        None => Err(Problem::unauthorized()),
        Some(key) => {
            let from = address::of(&parts, &state.site.proxies);
            key::open(&state.env, key, from)
                .await
                .map_err(|error| match error {
                    postern_domain::Error::Forbidden => elsewhere(),
                    other => other.into(),
                })
        }
    };
    let by = match by {
        Err(problem) => return problem.into_response(),
        Ok(by) => by,
    };
    // Whoever is slow to send holds up nobody: only then is it their workspace's turn.
    let bytes = match to_bytes(body, BODY).await {
        Ok(bytes) => bytes,
        Err(error) => return cut(&error).into_response(),
    };
    let Some(turn) = state.limits.turn(by.workspace).await else {
        return Problem::from(ApiError::Unavailable).into_response();
    };
    let most = state.api.calls(by.plan.as_deref());
    let taken = match call::take(&state.env, by.workspace, most).await {
        Ok(taken) => taken,
        Err(error) => return Problem::from(error).into_response(),
    };
    let answer = if !taken.allowed {
        Problem::too_many(taken.reset_s).into_response()
    } else if let Some(refusal) = refused(&parts, &by) {
        refusal
    } else {
        parts.extensions.insert(by);
        next.run(Request::from_parts(parts, Body::from(bytes)))
            .await
    };
    drop(turn);
    told(answer, most, taken)
}

/// Why a body did not come.
fn cut(error: &axum::Error) -> Problem {
    if matches!(error.source(), Some(cause) if cause.is::<LengthLimitError>()) {
        return Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "The body is too large",
            "A request takes 256 kB. Nothing was done.",
        );
    }
    Problem::new(
        StatusCode::BAD_REQUEST,
        "body",
        "The body did not come whole",
        "Nothing was done: send it again.",
    )
}

/// Behind every path that is none.
pub async fn nothing() -> Problem {
    Problem::not_found()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let given = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = given.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

/// Why that key may not call that route; none when it may.
fn refused(parts: &Parts, by: &Opened) -> Option<Response> {
    let path = parts
        .extensions
        .get::<MatchedPath>()
        .map(MatchedPath::as_str);
    let method = match &parts.method {
        &Method::HEAD => &Method::GET,
        method => method,
    };
    let here = || ROUTES.iter().filter(|(_, known, _)| Some(*known) == path);
    let Some((.., scope)) = here().find(|(known, ..)| known == method) else {
        let allowed: Vec<_> = here().map(|(known, ..)| known.as_str()).collect();
        if allowed.is_empty() {
            return Some(Problem::not_found().into_response());
        }
        let mut refusal = Problem::method().into_response();
        if let Ok(allowed) = allowed.join(", ").parse() {
            refusal.headers_mut().insert(header::ALLOW, allowed);
        }
        return Some(refusal);
    };
    let lacking = scope.filter(|scope| !by.scopes().contains(scope))?;
    Some(lacks(lacking, by.test).into_response())
}

fn lacks(scope: Scope, test: bool) -> Problem {
    let word = scope.as_str();
    let detail = if test && !scope.in_tests() {
        format!(
            "A test key reaches nobody: it cannot have the scope `{word}`. Nothing was done: use a live key."
        )
    } else {
        format!("The key has not the scope `{word}`. Nothing was done: make a key that has it.")
    };
    Problem::new(
        StatusCode::FORBIDDEN,
        "scope",
        "The key may not do this",
        detail,
    )
}

fn elsewhere() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "network",
        "The key may not come from here",
        "The key is bound to networks, and this call came from none of them. Nothing was done.",
    )
}

/// How the workspace stands with its calls (draft-ietf-httpapi-ratelimit-headers).
fn told(mut answer: Response, most: u32, taken: Taken) -> Response {
    let lines = [
        ("ratelimit-policy", format!("\"plan\";q={most};w=60")),
        (
            "ratelimit",
            format!("\"plan\";r={};t={}", taken.remaining, taken.reset_s),
        ),
    ];
    for (name, line) in lines {
        if let Ok(line) = HeaderValue::try_from(line) {
            answer
                .headers_mut()
                .insert(HeaderName::from_static(name), line);
        }
    }
    answer
}
