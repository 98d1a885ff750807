//! By way of Google or Microsoft and back. The provider's answer comes with a navigation from another site, which carries
//! none of the session's cookies: it is only taken there, and our own page asks what came of it.

use super::{Body, came_in, cookie, signed_in, visitor::Visitor};
use crate::state::Site;
use axum::{
    Extension, Json,
    extract::{Path, Query, State},
    http::{StatusCode, header},
    response::{AppendHeaders, IntoResponse as _, Response},
};
use postern_app::{error::ApiError, ssr::Caller};
use postern_domain::{
    Env, Error,
    oidc::{self, Answer, Arrived, Departure},
};
use postern_types::{Arrival, Away, Connect, Depart, Enrol, Provider};
use serde::Deserialize;
use std::sync::Arc;

/// The page that asks what came of it: always this one.
const PAGE: &str = "/sign-in?arrived";

/// What a provider may put into the address (OpenID Connect Core 1.0, 3.1.2.5 and 3.1.2.6); anything else is passed over.
#[derive(Deserialize)]
pub(super) struct Told {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

pub(super) async fn depart(
    State(env): State<Env>,
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Body(form): Body<Depart>,
) -> Result<Response, ApiError> {
    let departure = oidc::depart(&env, form.provider, &visitor.browser).await;
    Ok(away(&site, departure.map_err(|error| visitor.told(error))?))
}

/// For who is signed in alone: it stands on no list of what is public.
pub(super) async fn connect(
    State(env): State<Env>,
    State(site): State<Arc<Site>>,
    Extension(caller): Extension<Caller>,
    visitor: Visitor,
    Body(form): Body<Connect>,
) -> Result<Response, ApiError> {
    let departure = oidc::connect(&env, caller.session, &form).await;
    Ok(away(&site, departure.map_err(|error| visitor.told(error))?))
}

/// A GET from the provider's site. It opens nothing by itself; whatever comes of it, the browser goes to our page.
pub(super) async fn callback(
    State(env): State<Env>,
    visitor: Visitor,
    Path(provider): Path<String>,
    told: Result<Query<Told>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, ApiError> {
    let known = Provider::from_word(&provider).ok_or(ApiError::NotFound)?;
    if let (Some(secret), Ok(Query(told))) = (&visitor.away, told) {
        let answer = Answer {
            state: told.state.unwrap_or_default(),
            code: told.code,
            error: told.error,
            iss: told.iss,
        };
        let taken = oidc::arrive(&env, known, secret, &answer).await;
        taken.map_err(|error| visitor.told(error))?;
    }
    let headers = AppendHeaders([
        (header::LOCATION, PAGE),
        (header::CACHE_CONTROL, "no-store"),
        // The address that holds the code is told to nobody.
        (header::REFERRER_POLICY, "no-referrer"),
    ]);
    Ok((StatusCode::SEE_OTHER, headers).into_response())
}

pub(super) async fn finish(
    State(env): State<Env>,
    State(site): State<Arc<Site>>,
    visitor: Visitor,
) -> Result<Response, ApiError> {
    let secret = visitor.away.as_deref().unwrap_or_default();
    let replaced = visitor.refresh.as_deref();
    let arrived = oidc::finish(&env, secret, &visitor.browser, replaced).await;
    let arrival = match arrived.map_err(|error| visitor.told(error))? {
        Arrived::In(opened) => return Ok(came_in(&env, &site, &visitor, opened, Arrival::In)),
        Arrived::Factor(step) => Arrival::Factor(step),
        Arrived::Newcomer(newcomer) => Arrival::Newcomer(newcomer),
        Arrived::Connected(provider) => Arrival::Connected(provider),
        Arrived::Refused(refused) => Arrival::Refused(refused),
    };
    // A step belongs to this browser: it must come back as the same.
    let device = cookie::device_only(&site, visitor.new_device());
    Ok((super::UNKEPT, device, Json(arrival)).into_response())
}

pub(super) async fn enrol(
    State(env): State<Env>,
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Body(form): Body<Enrol>,
) -> Result<Response, ApiError> {
    let secret = visitor.away.as_deref().ok_or(Error::NotFound);
    let secret = secret.map_err(|error| visitor.told(error))?;
    let replaced = visitor.refresh.as_deref();
    let opened = oidc::enrol(&env, secret, &form, &visitor.browser, replaced).await;
    let opened = opened.map_err(|error| visitor.told(error))?;
    Ok(signed_in(&env, &site, &visitor, opened))
}

fn away(site: &Site, departure: Departure) -> Response {
    let secret = cookie::away(site, &departure.secret);
    (super::UNKEPT, secret, Json(Away { to: departure.to })).into_response()
}
