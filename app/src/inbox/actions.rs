//! What one does to a conversation: shown at once, taken back when the server does not agree.

use super::api;
use crate::{
    error::ApiError,
    live::Live,
    ui::toast::Toasts,
    words::{self, fault},
};
use leptos::prelude::*;
use postern_types::{ConversationId, ConversationRow, ConversationState, MemberId};
use std::future::Future;

/// Closes an open one, reopens a closed one, and offers to undo that.
pub fn toggle_state(live: Live, toasts: Toasts, id: ConversationId) {
    let state = live
        .inbox
        .with_untracked(|inbox| inbox.row(id).map(|row| row.state));
    match state {
        Some(ConversationState::Open) => {
            close(live, toasts, id);
            let undo = Callback::new(move |()| reopen(live, toasts, id));
            toasts.offer(words::thread::CLOSED_NOW, words::UNDO, undo);
        }
        Some(ConversationState::Closed) => {
            reopen(live, toasts, id);
            let undo = Callback::new(move |()| close(live, toasts, id));
            toasts.offer(words::thread::REOPENED_NOW, words::UNDO, undo);
        }
        None => {}
    }
}

/// Gives a conversation to somebody, or to nobody.
pub fn assign(live: Live, toasts: Toasts, id: ConversationId, to: Option<MemberId>) {
    let change = move |row: &mut ConversationRow| row.assignee = to;
    act(
        live,
        toasts,
        id,
        change,
        api::assign(id, to),
        fault::NOT_ASSIGNED,
    );
}

/// Says that somebody has looked; quietly, it is tried again with the next message.
pub fn mark_read(live: Live, id: ConversationId) {
    let before = guess(live, id, |row| row.unread = 0);
    leptos::task::spawn_local(async move {
        settle(live, before, api::mark_read(id).await).ok();
    });
}

fn close(live: Live, toasts: Toasts, id: ConversationId) {
    let change = |row: &mut ConversationRow| row.state = ConversationState::Closed;
    act(live, toasts, id, change, api::close(id), fault::NOT_CLOSED);
}

fn reopen(live: Live, toasts: Toasts, id: ConversationId) {
    let change = |row: &mut ConversationRow| row.state = ConversationState::Open;
    act(
        live,
        toasts,
        id,
        change,
        api::reopen(id),
        fault::NOT_REOPENED,
    );
}

fn act(
    live: Live,
    toasts: Toasts,
    id: ConversationId,
    change: impl FnOnce(&mut ConversationRow),
    call: impl Future<Output = Result<ConversationRow, ApiError>> + 'static,
    refused: &'static str,
) {
    let before = guess(live, id, change);
    leptos::task::spawn_local(async move {
        if let Err(error) = settle(live, before, call.await) {
            toasts.fault(fault::doing(refused, &error));
        }
    });
}

fn guess(
    live: Live,
    id: ConversationId,
    change: impl FnOnce(&mut ConversationRow),
) -> Option<ConversationRow> {
    live.inbox
        .try_update(|inbox| inbox.guess(id, change))
        .flatten()
}

fn settle(
    live: Live,
    before: Option<ConversationRow>,
    answer: Result<ConversationRow, ApiError>,
) -> Result<(), ApiError> {
    match answer {
        Ok(row) => {
            live.put(row);
            Ok(())
        }
        Err(error) => {
            if let Some(before) = before {
                live.inbox.try_update(|inbox| inbox.restore(before));
            }
            Err(error)
        }
    }
}
