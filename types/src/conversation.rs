//! Conversations, as lists and details show them.

use crate::{
    ChannelId, ChannelView, ContactId, Content, ConversationId, Direction, FeedCursor, LabelId,
    LabelView, MemberId, MemberView, Moment, Status, TeamBrief, TeamId,
};
use serde::{Deserialize, Serialize};

/// Whether a conversation still needs somebody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(
    feature = "sql",
    derive(sqlx::Type),
    sqlx(type_name = "text", rename_all = "snake_case")
)]
#[serde(rename_all = "snake_case")]
pub enum ConversationState {
    /// In the inbox.
    #[default]
    Open,
    /// Done; the contact's next message opens a new one.
    Closed,
}

/// Whose conversations a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InboxView {
    /// Assigned to the reader.
    Mine,
    /// Given to a team that the reader is in, whoever looks after it.
    Teams,
    /// Assigned to nobody.
    Unassigned,
    /// Everybody's.
    #[default]
    All,
    /// Everybody's whose window is open, the one that closes first at the top.
    Closing,
}

/// What list of conversations to read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ListRequest {
    /// Whose.
    pub view: InboxView,
    /// Open or closed.
    pub state: ConversationState,
    /// The beginning of a word of the contact's name, or four or more digits of the number, or, behind a `#`, of a label's
    /// name; empty for all.
    pub search: String,
    /// Only what wears every one of these, itself or by its contact; empty for all.
    #[serde(default)]
    pub labels: Vec<LabelId>,
    /// Where the page before this one ended.
    pub after: Option<String>,
}

/// Who a conversation is with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactBrief {
    /// The contact.
    pub id: ContactId,
    /// What to call them: the name that members gave, or their own, or their username.
    pub name: Option<String>,
    /// Their number in E.164; none for those who hide it.
    pub phone: Option<String>,
}

impl ContactBrief {
    /// The best there is to call them by; empty when nothing is known.
    pub fn label(&self) -> &str {
        self.name
            .as_deref()
            .or(self.phone.as_deref())
            .unwrap_or_default()
    }
}

/// The newest message of a conversation, in one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastLine {
    /// What it says, cut to 160 characters.
    pub content: Content,
    /// Which way it went.
    pub direction: Direction,
    /// How far it came.
    pub status: Status,
}

/// One row of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationRow {
    /// The conversation.
    pub id: ConversationId,
    /// Grows with every change: the newer of two rows wins.
    pub rev: i64,
    /// With whom.
    pub contact: ContactBrief,
    /// Over which number.
    pub channel: ChannelId,
    /// Open or closed.
    pub state: ConversationState,
    /// Who looks after it.
    pub assignee: Option<MemberId>,
    /// Which team it is given to.
    #[serde(default)]
    pub team: Option<TeamId>,
    /// The newest message.
    pub last: Option<LastLine>,
    /// When something last happened: the order of the list.
    pub last_at: Moment,
    /// Messages that came in since somebody looked.
    pub unread: i32,
    /// Until when anything but a template may be sent: 24 hours from the contact's last message.
    pub window_until: Option<Moment>,
    /// What it wears.
    #[serde(default)]
    pub labels: Vec<LabelId>,
}

/// A page of the list, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxPage {
    /// The rows.
    pub rows: Vec<ConversationRow>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

/// Open conversations with something unread, and those that close soon; each counted to 100 at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxCounts {
    /// Assigned to the reader.
    pub mine: i32,
    /// Assigned to nobody.
    pub unassigned: i32,
    /// All of them.
    pub all: i32,
    /// Those whose window closes within [`CLOSING_MS`], read or not.
    #[serde(default)]
    pub closing: i32,
}

/// How soon a window closes that is counted as closing soon: six hours, in milliseconds.
pub const CLOSING_MS: i64 = 6 * 3_600_000;

/// The inbox at one moment, with the place in the feed from which live changes follow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxSnapshot {
    /// The first page.
    pub page: InboxPage,
    /// The unread counts.
    pub counts: InboxCounts,
    /// Everybody in the workspace, removed ones too.
    pub members: Vec<MemberView>,
    /// The connected numbers.
    pub channels: Vec<ChannelView>,
    /// The teams, by name.
    #[serde(default)]
    pub teams: Vec<TeamBrief>,
    /// The labels, by name.
    #[serde(default)]
    pub labels: Vec<LabelView>,
    /// Where to listen from: nothing after this moment can be missed.
    pub cursor: FeedCursor,
    /// The time by the server's clock: a reader's own may be wrong.
    pub now: Moment,
}

/// A contact in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactView {
    /// The contact.
    pub id: ContactId,
    /// What to call them.
    pub name: Option<String>,
    /// Their number in E.164.
    pub phone: Option<String>,
    /// When they first wrote.
    pub first_seen: Moment,
}

/// What stands beside an open thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationDetails {
    /// The list's row.
    pub row: ConversationRow,
    /// The contact.
    pub contact: ContactView,
    /// Their other conversations, newest first, ten at most.
    pub earlier: Vec<ConversationRow>,
    /// What the reader had begun to write.
    pub draft: String,
    /// Whether that is a note to colleagues.
    #[serde(default)]
    pub draft_note: bool,
}
