//! Signing in, staying in, signing out: the only routes that read or set the session's cookies.

mod cookie;
mod visitor;

pub use cookie::{is_signed_in, refresh as refresh_cookie};

use crate::state::{AppState, Site};
use axum::{
    Json, Router,
    extract::{FromRequest, Request, State, rejection::JsonRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use postern_app::error::ApiError;
use postern_domain::{Env, Error, installation, session, session::Opened, setup};
use postern_types::{Credentials, SetUp, SetUpState};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use visitor::Visitor;

/// The paths of these routes. All are public: they are where credentials are given.
pub const PATHS: [&str; 4] = [
    "/auth/setup",
    "/auth/sign-in",
    "/auth/refresh",
    "/auth/sign-out",
];

/// The routes.
pub fn routes() -> Router<AppState> {
    let [set_up_path, sign_in_path, refresh_path, sign_out_path] = PATHS;
    Router::new()
        .route(set_up_path, get(set_up_state).post(set_up))
        .route(sign_in_path, post(sign_in))
        .route(refresh_path, post(refresh))
        .route(sign_out_path, post(sign_out))
}

/// Prints the set-up link while there is no owner: on the terminal, not in the log.
pub async fn announce_setup(env: &Env, site: &Site) -> postern_domain::Result<()> {
    if let Some(link) = setup_link(env, &site.origin).await? {
        println!("This installation has no owner yet. Make the first one here:\n  {link}");
    }
    Ok(())
}

/// The set-up link, while there is no owner. The secret stands in the fragment, which browsers keep to themselves.
pub async fn setup_link(env: &Env, origin: &str) -> postern_domain::Result<Option<String>> {
    let token = setup::token(env).await?;
    Ok(token.map(|token| format!("{origin}/setup#{token}")))
}

async fn set_up_state(
    State(env): State<Env>,
    visitor: Visitor,
) -> Result<Json<SetUpState>, ApiError> {
    let found = installation::find(&env).await;
    let needed = !found.map_err(|error| visitor.told(error))?.set_up;
    Ok(Json(SetUpState { needed }))
}

async fn set_up(
    State(env): State<Env>,
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Body(form): Body<SetUp>,
) -> Result<Response, ApiError> {
    let replaced = visitor.refresh.as_deref();
    let opened = setup::run(&env, &form, &visitor.browser, replaced).await;
    let opened = opened.map_err(|error| visitor.told(error))?;
    Ok(signed_in(&env, &site, &visitor, opened))
}

async fn sign_in(
    State(env): State<Env>,
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Body(credentials): Body<Credentials>,
) -> Result<Response, ApiError> {
    let replaced = visitor.refresh.as_deref();
    let opened = session::sign_in(&env, &credentials, &visitor.browser, replaced).await;
    let opened = opened.map_err(|error| visitor.told(error))?;
    Ok(signed_in(&env, &site, &visitor, opened))
}

async fn refresh(
    State(env): State<Env>,
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    // Only a script of this origin can set it: a second line beside the check of the origin.
    if headers
        .get("x-requested-with")
        .is_none_or(|value| value != "postern")
    {
        return Err(ApiError::Forbidden);
    }
    let Some(token) = visitor.refresh.as_deref() else {
        return Err(ApiError::Unauthorized);
    };
    match session::refresh(&env, token, &visitor.browser).await {
        Ok(opened) => Ok(signed_in(&env, &site, &visitor, opened)),
        Err(Error::Unauthorized) => {
            // The cookie is worth nothing any more.
            Ok((cookie::cleared(&site), ApiError::Unauthorized).into_response())
        }
        Err(error) => Err(visitor.told(error)),
    }
}

async fn sign_out(
    State(env): State<Env>,
    State(site): State<Arc<Site>>,
    visitor: Visitor,
) -> Response {
    let told = match visitor.refresh.as_deref() {
        Some(token) => session::sign_out(&env, token, &visitor.browser).await,
        None => Ok(()),
    };
    // The cookies go whatever happened: whoever uses this browser next must not come in with them.
    match told {
        Ok(()) => (StatusCode::NO_CONTENT, cookie::cleared(&site)).into_response(),
        Err(error) => (cookie::cleared(&site), visitor.told(error)).into_response(),
    }
}

fn signed_in(env: &Env, site: &Site, visitor: &Visitor, opened: Opened) -> Response {
    let cookies = cookie::opened(site, env.now(), &opened, visitor.new_device());
    let unkept = [(header::CACHE_CONTROL, "no-store")];
    (unkept, cookies, Json(opened.signed_in)).into_response()
}

/// A body of JSON; what is none is answered like every other bad input.
struct Body<T>(T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        match Json::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(unreadable(&rejection)),
        }
    }
}

fn unreadable(rejection: &JsonRejection) -> ApiError {
    // Without the parser's words: they may quote what was sent.
    let reason = match rejection {
        JsonRejection::MissingJsonContentType(_) => "Send application/json.",
        JsonRejection::BytesRejection(_) => "The request is too long or was cut off.",
        _ => "This is not the JSON that belongs here.",
    };
    ApiError::Invalid {
        field: "request".to_owned(),
        reason: reason.to_owned(),
    }
}
