//! A value with a button that copies it.

use super::icon::Icon;
use crate::{boxed::on, browser, words};
use leptos::prelude::*;

/// Shows a value in full and copies it; says so where it is read out.
#[component]
pub fn Copyable(#[prop(into)] label: String, #[prop(into)] value: String) -> impl IntoView {
    let copied = RwSignal::new(None::<bool>);
    let text = value.clone();
    let copy = move |_| {
        let text = text.clone();
        leptos::task::spawn_local(async move {
            let done = browser::copy(&text).await;
            copied.try_set(Some(done));
            browser::sleep(2_500).await;
            copied.try_set(None);
        });
    };
    view! {
        <div class="copyable">
            <span class="copyable-label">{label.clone()}</span>
            <code class="copyable-value" translate="no" dir="ltr">{value}</code>
            <button type="button" class="button small" on:click=on::click(copy) aria-label=words::copy_of(&label)>
                <Icon name="copy"/>
                <span aria-live="polite">{move || match copied.get() {
                    None => words::COPY,
                    Some(true) => words::COPIED,
                    Some(false) => words::NOT_COPIED,
                }}</span>
            </button>
        </div>
    }
}
