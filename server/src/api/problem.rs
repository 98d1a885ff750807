//! What went wrong, as a problem document (RFC 9457).

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use postern_app::error::ApiError;
use postern_domain::Error;
use serde::Serialize;
use utoipa::ToSchema;

/// What went wrong. `type` and `code` are for programs and stay; `title` and `detail` are for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({
    "type": "/developers#invalid", "title": "An input is not acceptable", "status": 422, "code": "invalid",
    "detail": "A name has 1 to 80 characters.", "field": "name"
}))]
pub struct Problem {
    /// Where the kind of problem is explained, on this installation.
    pub r#type: String,
    /// The kind in words.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// The kind in a word.
    pub code: &'static str,
    /// What happened, what was kept, and what to do.
    pub detail: String,
    /// The input that is at fault, as it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Seconds to wait before the next try.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

/// Every word of `code`, its status, and what it says.
pub const CODES: [(&str, u16, &str); 17] = [
    ("json", 400, "The body is no JSON."),
    (
        "body",
        400,
        "The body did not come whole. Nothing was done.",
    ),
    (
        "unauthorized",
        401,
        "The key opens nothing: it is none, was revoked, is over, or its maker is no admin any more.",
    ),
    (
        "scope",
        403,
        "The key has not the scope that this call needs, or a test key asks for what is about people.",
    ),
    (
        "network",
        403,
        "The key is bound to networks, and the call came from none of them.",
    ),
    (
        "forbidden",
        403,
        "The member in whose name the key acts may not do this.",
    ),
    (
        "not_found",
        404,
        "There is no such thing in this workspace.",
    ),
    (
        "method_not_allowed",
        405,
        "The address takes other methods; `Allow` names them.",
    ),
    (
        "conflict",
        409,
        "It clashes with what is there, or something else was asked under that `Idempotency-Key`.",
    ),
    (
        "window_closed",
        409,
        "More than 24 hours passed since the contact last wrote: send a template.",
    ),
    ("too_large", 413, "The body is larger than 256 kB."),
    (
        "media_type",
        415,
        "The body is not called `application/json`.",
    ),
    (
        "invalid",
        422,
        "An input is not acceptable; `field` names it and `detail` says why.",
    ),
    (
        "too_many",
        429,
        "Too many calls, or codes; `Retry-After` says when to go on.",
    ),
    (
        "internal",
        500,
        "A fault of the server. A write is safe to send again under its `Idempotency-Key`.",
    ),
    (
        "upstream",
        502,
        "Another service, Meta for one, did not accept it.",
    ),
    (
        "unavailable",
        503,
        "The server cannot do this now. Send it again in a moment.",
    ),
];

impl Problem {
    /// A problem of that kind.
    pub fn new(
        status: StatusCode,
        code: &'static str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            r#type: format!("/developers#{code}"),
            title,
            status: status.as_u16(),
            code,
            detail: detail.into(),
            field: None,
            retry_after: None,
        }
    }

    /// An input at fault.
    pub fn invalid(field: &str, reason: impl Into<String>) -> Self {
        Self {
            field: Some(field.to_owned()),
            ..Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "invalid",
                "An input is not acceptable",
                reason,
            )
        }
    }

    /// No key, or one that opens nothing.
    pub fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "The key opens nothing",
            "Send an API key that is good as `Authorization: Bearer pst_…`. It may have been revoked, be over, or belong to \
             somebody who is no admin any more.",
        )
    }

    /// There is no such thing here.
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "There is no such thing",
            "This is not there, or not any more, or not in this workspace.",
        )
    }

    /// Something else may be done there.
    pub fn method() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "Nothing is done by this method here",
            "The header `Allow` names the methods that this address takes.",
        )
    }

    /// What a live key cannot do.
    pub fn no_live() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "scope",
            "The key may not do this",
            "The log of tests is read by a test key. What a live key sends is told by what it was sent as.",
        )
    }

    /// Too much at once.
    pub fn too_many(retry_after_s: u32) -> Self {
        Self {
            retry_after: Some(retry_after_s),
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many",
                "Too many calls",
                format!("Nothing was done. Try again in {retry_after_s} seconds."),
            )
        }
    }
}

/// A refusal of a field that callers know by another name.
pub fn renamed(error: Error, field: &str, here: &'static str) -> Error {
    match error {
        Error::Invalid {
            field: known,
            reason,
        } if known == field => Error::Invalid {
            field: here,
            reason,
        },
        other => other,
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        // Logged there, once.
        Self::from(ApiError::from(error))
    }
}

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        let (status, words) = (error.status(), error.to_string());
        match error {
            ApiError::Unauthorized => Self::unauthorized(),
            ApiError::Forbidden => Self::new(
                status,
                "forbidden",
                "The key may not do this",
                "The member in whose name the key acts is no admin any more. Make a new key.",
            ),
            ApiError::NotFound => Self::not_found(),
            ApiError::Conflict { message } => {
                Self::new(status, "conflict", "It clashes with what is there", message)
            }
            // The place of a page is called by what asks for it.
            ApiError::Invalid { field, reason } if field == "page" => Self {
                field: Some("after".to_owned()),
                detail: reason,
                ..Self::not_found()
            },
            ApiError::Invalid { field, reason } => Self {
                status: status.as_u16(),
                ..Self::invalid(&field, reason)
            },
            ApiError::WindowClosed => Self::new(
                status,
                "window_closed",
                "The 24-hour window has closed",
                "The 24 hours since the contact last wrote are over, or they never wrote. Nothing was sent: send a template.",
            ),
            ApiError::TooMany { retry_after_s } => Self::too_many(retry_after_s),
            ApiError::Upstream { message } => Self::new(
                status,
                "upstream",
                "Another service did not accept this",
                message,
            ),
            ApiError::Unavailable => Self {
                retry_after: Some(2),
                ..Self::new(
                    status,
                    "unavailable",
                    "The server cannot do this now",
                    words,
                )
            },
            ApiError::Internal { .. } => Self::new(
                status,
                "internal",
                "Something went wrong on the server",
                "This is a fault of the server; its log tells more under the id in `X-Request-Id`. A write is safe to send again \
                 under its Idempotency-Key.",
            ),
            ApiError::Transport { .. } => Self::new(
                status,
                "internal",
                "Something went wrong on the server",
                words,
            ),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let after = self.retry_after.map(HeaderValue::from);
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        let kind = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, kind);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(after) = after {
            headers.insert(header::RETRY_AFTER, after);
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
