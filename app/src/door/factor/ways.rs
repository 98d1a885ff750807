//! What each of them asks for.

use super::given::Try;
use crate::{
    boxed::{Show, on},
    door::sending::Submit,
    ui::field::Field,
    words::account,
};
use leptos::prelude::*;

/// The browser asks.
#[component]
pub fn ByPasskey(this: Try) -> impl IntoView {
    view! {
        <p class="hint">{account::PASSKEY_HINT}</p>
        <Submit sending=this.sending act=account::PASSKEY_DO doing=account::PASSKEY_DOING/>
    }
    .into_any()
}

/// Something to type.
#[component]
pub fn ByCode(this: Try, label: &'static str, hint: &'static str, digits: bool) -> impl IntoView {
    let (inputmode, autocomplete) = if digits {
        ("numeric", "one-time-code")
    } else {
        ("text", "off")
    };
    view! {
        <Field name="code" label value=this.code hint fault=this.sending.of("code") inputmode autocomplete/>
        <Submit sending=this.sending act=account::GO_ON doing=account::CHECKING/>
    }
    .into_any()
}

/// A code that is mailed once it is asked for; said to be the weakest.
#[component]
pub fn ByMail(this: Try) -> impl IntoView {
    let sent = move || this.mailed.with(Option::is_some);
    view! {
        <Show when=sent fallback=move || view! {
            <p class="hint">{account::MAIL_HINT}</p>
            <Submit sending=this.sending act=account::MAIL_DO doing=account::MAIL_DOING/>
        }>
            <p class="door-told" role="status">{account::MAIL_SENT}</p>
            <ByCode this label=account::MAILED_CODE hint=account::MAILED_CODE_HINT digits=true/>
            <button type="button" class="button quiet" on:click=on::click(move |_| this.mail())>{account::ANOTHER_CODE}</button>
        </Show>
    }
    .into_any()
}
