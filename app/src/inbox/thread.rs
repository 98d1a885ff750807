//! The thread: groups of lines, read upward page by page, never moved while one reads.

use super::{api, bubble::GroupView, groups};
use crate::{
    live::{Live, use_live},
    ui::{
        icon::Icon,
        sentinel::Sentinel,
        time,
        toast::{Toasts, use_toasts},
    },
    words::{self, fault, thread},
};
use leptos::{html, prelude::*};
use postern_types::{Content, ConversationId, Direction, MessageId};

/// Nearer than this to the newest line counts as being there, in pixels.
const NEAR: i32 = 80;

/// The lines of a conversation. They hang from the lower edge: older ones above and newer ones below move nothing.
#[component]
pub fn ThreadView(id: ConversationId, mark: RwSignal<Option<MessageId>>) -> impl IntoView {
    let live = use_live();
    let more = page_up(live, use_toasts(), id);
    let scroll = NodeRef::<html::Div>::new();
    let at_end = RwSignal::new(true);
    let below = RwSignal::new(0_usize);

    let groups = Memo::new(move |_| {
        let mark = mark.get();
        live.inbox.with(|inbox| {
            let messages = inbox
                .threads
                .get(&id)
                .map(|thread| thread.messages.as_slice())
                .unwrap_or_default();
            groups::gather(messages, mark, time::local_day)
        })
    });
    let loaded = Memo::new(move |_| {
        live.inbox
            .with(|inbox| inbox.threads.get(&id).is_some_and(|t| t.loaded))
    });
    let older = Memo::new(move |_| {
        live.inbox
            .with(|inbox| inbox.threads.get(&id)?.older.clone())
    });
    let to_end = move || {
        if let Some(scroll) = scroll.get_untracked() {
            scroll.set_scroll_top(0);
        }
    };
    let scrolled = move |_| {
        let Some(scroll) = scroll.get_untracked() else {
            return;
        };
        // Hung from below, the scroller counts downwards from zero.
        let now = scroll.scroll_top() > -NEAR;
        if at_end.get_untracked() != now {
            at_end.set(now);
        }
        if now && below.get_untracked() > 0 {
            below.set(0);
        }
    };
    let newest = Memo::new(move |_| {
        live.inbox.with(|inbox| {
            let last = inbox.threads.get(&id)?.messages.last()?;
            Some((
                last.id,
                last.direction == Direction::In,
                last.author == Some(inbox.me),
            ))
        })
    });
    Effect::new(move |before: Option<Option<MessageId>>| {
        let (now, came_in, mine) = newest.get()?;
        if before.is_some_and(|before| before.is_some_and(|before| before != now)) {
            if mine {
                to_end();
            } else if came_in && !at_end.get_untracked() {
                below.update(|n| *n += 1);
            }
        }
        Some(now)
    });
    let jump = move |()| {
        to_end();
        crate::browser::focus("#thread");
    };

    view! {
        <div class="thread">
            <div class="thread-scroll" id="thread" node_ref=scroll tabindex="0" role="region" aria-label=thread::MESSAGES on:scroll=scrolled>
                <div class="lines">
                    <Sentinel place=older seen=more/>
                    <Show when=move || loaded.get() fallback=|| view! { <ThreadSkeleton/> }>
                        <p class="thread-start">{move || if older.get().is_some() { words::LOADING } else { thread::BEGINNING }}</p>
                    </Show>
                    <ol class="groups">
                        <For each=move || groups.get() key=|group| (group.key, group.day, group.new) let:group>
                            <GroupView conversation=id group groups/>
                        </For>
                    </ol>
                </div>
            </div>
            <Jump at_end below jump=Callback::new(jump)/>
            <Heard id/>
        </div>
    }
    .into_any()
}

/// Reads older pages.
fn page_up(live: Live, toasts: Toasts, id: ConversationId) -> Callback<String> {
    Callback::new(move |before: String| {
        leptos::task::spawn_local(async move {
            match api::thread(id, Some(before)).await {
                Ok(page) => {
                    live.inbox
                        .try_update(|inbox| inbox.threads.entry(id).or_default().absorb(page));
                }
                Err(error) => toasts.fault(fault::doing(fault::THREAD_FAILED, &error)),
            }
        });
    })
}

/// Shown while one reads further up.
#[component]
fn Jump(at_end: RwSignal<bool>, below: RwSignal<usize>, jump: Callback<()>) -> impl IntoView {
    let word = move || match below.get() {
        0 => thread::NEWEST.to_owned(),
        n => thread::new_below(n),
    };
    view! {
        <Show when=move || !at_end.get() fallback=|| ()>
            <button type="button" class="jump" class:has-new=move || { below.get() > 0 } on:click=move |_| jump.run(())>
                <Icon name="arrow-down"/>
                {word}
            </button>
        </Show>
    }
}

/// Reads out what comes in, for those who listen.
#[component]
fn Heard(id: ConversationId) -> impl IntoView {
    let live = use_live();
    let said = move || {
        let message = live
            .heard
            .get()
            .filter(|message| message.conversation == id)?;
        let who = live
            .inbox
            .with_untracked(|inbox| inbox.row(id).map(|row| row.contact.label().to_owned()))?;
        let text = match &message.content {
            Content::Text { text } => text.clone(),
            Content::Other { kind, summary } => format!("{} {summary}", thread::kind(kind)),
        };
        Some(thread::heard(&who, &text))
    };
    view! { <p class="only-heard" aria-live="polite">{said}</p> }
}

#[component]
fn ThreadSkeleton() -> impl IntoView {
    view! {
        <div class="thread-skeleton" aria-busy="true">
            <span class="only-heard">{words::LOADING}</span>
            {["in w2", "in w1", "out w3", "in w3", "out w1", "out w2"].map(|class| view! {
                <i class=format!("sk sk-bubble {class}") aria-hidden="true"></i>
            }).collect_view()}
        </div>
    }
}
