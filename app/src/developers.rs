//! Developers: the keys by which machines come in, the endpoints that hear of what happens, the codes that were sent, and
//! what was tried out. Which of them is shown stands in the address.

mod api;
mod asking;
mod codes;
mod desk;
mod hooks;
mod keys;
mod line;
mod new;
mod pages;
mod place;
mod pretty;

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
use codes::{Codes, Tests};
use hooks::Webhooks;
use keys::Keys;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use place::PARTS;
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
                <Parts/>
            </Show>
        </main>
    }
    .into_any()
}

/// The way between the parts, and the one that is asked for.
#[component]
fn Parts() -> impl IntoView {
    let query = use_query_map();
    let shown = memo(move || query.with(place::part));
    view! {
        <nav class="dev-parts" aria-label=developers::SECTIONS>
            {PARTS.map(|(part, word, name)| view! {
                <a class="dev-part" href=place::of_part(part, word) aria-current=move || (shown.get() == part).then_some("page")>{name}</a>
            })}
            // A page of its own, which is not this program's.
            <a class="dev-part" href="/developers" rel="external">{developers::REFERENCE}</a>
        </nav>
        {move || match shown.get() {
            place::Part::Keys => view! { <Keys/> }.into_any(),
            place::Part::Webhooks => view! { <Webhooks/> }.into_any(),
            place::Part::Codes => view! { <Codes/> }.into_any(),
            place::Part::Tests => view! { <Tests/> }.into_any(),
        }}
    }
    .into_any()
}
