//! A PIN that is shown once, and as it is read out on the phone.

use crate::{
    boxed::{effect, on},
    browser,
    ui::{copy::Copyable, icon::Icon},
    words::links,
};
use leptos::prelude::*;

/// In large digits, to be copied.
#[component]
pub fn Pin(pin: String) -> impl IntoView {
    view! { <div class="portal-pin"><Copyable label=links::PIN value=pin/></div> }.into_any()
}

/// For the phone: nothing but the digits, and what not to do with them.
#[component]
pub fn Out(pin: String, out: RwSignal<bool>) -> impl IntoView {
    // Each by itself: a screen reader says no number of six digits.
    let spoken: Vec<String> = pin.chars().map(|digit| digit.to_string()).collect();
    effect(|| {
        request_animation_frame(|| {
            browser::focus(".portal-out button");
        });
    });
    view! {
        <div class="form portal-out">
            <p class="dialog-text">{links::OUT_LEAD}</p>
            <p class="portal-digits" dir="ltr" translate="no">
                <span class="only-heard">{spoken.join(" ")}</span>
                <span aria-hidden="true">{links::grouped(&pin)}</span>
            </p>
            <p class="strip notice"><Icon name="info"/>{links::OUT_NEVER}</p>
            <footer class="dialog-foot">
                <button type="button" class="button primary" on:click=on::click(move |_| {
                    out.set(false);
                    focus_made();
                })>{links::BACK}</button>
            </footer>
        </div>
    }
    .into_any()
}

/// Goes on at what was made.
pub fn focus_made() {
    request_animation_frame(|| {
        browser::focus(".portal-made button");
    });
}
