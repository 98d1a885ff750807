//! What goes wrong, as a person is told: the same words from a server function, a route and the browser itself.

#[cfg(feature = "ssr")]
mod answer;
mod told;

use crate::json;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};
use std::fmt;

/// An outcome other than success. On the wire: `{"code":"invalid","detail":{"field":"email","reason":"…"}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "code",
    content = "detail",
    rename_all = "snake_case",
    try_from = "told::Told"
)]
pub enum ApiError {
    /// Nobody is signed in, or not any more.
    Unauthorized,
    /// The role does not allow it.
    Forbidden,
    /// There is no such thing here.
    NotFound,
    /// It clashes with what is there.
    Conflict {
        /// In words.
        message: String,
    },
    /// An input is not acceptable.
    Invalid {
        /// Which one, as it was sent.
        field: String,
        /// What is wrong with it and what would be right.
        reason: String,
    },
    /// The 24 hours since the contact last wrote are over.
    WindowClosed,
    /// Too many tries.
    TooMany {
        /// Seconds to wait.
        retry_after_s: u32,
    },
    /// Somebody else's service did not accept or did not answer.
    Upstream {
        /// In words.
        message: String,
    },
    /// The server cannot do it at the moment.
    Unavailable,
    /// A fault of the server.
    Internal {
        /// Under which id the log tells more; empty when the request had none.
        request: String,
    },
    /// The server was not reached, or what answered was not it.
    Transport {
        /// What the browser says, for the console.
        message: String,
    },
}

impl ApiError {
    /// The reason, when that field is at fault.
    pub fn field(&self, name: &str) -> Option<&str> {
        match self {
            Self::Invalid { field, reason } if field == name => Some(reason),
            _ => None,
        }
    }

    /// True when trying again later may help without changing anything.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Unavailable | Self::Transport { .. } | Self::TooMany { .. }
        )
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unauthorized => f.write_str("Your session has ended. Sign in again."),
            Self::Forbidden => f.write_str("Your role does not allow this."),
            Self::NotFound => f.write_str("This is not there, or not any more."),
            Self::Conflict { message } | Self::Upstream { message } => f.write_str(message),
            Self::Invalid { reason, .. } => f.write_str(reason),
            Self::WindowClosed => f.write_str(
                "The 24 hours since the customer last wrote are over. You can write again once they do.",
            ),
            Self::TooMany { retry_after_s: 1 } => {
                f.write_str("Too many tries. Try again in a second.")
            }
            Self::TooMany { retry_after_s } if *retry_after_s < 120 => {
                write!(f, "Too many tries. Try again in {retry_after_s} seconds.")
            }
            Self::TooMany { retry_after_s } => {
                let minutes = retry_after_s.div_ceil(60);
                write!(f, "Too many tries. Try again in {minutes} minutes.")
            }
            Self::Unavailable => f.write_str(
                "The server cannot do this at the moment. Nothing was changed; try again soon.",
            ),
            Self::Internal { request } if request.is_empty() => {
                f.write_str("Something went wrong on the server.")
            }
            Self::Internal { request } => {
                write!(f, "Something went wrong on the server (request {request}).")
            }
            Self::Transport { .. } => {
                f.write_str("The server could not be reached. Check the connection and try again.")
            }
        }
    }
}

impl std::error::Error for ApiError {}

impl FromServerFnError for ApiError {
    type Encoder = json::Encoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(reason) | ServerFnErrorErr::MissingArg(reason) => {
                unreadable(reason)
            }
            // On the server: the arguments could not be read. In the browser: the answer was not ours, but perhaps a
            // proxy's page.
            ServerFnErrorErr::Deserialization(reason) if cfg!(feature = "ssr") => {
                unreadable(reason)
            }
            other => Self::Transport {
                message: other.to_string(),
            },
        }
    }
}

fn unreadable(reason: String) -> ApiError {
    let error = ApiError::Invalid {
        field: "request".to_owned(),
        reason,
    };
    #[cfg(feature = "ssr")]
    answer::set_status(&error);
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wire_form_names_the_code_and_the_detail() {
        let invalid = ApiError::Invalid {
            field: "email".into(),
            reason: "Give one.".into(),
        };
        let cases = [
            (ApiError::Unauthorized, r#"{"code":"unauthorized"}"#),
            (
                invalid,
                r#"{"code":"invalid","detail":{"field":"email","reason":"Give one."}}"#,
            ),
            (
                ApiError::TooMany { retry_after_s: 4 },
                r#"{"code":"too_many","detail":{"retry_after_s":4}}"#,
            ),
        ];
        for (error, wire) in cases {
            assert_eq!(serde_json::to_string(&error).unwrap(), wire);
            assert_eq!(serde_json::from_str::<ApiError>(wire).unwrap(), error);
        }
    }

    #[test]
    fn a_wait_is_told_in_the_unit_that_people_count_in() {
        let words = |retry_after_s| ApiError::TooMany { retry_after_s }.to_string();
        assert_eq!(words(1), "Too many tries. Try again in a second.");
        assert_eq!(words(90), "Too many tries. Try again in 90 seconds.");
        assert_eq!(words(901), "Too many tries. Try again in 16 minutes.");
    }
}
