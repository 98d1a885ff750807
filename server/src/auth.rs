//! Signing in, staying in, signing out: the only routes that read or set the session's cookies.

pub(crate) mod cookie;
mod oidc;
pub(crate) mod visitor;

pub use cookie::{is_signed_in, refresh as refresh_cookie};

use crate::state::{AppState, Site};
use axum::{
    Json, Router,
    extract::{FromRequest, Request, State, rejection::JsonRejection},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use postern_app::error::ApiError;
use postern_domain::{
    Env, Error, account, factor, installation, invitation,
    registration::{self, Registration},
    session::{self, Entered, Opened},
    setup,
};
use postern_types::{
    CodeSent, Confirm, Credentials, Entry, Factor, Forgot, Invited, LinkToken, PasskeyAnswer,
    Register, Reset, SetUp, SetUpState, SignedIn,
};
use serde::{Serialize, de::DeserializeOwned};
use std::sync::Arc;
use visitor::Visitor;

/// The paths of these routes. All are public: they are where credentials are given.
pub const PATHS: [&str; 20] = [
    "/auth/setup",
    "/auth/sign-in",
    "/auth/factor",
    "/auth/factor-passkey",
    "/auth/factor-mail",
    "/auth/passkey",
    "/auth/passkey/finish",
    "/auth/refresh",
    "/auth/sign-out",
    "/auth/register",
    "/auth/again",
    "/auth/confirm",
    "/auth/invitation",
    "/auth/forgot",
    "/auth/reset",
    "/auth/not-me",
    "/auth/oidc/depart",
    "/auth/oidc/finish",
    "/auth/oidc/enrol",
    "/auth/oidc/{provider}/callback",
];

/// What no cache keeps.
const UNKEPT: [(HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];

/// The routes, in the order of [`PATHS`]; and the one that wants a token.
pub fn routes() -> Router<AppState> {
    let methods = [
        get(set_up_state).post(set_up),
        post(sign_in),
        post(second_factor),
        post(ask_factor),
        post(mail_factor),
        post(ask_passkey),
        post(passkey),
        post(refresh),
        post(sign_out),
        post(register),
        post(again),
        post(confirm),
        post(invited),
        post(forgot),
        post(reset),
        post(not_me),
        post(oidc::depart),
        post(oidc::finish),
        post(oidc::enrol),
        get(oidc::callback),
    ];
    PATHS
        .into_iter()
        .zip(methods)
        .fold(Router::new(), |router, (path, method)| {
            router.route(path, method)
        })
        .route("/auth/oidc/connect", post(oidc::connect))
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
    let open = env.registration == Registration::Open;
    let providers = env.oidc.offered();
    Ok(Json(SetUpState {
        needed,
        open,
        providers,
    }))
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
    let entered = session::sign_in(&env, &credentials, &visitor.browser, replaced).await;
    Ok(match entered.map_err(|error| visitor.told(error))? {
        Entered::In(opened) => came_in(&env, &site, &visitor, opened, Entry::In),
        Entered::Factor(step) => {
            // The step belongs to this browser: it must come back as the same.
            let device = cookie::device_only(&site, visitor.new_device());
            (UNKEPT, device, Json(Entry::Factor(step))).into_response()
        }
    })
}

async fn second_factor(
    State(env): State<Env>,
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Body(factor): Body<Factor>,
) -> Result<Response, ApiError> {
    let replaced = visitor.refresh.as_deref();
    let opened = factor::finish(&env, &factor, &visitor.browser, replaced).await;
    let opened = opened.map_err(|error| visitor.told(error))?;
    Ok(signed_in(&env, &site, &visitor, opened))
}

async fn ask_factor(
    State(env): State<Env>,
    visitor: Visitor,
    Body(step): Body<LinkToken>,
) -> Result<Response, ApiError> {
    let asked = factor::passkey::begin_factor(&env, &step.token, &visitor.browser).await;
    let asked = asked.map_err(|error| visitor.told(error))?;
    Ok((UNKEPT, Json(asked)).into_response())
}

async fn mail_factor(
    State(env): State<Env>,
    visitor: Visitor,
    Body(step): Body<LinkToken>,
) -> Result<Json<CodeSent>, ApiError> {
    let sent = factor::mail_code(&env, &step.token, &visitor.browser).await;
    sent.map(Json).map_err(|error| visitor.told(error))
}

async fn ask_passkey(
    State(env): State<Env>,
    State(site): State<Arc<Site>>,
    visitor: Visitor,
) -> Result<Response, ApiError> {
    let asked = factor::passkey::begin_sign_in(&env, &visitor.browser).await;
    let asked = asked.map_err(|error| visitor.told(error))?;
    // The question belongs to this browser: it must come back as the same.
    let device = cookie::device_only(&site, visitor.new_device());
    Ok((UNKEPT, device, Json(asked)).into_response())
}

async fn passkey(
    State(env): State<Env>,
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Body(answer): Body<PasskeyAnswer>,
) -> Result<Response, ApiError> {
    let replaced = visitor.refresh.as_deref();
    let browser = &visitor.browser;
    let opened = factor::passkey::finish_sign_in(&env, &answer, browser, replaced).await;
    let opened = opened.map_err(|error| visitor.told(error))?;
    Ok(signed_in(&env, &site, &visitor, opened))
}

async fn register(
    State(env): State<Env>,
    visitor: Visitor,
    Body(form): Body<Register>,
) -> Result<Json<CodeSent>, ApiError> {
    let sent = registration::register(&env, &form, &visitor.browser).await;
    sent.map(Json).map_err(|error| visitor.told(error))
}

async fn again(
    State(env): State<Env>,
    visitor: Visitor,
    Body(form): Body<LinkToken>,
) -> Result<Json<CodeSent>, ApiError> {
    let sent = registration::again(&env, &form.token, &visitor.browser).await;
    sent.map(Json).map_err(|error| visitor.told(error))
}

async fn confirm(
    State(env): State<Env>,
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Body(form): Body<Confirm>,
) -> Result<Response, ApiError> {
    let replaced = visitor.refresh.as_deref();
    let opened = registration::confirm(&env, &form, &visitor.browser, replaced).await;
    let opened = opened.map_err(|error| visitor.told(error))?;
    Ok(signed_in(&env, &site, &visitor, opened))
}

async fn invited(
    State(env): State<Env>,
    visitor: Visitor,
    Body(form): Body<LinkToken>,
) -> Result<Json<Invited>, ApiError> {
    let invited = invitation::show(&env, &form.token).await;
    invited.map(Json).map_err(|error| visitor.told(error))
}

async fn forgot(
    State(env): State<Env>,
    visitor: Visitor,
    Body(form): Body<Forgot>,
) -> Result<StatusCode, ApiError> {
    let asked = account::forgot(&env, &form.email, &visitor.browser).await;
    done(&visitor, asked)
}

async fn reset(
    State(env): State<Env>,
    visitor: Visitor,
    Body(form): Body<Reset>,
) -> Result<StatusCode, ApiError> {
    let set = account::reset(&env, &form, &visitor.browser).await;
    done(&visitor, set)
}

async fn not_me(
    State(env): State<Env>,
    visitor: Visitor,
    Body(form): Body<LinkToken>,
) -> Result<Response, ApiError> {
    let ended = account::not_me(&env, &form.token, &visitor.browser).await;
    let ended = ended.map_err(|error| visitor.told(error))?;
    Ok((UNKEPT, Json(ended)).into_response())
}

fn done(visitor: &Visitor, outcome: postern_domain::Result<()>) -> Result<StatusCode, ApiError> {
    outcome
        .map(|()| StatusCode::NO_CONTENT)
        .map_err(|error| visitor.told(error))
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
        Ok(()) => (StatusCode::NO_CONTENT, cookie::left(&site)).into_response(),
        Err(error) => (cookie::left(&site), visitor.told(error)).into_response(),
    }
}

fn signed_in(env: &Env, site: &Site, visitor: &Visitor, opened: Opened) -> Response {
    came_in(env, site, visitor, opened, |signed_in| signed_in)
}

fn came_in<T: Serialize>(
    env: &Env,
    site: &Site,
    visitor: &Visitor,
    opened: Opened,
    told: impl FnOnce(SignedIn) -> T,
) -> Response {
    let cookies = cookie::opened(site, env.now(), &opened, visitor.new_device());
    (UNKEPT, cookies, Json(told(opened.signed_in))).into_response()
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
