//! What travels over the socket.

mod told;

use crate::{ChannelView, ConversationId, ConversationRow, MemberId, MemberView, MessageView};
use serde::{Deserialize, Serialize};

/// A place in a workspace's feed; opaque, only to be handed back.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FeedCursor(pub String);

/// Something that happened. Each carries whole rows, so that applying one twice changes nothing.
#[cfg_attr(
    not(target_arch = "wasm32"),
    expect(
        clippy::large_enum_variant,
        reason = "one at a time, and most are the large one"
    )
)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", try_from = "told::Event")]
pub enum Event {
    /// A message was added, or moved on.
    Message {
        /// The message.
        message: MessageView,
        /// Its conversation, as it is now.
        conversation: ConversationRow,
    },
    /// A conversation was assigned, closed, reopened or read.
    Conversation {
        /// As it is now.
        conversation: ConversationRow,
    },
    /// A number was connected or lost.
    Channel {
        /// As it is now.
        channel: ChannelView,
    },
    /// A member came, left or changed role.
    Member {
        /// As they are now.
        member: MemberView,
    },
    /// Something changed that pages beside the inbox show: they read it anew. It says no more than which, for not
    /// everybody who hears of it sees it.
    Side {
        /// What kind of thing.
        what: Side,
        /// Which one.
        id: uuid::Uuid,
    },
}

/// A kind of thing that pages beside the inbox show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// A contact, or what is noted of them.
    Contact,
    /// A task.
    Task,
    /// A portal link, by its contact.
    Portal,
}

/// From the browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientFrame {
    /// First frame: send everything after this place.
    Resume {
        /// The last place seen.
        cursor: FeedCursor,
    },
    /// The reader looks at a conversation, or writes in it; none when they left it.
    Replying {
        /// Which one.
        conversation: Option<ConversationId>,
        /// True while they type.
        typing: bool,
    },
}

/// To the browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", try_from = "told::Frame")]
pub enum ServerFrame {
    /// One event and the place behind it.
    Event {
        /// Where to resume after it.
        cursor: FeedCursor,
        /// What happened.
        event: Box<Event>,
    },
    /// Everything up to here has been sent; what follows is live.
    CaughtUp {
        /// Where to resume.
        cursor: FeedCursor,
    },
    /// A colleague looks at a conversation or types in it.
    Replying {
        /// Who.
        member: MemberId,
        /// In which of their tabs: a number of the server's, good for this connection.
        socket: u64,
        /// Where; none when they left.
        conversation: Option<ConversationId>,
        /// True while they type.
        typing: bool,
    },
    /// Nothing happened: sent now and then, so that a page can tell a quiet line from a dead one.
    Beat,
    /// The place is too old or from another life of the database: read the inbox anew.
    Reload,
    /// The session, the membership or the role is gone or changed: refresh, then connect again.
    Bye,
}
