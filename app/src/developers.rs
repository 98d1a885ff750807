//! Developers: the keys by which machines come in.

mod api;
mod asking;
mod desk;
mod line;
mod new;

use crate::{
    boxed::{Show, memo, on},
    session::use_session,
    ui::{
        empty::Empty,
        icon::Icon,
        later::{self, Part},
        settings::SettingsNav,
    },
    words::{self, developers, fault},
};
use asking::Asking;
use desk::{Desk, HEAD};
use leptos::prelude::*;
use line::Line;
use new::NewDialog;
use postern_types::Right;
use wasm_split_helpers::wasm_split;

/// The page; its code is fetched by those who come here.
#[component]
pub fn DevelopersPage() -> impl IntoView {
    later::page(developers::TITLE, fetch, developers_page)
}

#[wasm_split(export, preload(fetch), fallible)]
fn developers_page() -> Part {
    Ok(view! { <Whole/> }.into_any())
}

/// For those who may; others learn who does.
#[component]
fn Whole() -> impl IntoView {
    let session = use_session();
    let may = memo(move || session.at_least(Right::Develop.role()));
    view! {
        <main class="page" id="main">
            <header class="page-head">
                <div>
                    <h1>{developers::TITLE}</h1>
                    <p class="page-lead">{developers::LEAD}</p>
                </div>
            </header>
            <SettingsNav/>
            <Show when=move || may.get() fallback=|| view! { <Empty icon="lock" title=developers::NOT_YOURS hint=developers::NOT_YOURS_HINT/> }>
                <Keys/>
            </Show>
        </main>
    }
    .into_any()
}

#[component]
fn Keys() -> impl IntoView {
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
