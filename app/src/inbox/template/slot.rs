//! One thing that has to be filled in.

use super::form::Filling;
use crate::boxed::{memo, on};
use crate::words::template;
use leptos::prelude::*;
use postern_types::{Slot, SlotKind};

/// A labelled input with what is wrong with it beside it.
#[component]
pub fn SlotField(filling: Filling, asked: Slot, example: Option<String>) -> impl IntoView {
    let slot = asked;
    let id = format!("template-{}", slot.key.replace('.', "-"));
    let hint_id = format!("{id}-hint");
    let hint = template::hint(slot.kind);
    let label = template::slot(slot.kind, &slot.name);
    let placeholder = example.map(|example| template::example(&example));
    let (kind, mode) = match slot.kind {
        SlotKind::Media => ("url", "url"),
        SlotKind::Latitude | SlotKind::Longitude => ("text", "decimal"),
        _ => ("text", "text"),
    };
    let list =
        matches!(slot.kind, SlotKind::Header | SlotKind::Body).then_some("template-suggestions");
    let key = StoredValue::new(slot.key);
    let fault = memo(move || key.with_value(|key| filling.fault(key)));
    let value = move || {
        key.with_value(|key| {
            filling
                .fill
                .with(|fill| fill.values.get(key).cloned().unwrap_or_default())
        })
    };
    let typed = move |event| {
        let text = event_target_value(&event);
        filling.fill.update(|fill| {
            fill.values.insert(key.get_value(), text);
        });
    };
    let described = hint_id.clone();
    let labelled = id.clone();
    view! {
        <div class="field" class:faulty=move || fault.with(Option::is_some)>
            <label for=labelled>{label}</label>
            <input id=id type=kind inputmode=mode list=list autocomplete="off" dir="auto" placeholder=placeholder
                prop:value=value on:input=on::input(typed) aria-describedby=described
                aria-invalid=move || fault.with(Option::is_some).then_some("true")/>
            <p id=hint_id class="hint" aria-live="polite">
                {move || fault.get().map_or_else(|| hint.to_owned(), |fault| fault.to_string())}
            </p>
        </div>
    }
    .into_any()
}
