//! Labels: as chips wherever something wears them, and to choose from.

use crate::boxed::{memo, on};
use crate::live::use_live;
use leptos::prelude::*;
use postern_types::LabelId;

/// What is worn, as chips; a label that was deleted is not shown.
pub fn chips(worn: Vec<LabelId>) -> AnyView {
    let live = use_live();
    (move || {
        live.inbox.with(|inbox| {
            let all = inbox.labels.iter();
            all.filter(|label| worn.contains(&label.id))
                .map(|label| view! { <bdi class=format!("chip tone-{}", label.tone)>{label.name.clone()}</bdi> }.into_any())
                .collect::<Vec<_>>()
        })
    })
    .into_any()
}

/// Chips, and behind a button every label there is.
#[component]
pub fn LabelPick(
    worn: Memo<Vec<LabelId>>,
    /// Puts one on, or takes it off.
    put: Callback<(LabelId, bool)>,
    /// What the button says.
    title: &'static str,
    /// What is said where there is no label to choose.
    none: &'static str,
) -> impl IntoView {
    let live = use_live();
    let all = memo(move || live.inbox.with(|inbox| inbox.labels.clone()));
    view! {
        <div class="label-pick">
            <span class="chips">{move || chips(worn.get())}</span>
            <details>
                <summary class="button small">{title}</summary>
                <fieldset>
                    <legend class="only-heard">{title}</legend>
                    {move || all.with(Vec::is_empty).then(|| view! { <p class="hint">{none}</p> })}
                    <For each=move || all.get() key=|label| (label.id, label.name.clone(), label.tone) let:label>
                        <label class="label-choice">
                            <input type="checkbox" prop:checked=move || worn.with(|worn| worn.contains(&label.id))
                                on:change=on::change(move |event| put.run((label.id, event_target_checked(&event))))/>
                            <bdi class=format!("chip tone-{}", label.tone)>{label.name.clone()}</bdi>
                        </label>
                    </For>
                </fieldset>
            </details>
        </div>
    }
    .into_any()
}
