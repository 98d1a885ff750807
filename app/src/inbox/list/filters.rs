//! The head of the list: search, labels, whose, open or closed.

use super::narrow::{Labels, LabelsButton, Narrow};
use crate::{
    boxed::{Show, memo, on},
    browser,
    inbox::{desk::use_desk, template::Towards},
    live::use_live,
    ui::icon::Icon,
    words::{self, frame, list, template},
};
use leptos::{ev::KeyboardEvent, html, prelude::*};
use postern_types::{ConversationState, InboxView, ListRequest};
use std::time::Duration;

const TYPING: Duration = Duration::from_millis(180);

/// Sets what is looked at.
#[component]
pub fn Filters(looking_at: RwSignal<ListRequest>, narrow: Narrow) -> impl IntoView {
    let desk = use_desk();
    let state = memo(move || looking_at.with(|request| request.state));
    let toggle = move |_| {
        looking_at.update(|request| {
            request.state = match request.state {
                ConversationState::Open => ConversationState::Closed,
                ConversationState::Closed => ConversationState::Open,
            };
        });
    };
    view! {
        <header class="list-head">
            <div class="list-title">
                <h1>{frame::INBOX}</h1>
                <button type="button" class="icon-button" title=template::NEW aria-label=template::NEW
                    on:click=on::click(move |_| desk.choose_template(Towards::Number))><Icon name="plus"/></button>
                <LabelsButton narrow/>
                <button type="button" class="switch-state" aria-pressed=move || (state.get() == ConversationState::Closed).to_string() on:click=on::click(toggle)>
                    <span class:chosen=move || state.get() == ConversationState::Open>{list::OPEN}</span>
                    <span class:chosen=move || state.get() == ConversationState::Closed>{list::CLOSED}</span>
                </button>
            </div>
            <Search looking_at/>
            <Labels narrow/>
            <div class="views" role="group" aria-label=list::VIEWS>
                {[InboxView::Mine, InboxView::Teams, InboxView::Unassigned, InboxView::All, InboxView::Closing]
                    .map(|view| view! { <ViewTab view looking_at narrow/> })}
            </div>
        </header>
    }
    .into_any()
}

#[component]
fn ViewTab(view: InboxView, looking_at: RwSignal<ListRequest>, narrow: Narrow) -> impl IntoView {
    let live = use_live();
    let all = live.counts();
    let counts = memo(move || narrow.counts.get().unwrap_or_else(|| all.get()));
    let many = move || match view {
        InboxView::Mine => counts.get().mine,
        // Not counted: what is unread there counts under one of the others.
        InboxView::Teams => 0,
        InboxView::Unassigned => counts.get().unassigned,
        InboxView::All => counts.get().all,
        InboxView::Closing => counts.get().closing,
    };
    let (closing, teams) = (view == InboxView::Closing, view == InboxView::Teams);
    let small = closing || teams;
    let away = memo(move || teams && live.inbox.with(|inbox| !inbox.in_a_team()));
    let chosen = memo(move || looking_at.with(|request| request.view == view));
    view! {
        <button type="button" class="view-tab" aria-pressed=move || chosen.get().to_string() title=small.then_some(list::view(view)) hidden=move || away.get()
            on:click=on::click(move |_| looking_at.update(|request| request.view = view))>
            // More than three words have no room beside each other.
            {small.then(|| view! { <Icon name=if teams { "users" } else { "clock" }/> })}
            <span class:only-heard=small>{list::view(view)}</span>
            <Show when=move || { many() > 0 }>
                <span class="tab-count">
                    <span aria-hidden="true">{move || words::count(many())}</span>
                    <span class="only-heard">{move || if closing { list::closing(many()) } else { list::unread(many()) }}</span>
                </span>
            </Show>
        </button>
    }
}

#[component]
fn Search(looking_at: RwSignal<ListRequest>) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let text = RwSignal::new(looking_at.with_untracked(|request| request.search.clone()));
    let version = StoredValue::new(0_u32);
    let settle = move |now: String| {
        let unlike = looking_at.with_untracked(|request| request.search != now);
        if unlike {
            looking_at.update(|request| request.search = now);
        }
    };
    let typed = move |event| {
        let now = event_target_value(&event);
        text.set(now.clone());
        version.update_value(|version| *version += 1);
        let mine = version.get_value();
        set_timeout(
            move || {
                if version.try_get_value() == Some(mine) {
                    settle(now.trim().to_owned());
                }
            },
            TYPING,
        );
    };
    let clear = move || {
        // What was typed a moment ago is not looked for any more.
        version.update_value(|version| *version += 1);
        text.set(String::new());
        settle(String::new());
    };
    // The command bar looks at another list, without a search.
    Effect::new(move |_| {
        let sought = looking_at.with(|request| request.search.clone());
        if text.with_untracked(|text| text.trim() != sought) {
            version.update_value(|version| *version += 1);
            text.set(sought);
        }
    });
    let keys = move |event: KeyboardEvent| match event.key().as_str() {
        "Escape" if !browser::composing(&event) => {
            event.prevent_default();
            clear();
            if let Some(input) = input.get_untracked() {
                let _ = input.blur();
            }
        }
        "ArrowDown" if browser::focus("#rows .row") => event.prevent_default(),
        _ => {}
    };
    view! {
        <div class="search" role="search">
            <Icon name="search"/>
            <input
                id="search" type="search" node_ref=input autocomplete="off" spellcheck="false" dir="auto"
                aria-label=list::SEARCH placeholder=list::SEARCH
                prop:value=move || text.get() on:input=on::input(typed) on:keydown=on::keydown(keys)
            />
            <Show when=move || text.with(String::is_empty) fallback=move || view! {
                <button type="button" class="icon-button small" aria-label=list::SEARCH_CLEAR on:click=on::click(move |_| clear())>
                    <Icon name="x"/>
                </button>
            }>
                <kbd aria-hidden="true">"/"</kbd>
            </Show>
        </div>
    }
}
