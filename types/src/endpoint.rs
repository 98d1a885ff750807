//! Webhooks out: which events there are for callers, where they go, and what became of each.

use crate::{DeliveryId, EndpointId, Moment};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A kind of event, as callers know it. Its word never changes; new kinds may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum EventKind {
    /// A contact wrote.
    #[serde(rename = "message.received")]
    MessageReceived,
    /// A message to a contact was written.
    #[serde(rename = "message.sent")]
    MessageSent,
    /// A colleague noted something in a conversation.
    #[serde(rename = "message.noted")]
    MessageNoted,
    /// A message to a contact came further, or failed.
    #[serde(rename = "message.status")]
    MessageStatus,
    /// A contact's message became another one: edited, deleted, reacted to, its file came.
    #[serde(rename = "message.changed")]
    MessageChanged,
    /// A conversation was assigned, closed, reopened, labelled or read.
    #[serde(rename = "conversation.changed")]
    ConversationChanged,
    /// A contact was made, changed or merged.
    #[serde(rename = "contact.changed")]
    ContactChanged,
    /// A task was made or changed.
    #[serde(rename = "task.changed")]
    TaskChanged,
    /// A task was deleted.
    #[serde(rename = "task.deleted")]
    TaskDeleted,
    /// A contact's portal link was made, used or ended.
    #[serde(rename = "portal.changed")]
    PortalChanged,
    /// A number was connected, lost or renamed.
    #[serde(rename = "number.changed")]
    NumberChanged,
    /// A member came, left or changed role.
    #[serde(rename = "member.changed")]
    MemberChanged,
    /// A provider told of a payment, and a contact was found for it.
    #[serde(rename = "payment.received")]
    PaymentReceived,
    /// Another service told of something, and a contact was found for it.
    #[serde(rename = "source.received")]
    SourceReceived,
    /// A test, which nobody can choose: it is sent when somebody asks for it.
    #[serde(rename = "postern.test")]
    Test,
}

/// The table: a kind, its word, and what it is in words for people. All but the last can be chosen.
pub const EVENT_KINDS: [(EventKind, &str, &str); 15] = [
    (
        EventKind::MessageReceived,
        "message.received",
        "A contact wrote",
    ),
    (
        EventKind::MessageSent,
        "message.sent",
        "A message to a contact was written, and waits to leave",
    ),
    (
        EventKind::MessageNoted,
        "message.noted",
        "A colleague wrote a note in a conversation",
    ),
    (
        EventKind::MessageStatus,
        "message.status",
        "A message to a contact was accepted, delivered, read, or failed",
    ),
    (
        EventKind::MessageChanged,
        "message.changed",
        "A message was edited, deleted or reacted to, or its file came",
    ),
    (
        EventKind::ConversationChanged,
        "conversation.changed",
        "A conversation was assigned, closed, reopened, labelled or read",
    ),
    (
        EventKind::ContactChanged,
        "contact.changed",
        "A contact was added, changed or merged",
    ),
    (
        EventKind::TaskChanged,
        "task.changed",
        "A task was made or changed",
    ),
    (EventKind::TaskDeleted, "task.deleted", "A task was deleted"),
    (
        EventKind::PortalChanged,
        "portal.changed",
        "A contact's portal link was made, used or revoked",
    ),
    (
        EventKind::NumberChanged,
        "number.changed",
        "A number was connected, lost or renamed",
    ),
    (
        EventKind::MemberChanged,
        "member.changed",
        "A member came, left or changed role",
    ),
    (
        EventKind::PaymentReceived,
        "payment.received",
        "A payment of a contact was told of by a provider",
    ),
    (
        EventKind::SourceReceived,
        "source.received",
        "Another service told of something with a contact",
    ),
    (
        EventKind::Test,
        "postern.test",
        "A test that a member asked for",
    ),
];

impl EventKind {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        self.row().map_or("", |(_, word, _)| word)
    }

    /// What it is, for people.
    pub fn words(self) -> &'static str {
        self.row().map_or("", |(.., words)| words)
    }

    /// What [`EventKind::as_str`] gave.
    pub fn parse(word: &str) -> Option<Self> {
        let found = EVENT_KINDS.iter().find(|(_, known, _)| *known == word);
        found.map(|(kind, ..)| *kind)
    }

    /// Those that an endpoint may choose.
    pub fn choosable() -> impl Iterator<Item = Self> {
        let all = EVENT_KINDS.iter().map(|(kind, ..)| *kind);
        all.filter(|kind| *kind != Self::Test)
    }

    fn row(self) -> Option<&'static (Self, &'static str, &'static str)> {
        EVENT_KINDS.iter().find(|(kind, ..)| *kind == self)
    }
}

