//! What several forms of the page ask for.

use crate::{
    browser,
    ui::{ask::Ask, field::Field},
    words::settings,
};
use leptos::prelude::*;

/// The password that one has, as a proof of who asks.
#[component]
pub fn Proof(ask: Ask, value: RwSignal<String>) -> impl IntoView {
    view! {
        <Field name="password" label=settings::YOUR_PASSWORD kind="password" value fault=ask.fault("password") autocomplete="current-password"/>
    }
    .into_any()
}

/// A code of the authenticator application.
#[component]
pub fn AppCode(ask: Ask, value: RwSignal<String>) -> impl IntoView {
    view! {
        <Field name="code" label=settings::APP_CODE value hint=settings::APP_CODE_HINT fault=ask.fault("code")
            inputmode="numeric" autocomplete="one-time-code"/>
    }
    .into_any()
}

/// A code as it is meant, however it was typed.
pub fn digits(code: RwSignal<String>) -> String {
    code.with_untracked(|code| code.trim().replace(['-', ' '], ""))
}

/// Puts the focus on a head that has none by itself, after what had it is gone.
pub fn focus_head(id: &'static str) {
    request_animation_frame(move || browser::focus_place(id));
}
