//! The composer: grows, sends on Enter, keeps its draft, and says why when nothing can be sent.

mod room;
mod shut;
mod tabs;
mod typing;

use super::{
    conversation::Opened,
    desk::{Ask, use_desk},
    draft,
    window::{Gate, gate},
};
use crate::{
    boxed::{Show, effect},
    browser,
    live::{LONGEST, Live, use_live},
    ui::toast::use_toasts,
    words::fault,
};
use leptos::{html, prelude::*};
use postern_types::{ConversationId, MessageId};
use room::Room;
use shut::Shut;
use tabs::Tabs;
use typing::Typing;

/// Where one writes.
#[component]
pub fn Composer(opened: Opened, mark: RwSignal<Option<MessageId>>) -> impl IntoView {
    let (live, desk, toasts) = (use_live(), use_desk(), use_toasts());
    let id = opened.id;
    let draft = draft::keep(live, opened);
    let (text, note) = (draft.text, draft.note);
    let typing = Typing::new(live, id);
    let input = NodeRef::<html::Textarea>::new();

    let gate = followed_gate(live, id);
    let shut = Memo::new(move |_| {
        !note.get()
            && gate
                .get()
                .is_some_and(|gate| !matches!(gate, Gate::Open(_)))
    });
    // Who writes while it is shut keeps the text and the keyboard: letters would be shortcuts otherwise.
    let focused = RwSignal::new(false);
    let shown =
        Memo::new(move |_| !shut.get() || focused.get() || text.with(|text| !text.is_empty()));
    let over = Memo::new(move |_| {
        let length = text.with(|text| text.trim().chars().count());
        length.saturating_sub(LONGEST)
    });
    let ready = Memo::new(move |_| {
        !shut.get() && over.get() == 0 && text.with(|text| !text.trim().is_empty())
    });
    let send = Callback::new(move |()| {
        if !ready.get_untracked() {
            return;
        }
        let written = draft.take().trim().to_owned();
        typing.stopped();
        mark.set(None);
        if !live.outbox.write(id, written.clone(), note.get_untracked()) {
            draft.write(written);
            toasts.fault(fault::NOT_SENT);
        }
        focus(input);
    });
    effect(move || {
        let Some(ask) = desk.write.get() else { return };
        desk.write.set(None);
        match ask {
            Ask::Reply => draft.choose(false),
            Ask::Note => draft.choose(true),
            Ask::Text(earlier) => draft.put_before(earlier),
        }
        request_animation_frame(move || focus(input));
    });
    greet(gate, input);

    view! {
        <form class="composer" class:is-note=move || note.get() on:submit=move |event| { event.prevent_default(); send.run(()) }>
            <Tabs draft gate input/>
            <Show when=move || shut.get()><Shut id gate/></Show>
            <Show when=move || shown.get()>
                <Room draft typing input shut focused over ready send/>
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

/// With a keyboard at hand one opens a conversation to answer it; on a phone the keys would cover it. Once, when it is
/// known whether one may write: a composer that comes back later leaves the focus where it is.
fn greet(gate: Memo<Option<Gate>>, input: NodeRef<html::Textarea>) {
    let greeted = StoredValue::new(false);
    effect(move || {
        let known = gate.with(Option::is_some);
        let here = input.get().is_some();
        if greeted.get_value() || !(known || here) {
            return;
        }
        greeted.set_value(true);
        if browser::matches("(pointer: fine) and (min-width: 700px)") {
            request_animation_frame(move || {
                if !browser::in_dialog() && !browser::writing() {
                    focus(input);
                }
            });
        }
    });
}

fn focus(input: NodeRef<html::Textarea>) {
    if let Some(input) = input.try_get_untracked().flatten() {
        let _ = input.focus();
    }
}
