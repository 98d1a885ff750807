//! The server's half: from the domain's outcomes, with the status and the one line in the log.

use super::ApiError;
use crate::ssr::RequestId;
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use leptos::prelude::{use_context, with_context};
use leptos_axum::ResponseOptions;
use postern_domain::Error;

impl ApiError {
    /// The HTTP status that goes with it.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Conflict { .. } | Self::WindowClosed => StatusCode::CONFLICT,
            Self::Invalid { field, .. } if field == "request" => StatusCode::BAD_REQUEST,
            Self::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Upstream { .. } => StatusCode::BAD_GATEWAY,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal { .. } | Self::Transport { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The same, with the id under which the log tells more.
    pub fn of_request(self, id: RequestId) -> Self {
        match self {
            Self::Internal { .. } => Self::Internal {
                request: id.0.to_string(),
            },
            other => other,
        }
    }

    fn retry_after(&self) -> Option<HeaderValue> {
        match self {
            Self::TooMany { retry_after_s } => Some(HeaderValue::from(*retry_after_s)),
            Self::Unavailable => Some(HeaderValue::from_static("2")),
            _ => None,
        }
    }
}

/// Sets the status of the server function's answer; outside one it does nothing.
pub(super) fn set_status(error: &ApiError) {
    if let Some(options) = use_context::<ResponseOptions>() {
        options.set_status(error.status());
        if let Some(after) = error.retry_after() {
            options.insert_header(header::RETRY_AFTER, after);
        }
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        let id = with_context::<Parts, _>(|parts| parts.extensions.get::<RequestId>().copied());
        let id = id.flatten();
        log(&error);
        let told = match error {
            Error::Unauthorized => Self::Unauthorized,
            Error::Forbidden => Self::Forbidden,
            Error::NotFound => Self::NotFound,
            Error::Conflict(message) => Self::Conflict {
                message: message.into_owned(),
            },
            Error::Invalid { field, reason } => Self::Invalid {
                field: field.to_owned(),
                reason: reason.into_owned(),
            },
            Error::WindowClosed => Self::WindowClosed,
            Error::TooMany { retry_after_s } => Self::TooMany { retry_after_s },
            Error::Upstream(message) => Self::Upstream {
                message: message.into_owned(),
            },
            Error::Unavailable => Self::Unavailable,
            Error::Internal(_) => Self::Internal {
                request: id.map(|id| id.0.to_string()).unwrap_or_default(),
            },
        };
        set_status(&told);
        told
    }
}

/// What a person did wrong is no news; what we or others did is. The request's id is in the span around it.
fn log(error: &Error) {
    match error {
        Error::Internal(fault) => tracing::error!(error = %fault, "request failed"),
        Error::Unavailable => tracing::warn!("the database is not available"),
        Error::Upstream(words) => tracing::warn!(upstream = %words, "upstream failed"),
        _ => {}
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, after) = (self.status(), self.retry_after());
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(after) = after {
            headers.insert(header::RETRY_AFTER, after);
        }
        response
    }
}
