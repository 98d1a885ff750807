//! What the workspace is called, and the colour of its initials.

use super::desk::Desk;
use crate::{
    boxed::on,
    ui::{
        avatar::{Avatar, own_tone},
        field::Field,
    },
    words::workspace as words,
};
use leptos::prelude::*;
use postern_types::TONES;

/// The section.
#[component]
pub fn Look(desk: Desk) -> impl IntoView {
    let choices = [None].into_iter().chain((0..TONES).map(Some));
    view! {
        <section class="card" aria-labelledby="workspace-look">
            <h2 id="workspace-look">{words::LOOK}</h2>
            <Field name="workspace_name" label=words::NAME value=desk.name hint=words::NAME_HINT fault=desk.ask.fault("workspace_name") maxlength=80_u32/>
            <fieldset class="field tones">
                <legend>{words::COLOUR}</legend>
                <div class="tones-row">{choices.map(|tone| view! { <Tone desk tone/> }).collect_view()}</div>
                <p class="hint">{words::COLOUR_HINT}</p>
            </fieldset>
        </section>
    }
    .into_any()
}

/// One of the palette, with the initials as they would stand.
#[component]
fn Tone(desk: Desk, tone: Option<u8>) -> impl IntoView {
    let id = desk
        .session
        .workspace
        .get_untracked()
        .map(|workspace| workspace.0)
        .unwrap_or_default();
    let shown = tone.unwrap_or_else(|| own_tone(id));
    let word = tone.map_or(words::AUTOMATIC, words::colour);
    view! {
        <label class="tone" title=word>
            <input type="radio" name="tone" prop:checked=move || desk.tone.get() == tone on:change=on::change(move |_| desk.tone.set(tone))/>
            {move || view! { <Avatar name=Some(desk.name.get()) id tone=shown/> }}
            <span class="only-heard">{word}</span>
        </label>
    }
    .into_any()
}
