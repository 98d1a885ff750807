//! `apply`: what one event changes, as a pure function of what is known.

use super::inbox::Inbox;
use postern_types::{Direction, Event, MessageView};

/// Applies an event; applying it twice, or after a newer one, changes nothing. A message from a contact that was not
/// known before is returned, for those who announce it.
pub fn apply(inbox: &mut Inbox, event: Event) -> Option<MessageView> {
    match event {
        Event::Message {
            message,
            conversation,
        } => {
            let (id, rev) = (conversation.id, conversation.rev);
            put(inbox, conversation);
            let came_in = message.direction == Direction::In;
            let changed = match inbox.threads.get_mut(&message.conversation) {
                Some(thread) => {
                    let known = thread.find(message.id).is_some();
                    thread.put(message.clone()) && !known
                }
                None => inbox.is_news(id, rev, message.id),
            };
            (changed && came_in).then_some(message)
        }
        Event::Conversation { conversation } => {
            put(inbox, conversation);
            None
        }
        Event::Channel { channel } => {
            inbox.put_channel(channel);
            None
        }
        Event::Member { member } => {
            inbox.members.insert(member.id, member);
            inbox.team_rev = inbox.team_rev.wrapping_add(1);
            None
        }
        Event::Side { .. } => {
            inbox.side_rev = inbox.side_rev.wrapping_add(1);
            None
        }
    }
}

/// Puts a row that an event or an answer brought, and moves the counts with it.
pub fn put(inbox: &mut Inbox, row: postern_types::ConversationRow) {
    inbox.put_row(row, false);
}

#[cfg(test)]
#[path = "apply_tests.rs"]
mod tests;
