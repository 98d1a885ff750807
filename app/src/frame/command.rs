//! The command bar: conversations by name or number, and what else one may want.
//!
//! Its field is part of the page, so that no key is lost; what it lists is fetched when the page has come to rest.

mod entries;
mod found;
mod run;

use crate::{
    boxed::{Show, effect, on},
    browser,
    ui::{
        dialog::{follow, is_beside},
        icon::Icon,
        later::{Later, Part},
    },
    words::frame,
};
use found::Found;
use leptos::{
    ev::{KeyboardEvent, MouseEvent},
    html,
    prelude::*,
};
use std::time::Duration;
use wasm_split_helpers::wasm_split;

/// So long after the page what is listed is fetched, if nobody asked before.
const REST: Duration = Duration::from_secs(2);

/// What the field and the list share.
#[derive(Clone, Copy)]
struct Bar {
    open: RwSignal<bool>,
    text: RwSignal<String>,
    /// Which line is chosen.
    at: RwSignal<usize>,
    /// What was pressed and not yet done: the list does it, as soon as it is there.
    pressed: RwSignal<Vec<Press>>,
}

/// A key that the list understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Press {
    Down,
    Up,
    Enter,
}

/// Opened by Ctrl/Cmd-K; a dialog with a list that the arrows walk.
#[component]
pub fn CommandBar(open: RwSignal<bool>) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let bar = Bar {
        open,
        text: RwSignal::new(String::new()),
        at: RwSignal::new(0),
        pressed: RwSignal::new(Vec::new()),
    };
    provide_context(bar);
    effect(move || {
        set_timeout(
            || {
                leptos::task::spawn_local(async {
                    // Whoever opens the bar asks again, and is told when it fails.
                    let _ = fetch().await;
                });
            },
            REST,
        );
    });

    follow(dialog, open, move || {
        bar.text.set(String::new());
        bar.at.set(0);
        bar.pressed.set(Vec::new());
    });
    let typed = move |event| {
        // What an earlier text was pressed for is not what is meant now.
        bar.pressed.set(Vec::new());
        bar.at.set(0);
        bar.text.set(event_target_value(&event));
    };
    let keys = move |event: KeyboardEvent| {
        let press = match event.key().as_str() {
            "ArrowDown" => Press::Down,
            "ArrowUp" => Press::Up,
            "Enter" if !browser::composing(&event) => Press::Enter,
            _ => return,
        };
        event.prevent_default();
        bar.pressed.update(|pressed| pressed.push(press));
    };
    let beside = move |event: MouseEvent| {
        if is_beside(dialog, &event) {
            open.set(false);
        }
    };
    let meanwhile = || {
        view! { <ul id="command-list" class="command-list" role="listbox" aria-label=frame::RESULTS aria-busy="true"></ul> }
    };

    view! {
        <dialog class="dialog command" node_ref=dialog aria-label=frame::COMMANDS on:close=move |_| open.set(false) on:click=on::click(beside)>
            <div class="command-body">
                <div class="command-field">
                    <Icon name="search"/>
                    <input
                        type="text" role="combobox" autofocus autocomplete="off" spellcheck="false" dir="auto"
                        aria-label=frame::COMMAND_HINT placeholder=frame::COMMAND_HINT
                        aria-controls="command-list" aria-expanded="true"
                        aria-activedescendant=move || format!("command-{}", bar.at.get())
                        prop:value=move || bar.text.get() on:input=on::input(typed) on:keydown=on::keydown(keys)
                    />
                    <kbd aria-hidden="true">"Esc"</kbd>
                </div>
                <Show when=move || open.get()><Later fetch part=command_bar meanwhile/></Show>
            </div>
        </dialog>
    }
    .into_any()
}

#[wasm_split(command_bar, preload(fetch), fallible)]
fn command_bar() -> Part {
    Ok(view! { <Found/> }.into_any())
}
