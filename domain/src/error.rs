//! What can come of a call that did not succeed: each variant is an outcome that a caller acts upon.

use std::borrow::Cow;

/// Shorthand for this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An outcome other than success.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in, or not any more.
    #[error("sign in again")]
    Unauthorized,
    /// Signed in, but the role does not allow it.
    #[error("your role does not allow this")]
    Forbidden,
    /// There is no such thing, or it is another workspace's: the two answer alike.
    #[error("not found")]
    NotFound,
    /// It clashes with what is already there.
    #[error("{0}")]
    Conflict(Cow<'static, str>),
    /// An input is not acceptable.
    #[error("{field}: {reason}")]
    Invalid {
        /// The field's name, as the caller sent it.
        field: &'static str,
        /// What is wrong with it and what would be right, for a person.
        reason: Cow<'static, str>,
    },
    /// The 24 hours since the contact last wrote are over.
    #[error("the 24-hour window has closed")]
    WindowClosed,
    /// Too many tries.
    #[error("too many tries; wait {retry_after_s} s")]
    TooMany {
        /// Seconds to wait.
        retry_after_s: u32,
    },
    /// Somebody else's service did not accept or did not answer.
    #[error("{0}")]
    Upstream(Cow<'static, str>),
    /// The database cannot be reached now.
    #[error("the database is not available")]
    Unavailable,
    /// A fault of ours; logged once at the edge.
    #[error(transparent)]
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// An unacceptable input.
    pub fn invalid(field: &'static str, reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Invalid {
            field,
            reason: reason.into(),
        }
    }

    /// A clash, in words for a person.
    pub fn conflict(words: impl Into<Cow<'static, str>>) -> Self {
        Self::Conflict(words.into())
    }

    /// Whether the same may succeed a moment later: the database is away, or two transactions stood in each other's way.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unavailable => true,
            Self::Internal(cause) => {
                cause
                    .downcast_ref::<sqlx::Error>()
                    .is_some_and(|error| match error {
                        sqlx::Error::Database(refusal) => refusal.code().is_some_and(|code| {
                            // Connection lost, rolled back (serialisation, deadlock), out of resources, operator, system.
                            ["08", "40", "53", "57", "58"]
                                .iter()
                                .any(|class| code.starts_with(class))
                        }),
                        sqlx::Error::Io(_)
                        | sqlx::Error::Tls(_)
                        | sqlx::Error::Protocol(_)
                        | sqlx::Error::WorkerCrashed => true,
                        _ => false,
                    })
            }
            _ => false,
        }
    }

    /// A fault of ours, told in words for the log.
    pub fn internal(words: impl Into<String>) -> Self {
        Self::Internal(words.into().into())
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => Self::NotFound,
            sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) | sqlx::Error::PoolClosed => {
                Self::Unavailable
            }
            sqlx::Error::Database(refusal) => match refusal.code().as_deref() {
                Some("PT401") => Self::Unauthorized,
                Some("PT403") => Self::Forbidden,
                // 23503: a reference to a row that is not in this workspace.
                Some("PT404" | "23503") => Self::NotFound,
                // A policy does not let the row be written: what it hangs off is not there for who writes.
                Some("42501") if is_policy(refusal.as_ref()) => Self::NotFound,
                // Shutting down, crashed, starting, too many clients.
                Some("57P01" | "57P02" | "57P03" | "53300") => Self::Unavailable,
                _ => Self::Internal(Box::new(error)),
            },
            _ => Self::Internal(Box::new(error)),
        }
    }
}

/// Whether a policy refused, and not a right that is missing. Its words depend on the server's language.
fn is_policy(refusal: &dyn sqlx::error::DatabaseError) -> bool {
    refusal
        .try_downcast_ref::<sqlx::postgres::PgDatabaseError>()
        .is_some_and(|refusal| refusal.routine() == Some("ExecWithCheckOptions"))
}

/// Gives a named constraint's refusal its words.
pub trait OnConstraint<T> {
    /// `words` when the constraint or unique index `name` refused; any other error as it is.
    fn on_constraint(self, name: &str, words: impl FnOnce() -> Error) -> Result<T>;
}

impl<T> OnConstraint<T> for std::result::Result<T, sqlx::Error> {
    fn on_constraint(self, name: &str, words: impl FnOnce() -> Error) -> Result<T> {
        self.map_err(|error| {
            match error
                .as_database_error()
                .and_then(sqlx::error::DatabaseError::constraint)
            {
                Some(found) if found == name => words(),
                _ => error.into(),
            }
        })
    }
}
