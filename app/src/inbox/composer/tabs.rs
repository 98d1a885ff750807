//! Reply or note, and until when a reply may be sent.

use super::focus;
use crate::{
    boxed::{Show, on},
    inbox::{desk::use_desk, draft::Draft, template::Towards, window::Gate},
    live::use_live,
    ui::{icon::Icon, time},
    words::{composer, template},
};
use leptos::{html, prelude::*};

/// The composer's head.
#[component]
pub fn Tabs(
    draft: Draft,
    gate: Memo<Option<Gate>>,
    input: NodeRef<html::Textarea>,
) -> impl IntoView {
    let (live, desk, note) = (use_live(), use_desk(), draft.note);
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
            <button type="button" class="composer-tab" aria-pressed=move || (!note.get()).to_string() on:click=on::click(move |_| choose(false))>
                {composer::REPLY}
            </button>
            <button type="button" class="composer-tab" aria-pressed=move || note.get().to_string() on:click=on::click(move |_| choose(true))>
                <Icon name="sticky-note"/>{composer::NOTE}
            </button>
            <Show when=move || matches!(gate.get(), Some(Gate::Open(_)))>
                <button type="button" class="composer-tab" title=template::TITLE on:click=on::click(move |_| desk.choose_template(Towards::Here))>
                    <Icon name="layout-template"/>{template::OPEN}
                </button>
            </Show>
            <span class="composer-until">{until}</span>
        </div>
    }
}
