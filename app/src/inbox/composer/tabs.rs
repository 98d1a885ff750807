//! Reply or note, and until when a reply may be sent.

use super::focus;
use crate::{
    inbox::{draft::Draft, window::Gate},
    live::use_live,
    ui::{icon::Icon, time},
    words::composer,
};
use leptos::{html, prelude::*};

/// The composer's head.
#[component]
pub fn Tabs(
    draft: Draft,
    gate: Memo<Option<Gate>>,
    input: NodeRef<html::Textarea>,
) -> impl IntoView {
    let (live, note) = (use_live(), draft.note);
    let choose = move |as_note| {
        draft.choose(as_note);
        // The room for the text may only come with this.
        request_animation_frame(move || focus(input));
    };
    let until = move || match (note.get(), gate.get()) {
        (false, Some(Gate::Open(until))) => Some(composer::window_until(&time::in_sentence(
            until,
            live.now.get(),
        ))),
        _ => None,
    };
    view! {
        <div class="composer-tabs" role="group" aria-label=composer::MODE>
            <button type="button" class="composer-tab" aria-pressed=move || (!note.get()).to_string() on:click=move |_| choose(false)>
                {composer::REPLY}
            </button>
            <button type="button" class="composer-tab" aria-pressed=move || note.get().to_string() on:click=move |_| choose(true)>
                <Icon name="sticky-note"/>{composer::NOTE}
            </button>
            <span class="composer-until">{until}</span>
        </div>
    }
}
