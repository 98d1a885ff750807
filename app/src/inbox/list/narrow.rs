//! The labels that the list is narrowed to: what wears every one of them, itself or by its contact. Mostly there are none, and
//! the code of it comes once there are some.

use super::chosen::Chosen;
use crate::{
    boxed::{Show, effect, memo, on},
    live::{Live, use_live},
    ui::{
        icon::Icon,
        later::{Later, Part},
    },
    words::list,
};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use postern_types::{InboxCounts, LabelId};
use wasm_split_helpers::wasm_split;

/// In the address, before their ids.
pub const LABELS: &str = "labels";
/// What opens the choice.
pub const BUTTON: &str = "#label-filter-button";

/// Copied about freely.
#[derive(Clone, Copy)]
pub struct Narrow {
    /// Which; mostly none.
    pub labels: Memo<Vec<LabelId>>,
    /// How many are unread of what wears them.
    pub counts: RwSignal<Option<InboxCounts>>,
    /// Grows when what wears them may be something else.
    pub pulse: RwSignal<u32>,
    /// Whether all of them stand there to be chosen from.
    pub open: RwSignal<bool>,
}

impl Narrow {
    /// Of the list that is looked at.
    pub fn of(live: Live) -> Self {
        Self {
            labels: memo(move || live.looking_at.with(|request| request.labels.clone())),
            counts: RwSignal::new(None),
            pulse: RwSignal::new(0),
            open: RwSignal::new(false),
        }
    }
}

/// The button; nothing where there are no labels.
#[component]
pub fn LabelsButton(narrow: Narrow) -> impl IntoView {
    let live = use_live();
    let open = narrow.open;
    let any = memo(move || live.inbox.with(|inbox| !inbox.labels.is_empty()));
    view! {
        <Show when=move || any.get()>
            <button type="button" class="icon-button" id="label-filter-button" title=list::BY_LABEL aria-label=list::BY_LABEL
                aria-controls="label-filter" aria-expanded=move || open.get().to_string() on:click=on::click(move |_| open.update(|open| *open = !*open))>
                <Icon name="tag"/>
            </button>
        </Show>
    }
    .into_any()
}

/// Those that are chosen, from when some are, or the address or the reader asks for them.
#[component]
pub fn Labels(narrow: Narrow) -> impl IntoView {
    let search = use_location().search;
    let wanted = RwSignal::new(false);
    effect(move || {
        let named = search.with(|search| search.contains(LABELS));
        if named || narrow.open.get() || narrow.labels.with(|labels| !labels.is_empty()) {
            wanted.set(true);
        }
    });
    provide_context(narrow);
    view! { <Show when=move || wanted.get()><Later fetch part=labels_part/></Show> }.into_any()
}

#[wasm_split(labels, preload(fetch), fallible)]
fn labels_part() -> Part {
    Ok(view! { <Chosen narrow=expect_context()/> }.into_any())
}
