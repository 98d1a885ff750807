//! A group of lines of one sender, each a bubble.

mod fate;

use super::{
    desk::use_desk,
    groups::Group,
    rich::{self, Rich},
    ticks::Ticks,
};
use crate::{
    boxed::{memo, on},
    live::use_live,
    ui::{
        icon::{Icon, kind_icon},
        linked::Linked,
        time,
    },
    words::thread,
};
use fate::Fate;
use leptos::prelude::*;
use postern_types::{Content, ConversationId, Direction, MemberId, MessageId, MessageView};

/// One group; follows the lines that join it.
#[component]
pub fn GroupView(
    conversation: ConversationId,
    group: Group,
    groups: Memo<Vec<Group>>,
) -> impl IntoView {
    let live = use_live();
    let key = group.key;
    let ids = memo(move || {
        groups
            .with(|all| {
                all.iter()
                    .find(|group| group.key == key)
                    .map(|group| group.ids.clone())
            })
            .unwrap_or_default()
    });
    let class = match group.direction {
        Direction::In => "group in",
        Direction::Out => "group out",
        Direction::Note => "group note",
    };
    // The reader knows their own replies; a note is always signed.
    let signed = group
        .author
        .filter(|author| group.direction == Direction::Note || *author != live.me());
    view! {
        <li class="group-item">
            {group.day.map(|day| view! {
                <h3 class="day"><time title=time::full(day)>{move || time::day(day, live.now.get())}</time></h3>
            })}
            {group.new.then(|| view! { <p class="new-line" id="new"><span>{thread::NEW}</span></p> })}
            <div class=class>
                {signed.map(|author| view! { <Author author/> })}
                <ol class="bubbles">
                    <For each=move || ids.get() key=|id| *id let:id>
                        <Line conversation id/>
                    </For>
                </ol>
            </div>
        </li>
    }
    .into_any()
}

#[component]
fn Author(author: MemberId) -> impl IntoView {
    let live = use_live();
    let name = move || live.inbox.with(|inbox| inbox.name_of(author));
    view! { <bdi class="author">{name}</bdi> }
}

#[component]
fn Line(conversation: ConversationId, id: MessageId) -> impl IntoView {
    let live = use_live();
    let (rich, desk) = (expect_context::<Rich>(), use_desk());
    let message = memo(move || {
        live.inbox
            .with(|inbox| inbox.threads.get(&conversation)?.find(id).cloned())
    });
    // What is shown in full follows the message by itself, and is not made anew with each of its changes. One memo decides:
    // a view that reads a memo and one that it depends on can miss a change.
    let plain = memo(move || {
        message.with(|message| {
            let plain = |message: &&MessageView| !(rich::wants(message) && rich.is_ready());
            message.as_ref().filter(plain).cloned()
        })
    });
    let bubble = move || match plain.get() {
        Some(message) => Some(view! { <Bubble message/> }.into_any()),
        None => rich.bubble(message),
    };
    view! {
        <li class="line" data-message=id.to_string()>
            {bubble}
            {move || message.get().map(|message| view! { <Fate message/> })}
            // What it opens hears of it: `composer::kit::act`.
            <button type="button" class="act" aria-haspopup="dialog" aria-label=thread::ACTIONS on:click=on::click(move |_| desk.acts.set(Some(id)))><Icon name="ellipsis"/></button>
        </li>
    }
}

#[component]
fn Bubble(message: MessageView) -> impl IntoView {
    let MessageView {
        at,
        status,
        direction,
        content,
        ..
    } = message;
    view! {
        <div class="bubble">
            <NoteMark direction/>
            {match content {
                Content::Text { text } => view! { <p class="bubble-text" dir="auto"><Linked text/></p> }.into_any(),
                Content::Other { kind, summary } => view! { <Named kind summary/> }.into_any(),
            }}
            <span class="bubble-meta">
                <time title=time::full(at)>{time::clock(at)}</time>
                {(direction == Direction::Out).then(|| view! { <Ticks status/> })}
            </span>
        </div>
    }
    .into_any()
}

/// On a note, what it is.
#[component]
pub fn NoteMark(direction: Direction) -> impl IntoView {
    (direction == Direction::Note).then(|| {
        view! { <span class="note-mark"><Icon name="sticky-note"/>{thread::NOTE}</span> }
    })
}

/// A kind that is named rather than shown.
#[component]
pub fn Named(kind: String, summary: String) -> impl IntoView {
    view! {
        <div class="other">
            <span class="other-icon"><Icon name=kind_icon(&kind)/></span>
            <span class="other-words">
                <strong>{thread::kind(&kind)}</strong>
                {(!summary.is_empty()).then(|| view! { <span class="other-summary" dir="auto">{summary}</span> })}
            </span>
        </div>
    }
}
