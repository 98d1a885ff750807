//! How server functions travel, and their client: it carries the access token, and renews it when it is refused.

use super::hold;
use crate::{
    ApiError,
    json::{self, Fault, Json},
};
use futures::{Sink, Stream, future::BoxFuture};
use gloo_net::http::{Method, Request};
use js_sys::Reflect;
use leptos::server_fn::{
    Bytes, ContentType as _, Http, Protocol,
    client::{Client, browser::BrowserClient},
    error::{FromServerFnError as _, ServerFnErrorErr},
    request::{ClientReq, browser::BrowserRequest},
    response::{ClientRes, browser::BrowserResponse},
    server::Server,
};
use postern_types::WorkspaceId;
use send_wrapper::SendWrapper;
use serde::{Serialize, de::DeserializeOwned};
use std::future::Future;
use wasm_bindgen::JsValue;
use web_sys::{AbortSignal, RequestInit};

/// How long an answer may take: asking Meta for a number takes longest.
const PATIENCE_MS: u32 = 20_000;

/// For `#[server(client = ApiClient, protocol = Api, …)]`: a POST of JSON that is answered by JSON. The browser's half is
/// the same for all functions but for what it writes and reads, and so is its code.
pub struct Api;

impl<Input, Output, S> Protocol<Input, Output, ApiClient, S, ApiError> for Api
where
    Input: Serialize + DeserializeOwned + Send,
    Output: Serialize + DeserializeOwned + Send,
    S: Server<ApiError>,
{
    const METHOD: Method = Method::POST;

    fn run_server<F, Fut>(
        request: S::Request,
        function: F,
    ) -> impl Future<Output = Result<S::Response, ApiError>> + Send
    where
        F: Fn(Input) -> Fut + Send,
        Fut: Future<Output = Result<Output, ApiError>> + Send,
    {
        <Http<Json, Json> as Protocol<Input, Output, ApiClient, S, ApiError>>::run_server(
            request, function,
        )
    }

    fn run_client(
        path: &str,
        input: Input,
    ) -> impl Future<Output = Result<Output, ApiError>> + Send {
        let answer = ask(path, json::write(&input));
        async move {
            json::read(&answer.await?).map_err(|fault| {
                ApiError::from_server_fn_error(ServerFnErrorErr::Deserialization(fault.to_string()))
            })
        }
    }
}

/// Sends what was written; what was answered, unread.
fn ask(path: &str, written: Result<String, Fault>) -> BoxFuture<'_, Result<Bytes, ApiError>> {
    Box::pin(async move {
        let body = written.map_err(|fault| ApiError::Transport {
            message: fault.to_string(),
        })?;
        let request = <BrowserRequest as ClientReq<ApiError>>::try_new_post_bytes(
            path,
            Json::CONTENT_TYPE,
            Json::CONTENT_TYPE,
            Bytes::from(body),
        )?;
        let answer = ApiClient::send(request).await?;
        let refused = status(&answer) >= 400;
        let text = <BrowserResponse as ClientRes<ApiError>>::try_into_bytes(answer).await?;
        if refused {
            Err(ApiError::de(text))
        } else {
            Ok(text)
        }
    })
}

/// For the same.
pub struct ApiClient;

impl Client<ApiError> for ApiClient {
    type Request = BrowserRequest;
    type Response = BrowserResponse;

    fn send(
        mut request: Self::Request,
    ) -> impl Future<Output = Result<Self::Response, ApiError>> + Send {
        SendWrapper::new(async move {
            hold::ready().await?;
            let spare = copy(&mut request)?;
            let seen = authorise(&request);
            let answer = send(request).await?;
            if status(&answer) != 401 {
                return Ok(answer);
            }
            hold::renew(seen).await?;
            let mut again = <BrowserRequest as ClientReq<ApiError>>::try_new_req_text(
                "/",
                "",
                "",
                String::new(),
                Method::POST,
            )?;
            *again = spare;
            authorise(&again);
            send(again).await
        })
    }

    fn open_websocket(
        path: &str,
    ) -> impl Future<
        Output = Result<
            (
                impl Stream<Item = Result<Bytes, Bytes>> + Send + 'static,
                impl Sink<Bytes> + Send + 'static,
            ),
            ApiError,
        >,
    > + Send {
        <BrowserClient as Client<ApiError>>::open_websocket(path)
    }

    fn spawn(future: impl Future<Output = ()> + Send + 'static) {
        <BrowserClient as Client<ApiError>>::spawn(future);
    }
}

/// A second request like this one: a body can be sent only once. The request is swapped out and in again in its
/// place, for taking it out of its wrapper would drop what aborts it.
fn copy(request: &mut BrowserRequest) -> Result<Request, ApiError> {
    let raw = take(request)?;
    let spare = raw.clone().map_err(|error| refused(&error))?;
    **request = Request::from(raw);
    Ok(Request::from(spare))
}

fn take(request: &mut BrowserRequest) -> Result<web_sys::Request, ApiError> {
    let blank = Request::get("/").build().map_err(|error| fault(&error))?;
    Ok(std::mem::replace(&mut **request, blank).into())
}

/// Puts token and workspace on the request; the generation of that token.
fn authorise(request: &BrowserRequest) -> u64 {
    let (token, generation, workspace) = hold::bearer();
    if let Some(token) = token {
        let headers = request.headers();
        headers.set("Authorization", &format!("Bearer {token}"));
        if let Some(workspace) = workspace {
            headers.set("X-Workspace-ID", &workspace.to_string());
        }
    }
    generation
}

/// A line that died without a word would keep the caller for minutes: the browser gives up before that. A draft that is
/// saved while the tab is hidden may outlive it.
async fn send(mut request: BrowserRequest) -> Result<BrowserResponse, ApiError> {
    let limits = RequestInit::new();
    limits.set_signal(Some(&AbortSignal::timeout_with_u32(PATIENCE_MS)));
    let raw = take(&mut request)?;
    if !crate::browser::visible() && raw.url().ends_with("/draft") {
        let _ = Reflect::set(&limits, &"keepalive".into(), &true.into());
    }
    let limited = web_sys::Request::new_with_request_and_init(&raw, &limits);
    *request = limited.map_err(|error| refused(&error))?.into();
    <BrowserClient as Client<ApiError>>::send(request).await
}

fn status(answer: &BrowserResponse) -> u16 {
    <BrowserResponse as ClientRes<ApiError>>::status(answer)
}

fn refused(error: &JsValue) -> ApiError {
    ApiError::Transport {
        message: format!("{error:?}"),
    }
}

fn fault(error: &gloo_net::Error) -> ApiError {
    ApiError::Transport {
        message: error.to_string(),
    }
}

/// What a request carries that is no server function: the token, its generation and the workspace.
pub async fn bearer() -> Result<(String, u64, Option<WorkspaceId>), ApiError> {
    hold::ready().await?;
    let (token, generation, workspace) = hold::bearer();
    Ok((token.ok_or(ApiError::Unauthorized)?, generation, workspace))
}

/// Renews the session whatever the token is good for: where the person belongs comes along. A renewal that fails tells nothing.
pub async fn again() {
    let (_, seen, _) = hold::bearer();
    let _ = hold::renew(seen).await;
}

/// Renews a token that was refused, by its generation.
pub async fn renew(seen: u64) -> Result<(), ApiError> {
    hold::renew(seen).await
}
