//! Below a reply that failed, or of which nobody knows: the reason, and what can be done.

use crate::{
    boxed::{Show, memo, on},
    browser,
    error::ApiError,
    inbox::{
        api,
        desk::{Ask, use_desk},
    },
    live::{Draft, Live, unseen, use_live},
    ui::{
        icon::Icon,
        toast::{Toasts, use_toasts},
    },
    words::{fault, thread},
};
use leptos::prelude::*;
use postern_types::{Content, Direction, MessageView, SendFault, Status, UnknownAnswer};
use std::future::Future;

/// Nothing for a reply that is on its way or arrived.
#[component]
pub fn Fate(message: MessageView) -> impl IntoView {
    match message.status {
        Status::Failed => view! { <Failed message/> }.into_any(),
        Status::Unknown => view! { <Unknown message/> }.into_any(),
        _ => ().into_any(),
    }
}

#[component]
fn Failed(message: MessageView) -> impl IntoView {
    let (live, desk, toasts) = (use_live(), use_desk(), use_toasts());
    let can_retry = message.fault.as_ref().is_none_or(|fault| fault.retry);
    let (reason, details) = message
        .fault
        .as_ref()
        .map(|fault: &SendFault| (fault.reason.clone(), fault.details.clone()))
        .unzip();
    let busy = RwSignal::new(false);
    let mine = StoredValue::new(message);
    let retry = move |_| {
        let message = mine.get_value();
        if !live.outbox.again(&message) {
            settle(
                live,
                toasts,
                busy,
                api::retry(message.id),
                fault::NOT_RETRIED,
            );
        }
    };
    // What the server has never seen can still be changed, or taken back.
    let unsent = mine.with_value(unseen);
    let text = mine.with_value(|message| matches!(message.content, Content::Text { .. }));
    let edit = move |_| {
        let message = mine.get_value();
        live.outbox.discard(&message);
        desk.ask_to_write(Ask::Text(Draft {
            text: message.content.text().to_owned(),
            note: message.direction == Direction::Note,
        }));
    };
    let discard = move |_| {
        live.outbox.discard(&mine.get_value());
        browser::focus("#thread");
    };
    view! {
        <div class="fate failed">
            <Icon name="triangle-alert"/>
            <p dir="auto"><strong>{thread::FAILED}</strong>" "{reason}{details.flatten().map(|said| view! { <small>" "{said}</small> })}</p>
            {can_retry.then(|| view! {
                <button type="button" class="button small" disabled=move || busy.get() on:click=on::click(retry)>
                    <Icon name="rotate-cw"/>{move || if busy.get() { thread::RETRYING } else { thread::RETRY }}
                </button>
            })}
            {(unsent && text).then(|| view! { <button type="button" class="button small" on:click=on::click(edit)>{thread::EDIT}</button> })}
            {unsent.then(|| view! {
                <button type="button" class="button small" on:click=on::click(discard)>{thread::DISCARD}</button>
            })}
        </div>
    }
}

#[component]
fn Unknown(message: MessageView) -> impl IntoView {
    let (live, toasts) = (use_live(), use_toasts());
    let (id, ask_at) = (message.id, message.ask_at);
    let due = memo(move || ask_at.is_none_or(|at| live.now.get() >= at));
    let busy = RwSignal::new(false);
    let answer = move |answer| {
        let call = api::answer_unknown(id, answer);
        settle(live, toasts, busy, call, fault::NOT_ANSWERED);
    };
    view! {
        <div class="fate unknown">
            <Icon name="circle-help"/>
            <p>{move || if due.get() { thread::UNKNOWN } else { thread::UNKNOWN_WAIT }}</p>
            <Show when=move || due.get()>
                <button type="button" class="button small" disabled=move || busy.get() on:click=on::click(move |_| answer(UnknownAnswer::SendAgain))>{thread::SEND_AGAIN}</button>
                <button type="button" class="button small" disabled=move || busy.get() on:click=on::click(move |_| answer(UnknownAnswer::Arrived))>{thread::ARRIVED}</button>
            </Show>
        </div>
    }
}

/// Asks the server; `busy` until it has answered.
fn settle(
    live: Live,
    toasts: Toasts,
    busy: RwSignal<bool>,
    call: impl Future<Output = Result<MessageView, ApiError>> + 'static,
    refused: &'static str,
) {
    if busy.get_untracked() {
        return;
    }
    busy.set(true);
    leptos::task::spawn_local(async move {
        let answer = call.await;
        busy.try_set(false);
        match answer {
            Ok(message) => {
                live.inbox.try_update(|inbox| {
                    if let Some(thread) = inbox.threads.get_mut(&message.conversation) {
                        thread.put(message);
                    }
                });
            }
            Err(error) => toasts.fault(fault::doing(refused, &error)),
        }
    });
}
