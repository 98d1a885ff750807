//! The kinds of values that settings have.

use std::fmt;

use secrecy::SecretSlice;

/// What an installation is for; data folders, keys and cookies of one never serve another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// On one's own machine: missing keys are made.
    Development,
    /// A rehearsal of production, held to its rules.
    Staging,
    /// People's data.
    Production,
}

impl Environment {
    /// The word for it, as written in the variable and in the data folder's marker.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }

    /// Reads the word for it.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Development, Self::Staging, Self::Production]
            .into_iter()
            .find(|e| e.word() == word)
    }

    pub(super) const fn makes_missing_keys(self) -> bool {
        matches!(self, Self::Development)
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines: one JSON object a line.
    Json,
}

/// A key with the id that stands in whatever was made with it, so that keys can rotate.
#[derive(Clone, Debug)]
pub struct Key {
    /// 1 to 32 letters, digits, `_` or `-`; unique in its list.
    pub id: String,
    /// The key itself.
    pub bytes: SecretSlice<u8>,
}
