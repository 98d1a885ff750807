//! The requests that make and end a session, and what the browser keeps beside it: never the token.

use crate::{ApiError, browser, json};
use gloo_net::http::{Request, RequestBuilder, Response};
use js_sys::Reflect;
use leptos::prelude::window_event_listener_untyped;
use postern_types::{REFRESH_GRACE_MS, SignedIn, WorkspaceId};
use serde::{Serialize, de::DeserializeOwned};
use web_sys::{AbortSignal, Storage};

/// The workspace worked in last: an id, which opens nothing.
const WORKSPACE: &str = "postern.workspace";
/// A word to the other tabs.
const WORD: &str = "postern.session";
/// A cookie that scripts may read stands beside the refresh cookie, so that a page without either need not ask.
const HINT: &str = "__Host-postern-here-";
/// A sign-out that the server has not heard yet: a mark, which opens nothing.
const LEAVING: &str = "postern.leaving";
/// How long a session's request may take.
const PATIENCE_MS: u32 = 20_000;
/// How long a renewal may take.
const REFRESH_MS: u32 = 4_000;
// A token whose answer was lost counts as stolen when it comes again later than this.
const _: () = assert!(2 * REFRESH_MS < REFRESH_GRACE_MS);

/// A new access token for the refresh cookie.
pub async fn refresh() -> Result<SignedIn, ApiError> {
    let ask = || post_within("/auth/refresh", &(), REFRESH_MS);
    match ask().await {
        // The answer may be lost and the token spent: asked again at once, while the server still takes it.
        Err(ApiError::Transport { .. }) => ask().await,
        answer => answer,
    }
}

/// Ends the session of the refresh cookie, and takes the mark of [`keep_leaving`] away.
pub async fn sign_out() -> Result<(), ApiError> {
    tell("/auth/sign-out", &()).await?;
    keep_leaving(false);
    Ok(())
}

/// Whether somebody signed out of this browser and the server has not heard it.
pub fn is_leaving() -> bool {
    let mark = storage().and_then(|storage| storage.get_item(LEAVING).ok()?);
    mark.is_some()
}

/// Remembers that, or that the server has heard it.
pub fn keep_leaving(leaving: bool) {
    if let Some(storage) = storage() {
        let _ = if leaving {
            storage.set_item(LEAVING, "1")
        } else {
            storage.remove_item(LEAVING)
        };
    }
}

/// Posts `body` as JSON.
pub async fn post<T: DeserializeOwned>(path: &str, body: &impl Serialize) -> Result<T, ApiError> {
    post_within(path, body, PATIENCE_MS).await
}

/// The same as whoever holds that token.
pub async fn post_as<T: DeserializeOwned>(
    path: &str,
    token: &str,
    body: &impl Serialize,
) -> Result<T, ApiError> {
    let request = Request::post(path).header("Authorization", &format!("Bearer {token}"));
    read(send(request, body, PATIENCE_MS).await?).await
}

/// Posts `body` as JSON where nothing is answered.
pub async fn tell(path: &str, body: &impl Serialize) -> Result<(), ApiError> {
    let answer = send(Request::post(path), body, PATIENCE_MS).await?;
    if answer.ok() {
        Ok(())
    } else {
        Err(refusal(&answer).await)
    }
}

async fn post_within<T: DeserializeOwned>(
    path: &str,
    body: &impl Serialize,
    patience_ms: u32,
) -> Result<T, ApiError> {
    read(send(Request::post(path), body, patience_ms).await?).await
}

/// Gets JSON.
pub async fn get<T: DeserializeOwned>(path: &str) -> Result<T, ApiError> {
    read(
        Request::get(path)
            .send()
            .await
            .map_err(|error| lost(&error))?,
    )
    .await
}

/// False when there cannot be a session to renew: asking would only be refused.
pub fn may_be_signed_in() -> bool {
    web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| Reflect::get(&document, &"cookie".into()).ok())
        .and_then(|cookies| cookies.as_string())
        .is_some_and(|cookies| {
            cookies
                .split(';')
                .any(|cookie| cookie.trim_start().starts_with(HINT))
        })
}

/// The workspace worked in last, in any tab.
pub fn kept_workspace() -> Option<WorkspaceId> {
    storage()?.get_item(WORKSPACE).ok()??.parse().ok()
}

/// Remembers it. A browser that keeps nothing begins with the first workspace each time.
pub fn keep_workspace(workspace: WorkspaceId) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(WORKSPACE, &workspace.to_string());
    }
}

/// Says `in` or `out` to the other tabs; the time makes each word a new one.
pub fn tell_other_tabs(word: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(WORD, &format!("{word} {}", browser::now().0));
    }
}

/// Hears the words of other tabs.
pub fn on_other_tab(listener: impl Fn(&str) + 'static) {
    let handle = window_event_listener_untyped("storage", move |event| {
        let read = |name: &str| {
            Reflect::get(&event, &name.into())
                .ok()
                .and_then(|value| value.as_string())
        };
        if read("key").as_deref() == Some(WORD)
            && let Some(value) = read("newValue")
        {
            listener(value.split(' ').next().unwrap_or_default());
        }
    });
    // For as long as the page lives.
    std::mem::forget(handle);
}

async fn send(
    request: RequestBuilder,
    body: &impl Serialize,
    patience_ms: u32,
) -> Result<Response, ApiError> {
    let body = json::write(body).map_err(|error| ApiError::Transport {
        message: error.to_string(),
    })?;
    request
        .header("Content-Type", "application/json")
        // A form of another site cannot send it.
        .header("X-Requested-With", "postern")
        // Other tabs wait for the lock that this one holds.
        .abort_signal(Some(&AbortSignal::timeout_with_u32(patience_ms)))
        .body(body)
        .map_err(|error| lost(&error))?
        .send()
        .await
        .map_err(|error| lost(&error))
}

async fn read<T: DeserializeOwned>(answer: Response) -> Result<T, ApiError> {
    if !answer.ok() {
        return Err(refusal(&answer).await);
    }
    let text = answer.text().await.map_err(|error| lost(&error))?;
    json::read(text.as_bytes()).map_err(|error| ApiError::Transport {
        message: error.to_string(),
    })
}

async fn refusal(answer: &Response) -> ApiError {
    let text = answer.text().await.unwrap_or_default();
    json::read(text.as_bytes()).unwrap_or_else(|_| ApiError::Transport {
        // Not our words: a proxy's page, perhaps.
        message: format!("status {}", answer.status()),
    })
}

fn lost(error: &gloo_net::Error) -> ApiError {
    ApiError::Transport {
        message: error.to_string(),
    }
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}
