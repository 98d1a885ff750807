//! Messages, notes and what became of them.

mod told;

use crate::{ConversationId, MemberId, MessageId, Moment, Packed};
use serde::{Deserialize, Serialize};

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(
    feature = "sql",
    derive(sqlx::Type),
    sqlx(type_name = "text", rename_all = "snake_case")
)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the contact.
    In,
    /// To the contact.
    Out,
    /// Between colleagues: never leaves the workspace.
    Note,
}

/// How far a message came. Meta's statuses only move forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(
    feature = "sql",
    derive(sqlx::Type),
    sqlx(type_name = "text", rename_all = "snake_case")
)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Came in, or is a note.
    Received,
    /// Waits for the worker.
    Queued,
    /// Handed to Meta; the answer is still out.
    Sending,
    /// Handed to Meta, and no answer came: a status settles it, or after ten minutes the agent.
    Unknown,
    /// Meta took it.
    Accepted,
    /// Meta sent it.
    Sent,
    /// It reached the phone.
    Delivered,
    /// It was read.
    Read,
    /// A voice note was played.
    Played,
    /// It will not arrive.
    Failed,
}

impl Status {
    /// The word stored in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Unknown => "unknown",
            Self::Accepted => "accepted",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Played => "played",
            Self::Failed => "failed",
        }
    }
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", try_from = "told::Content")]
pub enum Content {
    /// Plain text.
    Text {
        /// As written, without NUL.
        text: String,
    },
    /// Any other kind: named here, told in full in [`MessageView::extra`].
    Other {
        /// Meta's word for it: `image`, `location`, `reaction`, …
        kind: String,
        /// What of it can be read: a caption, a title, an emoji; may be empty.
        summary: String,
    },
}

impl Content {
    /// The words in it, for a list's last line.
    pub fn text(&self) -> &str {
        match self {
            Self::Text { text } => text,
            Self::Other { summary, .. } => summary,
        }
    }
}

/// Why a message failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendFault {
    /// Meta's error code; 0 for our own.
    pub code: i64,
    /// The reason in words for an agent.
    pub reason: String,
    /// Whether sending it again can help.
    pub retry: bool,
    /// What Meta said of it, in its own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
}

/// One line of a thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageView {
    /// The message.
    pub id: MessageId,
    /// Grows with every change: the newer of two views wins.
    pub rev: i64,
    /// Where it belongs.
    pub conversation: ConversationId,
    /// Which way it went.
    pub direction: Direction,
    /// The colleague who wrote it; none for a contact's.
    pub author: Option<MemberId>,
    /// What it says.
    pub content: Content,
    /// When it was written: Meta's time for a contact's, ours for a colleague's. First key of the order.
    pub at: Moment,
    /// The order of arrival. Second key of the order.
    pub arrival: i64,
    /// How far it came.
    pub status: Status,
    /// When it came that far.
    pub status_at: Moment,
    /// Why it failed.
    pub fault: Option<SendFault>,
    /// For an unknown one: when the agent is asked what to do.
    pub ask_at: Option<Moment>,
    /// What stands around its words; none for plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra: Option<Packed>,
}

/// What a composer sends. The id is made by the composer, so that sending twice writes once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compose {
    /// A new UUIDv7.
    pub id: MessageId,
    /// Where it goes.
    pub conversation: ConversationId,
    /// Its words: 1 to 4096 characters of a text or a note; what stands under a file, or above buttons.
    pub text: String,
    /// True for a note to colleagues.
    pub note: bool,
    /// The message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    /// What else it is: an [`Outgoing`](crate::Outgoing) as JSON. None for plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sends: Option<Packed>,
}

/// An agent's word on a message whose fate stayed unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnknownAnswer {
    /// It did not arrive: send it again.
    SendAgain,
    /// It arrived: leave it.
    Arrived,
}

/// A page of a thread, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadPage {
    /// The lines.
    pub messages: Vec<MessageView>,
    /// Where the next older page begins; none at the beginning.
    pub older: Option<String>,
}
