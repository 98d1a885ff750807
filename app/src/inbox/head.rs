//! The head of the open conversation: who, over which number, who else is here, what can be done.

use super::{actions, desk::use_desk};
use crate::{
    boxed::{Show, memo, on},
    live::use_live,
    ui::{
        avatar::{Avatar, WindowLeft, WindowRing},
        icon::Icon,
        toast::use_toasts,
    },
    words::{self, details, thread},
};
use leptos::prelude::*;
use postern_types::{ConversationId, ConversationState};

/// The head.
#[component]
pub fn Head(id: ConversationId) -> impl IntoView {
    let (live, desk, toasts) = (use_live(), use_desk(), use_toasts());
    let row = live.row(id);
    let name = memo(move || {
        row.with(|row| {
            let label = row.as_ref().map(|row| row.contact.label().to_owned())?;
            Some(if label.is_empty() {
                words::UNKNOWN_CONTACT.to_owned()
            } else {
                label
            })
        })
    });
    let open = memo(move || {
        row.with(|row| {
            row.as_ref()
                .is_none_or(|row| row.state == ConversationState::Open)
        })
    });
    let mine = memo(move || {
        row.with(|row| {
            row.as_ref()
                .is_some_and(|row| row.assignee == Some(live.me()))
        })
    });
    let until = memo(move || row.with(|row| row.as_ref().and_then(|row| row.window_until)));
    let face = move || {
        row.get().map(|row| {
            view! {
                <span class="row-face">
                    <Avatar name=row.contact.name id=row.contact.id.0/>
                    <WindowRing until=row.window_until now=live.now/>
                </span>
            }
        })
    };
    let back = move |event: leptos::ev::MouseEvent| {
        // A new tab, if one asks for it, is the browser's business.
        if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
            event.prevent_default();
            desk.to_list();
        }
    };
    view! {
        <header class="conversation-head">
            <a class="icon-button back" href="/inbox" aria-label=thread::BACK on:click=on::click(back)><Icon name="arrow-left"/></a>
            {face}
            <div class="head-words">
                <h2 class="head-name"><bdi>{move || name.get()}</bdi></h2>
                <Beside id/>
            </div>
            <WindowLeft until now=live.now/>
            <div class="head-actions">
                <Show when=move || !mine.get()>
                    <button type="button" class="button quiet" on:click=on::click(move |_| actions::assign(live, toasts, id, Some(live.me()), None))>
                        <Icon name="user-check"/><span class="label">{details::ASSIGN_ME}</span><kbd aria-hidden="true">"a"</kbd>
                    </button>
                </Show>
                <button type="button" class="button quiet" on:click=on::click(move |_| actions::toggle_state(live, toasts, id))>
                    {move || if open.get() {
                        view! { <Icon name="check"/><span class="label">{thread::CLOSE_IT}</span> }.into_any()
                    } else {
                        view! { <Icon name="undo-2"/><span class="label">{thread::REOPEN_IT}</span> }.into_any()
                    }}
                    <kbd aria-hidden="true">"e"</kbd>
                </button>
                <button type="button" class="icon-button" id="details-toggle" aria-expanded=move || desk.details.get().to_string()
                    aria-label=move || if desk.details.get() { thread::HIDE_DETAILS } else { thread::SHOW_DETAILS }
                    on:click=on::click(move |_| desk.toggle_details())>
                    <Icon name="panel-right"/>
                </button>
            </div>
        </header>
    }
    .into_any()
}

/// Under the name: who else is here, otherwise the number it came over.
#[component]
fn Beside(id: ConversationId) -> impl IntoView {
    let live = use_live();
    let others = memo(move || {
        let others = live
            .presence
            .with(|presence| presence.others(id, live.me()));
        let name = |member| {
            live.inbox
                .with(|inbox| inbox.member(member).map(|m| m.name.clone()))
        };
        let (writing, looking): (Vec<_>, Vec<_>) =
            others.into_iter().partition(|other| other.typing);
        let names = |of: Vec<crate::live::Other>| {
            of.into_iter()
                .filter_map(|o| name(o.member))
                .collect::<Vec<_>>()
        };
        (names(writing), names(looking))
    });
    let number = memo(move || {
        live.inbox.with(|inbox| {
            let row = inbox.row(id)?;
            let channel = inbox.channel(row.channel)?;
            Some(format!("{} · {}", channel.name, channel.phone))
        })
    });
    view! {
        <p class="head-beside" aria-live="polite">
            {move || {
                let (writing, looking) = others.get();
                if !writing.is_empty() {
                    view! { <span class="writing"><i class="dots" aria-hidden="true"></i>{thread::typing(&writing)}</span> }.into_any()
                } else if !looking.is_empty() {
                    view! { <span class="looking"><Icon name="eye"/>{thread::looking(&looking)}</span> }.into_any()
                } else {
                    view! { <bdi>{number.get()}</bdi> }.into_any()
                }
            }}
        </p>
    }
}
