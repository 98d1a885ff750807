//! The composer: grows, sends on Enter, keeps its draft, and says why when nothing can be sent.

mod shut;
mod tabs;
mod typing;

use super::{
    conversation::Opened,
    desk::use_desk,
    draft,
    outbox::use_outbox,
    window::{Gate, gate},
};
use crate::{
    browser,
    live::{Live, use_live},
    ui::{icon::Icon, toast::use_toasts},
    words::{composer, fault},
};
use leptos::{ev::KeyboardEvent, html, prelude::*};
use postern_types::{ConversationId, MessageId};
use shut::Shut;
use tabs::Tabs;
use typing::Typing;

/// What Meta takes in one message, in characters.
const LONGEST: usize = 4096;

/// Where one writes.
#[component]
pub fn Composer(opened: Opened, mark: RwSignal<Option<MessageId>>) -> impl IntoView {
    let (live, desk, toasts, outbox) = (use_live(), use_desk(), use_toasts(), use_outbox());
    let id = opened.id;
    let draft = draft::keep(live, opened);
    let typing = Typing::new(live, id);
    let note = RwSignal::new(false);
    let input = NodeRef::<html::Textarea>::new();

    let gate = followed_gate(live, id);
    let shut = Memo::new(move |_| {
        !note.get()
            && gate
                .get()
                .is_some_and(|gate| !matches!(gate, Gate::Open(_)))
    });
    let over = Memo::new(move |_| {
        draft
            .text
            .with(|text| text.trim().chars().count())
            .saturating_sub(LONGEST)
    });
    let ready = Memo::new(move |_| {
        !shut.get() && over.get() == 0 && draft.text.with(|text| !text.trim().is_empty())
    });

    let send = move || {
        if !ready.get_untracked() {
            return;
        }
        let text = draft.take().trim().to_owned();
        typing.stopped();
        mark.set(None);
        if !outbox.write(id, text.clone(), note.get_untracked()) {
            draft.write(text);
            toasts.fault(fault::NOT_SENT);
        }
        focus(input);
    };
    let keys = move |event: KeyboardEvent| match event.key().as_str() {
        // While a word is being composed (Japanese, Chinese, …) Enter belongs to the input method.
        "Enter" if !event.shift_key() && !event.is_composing() => {
            event.prevent_default();
            send();
        }
        "Escape" => {
            event.prevent_default();
            browser::focus("#thread");
        }
        _ => {}
    };
    let typed = move |event| {
        draft.write(event_target_value(&event));
        if !note.get_untracked() {
            typing.typed();
        }
    };
    Effect::new(move |_| {
        if let Some(as_note) = desk.write.get() {
            note.set(as_note);
            desk.write.set(None);
            request_animation_frame(move || focus(input));
        }
    });
    // With a keyboard at hand one opens a conversation to answer it; on a phone the keys would cover it.
    Effect::new(move |_| {
        if input.get().is_some()
            && browser::matches("(pointer: fine) and (min-width: 700px)")
            && !browser::in_dialog()
        {
            request_animation_frame(move || focus(input));
        }
    });

    view! {
        <form class="composer" class:is-note=move || note.get() on:submit=move |event| { event.prevent_default(); send() }>
            <Tabs note gate input/>
            <Show when=move || !shut.get() fallback=move || view! { <Shut id gate/> }>
                <div class="composer-room">
                    <div class="grow" data-text=move || draft.text.get()>
                        <textarea
                            id="composer" node_ref=input rows="1" dir="auto" enterkeyhint="send"
                            aria-label=move || if note.get() { composer::NOTE_HINT } else { composer::REPLY_HINT }
                            placeholder=move || if note.get() { composer::NOTE_HINT } else { composer::REPLY_HINT }
                            aria-describedby="composer-hint"
                            prop:value=move || draft.text.get() on:input=typed on:keydown=keys on:blur=move |_| typing.stopped()
                        ></textarea>
                    </div>
                    <button type="submit" class="send" disabled=move || !ready.get()
                        aria-label=move || if note.get() { composer::ADD_NOTE } else { composer::SEND }>
                        <Icon name="send-horizontal"/>
                    </button>
                </div>
                <p id="composer-hint" class="composer-hint" class:over=move || { over.get() > 0 } aria-live="polite">
                    {move || match over.get() {
                        0 => composer::KEYS.to_owned(),
                        over => composer::too_long(over),
                    }}
                </p>
            </Show>
        </form>
    }
    .into_any()
}

fn followed_gate(live: Live, id: ConversationId) -> Memo<Option<Gate>> {
    Memo::new(move |_| {
        let now = live.now.get();
        live.inbox.with(|inbox| {
            let row = inbox.row(id)?;
            let number = inbox.channel(row.channel).map(|channel| channel.state);
            Some(gate(row.state, number, row.window_until, now))
        })
    })
}

fn focus(input: NodeRef<html::Textarea>) {
    if let Some(input) = input.try_get_untracked().flatten() {
        let _ = input.focus();
    }
}
