//! Contacts from a file: chosen, looked at, tried out, imported, taken back; and what was imported before.

mod api;
mod choose;
mod desk;
mod faults;
mod found;
mod list;
mod plan;

use crate::{
    boxed::{Show, memo},
    session::use_session,
    ui::{
        empty::Empty,
        icon::Icon,
        later::{Later, Part},
    },
    words::{self, contacts, fault, import},
};
use choose::Choose;
use desk::Desk;
use found::Found;
use leptos::prelude::*;
use leptos_meta::Title;
use list::Earlier;
use plan::Plan;
use postern_types::{ImportState, Right};
use wasm_split_helpers::wasm_split;

/// The page; its code is fetched by those who come there.
#[component]
pub fn ContactsImportPage() -> impl IntoView {
    let meanwhile = || view! { <main class="page import-page" id="main" aria-busy="true"></main> };
    view! { <Title text=words::title(import::TITLE)/><Later fetch part=import_page meanwhile/> }
        .into_any()
}

#[wasm_split(contacts_import, preload(fetch), fallible)]
fn import_page() -> Part {
    Ok(view! { <main class="page import-page" id="main"><Whole/></main> }.into_any())
}

#[component]
fn Whole() -> impl IntoView {
    let session = use_session();
    let may = memo(move || session.at_least(Right::Import.role()));
    view! {
        <Show when=move || may.get() fallback=|| view! { <Empty icon="lock" title=import::NOT_YOURS hint=import::NOT_YOURS_HINT/> }>
            <Steps/>
        </Show>
    }
    .into_any()
}

#[component]
fn Steps() -> impl IntoView {
    let desk = Desk::open();
    let failed = move || {
        let text = desk
            .failed
            .with(|error| Some(fault::doing(import::NOT_READ, error.as_ref()?)))?;
        Some(view! { <p class="strip fault" role="alert" dir="auto">{text}</p> })
    };
    let one = memo(move || desk.id.with(Option::is_some));
    let plans = memo(move || {
        let state = desk.state();
        matches!(state, Some(ImportState::Read | ImportState::Checked))
    });
    view! {
        <header class="page-head">
            <div>
                <h1>{import::TITLE}</h1>
                <p class="page-lead">{import::LEAD}</p>
            </div>
            <div class="book-do">
                <a class="button" href="/contacts"><Icon name="arrow-left"/>{contacts::ALL}</a>
                <Show when=move || one.get()><a class="button" href="/contacts/import"><Icon name="plus"/>{import::ANOTHER}</a></Show>
            </div>
        </header>
        <div class="import">
            {failed}
            <Show when=move || one.get() fallback=move || view! { <Choose desk/> }>
                <Found desk/>
                <Show when=move || plans.get()><Plan desk/></Show>
                <faults::Faults desk/>
            </Show>
            <Earlier desk/>
        </div>
    }
    .into_any()
}
