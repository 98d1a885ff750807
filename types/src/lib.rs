//! The words that the server and the browser share: ids, enums and views.
//!
//! Nothing here acts: a type carries serde, and (for `domain` alone, feature `sql`) sqlx's derives. To add a view, put it
//! in the file of its noun; a view that a person sees never holds a secret, not even a sealed one.

mod account;
mod channel;
mod conversation;
mod id;
mod live;
mod message;
mod moment;

pub use account::{
    Credentials, Me, MemberView, Membership, REFRESH_GRACE_MS, Role, SetUp, SetUpState, SignedIn,
};
pub use channel::{ChannelConnected, ChannelState, ChannelView, ConnectChannel};
pub use conversation::{
    ContactBrief, ContactView, ConversationDetails, ConversationRow, ConversationState,
    InboxCounts, InboxPage, InboxSnapshot, InboxView, LastLine, ListRequest,
};
pub use id::{
    AccountId, AttemptId, ChannelId, ContactId, ConversationId, EventId, JobId, MemberId,
    MessageId, PartId, SessionId, WorkspaceId,
};
pub use live::{ClientFrame, Event, FeedCursor, ServerFrame};
pub use message::{
    Compose, Content, Direction, MessageView, SendFault, Status, ThreadPage, UnknownAnswer,
};
pub use moment::Moment;
