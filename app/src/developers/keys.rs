//! The keys: those that are there, and the way to a new one.

use super::{
    asking::Asking,
    desk::{Desk, HEAD},
    line::Line,
    new::NewDialog,
};
use crate::{
    boxed::{Show, on},
    ui::icon::Icon,
    words::{self, developers, fault},
};
use leptos::prelude::*;

#[component]
pub fn Keys() -> impl IntoView {
    let desk = Desk::open();
    let none = move || {
        desk.keys
            .with(|all| all.as_ref().is_some_and(Vec::is_empty))
    };
    view! {
        <section class="card portal developers" aria-labelledby=HEAD>
            <header class="account-head">
                <h2 id=HEAD>{developers::KEYS}</h2>
                <div class="account-keep">
                    <button type="button" class="button small" on:click=on::click(move |_| desk.making.set(true))><Icon name="plus"/>{developers::NEW}</button>
                </div>
            </header>
            <p class="hint">{developers::KEYS_LEAD}</p>
            {move || desk.failed.get().map(|error| view! {
                <div class="strip fault" role="alert">
                    <p>{fault::doing(developers::NOT_READ, &error)}</p>
                    <button type="button" class="button small" on:click=on::click(move |_| desk.read())>{words::TRY_AGAIN}</button>
                </div>
            })}
            <Show when=none fallback=move || view! {
                <ul class="sessions" aria-labelledby=HEAD>
                    <For each=move || desk.keys.get().unwrap_or_default() key=Clone::clone let:one>
                        <Line desk one/>
                    </For>
                </ul>
            }>
                <p class="hint">{developers::NONE}</p>
            </Show>
        </section>
        <NewDialog desk/>
        <Asking desk/>
    }
    .into_any()
}
