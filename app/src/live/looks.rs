//! What was looked at is marked as read, and told again when that did not reach the server, whatever page is open.

use super::{Change, Inbox, Live, api};
use crate::boxed::{effect, memo};
use leptos::prelude::*;
use postern_types::ConversationId;
use std::time::Duration;

/// Before what could not be told is tried once more.
const PAUSE: Duration = Duration::from_secs(30);

/// Says that somebody has looked; quietly. When that fails it stays shown as read, and is told with the next message,
/// after a pause or when the connection is back.
pub fn mark_read(live: Live, id: ConversationId) {
    let unread = live
        .inbox
        .with_untracked(|inbox| inbox.row(id).map_or(0, |row| row.unread));
    let Some(ticket) = live.guess(id, Change::Read(unread)) else {
        return;
    };
    live.lanes.push(id, async move {
        match api::mark_read(id).await {
            Ok(row) => live.settle(id, Some(ticket), Some(row)),
            Err(_) => {
                live.inbox.try_update(|inbox| inbox.hold(id, ticket));
            }
        }
    });
}

/// Tells what could not be told, of whatever conversation: when the connection is back, and once after a pause.
pub(super) fn tell_untold(live: Live) {
    let tell = move || {
        let untold = live.inbox.try_with_untracked(Inbox::untold);
        for id in untold.unwrap_or_default() {
            mark_read(live, id);
        }
    };
    live.on_connected(tell);
    let owes = memo(move || live.inbox.with(|inbox| !inbox.untold().is_empty()));
    effect(move || {
        if owes.get() {
            set_timeout(tell, PAUSE);
        }
    });
}
