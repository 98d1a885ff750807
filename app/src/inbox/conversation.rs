//! The open conversation: head, thread, composer, and details beside it.

use super::{
    api, composer::Composer, desk::use_desk, details::DetailsPane, head::Head, reading,
    thread::ThreadView,
};
use crate::{
    error::ApiError,
    live::{Live, use_live},
    ui::{empty::Empty, icon::Icon},
    words::{self, fault, thread},
};
use leptos::prelude::*;
use postern_types::{ConversationDetails, ConversationId};

/// What belongs to one open conversation; copied about freely.
#[derive(Clone, Copy)]
pub struct Opened {
    /// Which.
    pub id: ConversationId,
    /// What stands beside it, once it is here.
    pub details: RwSignal<Option<ConversationDetails>>,
    /// Why it could not be read.
    pub failed: RwSignal<Option<ApiError>>,
}

/// The conversation that the address names; another one is another page.
#[component]
pub fn OpenConversation() -> impl IntoView {
    let desk = use_desk();
    view! {
        <For each=move || desk.current.get() key=|id| *id let:id>
            <Conversation id/>
        </For>
        <Show when=move || desk.current.get().is_none() fallback=|| ()>
            <main class="conversation" id="main"><Gone/></main>
        </Show>
    }
    .into_any()
}

#[component]
fn Conversation(id: ConversationId) -> impl IntoView {
    let (live, desk) = (use_live(), use_desk());
    let opened = Opened {
        id,
        details: RwSignal::new(None),
        failed: RwSignal::new(None),
    };
    Effect::new(move |_| {
        // The first snapshot begins everything; before it an event could fall between.
        if live.epoch.get() > 0 {
            open(live, opened);
        }
    });
    let mark = reading::follow(live, desk, id);
    live.say_where(Some(id), false);
    on_cleanup(move || live.say_where(None, false));

    let gone = Memo::new(move |_| {
        opened
            .failed
            .with(|error| matches!(error, Some(ApiError::NotFound)))
    });
    view! {
        <main class="conversation" id="main" class:with-details=move || desk.details.get()>
            <Show when=move || !gone.get() fallback=|| view! { <Gone/> }>
                <div class="conversation-main">
                    <Head id/>
                    <Fault opened/>
                    <ThreadView id mark/>
                    <Composer opened mark/>
                </div>
                <Show when=move || desk.details.get() fallback=|| ()>
                    <DetailsPane opened/>
                </Show>
            </Show>
        </main>
    }
    .into_any()
}

/// Reads the newest page and the details; events that arrive meanwhile are kept, not lost.
fn open(live: Live, opened: Opened) {
    let id = opened.id;
    let loaded = live
        .inbox
        .try_update(|inbox| inbox.threads.entry(id).or_default().loaded);
    opened.failed.set(None);
    if loaded == Some(false) {
        leptos::task::spawn_local(async move {
            match api::thread(id, None).await {
                Ok(page) => {
                    live.inbox
                        .try_update(|inbox| inbox.threads.entry(id).or_default().absorb(page));
                }
                Err(error) => {
                    opened.failed.try_set(Some(error));
                }
            }
        });
    }
    leptos::task::spawn_local(async move {
        match api::details(id).await {
            Ok(details) => {
                live.inbox.try_update(|inbox| {
                    let mut rows = details.earlier.clone();
                    rows.push(details.row.clone());
                    inbox.remember(rows);
                });
                opened.details.try_set(Some(details));
            }
            Err(error) => {
                opened.failed.try_set(Some(error));
            }
        }
    });
}

#[component]
fn Fault(opened: Opened) -> impl IntoView {
    let live = use_live();
    let text = move || {
        opened.failed.with(|error| {
            error
                .as_ref()
                .map(|e| fault::doing(fault::THREAD_FAILED, e))
        })
    };
    view! {
        <Show when=move || opened.failed.with(Option::is_some) fallback=|| ()>
            <div class="strip fault" role="alert">
                <Icon name="triangle-alert"/>
                <p>{text}</p>
                <button type="button" class="button small" on:click=move |_| open(live, opened)>{words::TRY_AGAIN}</button>
            </div>
        </Show>
    }
}

#[component]
fn Gone() -> impl IntoView {
    view! {
        <Empty icon="circle-help" title=thread::GONE hint=thread::GONE_HINT>
            <a class="button" href="/inbox">{thread::BACK}</a>
        </Empty>
    }
}
