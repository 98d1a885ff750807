//! A write: its body is read, it is done once under its key of idempotency, and its answer is kept with it.

use super::{gate::Call, problem::Problem};
use axum::{
    body::Bytes,
    extract::{FromRef, FromRequest, FromRequestParts as _, Request},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use postern_domain::{
    Env, Error, Tenant,
    call::{Answer, Asked, Before},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use utoipa::ToSchema;

/// The database keeps none in a text.
pub(super) const NUL: &str = "A text cannot hold the character NUL. Nothing was done.";

const IDEMPOTENCY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Nothing beside the address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

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
    /// Who wants it.
    pub fn call(&self) -> &Call {
        &self.call
    }

    /// The body as it came.
    pub fn said(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_default()
    }

    /// Does it, keeps its answer and gives it; or gives the answer of the first time.
    pub async fn act<R: Serialize>(
        self,
        status: StatusCode,
        act: impl AsyncFnOnce(&Env, &mut Tenant, T) -> Result<R, Error>,
    ) -> Result<Response, Problem> {
        let env = &self.call.env;
        let mut tenant = self.call.enter().await?;
        let asked = self.asked(&tenant)?;
        if let Some(answer) = before(asked.as_ref(), env, &mut tenant).await? {
            return Ok(replayed(answer));
        }
        let done = act(env, &mut tenant, self.body).await?;
        keep(asked, env, tenant, status, &done).await
    }

    /// The same for what takes long in between, in no transaction: `first` may refuse, and what it wrote stays also then; `last`
    /// does it. Who comes a second time while the first is at it gets the first one's answer, and nothing is done twice.
    pub async fn act_in_two<A, B, R: Serialize>(
        self,
        status: StatusCode,
        first: impl AsyncFnOnce(&Env, &mut Tenant, T) -> Result<A, Error>,
        between: impl AsyncFnOnce(&Call, A) -> Result<B, Error>,
        last: impl AsyncFnOnce(&Env, &mut Tenant, B) -> Result<R, Error>,
    ) -> Result<Response, Problem> {
        let (call, env) = (&self.call, &self.call.env);
        let mut tenant = call.enter().await?;
        let asked = self.asked(&tenant)?;
        if let Some(asked) = &asked
            && let Some(answer) = asked.done(env, &mut tenant).await?
        {
            return Ok(replayed(answer));
        }
        let begun = first(env, &mut tenant, self.body).await;
        tenant.commit().await?;
        let ready = between(call, begun?).await?;
        let mut tenant = call.enter().await?;
        if let Some(answer) = before(asked.as_ref(), env, &mut tenant).await? {
            return Ok(replayed(answer));
        }
        let done = last(env, &mut tenant, ready).await?;
        keep(asked, env, tenant, status, &done).await
    }

    /// What is asked under the caller's key of idempotency; none without one.
    fn asked(&self, tenant: &Tenant) -> Result<Option<Asked>, Error> {
        let (method, path) = (self.method.as_str(), &self.path);
        let key = self.key.as_ref();
        key.map(|key| Asked::new(&self.call.env, tenant, key, method, path, &self.bytes))
            .transpose()
    }
}

/// What was answered the first time; none when it is this transaction's to do.
async fn before(
    asked: Option<&Asked>,
    env: &Env,
    tenant: &mut Tenant,
) -> Result<Option<Answer>, Error> {
    let Some(asked) = asked else {
        return Ok(None);
    };
    Ok(match asked.before(env, tenant).await? {
        Before::Done(answer) => Some(answer),
        Before::Never => None,
    })
}

/// Keeps the answer in the transaction that did it, and gives it.
async fn keep<R: Serialize>(
    asked: Option<Asked>,
    env: &Env,
    mut tenant: Tenant,
    status: StatusCode,
    done: &R,
) -> Result<Response, Problem> {
    let answer = Answer {
        status: status.as_u16(),
        body: serde_json::to_vec(done).map_err(|error| Error::Internal(error.into()))?,
    };
    if let Some(asked) = asked {
        asked.keep(env, &mut tenant, &answer).await?;
    }
    tenant.commit().await?;
    Ok(given(answer))
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
