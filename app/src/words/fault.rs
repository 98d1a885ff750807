//! What went wrong, what was kept, what to do next.

use crate::error::ApiError;

/// An error in a person's words.
pub fn say(error: &ApiError) -> String {
    match error {
        ApiError::Unauthorized => "You were signed out. Sign in again to go on.".into(),
        ApiError::Forbidden => {
            "Your role does not allow this. Ask an admin of the workspace.".into()
        }
        ApiError::NotFound => "It is not there any more. Somebody may have removed it.".into(),
        ApiError::WindowClosed => "The 24-hour window has closed, so nothing was sent.".into(),
        ApiError::TooMany { retry_after_s } => format!(
            "Too many tries. Wait {}, then try again.",
            seconds(*retry_after_s)
        ),
        ApiError::Unavailable => {
            "The server cannot reach its database right now. Try again in a moment.".into()
        }
        ApiError::Transport { .. } => {
            "The server could not be reached. Check your connection and try again.".into()
        }
        other => other.to_string(),
    }
}

/// An error beside what was being done.
pub fn doing(what: &str, error: &ApiError) -> String {
    format!("{what} {}", say(error))
}

/// Why a line waits, and when it goes out without the reader.
pub fn waits(error: &ApiError) -> String {
    match error {
        ApiError::TooMany { retry_after_s } => format!(
            "Not sent yet: too many messages at once. It goes out by itself in {}, or with your next message here.",
            seconds(*retry_after_s)
        ),
        _ => WAITS.into(),
    }
}

fn seconds(n: u32) -> String {
    match n {
        0 | 1 => "a second".into(),
        n if n < 90 => format!("{n} seconds"),
        n => format!("{} minutes", n.div_ceil(60)),
    }
}

pub const NOT_SENT: &str =
    "Not sent: this browser could not make an id for it. Your text is kept here.";
const WAITS: &str = "Not sent yet: the server could not be reached. It goes out by itself when the connection is back, or with your next message here.";
pub const NOTHING_SENT: &str = "Nothing was sent.";
pub const NOT_CLOSED: &str = "The conversation was not closed.";
pub const NOT_REOPENED: &str = "The conversation was not reopened.";
pub const NOT_ASSIGNED: &str = "The conversation was not assigned.";
pub const NOT_RETRIED: &str = "It was not sent again.";
pub const NOT_ANSWERED: &str = "Your answer was not kept.";
pub const LIST_FAILED: &str = "The list could not be read.";
pub const THREAD_FAILED: &str = "The messages could not be read.";
pub const DETAILS_FAILED: &str = "The details could not be read.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_a_line_that_waits_is_told_that_it_goes_out_by_itself() {
        for error in [
            ApiError::Unavailable,
            ApiError::TooMany { retry_after_s: 40 },
            ApiError::Transport {
                message: String::new(),
            },
        ] {
            let told = waits(&error);
            assert!(told.contains("It goes out by itself"), "{told}");
            assert!(told.contains("with your next message"), "{told}");
        }
        assert!(waits(&ApiError::TooMany { retry_after_s: 40 }).contains("in 40 seconds"));
    }
}
