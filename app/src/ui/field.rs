//! One line of a form: label, input, hint, and what is wrong with it.

use crate::boxed::{effect, on};
use leptos::{html, prelude::*};

/// A labelled input. The hint and the fault belong to it for those who listen.
#[component]
pub fn Field(
    /// The name in the form and the id on the page.
    name: &'static str,
    label: &'static str,
    #[prop(default = "text")] kind: &'static str,
    value: RwSignal<String>,
    #[prop(into, optional)] hint: String,
    #[prop(into)] fault: Signal<Option<String>>,
    #[prop(default = "off")] autocomplete: &'static str,
    #[prop(default = true)] required: bool,
    #[prop(optional)] inputmode: &'static str,
    #[prop(optional)] pattern: Option<&'static str>,
    #[prop(optional)] minlength: Option<u32>,
    #[prop(optional)] maxlength: Option<u32>,
) -> impl IntoView {
    let node = NodeRef::<html::Input>::new();
    let adopted = StoredValue::new(false);
    effect(move || {
        let Some(input) = node.get() else { return };
        let (held, shown) = (value.get(), input.value());
        // What was typed before the page woke is not wiped, but taken over.
        if !adopted.get_value() {
            adopted.set_value(true);
            if held.is_empty() && !shown.is_empty() {
                value.set(shown);
                return;
            }
        }
        if held != shown {
            input.set_value(&held);
        }
    });
    let hint_id = format!("{name}-hint");
    let described = hint_id.clone();
    view! {
        <div class="field" class:faulty=move || fault.with(Option::is_some)>
            <label for=name>{label}</label>
            <input
                id=name
                name=name
                type=kind
                autocomplete=autocomplete
                required=required
                inputmode=inputmode
                pattern=pattern
                minlength=minlength
                maxlength=maxlength
                spellcheck="false"
                dir="auto"
                node_ref=node
                on:input=on::input(move |event| value.set(event_target_value(&event)))
                aria-describedby=described
                aria-invalid=move || fault.with(Option::is_some).then_some("true")
            />
            <p id=hint_id class="hint" aria-live="polite">{move || fault.get().unwrap_or_else(|| hint.clone())}</p>
        </div>
    }
    .into_any()
}
