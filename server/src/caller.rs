//! Nothing answers without an access token, unless it stands on the list of what is public.

use crate::auth;
use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use postern_app::{error::ApiError, ssr::Caller};
use postern_domain::{Env, token, vault};
use std::{collections::HashSet, sync::Arc};

/// Tells public routes from the others.
#[derive(Clone)]
pub struct Guard {
    env: Env,
    pages: Arc<HashSet<String>>,
}

impl Guard {
    /// Guards routes among which those of `pages` show the shells of pages, which hold no data.
    pub fn new(env: Env, pages: impl IntoIterator<Item = String>) -> Self {
        let pages = Arc::new(pages.into_iter().collect());
        Self { env, pages }
    }

    /// The whole list: what is not named here is not public. The webhooks and the socket stand outside this guard,
    /// for they have credentials of their own.
    fn is_public(&self, method: &Method, path: &str) -> bool {
        let reads = matches!(*method, Method::GET | Method::HEAD);
        auth::PATHS.contains(&path) || (reads && self.pages.contains(path))
    }
}

/// Asks for the token and puts the [`Caller`] into the request.
pub async fn layer(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    let matched = request.extensions().get::<MatchedPath>();
    if matched.is_some_and(|path| guard.is_public(request.method(), path.as_str())) {
        return next.run(request).await;
    }
    match caller(&guard.env, request.headers()).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(error) => error.into_response(),
    }
}

/// Whether the request carries a token of ours, whoever's. Good enough to choose a queue by, and for nothing else: no key
/// that was retired meanwhile is asked for.
pub fn is_known(env: &Env, headers: &HeaderMap) -> bool {
    bearer(headers).is_ok_and(|token| token::read(env, token).is_ok())
}

fn bearer(headers: &HeaderMap) -> Result<&str, ApiError> {
    headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .ok_or(ApiError::Unauthorized)
}

async fn caller(env: &Env, headers: &HeaderMap) -> Result<Caller, ApiError> {
    let token = bearer(headers)?;
    vault::hear_of_retired(env).await?;
    let access = token::read(env, token)?;
    let workspace = match headers.get("x-workspace-id") {
        None => None,
        // What is no id is nobody's workspace.
        Some(id) => Some(
            id.to_str()
                .ok()
                .and_then(|id| id.parse().ok())
                .ok_or(ApiError::NotFound)?,
        ),
    };
    Ok(Caller {
        account: access.account,
        session: access.session,
        workspace,
    })
}
