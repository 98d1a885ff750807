//! Below a reply that failed, or of which nobody knows: the reason, and what can be done.

use crate::{
    inbox::{api, outbox::use_outbox},
    live::{Live, use_live},
    ui::{
        icon::Icon,
        toast::{Toasts, use_toasts},
    },
    words::{fault, thread},
};
use leptos::prelude::*;
use postern_types::{MessageId, MessageView, SendFault, Status, UnknownAnswer};
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
    let (live, toasts, outbox) = (use_live(), use_toasts(), use_outbox());
    let can_retry = message.fault.as_ref().is_none_or(|fault| fault.retry);
    let reason = message
        .fault
        .as_ref()
        .map(|SendFault { reason, .. }| reason.clone());
    let retry = move |_| {
        if !outbox.again(&message) {
            settle(live, toasts, api::retry(message.id), fault::NOT_RETRIED);
        }
    };
    view! {
        <div class="fate failed">
            <Icon name="triangle-alert"/>
            <p dir="auto"><strong>{thread::FAILED}</strong>" "{reason}</p>
            {can_retry.then(|| view! {
                <button type="button" class="button small" on:click=retry><Icon name="rotate-cw"/>{thread::RETRY}</button>
            })}
        </div>
    }
}

#[component]
fn Unknown(message: MessageView) -> impl IntoView {
    let (live, toasts) = (use_live(), use_toasts());
    let (id, ask_at) = (message.id, message.ask_at);
    let due = Memo::new(move |_| ask_at.is_none_or(|at| live.now.get() >= at));
    let answer = move |answer| settle(live, toasts, answer_call(id, answer), fault::NOT_ANSWERED);
    view! {
        <div class="fate unknown">
            <Icon name="circle-help"/>
            <p>{move || if due.get() { thread::UNKNOWN } else { thread::UNKNOWN_WAIT }}</p>
            <Show when=move || due.get() fallback=|| ()>
                <button type="button" class="button small" on:click=move |_| answer(UnknownAnswer::SendAgain)>{thread::SEND_AGAIN}</button>
                <button type="button" class="button small" on:click=move |_| answer(UnknownAnswer::Arrived)>{thread::ARRIVED}</button>
            </Show>
        </div>
    }
}

fn answer_call(
    id: MessageId,
    answer: UnknownAnswer,
) -> impl Future<Output = Result<MessageView, crate::error::ApiError>> {
    api::answer_unknown(id, answer)
}

fn settle(
    live: Live,
    toasts: Toasts,
    call: impl Future<Output = Result<MessageView, crate::error::ApiError>> + 'static,
    refused: &'static str,
) {
    leptos::task::spawn_local(async move {
        match call.await {
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
