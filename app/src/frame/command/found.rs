//! What the command bar lists, and what is done with it. It lives for as long as the bar is open.

use super::{
    Bar, Press,
    entries::{Entry, matching},
    run::runner,
};
use crate::{
    boxed::{Show, effect, memo, on},
    browser, live,
    ui::{avatar::Avatar, icon::Icon},
    words::{self, frame},
};
use leptos::prelude::*;
use postern_types::{ConversationRow, ListRequest};
use std::time::Duration;

const TYPING: Duration = Duration::from_millis(140);
const SHOWN: usize = 8;

/// For which text, and what: the answer comes after the keys.
type Answer = RwSignal<(String, Vec<ConversationRow>)>;

#[component]
pub fn Found() -> impl IntoView {
    let bar = expect_context::<Bar>();
    let (text, at) = (bar.text, bar.at);
    let found: Answer = RwSignal::new((String::new(), Vec::new()));
    // Enter was pressed before the answer was here.
    let hurried = StoredValue::new(false);
    let entries = memo(move || gathered(&found.get().1, &text.get()));

    let run = runner(bar.open);
    let choose = move || {
        if let Some(entry) = entries.with_untracked(|all| all.get(at.get_untracked()).cloned()) {
            run(entry);
        }
    };
    effect(move || {
        let now = text.get();
        hurried.set_value(false);
        set_timeout(
            move || {
                if text.try_with_untracked(|text| *text == now) == Some(true) {
                    search(now, text, found);
                }
            },
            TYPING,
        );
    });
    when_answered(text, found, hurried, choose);
    let press = move |press| {
        let last = entries.with_untracked(Vec::len).saturating_sub(1);
        match press {
            Press::Down => at.update(|at| *at = if *at >= last { 0 } else { *at + 1 }),
            Press::Up => at.update(|at| *at = if *at == 0 { last } else { *at - 1 }),
            Press::Enter => {
                // What an earlier text found is not what is meant now.
                let behind = found.with_untracked(|(of, _)| text.with_untracked(|text| text != of));
                if behind && at.get_untracked() == 0 {
                    hurried.set_value(true);
                } else {
                    choose();
                }
            }
        }
        browser::keep_in_view(&format!("#command-{}", at.get_untracked()));
    };
    effect(move || {
        if bar.pressed.with(Vec::is_empty) {
            return;
        }
        let pressed = bar.pressed.try_update_untracked(std::mem::take);
        untrack(|| pressed.into_iter().flatten().for_each(press));
    });

    view! {
        <ul id="command-list" class="command-list" role="listbox" aria-label=frame::RESULTS>
            {move || entries.get().into_iter().enumerate().map(|(n, entry)| {
                let chosen = entry.clone();
                view! {
                    <li id=format!("command-{n}") class="command-entry" role="option"
                        aria-selected=move || (at.get() == n).to_string()
                        on:click=on::click(move |_| run(chosen.clone())) on:mousemove=move |_| if at.get_untracked() != n { at.set(n) }>
                        {show(entry)}
                    </li>
                }
            }).collect_view()}
        </ul>
        <Show when=move || entries.with(Vec::is_empty)><p class="command-none">{frame::COMMAND_NONE}</p></Show>
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
    found: Answer,
    hurried: StoredValue<bool>,
    choose: impl Fn() + 'static,
) {
    effect(move || {
        let answered = found.with(|(of, _)| text.with_untracked(|text| text == of));
        if answered && hurried.get_value() {
            hurried.set_value(false);
            choose();
        }
    });
}

/// A search finds open and closed ones alike. What was typed since makes the answer worthless.
fn search(sought: String, text: RwSignal<String>, found: Answer) {
    if sought.trim().is_empty() {
        found.try_set((sought, Vec::new()));
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
            found.try_set((sought, rows));
        }
    });
}
