//! The thread: groups of lines, read upward page by page, never moved while one reads.

mod place;

use super::{api, bubble::GroupView, groups, rich::Rich};
use crate::{
    boxed::{Show, effect, memo, on},
    live::{Live, Thread, unseen, use_live},
    ui::{icon::Icon, sentinel::Sentinel, time},
    words::{self, fault, thread},
};
use leptos::{html, prelude::*};
use place::Place;
use postern_types::{ConversationId, Direction, MessageId, MessageView};

/// Nearer than this to the newest line counts as being there, in pixels.
const NEAR: i32 = 80;

/// The lines of a conversation. They hang from the lower edge: older ones above move nothing, and for newer ones below
/// the reader's place is kept.
#[component]
pub fn ThreadView(id: ConversationId, mark: RwSignal<Option<MessageId>>) -> impl IntoView {
    let live = use_live();
    let rich = Rich::new();
    provide_context(rich);
    let pages = Pages::new(live, id);
    let scroll = NodeRef::<html::Div>::new();
    let lines = NodeRef::<html::Div>::new();
    let at_end = RwSignal::new(true);
    let place = Place::keep(scroll, lines, at_end);

    let groups = memo(move || {
        let mark = mark.get();
        live.inbox.with(|inbox| {
            let messages = inbox.threads.get(&id).map(Thread::messages);
            groups::gather(messages.unwrap_or_default(), mark, time::local_day)
        })
    });
    let loaded = memo(move || {
        live.inbox
            .with(|inbox| inbox.threads.get(&id).is_some_and(|t| t.loaded))
    });
    let older = memo(move || {
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
        place.look();
    };
    follow_own_lines(live, id, to_end);
    let below = unseen_below(live, id, at_end);
    let jump = move |()| {
        to_end();
        crate::browser::focus("#thread");
    };

    view! {
        <div class="thread">
            {move || rich.room(id)}
            <div class="thread-scroll" id="thread" node_ref=scroll tabindex="0" role="region" aria-label=thread::MESSAGES on:scroll=scrolled>
                <div class="lines" node_ref=lines>
                    <Sentinel place=older seen=pages.read again=pages.tries/>
                    <Show when=move || loaded.get() fallback=|| view! { <ThreadSkeleton/> }>
                        <Start older pages/>
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

/// The older pages of a thread; copied about freely.
#[derive(Clone, Copy)]
struct Pages {
    read: Callback<String>,
    /// Grows with each new try of a page that could not be read.
    tries: RwSignal<u32>,
    failed: RwSignal<Option<String>>,
}

impl Pages {
    fn new(live: Live, id: ConversationId) -> Self {
        let failed = RwSignal::new(None);
        let read = Callback::new(move |before: String| {
            let epoch = live.epoch.get_untracked();
            leptos::task::spawn_local(async move {
                let answer = api::thread(id, Some(before)).await;
                if live.epoch.try_get_untracked() != Some(epoch) {
                    return;
                }
                match answer {
                    Ok(page) => {
                        live.inbox
                            .try_update(|inbox| inbox.threads.entry(id).or_default().absorb(page));
                    }
                    Err(error) => {
                        failed.try_set(Some(fault::doing(fault::THREAD_FAILED, &error)));
                    }
                }
            });
        });
        let pages = Self {
            read,
            tries: RwSignal::new(0),
            failed,
        };
        live.on_connected(move || {
            if failed.with_untracked(Option::is_some) {
                pages.again();
            }
        });
        pages
    }

    fn again(self) {
        self.failed.set(None);
        self.tries.update(|tries| *tries += 1);
    }
}

/// What stands above the oldest line.
#[component]
fn Start(older: Memo<Option<String>>, pages: Pages) -> impl IntoView {
    move || {
        match pages.failed.get() {
        Some(reason) => view! {
            <div class="strip fault" role="alert">
                <Icon name="triangle-alert"/>
                <p>{reason}</p>
                <button type="button" class="button small" on:click=on::click(move |_| pages.again())>{words::TRY_AGAIN}</button>
            </div>
        }
        .into_any(),
        None => view! {
            <p class="thread-start">{move || if older.get().is_some() { words::LOADING } else { thread::BEGINNING }}</p>
        }
        .into_any(),
    }
    }
}

/// To the end for a line that was written here, in this tab; for nothing else.
fn follow_own_lines(live: Live, id: ConversationId, to_end: impl Fn() + 'static) {
    let written = memo(move || {
        live.inbox.with(|inbox| {
            let last = inbox.threads.get(&id)?.messages().last()?;
            unseen(last).then_some(last.id)
        })
    });
    Effect::new(move |before: Option<Option<MessageId>>| {
        let now = written.get();
        if before.is_some_and(|before| before != now) && now.is_some() {
            to_end();
        }
        now
    });
}

/// How many messages came in below while the reader was further up.
fn unseen_below(live: Live, id: ConversationId, at_end: RwSignal<bool>) -> Memo<usize> {
    let came_in = |message: &&MessageView| message.direction == Direction::In;
    let last = memo(move || {
        live.inbox.with(|inbox| {
            let messages = inbox.threads.get(&id)?.messages();
            messages.iter().rev().find(came_in).map(|m| m.id)
        })
    });
    let seen = RwSignal::new(None);
    effect(move || {
        let last = last.get();
        if at_end.get() {
            seen.set(last);
        }
    });
    memo(move || {
        let Some(seen) = seen.get().filter(|_| !at_end.get()) else {
            return 0;
        };
        live.inbox.with(|inbox| {
            let messages = inbox.threads.get(&id).map(Thread::messages);
            let newer = messages.unwrap_or_default().iter().rev();
            newer
                .filter(came_in)
                .take_while(|message| message.id != seen)
                .count()
        })
    })
}

/// Shown while one reads further up.
#[component]
fn Jump(at_end: RwSignal<bool>, below: Memo<usize>, jump: Callback<()>) -> impl IntoView {
    let word = move || match below.get() {
        0 => thread::NEWEST.to_owned(),
        n => thread::new_below(n),
    };
    view! {
        <Show when=move || !at_end.get()>
            <button type="button" class="jump" class:has-new=move || { below.get() > 0 } on:click=on::click(move |_| jump.run(()))>
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
        let here = |message: &MessageView| message.conversation == id;
        let messages: Vec<_> = live.heard.get().into_iter().filter(here).collect();
        let who = live
            .inbox
            .with_untracked(|inbox| inbox.row(id).map(|row| row.contact.label().to_owned()))?;
        let texts = messages
            .iter()
            .map(|message| thread::line(&message.content, true));
        let texts = texts.collect::<Vec<_>>().join("\n");
        (!texts.is_empty()).then(|| thread::heard(&who, &texts))
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
