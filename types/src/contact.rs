//! Contacts in full: what they are known by, and which of them may be one person.

use crate::{ContactBrief, ContactId, MergeId, Moment};
use serde::{Deserialize, Serialize};

/// A contact, as the details show them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonView {
    /// The contact.
    pub id: ContactId,
    /// What members call them; it comes before the name they gave themselves.
    pub given_name: Option<String>,
    /// The name they gave themselves.
    pub name: Option<String>,
    /// With its `@`.
    pub username: Option<String>,
    /// What they are known by.
    pub known_by: Vec<KnownBy>,
    /// When they first wrote.
    pub first_seen: Moment,
    /// Since when they want no marketing messages.
    pub marketing_stopped: Option<Moment>,
    /// Until when messages to them are free, for they came by an advertisement and were answered in time.
    pub free_until: Option<Moment>,
    /// Contacts who may be the same person.
    pub alike: Vec<Alike>,
    /// Contacts who were merged into this one, the last one first.
    pub merged: Vec<Merged>,
}

/// An id of a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownBy {
    /// What kind of id.
    pub kind: IdKind,
    /// The id; of a number its digits.
    pub value: String,
    /// Whether Meta has given them another one since.
    pub ended: bool,
}

/// A kind of id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "sql",
    derive(sqlx::Type),
    sqlx(type_name = "text", rename_all = "snake_case")
)]
#[serde(rename_all = "snake_case")]
pub enum IdKind {
    /// A number.
    Phone,
    /// Meta's id of a person within a business portfolio.
    Bsuid,
    /// Meta's id of a person over linked portfolios.
    Parent,
}

/// A contact who may be the same person, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alike {
    /// The other one.
    pub contact: ContactBrief,
    /// What they have in common.
    pub why: Why,
}

/// What two contacts have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "sql",
    derive(sqlx::Type),
    sqlx(type_name = "text", rename_all = "snake_case")
)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// An id of the one was seen with an id of the other.
    Id,
    /// They have one number, written in two ways.
    Number,
    /// They have one username.
    Username,
}

/// A contact who was merged into another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    /// By this it can be undone.
    pub id: MergeId,
    /// Who was merged.
    pub contact: ContactBrief,
    /// When.
    pub at: Moment,
}
