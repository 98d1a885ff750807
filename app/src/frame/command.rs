//! The command bar: conversations by name or number, and what else one may want.

mod entries;
mod run;

use crate::{
    live,
    ui::{
        avatar::Avatar,
        dialog::{follow, is_beside},
        icon::Icon,
    },
    words::{self, frame},
};
use entries::{Entry, matching};
use leptos::{
    ev::{KeyboardEvent, MouseEvent},
    html,
    prelude::*,
};
use postern_types::{ConversationRow, ListRequest};
use run::runner;
use std::time::Duration;

const TYPING: Duration = Duration::from_millis(140);
const SHOWN: usize = 8;

/// Opened by Ctrl/Cmd-K; a dialog with a list that the arrows walk.
#[component]
pub fn CommandBar(open: RwSignal<bool>) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let text = RwSignal::new(String::new());
    let at = RwSignal::new(0_usize);
    // For which text, and what: the answer comes after the keys.
    let found = RwSignal::new((String::new(), Vec::<ConversationRow>::new()));
    // Enter was pressed before the answer was here.
    let hurried = StoredValue::new(false);
    let entries = Memo::new(move |_| gathered(&found.get().1, &text.get()));

    follow(dialog, open, move || {
        text.set(String::new());
        found.set((String::new(), Vec::new()));
        at.set(0);
        hurried.set_value(false);
    });
    let run = runner(open);
    let choose = move || {
        if let Some(entry) = entries.with_untracked(|all| all.get(at.get_untracked()).cloned()) {
            run(entry);
        }
    };
    // What Enter was pressed for is not wanted any more once the bar is closed.
    Effect::new(move |_| {
        if !open.get() {
            hurried.set_value(false);
        }
    });
    when_answered(text, found, hurried, move || {
        if open.get_untracked() {
            choose();
        }
    });
    let typed = move |event| {
        let now = event_target_value(&event);
        text.set(now.clone());
        at.set(0);
        hurried.set_value(false);
        set_timeout(
            move || {
                if text.try_with_untracked(|text| *text == now) == Some(true) {
                    search(now, text, found);
                }
            },
            TYPING,
        );
    };
    let keys = move |event: KeyboardEvent| {
        let last = entries.with(Vec::len).saturating_sub(1);
        match event.key().as_str() {
            "ArrowDown" => at.update(|at| *at = if *at >= last { 0 } else { *at + 1 }),
            "ArrowUp" => at.update(|at| *at = if *at == 0 { last } else { *at - 1 }),
            "Enter" if !crate::browser::composing(&event) => {
                // What an earlier text found is not what is meant now.
                let behind = found.with_untracked(|(of, _)| text.with_untracked(|text| text != of));
                if behind && at.get_untracked() == 0 {
                    hurried.set_value(true);
                } else {
                    choose();
                }
            }
            _ => return,
        }
        event.prevent_default();
        crate::browser::keep_in_view(&format!("#command-{}", at.get_untracked()));
    };
    let beside = move |event: MouseEvent| {
        if is_beside(dialog, &event) {
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
    .into_any()
}

/// What was found, then the commands that hold what was typed.
fn gathered(found: &[ConversationRow], text: &str) -> Vec<Entry> {
    let found = found.iter().take(SHOWN).cloned();
    let found = found.map(|row| Entry::Conversation(Box::new(row)));
    let commands = matching(text).into_iter().map(Entry::Command);
    found.chain(commands).collect()
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

/// Chooses, once the answer for the text is here, what Enter was pressed for before.
fn when_answered(
    text: RwSignal<String>,
    found: RwSignal<(String, Vec<ConversationRow>)>,
    hurried: StoredValue<bool>,
    choose: impl Fn() + 'static,
) {
    Effect::new(move |_| {
        let answered = found.with(|(of, _)| text.with_untracked(|text| text == of));
        if answered && hurried.get_value() {
            hurried.set_value(false);
            choose();
        }
    });
}

/// A search finds open and closed ones alike. What was typed since makes the answer worthless.
fn search(sought: String, text: RwSignal<String>, found: RwSignal<(String, Vec<ConversationRow>)>) {
    if sought.trim().is_empty() {
        found.set((sought, Vec::new()));
        return;
    }
    leptos::task::spawn_local(async move {
        let request = ListRequest {
            search: sought.trim().to_owned(),
            ..ListRequest::default()
        };
        let rows = live::list(request)
            .await
            .map(|page| page.rows)
            .unwrap_or_default();
        if text.try_with_untracked(|text| *text == sought) == Some(true) {
            found.set((sought, rows));
        }
    });
}
