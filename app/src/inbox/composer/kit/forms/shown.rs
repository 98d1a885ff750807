//! How it will look, about.

use crate::words::kit;
use leptos::prelude::*;

/// A bubble with what can be pressed below it.
#[component]
pub fn Shown(
    header: RwSignal<String>,
    body: RwSignal<String>,
    footer: RwSignal<String>,
    choices: Signal<Vec<String>>,
) -> impl IntoView {
    let nothing = move || body.with(|body| body.trim().is_empty());
    view! {
        <figure class="kit-shown" aria-label=kit::PREVIEW hidden=nothing>
            <strong dir="auto">{move || header.get()}</strong>
            <p dir="auto">{move || body.get()}</p>
            <small dir="auto">{move || footer.get()}</small>
            {move || choices.get().into_iter().map(|choice| view! { <span class="kit-choice" dir="auto">{choice}</span> }).collect_view()}
        </figure>
    }
    .into_any()
}