/// What an endpoint is made with, and changed to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointForm {
    /// Where events go: https, without user and password.
    pub url: String,
    /// What it is for; may be empty.
    #[serde(default)]
    pub description: String,
    /// The kinds of events that go there; at least one.
    pub kinds: Vec<EventKind>,
}

/// Why nothing goes to an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "sql",
    derive(sqlx::Type),
    sqlx(type_name = "text", rename_all = "snake_case")
)]
#[serde(rename_all = "snake_case")]
pub enum PausedWhy {
    /// A member paused it.
    Asked,
    /// A delivery failed for three days.
    Failing,
    /// It answered 410 Gone.
    Gone,
}

impl PausedWhy {
    /// The word stored in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Failing => "failing",
            Self::Gone => "gone",
        }
    }
}

/// An endpoint, as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointView {
    /// The endpoint.
    pub id: EndpointId,
    /// Where events go.
    pub url: String,
    /// What it is for.
    pub description: String,
    /// What goes there.
    pub kinds: Vec<EventKind>,
    /// Why nothing goes there now, and since when; none while it does. What happens meanwhile waits.
    pub paused: Option<(PausedWhy, Moment)>,
    /// Until when the secret before this one signs as well.
    pub overlap_until: Option<Moment>,
    /// When it was made.
    pub created: Moment,
    /// Deliveries that wait, counted to 1,000 at most.
    pub waiting: i64,
    /// Deliveries that failed, counted to 1,000 at most.
    pub failed: i64,
}

/// A signing secret, shown once: `whsec_` and base64. It says nothing of itself in a log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningSecret(pub String);

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("whsec_…")
    }
}

/// An endpoint that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointMade {
    /// The endpoint.
    pub id: EndpointId,
    /// What its webhooks are verified with.
    pub secret: SigningSecret,
}

/// How far a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(
    feature = "sql",
    derive(sqlx::Type),
    sqlx(type_name = "text", rename_all = "snake_case")
)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It is tried, or waits for its turn.
    Waiting,
    /// The endpoint took it.
    Delivered,
    /// It was given up.
    Failed,
    /// Somebody let it go without sending it.
    Skipped,
}

impl DeliveryState {
    /// The word stored in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// A delivery, as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryRow {
    /// The delivery.
    pub id: DeliveryId,
    /// The event: what `webhook-id` says.
    pub event: String,
    /// The word of its kind.
    pub kind: String,
    /// When it happened.
    pub at: Moment,
    /// How far it is.
    pub state: DeliveryState,
    /// When it is tried next; of one that waits.
    pub due: Option<Moment>,
    /// How often it was tried.
    pub attempts: i32,
    /// The last attempt's status; none without an answer.
    pub status: Option<i32>,
    /// Why the last attempt failed, in a few words.
    pub fault: Option<String>,
}

/// A page of deliveries, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryPage {
    /// The rows.
    pub rows: Vec<DeliveryRow>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

/// One attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryAttempt {
    /// Counted from 1.
    pub number: i32,
    /// When it began.
    pub at: Moment,
    /// How long it took, in milliseconds; none while it is under way, or when its process died.
    pub duration_ms: Option<i32>,
    /// The status of the answer.
    pub status: Option<i32>,
    /// Why it failed, in a few words.
    pub fault: Option<String>,
    /// The answer's status line and a few of its headers. Its body is not kept.
    pub head: String,
}

/// A delivery in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryView {
    /// As it is listed.
    pub row: DeliveryRow,
    /// To which endpoint.
    pub endpoint: EndpointId,
    /// Its address now.
    pub url: String,
    /// The body, exactly as it goes out.
    pub body: String,
    /// The newest attempts, up to 200, the oldest of them first.
    pub attempts: Vec<DeliveryAttempt>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_stands_in_the_table_once_under_the_word_that_travels() {
        for (at, (kind, word, words)) in EVENT_KINDS.iter().enumerate() {
            assert_eq!(serde_json::to_string(kind).unwrap(), format!("\"{word}\""));
            assert_eq!((kind.as_str(), kind.words()), (*word, *words));
            assert_eq!(EventKind::parse(word), Some(*kind));
            assert!(
                EVENT_KINDS[at + 1..]
                    .iter()
                    .all(|(other, ..)| other != kind)
            );
        }
        assert_eq!(EventKind::choosable().count(), EVENT_KINDS.len() - 1);
        assert_eq!(EventKind::parse("message"), None);
        let secret = SigningSecret("whsec_abc".to_owned());
        assert!(!format!("{secret:?}").contains("abc"));
    }
}
