//! The composer: grows, sends on Enter, keeps its draft, and says why when nothing can be sent.

pub(super) mod kit;
mod room;
mod shut;
mod tabs;
mod typing;

use super::{
    conversation::Opened,
    desk::{Ask, use_desk},
    draft,
    template::Towards,
    window::{Gate, gate},
};
use crate::{
    boxed::{Show, effect, memo, on},
    browser,
    live::{LONGEST, Live, use_live},
    ui::toast::use_toasts,
    words::fault,
};
use kit::Kit;
use leptos::{html, prelude::*};
use postern_types::{ConversationId, MessageId};
use room::Room;
use shut::Shut;
use tabs::Tabs;
use typing::Typing;

/// What a caption may have, in characters.
const CAPTION: usize = 1024;

/// What the composer shares with all that it can send beside text, whose code comes later.
#[derive(Clone, Copy)]
struct Bench {
    id: ConversationId,
    draft: draft::Draft,
    input: NodeRef<html::Textarea>,
    /// Whether a reply may be sent now, and not a note is being written.
    open: Memo<bool>,
    /// Whether something goes along with the text.
    holds: RwSignal<Holds>,
    /// Sends it.
    send: RwSignal<Option<Callback<String>>>,
}

/// What goes along with the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Holds {
    /// Nothing.
    #[default]
    Nothing,
    /// The message that it answers: there has to be a text.
    Answer,
    /// Files, whose caption it is.
    Files,
    /// Files that cannot go yet.
    Waiting,
}

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
    let shut = memo(move || {
        !note.get()
            && gate
                .get()
                .is_some_and(|gate| !matches!(gate, Gate::Open(_)))
    });
    // Who writes while it is shut keeps the text and the keyboard: letters would be shortcuts otherwise.
    let focused = RwSignal::new(false);
    let shown = memo(move || !shut.get() || focused.get() || text.with(|text| !text.is_empty()));
    let bench = Bench {
        id,
        draft,
        input,
        open: memo(move || !note.get() && !shut.get()),
        holds: RwSignal::default(),
        send: RwSignal::new(None),
    };
    provide_context(bench);
    // What the reader answers stands in one conversation.
    desk.answers.set(None);
    let holds = move || {
        if note.get() {
            Holds::Nothing
        } else {
            bench.holds.get()
        }
    };
    let over = memo(move || {
        let length = text.with(|text| text.trim().chars().count());
        length.saturating_sub(match holds() {
            Holds::Files | Holds::Waiting => CAPTION,
            _ => LONGEST,
        })
    });
    let ready = memo(move || {
        let something = match holds() {
            Holds::Waiting => return false,
            Holds::Files => true,
            _ => text.with(|text| !text.trim().is_empty()),
        };
        something && !shut.get() && over.get() == 0
    });
    let send = Callback::new(move |()| {
        if !ready.get_untracked() {
            return;
        }
        let written = draft.take().trim().to_owned();
        typing.stopped();
        mark.set(None);
        if !note.get_untracked()
            && bench.holds.get_untracked() != Holds::Nothing
            && let Some(send) = bench.send.get_untracked()
        {
            send.run(written);
        } else if !live.outbox.write(id, written.clone(), note.get_untracked()) {
            draft.write(written);
            toasts.fault(fault::NOT_SENT);
        }
        focus(input);
    });
    effect(move || {
        let Some(ask) = desk.write.get() else { return };
        desk.write.set(None);
        match ask {
            Ask::Reply => {
                draft.choose(false);
                if matches!(gate.get_untracked(), Some(Gate::Ended(_) | Gate::Never)) {
                    desk.choose_template(Towards::Here);
                    return;
                }
            }
            Ask::Note => draft.choose(true),
            Ask::Text(earlier) => draft.put_before(earlier),
        }
        request_animation_frame(move || focus(input));
    });
    greet(gate, input);

    view! {
        <div class="composer" class:is-note=move || note.get()>
            <Tabs draft gate input/>
            <Show when=move || shut.get()><Shut id gate/></Show>
            // Its dialogs have forms of their own.
            <Kit/>
            <Show when=move || shown.get()>
                <form class="composer-form" on:submit=on::submit(move |event| { event.prevent_default(); send.run(()) })>
                    <Room draft typing input shut focused over ready send/>
                </form>
            </Show>
        </div>
    }
    .into_any()
}

fn followed_gate(live: Live, id: ConversationId) -> Memo<Option<Gate>> {
    memo(move || {
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
