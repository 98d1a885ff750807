//! What one does to a conversation: shown at once, one after another, taken back when the server does not agree.

use super::api;
use crate::{
    error::ApiError,
    live::{Change, Live},
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
        .try_with_untracked(|inbox| inbox.row(id).map(|row| row.state))
        .flatten();
    let (next, done) = match state {
        Some(ConversationState::Open) => (ConversationState::Closed, words::thread::CLOSED_NOW),
        Some(ConversationState::Closed) => (ConversationState::Open, words::thread::REOPENED_NOW),
        None => return,
    };
    let undo = move || put_state(live, toasts, id, opposite(next), None);
    let offer = toasts.offer(done, words::UNDO, undo);
    put_state(live, toasts, id, next, Some(offer));
}

/// Gives a conversation to somebody, or to nobody; `done` is said once it is so.
pub fn assign(
    live: Live,
    toasts: Toasts,
    id: ConversationId,
    to: Option<MemberId>,
    done: Option<&'static str>,
) {
    let told = move |agreed: Result<(), ApiError>| match (agreed, done) {
        (Ok(()), Some(done)) => {
            toasts.say(done);
        }
        (Ok(()), None) => {}
        (Err(error), _) => toasts.fault(fault::doing(fault::NOT_ASSIGNED, &error)),
    };
    act(
        live,
        id,
        Change::Assign(to),
        move || api::assign(id, to),
        told,
    );
}

/// `offer` is the message that says it is done: taken away when it is not.
fn put_state(
    live: Live,
    toasts: Toasts,
    id: ConversationId,
    state: ConversationState,
    offer: Option<u32>,
) {
    let told = move |agreed: Result<(), ApiError>| {
        let Err(error) = agreed else { return };
        if let Some(offer) = offer {
            toasts.close(offer);
        }
        let refused = match state {
            ConversationState::Closed => fault::NOT_CLOSED,
            ConversationState::Open => fault::NOT_REOPENED,
        };
        toasts.fault(fault::doing(refused, &error));
    };
    let call = move || async move {
        match state {
            ConversationState::Closed => api::close(id).await,
            ConversationState::Open => api::reopen(id).await,
        }
    };
    act(live, id, Change::State(state), call, told);
}

fn opposite(state: ConversationState) -> ConversationState {
    match state {
        ConversationState::Open => ConversationState::Closed,
        ConversationState::Closed => ConversationState::Open,
    }
}

fn act<F: Future<Output = Result<ConversationRow, ApiError>> + 'static>(
    live: Live,
    id: ConversationId,
    change: Change,
    call: impl FnOnce() -> F + 'static,
    told: impl FnOnce(Result<(), ApiError>) + 'static,
) {
    let ticket = live.guess(id, change);
    live.lanes.push(id, async move {
        let answer = call().await;
        let (row, agreed) = match answer {
            Ok(row) => (Some(row), Ok(())),
            Err(error) => (None, Err(error)),
        };
        live.settle(id, ticket, row);
        told(agreed);
    });
}
