//! How an error is read off the wire: flat, for the reason that the frames of the socket are read so (`postern_types`).

use super::ApiError;
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Told {
    code: Code,
    #[serde(default)]
    detail: Detail,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Code {
    Unauthorized,
    Forbidden,
    NotFound,
    Conflict,
    Invalid,
    WindowClosed,
    TooMany,
    Upstream,
    Unavailable,
    Internal,
    Transport,
}

#[derive(Default, Deserialize)]
struct Detail {
    message: Option<String>,
    field: Option<String>,
    reason: Option<String>,
    retry_after_s: Option<u32>,
    request: Option<String>,
}

impl TryFrom<Told> for ApiError {
    type Error = &'static str;

    fn try_from(told: Told) -> Result<Self, Self::Error> {
        let detail = told.detail;
        let message = detail.message.ok_or("an error without `message`");
        Ok(match told.code {
            Code::Unauthorized => Self::Unauthorized,
            Code::Forbidden => Self::Forbidden,
            Code::NotFound => Self::NotFound,
            Code::Conflict => Self::Conflict { message: message? },
            Code::Invalid => Self::Invalid {
                field: detail.field.ok_or("an error without `field`")?,
                reason: detail.reason.ok_or("an error without `reason`")?,
            },
            Code::WindowClosed => Self::WindowClosed,
            Code::TooMany => Self::TooMany {
                retry_after_s: detail.retry_after_s.ok_or("an error without a wait")?,
            },
            Code::Upstream => Self::Upstream { message: message? },
            Code::Unavailable => Self::Unavailable,
            Code::Internal => Self::Internal {
                request: detail.request.ok_or("an error without `request`")?,
            },
            Code::Transport => Self::Transport { message: message? },
        })
    }
}
