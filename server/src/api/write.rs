//! A write: its body is read, it is done once under its key of idempotency, and its answer is kept with it.

use super::{gate::Call, problem::Problem};
use axum::{
    body::Bytes,
    extract::{FromRef, FromRequest, FromRequestParts as _, Request},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use postern_domain::{
    Env, Tenant,
    call::{Answer, Asked, Before},
};
use serde::{Serialize, de::DeserializeOwned};

/// The database keeps none in a text.
pub(super) const NUL: &str = "A text cannot hold the character NUL. Nothing was done.";

const IDEMPOTENCY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// What is to be done, and who wants it.
pub struct Write<T> {
    call: Call,
    body: T,
    method: Method,
    path: String,
    key: Option<String>,
    bytes: Bytes,
}

impl<S, T> FromRequest<S> for Write<T>
where
    S: Send + Sync,
    Env: FromRef<S>,
    T: DeserializeOwned,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let call = Call::from_request_parts(&mut parts, state).await?;
        let key = parts.headers.get(IDEMPOTENCY).map(|key| {
            let key = key.to_str().map(str::to_owned);
            key.map_err(|_| Problem::invalid("Idempotency-Key", "Use printable ASCII characters."))
        });
        let (method, path) = (parts.method.clone(), parts.uri.path().to_owned());
        let is_json = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| {
            let kind = kind.to_str().unwrap_or_default();
            kind.split(';')
                .next()
                .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
        });
        // The gate has all of it.
        let bytes = Bytes::from_request(Request::from_parts(parts, body), state)
            .await
            .map_err(|refusal| Problem::invalid("body", refusal.body_text()))?;
        if !bytes.is_empty() && !is_json {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "media_type",
                "The body is not understood",
                "Send JSON, and say so: `Content-Type: application/json`. Nothing was done.",
            ));
        }
        Ok(Self {
            call,
            body: read(&bytes)?,
            method,
            path,
            key: key.transpose()?,
            bytes,
        })
    }
}

impl<T> Write<T> {
    /// Whether a test key wants it.
    pub fn is_test(&self) -> bool {
        self.call.by.test
    }

    /// Does it, keeps its answer and gives it; or gives the answer of the first time.
    pub async fn act<R: Serialize>(
        self,
        status: StatusCode,
        act: impl AsyncFnOnce(&Env, &mut Tenant, T) -> Result<R, postern_domain::Error>,
    ) -> Result<Response, Problem> {
        let env = &self.call.env;
        let mut tenant = self.call.enter().await?;
        let asked = match &self.key {
            None => None,
            Some(key) => {
                let (method, path) = (self.method.as_str(), &self.path);
                let asked = Asked::new(env, &tenant, key, method, path, &self.bytes)?;
                if let Before::Done(answer) = asked.before(env, &mut tenant).await? {
                    return Ok(replayed(answer));
                }
                Some(asked)
            }
        };
        let done = act(env, &mut tenant, self.body).await?;
        let body = serde_json::to_vec(&done)
            .map_err(|error| postern_domain::Error::Internal(error.into()))?;
        let answer = Answer {
            status: status.as_u16(),
            body,
        };
        if let Some(asked) = asked {
            asked.keep(env, &mut tenant, &answer).await?;
        }
        tenant.commit().await?;
        Ok(given(answer))
    }
}

/// The body as what it should be; says which part of it is not.
fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // Nothing is what a form without fields looks like.
    let bytes = if bytes.is_empty() { b"{}" } else { bytes };
    if bytes.windows(6).any(|part| part == b"\\u0000") {
        return Err(Problem::invalid("body", NUL));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let body = serde_path_to_error::deserialize(&mut reader).map_err(|fault| {
        let path = fault.path().to_string();
        let inner = fault.into_inner();
        if inner.is_data() {
            let field = if path == "." { "body" } else { &path };
            return Problem::invalid(field, words(&inner));
        }
        Problem {
            field: Some("body".to_owned()),
            ..Problem::new(
                StatusCode::BAD_REQUEST,
                "json",
                "The body is no JSON",
                format!("{}. Nothing was done.", words(&inner)),
            )
        }
    })?;
    reader.end().map_err(|_| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "json",
            "The body is no JSON",
            "Something stands behind the end of the JSON. Nothing was done.",
        )
    })?;
    Ok(body)
}

/// The first letter as a sentence begins.
fn words(fault: &serde_json::Error) -> String {
    let text = fault.to_string();
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn given(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, answer.body).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn replayed(answer: Answer) -> Response {
    let mut response = given(answer);
    response
        .headers_mut()
        .insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
