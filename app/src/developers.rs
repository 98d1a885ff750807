//! Developers: the keys by which machines come in, and the way to the reference.

mod api;
mod asking;
mod desk;
mod keys;
mod line;
mod new;

use crate::{
    boxed::{Show, memo},
    session::use_session,
    ui::{
        empty::Empty,
        later::{self, Part},
        settings::SettingsNav,
    },
    words::developers,
};
use keys::Keys;
use leptos::prelude::*;
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
                    <p class="page-lead">{developers::LEAD}" "<a href="/developers" rel="external">{developers::REFERENCE}</a></p>
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
