//! Reading: what was looked at is marked so, and a line stays where the unread began.

use super::desk::Desk;
use crate::{
    boxed::{effect, memo},
    browser,
    live::{self, Live},
};
use leptos::prelude::*;
use postern_types::{ConversationId, Direction, MessageId};

/// Marks a conversation as read whenever its reader looks at it; returns the message above which "New" stands.
pub fn follow(live: Live, desk: Desk, id: ConversationId) -> RwSignal<Option<MessageId>> {
    let mark = RwSignal::new(None);
    // True until the reader has seen everything: the next unread ones came while they were away.
    let away = StoredValue::new(true);
    let state = memo(move || {
        live.inbox.with(|inbox| {
            let unread = inbox.row(id).map_or(0, |row| row.unread);
            let loaded = inbox.threads.get(&id).is_some_and(|thread| thread.loaded);
            (unread, loaded)
        })
    });
    effect(move || {
        desk.attention.track();
        let (unread, loaded) = state.get();
        if !browser::attentive() {
            away.set_value(true);
            return;
        }
        if !loaded {
            return;
        }
        if unread > 0 {
            if away.get_value() {
                mark.set(first_unread(live, id, unread));
            }
            live::mark_read(live, id);
        }
        away.set_value(false);
    });
    mark
}

/// The oldest of the last `unread` messages that came in, if it is known.
fn first_unread(live: Live, id: ConversationId, unread: i32) -> Option<MessageId> {
    let back = usize::try_from(unread).ok()?.checked_sub(1)?;
    live.inbox.with_untracked(|inbox| {
        let messages = inbox.threads.get(&id)?.messages();
        let mut came_in = messages
            .iter()
            .rev()
            .filter(|m| m.direction == Direction::In);
        came_in.nth(back).map(|m| m.id)
    })
}
