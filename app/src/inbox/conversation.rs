//! The open conversation: head, thread, composer, and details beside it.

use super::{
    api, composer::Composer, desk::use_desk, details::DetailsPane, head::Head, reading,
    thread::ThreadView,
};
use crate::{
    boxed::{Show, effect, memo, on},
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
    /// What could not be read, and why.
    pub failed: RwSignal<Option<(Part, ApiError)>>,
}

/// What is read when a conversation is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Its newest messages.
    Thread,
    /// What stands beside them.
    Details,
}

/// The conversation that the address names; another one is another page.
#[component]
pub fn OpenConversation() -> impl IntoView {
    let desk = use_desk();
    view! {
        <For each=move || desk.current.get() key=|id| *id let:id>
            <Conversation id/>
        </For>
        <Show when=move || desk.current.get().is_none()>
            <section class="conversation"><Gone/></section>
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
    effect(move || {
        // The first snapshot begins everything; before it an event could fall between.
        if live.epoch.get() > 0 {
            open(live, opened);
        }
    });
    live.on_connected(move || {
        if opened.failed.with_untracked(Option::is_some) {
            open(live, opened);
        }
    });
    let mark = reading::follow(live, desk, id);
    live.say_where(Some(id), false);
    on_cleanup(move || live.say_where(None, false));

    let gone = memo(move || {
        opened
            .failed
            .with(|failed| matches!(failed, Some((_, ApiError::NotFound))))
    });
    view! {
        <section class="conversation" class:with-details=move || desk.details.get()>
            <Show when=move || !gone.get() fallback=|| view! { <Gone/> }>
                <div class="conversation-main">
                    <Head id/>
                    <Fault opened/>
                    <ThreadView id mark/>
                    <Composer opened mark/>
                </div>
                <Show when=move || desk.details.get()>
                    <DetailsPane opened/>
                </Show>
            </Show>
        </section>
    }
    .into_any()
}

/// Reads the newest page and the details; events that arrive meanwhile are kept, not lost. What was asked before
/// everything was read anew is answered too late: events between the two would be missing.
fn open(live: Live, opened: Opened) {
    let id = opened.id;
    let epoch = live.epoch.get_untracked();
    let current = move || live.epoch.try_get_untracked() == Some(epoch);
    let loaded = live.inbox.try_update(|inbox| inbox.open_thread(id));
    opened.failed.set(None);
    let failed = move |part, error| {
        if current() {
            opened.failed.try_set(Some((part, error)));
        }
    };
    if loaded == Some(false) {
        leptos::task::spawn_local(async move {
            match api::thread(id, None).await {
                Ok(page) if current() => {
                    live.inbox
                        .try_update(|inbox| inbox.threads.entry(id).or_default().absorb(page));
                }
                Ok(_) => {}
                Err(error) => failed(Part::Thread, error),
            }
        });
    }
    leptos::task::spawn_local(async move {
        match api::details(id).await {
            Ok(details) if current() => {
                live.inbox.try_update(|inbox| {
                    let mut rows = details.earlier.clone();
                    rows.push(details.row.clone());
                    inbox.remember(rows);
                });
                opened.details.try_set(Some(details));
            }
            Ok(_) => {}
            Err(error) => failed(Part::Details, error),
        }
    });
}

#[component]
fn Fault(opened: Opened) -> impl IntoView {
    let live = use_live();
    let text = move || {
        opened.failed.with(|failed| {
            let (part, error) = failed.as_ref()?;
            let what = match part {
                Part::Thread => fault::THREAD_FAILED,
                Part::Details => fault::DETAILS_FAILED,
            };
            Some(fault::doing(what, error))
        })
    };
    view! {
        <Show when=move || opened.failed.with(Option::is_some)>
            <div class="strip fault" role="alert">
                <Icon name="triangle-alert"/>
                <p>{text}</p>
                <button type="button" class="button small" on:click=on::click(move |_| open(live, opened))>{words::TRY_AGAIN}</button>
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
