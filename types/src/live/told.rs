//! How frames and events are read: flat, all fields of all kinds in one struct.
//!
//! What serde makes of a tagged enum keeps the whole in a tree of its own before it knows the kind, and reads each row out
//! of that tree with code of its own: a tenth of the browser's code. The wire is the same.

use crate::{
    ChannelView, ConversationId, ConversationRow, FeedCursor, MemberId, MemberView, MessageView,
};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Event {
    r#type: Happened,
    message: Option<MessageView>,
    conversation: Option<ConversationRow>,
    channel: Option<ChannelView>,
    member: Option<MemberView>,
    what: Option<super::Side>,
    id: Option<uuid::Uuid>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Happened {
    Message,
    Conversation,
    Channel,
    Member,
    Side,
}

impl TryFrom<Event> for super::Event {
    type Error = &'static str;

    fn try_from(told: Event) -> Result<Self, Self::Error> {
        let conversation = told.conversation.ok_or("an event without `conversation`");
        Ok(match told.r#type {
            Happened::Message => Self::Message {
                message: told.message.ok_or("an event without `message`")?,
                conversation: conversation?,
            },
            Happened::Conversation => Self::Conversation {
                conversation: conversation?,
            },
            Happened::Channel => Self::Channel {
                channel: told.channel.ok_or("an event without `channel`")?,
            },
            Happened::Member => Self::Member {
                member: told.member.ok_or("an event without `member`")?,
            },
            Happened::Side => Self::Side {
                what: told.what.ok_or("an event without `what`")?,
                id: told.id.ok_or("an event without `id`")?,
            },
        })
    }
}

#[derive(Deserialize)]
pub(super) struct Frame {
    r#type: Kind,
    cursor: Option<FeedCursor>,
    event: Option<Box<super::Event>>,
    member: Option<MemberId>,
    /// An older server does not say.
    #[serde(default)]
    socket: u64,
    conversation: Option<ConversationId>,
    typing: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Event,
    CaughtUp,
    Replying,
    Beat,
    Reload,
    Bye,
}

impl TryFrom<Frame> for super::ServerFrame {
    type Error = &'static str;

    fn try_from(told: Frame) -> Result<Self, Self::Error> {
        let cursor = told.cursor.ok_or("a frame without `cursor`");
        Ok(match told.r#type {
            Kind::Event => Self::Event {
                cursor: cursor?,
                event: told.event.ok_or("a frame without `event`")?,
            },
            Kind::CaughtUp => Self::CaughtUp { cursor: cursor? },
            Kind::Replying => Self::Replying {
                member: told.member.ok_or("a frame without `member`")?,
                socket: told.socket,
                conversation: told.conversation,
                typing: told.typing.ok_or("a frame without `typing`")?,
            },
            Kind::Beat => Self::Beat,
            Kind::Reload => Self::Reload,
            Kind::Bye => Self::Bye,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::{FeedCursor, MemberId, MemberView, Role, ServerFrame};

    #[test]
    fn every_frame_is_read_as_it_was_written() {
        let cursor = FeedCursor("1-2-3".into());
        let member = MemberId(uuid::Uuid::from_u128(7));
        let event = super::super::Event::Member {
            member: MemberView {
                id: member,
                name: "Ana".into(),
                role: Role::Agent,
                active: true,
                waiting: false,
            },
        };
        for frame in [
            ServerFrame::Event {
                cursor: cursor.clone(),
                event: Box::new(event),
            },
            ServerFrame::CaughtUp { cursor },
            ServerFrame::Replying {
                member,
                socket: 4,
                conversation: None,
                typing: false,
            },
            ServerFrame::Beat,
            ServerFrame::Reload,
            ServerFrame::Bye,
        ] {
            let text = serde_json::to_string(&frame).expect("text");
            let read: ServerFrame = serde_json::from_str(&text).expect("a frame");
            assert_eq!(read, frame, "{text}");
        }
    }

    #[test]
    fn a_frame_that_lacks_what_its_kind_needs_is_refused() {
        for text in [
            r#"{"type":"caught_up"}"#,
            r#"{"type":"event","cursor":"1"}"#,
            r#"{"type":"event","cursor":"1","event":{"type":"channel"}}"#,
            r#"{"type":"replying","typing":true}"#,
            r#"{"type":"nonsense"}"#,
            r#"{"cursor":"1"}"#,
        ] {
            assert!(serde_json::from_str::<ServerFrame>(text).is_err(), "{text}");
        }
    }
}
