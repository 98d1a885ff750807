//! The command bar: conversations by name or number, and what else one may want.

mod entries;

use crate::{
    live::{self, use_live},
    session::use_session,
    ui::{avatar::Avatar, icon::Icon, prefs::use_prefs},
    words::{self, frame},
};
use entries::{Command, Entry, matching};
use leptos::{ev::KeyboardEvent, html, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use postern_types::{ConversationRow, ConversationState, InboxView, ListRequest};
use std::time::Duration;

const TYPING: Duration = Duration::from_millis(140);
const SHOWN: usize = 8;

/// Opened by Ctrl/Cmd-K; a dialog with a list that the arrows walk.
#[component]
pub fn CommandBar(open: RwSignal<bool>) -> impl IntoView {
    let (live, session, prefs) = (use_live(), use_session(), use_prefs());
    let go = StoredValue::new_local(use_navigate());
    let dialog = NodeRef::<html::Dialog>::new();
    let text = RwSignal::new(String::new());
    let at = RwSignal::new(0_usize);
    let found = RwSignal::new(Vec::<ConversationRow>::new());
    let entries = Memo::new(move |_| {
        let found = found.get().into_iter().take(SHOWN).map(Entry::Conversation);
        found
            .chain(
                text.with(|text| matching(text))
                    .into_iter()
                    .map(Entry::Command),
            )
            .collect::<Vec<_>>()
    });

    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        match (open.get(), dialog.open()) {
            (true, false) => {
                text.set(String::new());
                found.set(Vec::new());
                at.set(0);
                let _ = dialog.show_modal();
            }
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let typed = move |event| {
        let now = event_target_value(&event);
        text.set(now.clone());
        at.set(0);
        set_timeout(
            move || {
                if text.try_with_untracked(|text| *text == now) == Some(true) {
                    search(now, text, found);
                }
            },
            TYPING,
        );
    };
    let look_at = move |view, state| {
        live.looking_at.set(ListRequest {
            view,
            state,
            ..ListRequest::default()
        });
        go.with_value(|go| go("/inbox", NavigateOptions::default()));
    };
    let run = move |entry: Entry| {
        open.set(false);
        match entry {
            Entry::Conversation(row) => {
                let id = row.id;
                live.inbox.update(|inbox| inbox.remember(vec![row]));
                go.with_value(|go| go(&format!("/inbox/{id}"), NavigateOptions::default()));
            }
            Entry::Command(Command::View(view)) => look_at(view, ConversationState::Open),
            Entry::Command(Command::Closed) => look_at(InboxView::All, ConversationState::Closed),
            Entry::Command(Command::Numbers) => {
                go.with_value(|go| go("/settings/channels", NavigateOptions::default()))
            }
            Entry::Command(Command::Theme(theme)) => prefs.choose_theme(theme),
            Entry::Command(Command::Density(density)) => prefs.choose_density(density),
            Entry::Command(Command::SignOut) => leptos::task::spawn_local(session.sign_out()),
        }
    };
    let keys = move |event: KeyboardEvent| {
        let last = entries.with(Vec::len).saturating_sub(1);
        match event.key().as_str() {
            "ArrowDown" => at.update(|at| *at = if *at >= last { 0 } else { *at + 1 }),
            "ArrowUp" => at.update(|at| *at = if *at == 0 { last } else { *at - 1 }),
            "Enter" if !event.is_composing() => {
                if let Some(entry) = entries.with(|all| all.get(at.get_untracked()).cloned()) {
                    run(entry);
                }
            }
            _ => return,
        }
        event.prevent_default();
        crate::browser::keep_in_view(&format!("#command-{}", at.get_untracked()));
    };
    let beside = move |event: leptos::ev::MouseEvent| {
        let outer = dialog.get_untracked().is_some_and(|dialog| {
            event
                .target()
                .is_some_and(|target| *AsRef::<web_sys::EventTarget>::as_ref(&*dialog) == target)
        });
        if outer {
            open.set(false);
        }
    };

    view! {
        <dialog class="dialog command" node_ref=dialog aria-label=frame::COMMANDS on:close=move |_| open.set(false) on:click=beside>
            <div class="command-body">
                <div class="command-field">
                    <Icon name="search"/>
                    <input
                        type="text" role="combobox" autofocus autocomplete="off" spellcheck="false" dir="auto"
                        aria-label=frame::COMMAND_HINT placeholder=frame::COMMAND_HINT
                        aria-controls="command-list" aria-expanded="true"
                        aria-activedescendant=move || format!("command-{}", at.get())
                        prop:value=move || text.get() on:input=typed on:keydown=keys
                    />
                    <kbd aria-hidden="true">"Esc"</kbd>
                </div>
                <ul id="command-list" class="command-list" role="listbox" aria-label=frame::RESULTS>
                    {move || entries.get().into_iter().enumerate().map(|(n, entry)| {
                        let chosen = entry.clone();
                        view! {
                            <li id=format!("command-{n}") class="command-entry" role="option"
                                aria-selected=move || (at.get() == n).to_string()
                                on:click=move |_| run(chosen.clone()) on:mousemove=move |_| if at.get_untracked() != n { at.set(n) }>
                                {show(entry)}
                            </li>
                        }
                    }).collect_view()}
                </ul>
                <Show when=move || entries.with(Vec::is_empty) fallback=|| ()><p class="command-none">{frame::COMMAND_NONE}</p></Show>
            </div>
        </dialog>
    }
}

fn show(entry: Entry) -> AnyView {
    match entry {
        Entry::Command(command) => view! {
            <Icon name=command.icon()/><span class="command-name">{command.word()}</span>
        }
        .into_any(),
        Entry::Conversation(row) => {
            let label = row.contact.label().to_owned();
            let label = if label.is_empty() {
                words::UNKNOWN_CONTACT.into()
            } else {
                label
            };
            view! {
                <Avatar name=row.contact.name id=row.contact.id.0/>
                <span class="command-name"><bdi>{label}</bdi></span>
                <span class="quiet-text" dir="ltr">{row.contact.phone}</span>
            }
            .into_any()
        }
    }
}

/// A search finds open and closed ones alike. What was typed since makes the answer worthless.
fn search(sought: String, text: RwSignal<String>, found: RwSignal<Vec<ConversationRow>>) {
    if sought.trim().is_empty() {
        found.set(Vec::new());
        return;
    }
    leptos::task::spawn_local(async move {
        let request = ListRequest {
            search: sought.trim().to_owned(),
            ..ListRequest::default()
        };
        let rows = live::list(request).await.map(|page| page.rows).unwrap_or_default();
        if text.try_with_untracked(|text| *text == sought) == Some(true) {
            found.set(rows);
        }
    });
}
