//! Webhooks in from other providers: who posts to a workspace, and what became of what came.

use crate::{ContactId, Moment, SigningSecret, SourceEntryId, SourceId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a source is made with.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceForm {
    /// The word of its provider.
    pub provider: String,
    /// What it is for; may be empty.
    #[serde(default)]
    pub description: String,
    /// What the provider signs with, where it is the provider who says so; none where one is made here.
    #[serde(default)]
    pub secret: Option<String>,
}

// A secret stands in no log.
impl fmt::Debug for SourceForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceForm")
            .field("provider", &self.provider)
            .field("description", &self.description)
            .field("secret", &self.secret.as_ref().map(|_| "…"))
            .finish()
    }
}

/// A source that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceMade {
    /// The source.
    pub id: SourceId,
    /// Where the provider posts.
    pub url: String,
    /// What it signs with, shown now and never again; none where the provider made it.
    pub secret: Option<SigningSecret>,
}

/// What is to become of a source's secret.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceSecret {
    /// It stays.
    #[default]
    Keep,
    /// Another one is made here, and shown once.
    Make,
    /// The provider has another one.
    Take(String),
}

impl fmt::Debug for SourceSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keep => "Keep",
            Self::Make => "Make",
            Self::Take(_) => "Take(…)",
        })
    }
}

/// A provider that a source can be made for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceProvider {
    /// Its word.
    pub word: String,
    /// Its name, for people.
    pub name: String,
    /// Whether it brings the secret; one is made here otherwise.
    pub brings_secret: bool,
}

/// A source, as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceView {
    /// The source.
    pub id: SourceId,
    /// The word of its provider.
    pub provider: String,
    /// The provider's name, for people.
    pub provider_name: String,
    /// What it is for.
    pub description: String,
    /// Where the provider posts.
    pub url: String,
    /// When it was made.
    pub created: Moment,
    /// When something verified last came; none when nothing has, or nothing is kept.
    pub last: Option<Moment>,
    /// What found no contact, counted to 1,000 at most.
    pub no_contact: i64,
    /// Requests that were refused, of which the log keeps some.
    pub refused: i64,
    /// When the last one was.
    pub refused_at: Option<Moment>,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(
    feature = "sql",
    derive(sqlx::Type),
    sqlx(type_name = "text", rename_all = "snake_case")
)]
#[serde(rename_all = "snake_case")]
pub enum SourceState {
    /// It is kept, and is applied in a moment.
    Waiting,
    /// It was noted of a contact.
    Applied,
    /// Its payment was noted already, as another event told of it.
    Repeated,
    /// It is of a kind that means nothing here.
    Ignored,
    /// No contact has its number or address, or several have it.
    NoContact,
    /// It is not what its provider sends.
    Unreadable,
    /// A fault of the program's kept it from being applied.
    Failed,
    /// It was not verified, and nothing of it is kept.
    Refused,
}

impl SourceState {
    /// The word stored in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Applied => "applied",
            Self::Repeated => "repeated",
            Self::Ignored => "ignored",
            Self::NoContact => "no_contact",
            Self::Unreadable => "unreadable",
            Self::Failed => "failed",
            Self::Refused => "refused",
        }
    }
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceEntryRow {
    /// The line.
    pub id: SourceEntryId,
    /// Through which source it came, which may be deleted by now.
    pub source: SourceId,
    /// The provider's own id of it; none of what was refused.
    pub event: Option<String>,
    /// What kind of event the provider calls it; empty while it was not read.
    pub kind: String,
    /// When it came.
    pub at: Moment,
    /// What became of it.
    pub state: SourceState,
    /// More of that, in a few words; may be empty.
    pub why: String,
    /// Of whom it was noted.
    pub contact: Option<ContactId>,
}

/// A page of the log, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceEntryPage {
    /// The lines.
    pub rows: Vec<SourceEntryRow>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

/// A line in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceEntryView {
    /// As it is listed.
    pub row: SourceEntryRow,
    /// What came, as text; none of what was refused.
    pub body: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_the_same_word_everywhere_and_a_secret_says_nothing_of_itself() {
        for state in [
            SourceState::Waiting,
            SourceState::Applied,
            SourceState::Repeated,
            SourceState::Ignored,
            SourceState::NoContact,
            SourceState::Unreadable,
            SourceState::Failed,
            SourceState::Refused,
        ] {
            let word = serde_json::to_string(&state).unwrap();
            assert_eq!(word, format!("\"{}\"", state.as_str()));
        }
        let form = SourceForm {
            secret: Some("whsec_abc".to_owned()),
            ..SourceForm::default()
        };
        let secret = SourceSecret::Take("whsec_abc".to_owned());
        assert!(!format!("{form:?} {secret:?}").contains("abc"));
    }
}
