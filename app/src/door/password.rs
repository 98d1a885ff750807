//! A password that is chosen: typed once, and shown to whoever wants to see what they typed.

use crate::boxed::on;
use crate::words::account;
use leptos::prelude::*;

/// A labelled input with a button that shows what stands in it.
#[component]
pub fn PasswordField(
    label: &'static str,
    value: RwSignal<String>,
    hint: &'static str,
    fault: Signal<Option<String>>,
) -> impl IntoView {
    let shown = RwSignal::new(false);
    view! {
        <div class="field" class:faulty=move || fault.with(Option::is_some)>
            <label for="password">{label}</label>
            <div class="door-password">
                <input id="password" name="password" autocomplete="new-password" required=true minlength="8" maxlength="128"
                    spellcheck="false" autocapitalize="off" dir="auto"
                    type=move || if shown.get() { "text" } else { "password" }
                    prop:value=move || value.get()
                    on:input=on::input(move |event| value.set(event_target_value(&event)))
                    aria-describedby="password-hint"
                    aria-invalid=move || fault.with(Option::is_some).then_some("true")/>
                <button type="button" class="button" aria-controls="password" on:click=on::click(move |_| shown.update(|shown| *shown = !*shown))>
                    {move || if shown.get() { account::HIDE } else { account::SHOW }}
                    <span class="only-heard">" "{label}</span>
                </button>
            </div>
            <p id="password-hint" class="hint" aria-live="polite">{move || fault.get().unwrap_or_else(|| hint.to_owned())}</p>
        </div>
    }
    .into_any()
}
