//! The room for the text, with its button and what there is to say about it.

use super::typing::Typing;
use crate::{
    boxed::on,
    browser,
    inbox::{desk::use_desk, draft::Draft},
    ui::icon::Icon,
    words::composer,
};
use leptos::{ev::KeyboardEvent, html, prelude::*};

/// The textarea; to be read only while nothing can be sent.
#[component]
pub fn Room(
    draft: Draft,
    typing: Typing,
    input: NodeRef<html::Textarea>,
    shut: Memo<bool>,
    focused: RwSignal<bool>,
    over: Memo<usize>,
    ready: Memo<bool>,
    send: Callback<()>,
) -> impl IntoView {
    let (desk, note) = (use_desk(), draft.note);
    // A keyboard on glass has no Shift+Enter: there Enter makes a line, and the button sends.
    let glass = browser::matches("(pointer: coarse)");
    let keys = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" if !glass && !event.shift_key() && !browser::composing(&event) => {
            event.prevent_default();
            if !event.repeat() {
                send.run(());
            }
        }
        "Escape" if !browser::composing(&event) => {
            event.prevent_default();
            // First what the text answers is let go of.
            if desk.answers.get_untracked().is_some() {
                desk.answers.set(None);
            } else {
                browser::focus("#thread");
            }
        }
        _ => {}
    };
    let typed = move |event| {
        draft.write(event_target_value(&event));
        if !note.get_untracked() {
            typing.typed();
        }
    };
    let left = move |_| {
        typing.stopped();
        focused.set(false);
    };
    let hint = move || {
        if note.get() {
            composer::NOTE_HINT
        } else {
            composer::REPLY_HINT
        }
    };
    view! {
        <div class="composer-room" class:shut=move || shut.get()>
            <div class="grow" data-text=move || draft.text.get()>
                <textarea
                    id="composer" node_ref=input rows="1" dir="auto" enterkeyhint=if glass { "enter" } else { "send" }
                    aria-label=hint placeholder=hint aria-describedby="composer-hint" readonly=move || shut.get()
                    prop:value=move || draft.text.get() on:input=on::input(typed) on:keydown=on::keydown(keys)
                    on:focus=move |_| focused.set(true) on:blur=left
                ></textarea>
            </div>
            <button type="submit" class="send" disabled=move || !ready.get()
                aria-label=move || if note.get() { composer::ADD_NOTE } else { composer::SEND }>
                <Icon name="send-horizontal"/>
            </button>
        </div>
        <p id="composer-hint" class="composer-hint" class:over=move || { over.get() > 0 } aria-live="polite">
            {move || match over.get() {
                0 if shut.get() => composer::KEPT.to_owned(),
                0 if glass => String::new(),
                0 => composer::KEYS.to_owned(),
                over => composer::too_long(over),
            }}
        </p>
    }
    .into_any()
}
