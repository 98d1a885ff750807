//! Contacts: everybody who writes to this workspace, and whom you added.

mod api;
mod asking;
mod book;
mod card;
mod desk;
mod fields;
mod filters;
mod form;
mod import;
mod kit;
mod notes;
mod pages;
mod profile;
mod story;
mod told;

pub use import::ContactsImportPage;

use crate::{
    boxed::memo,
    ui::later::{Later, Part},
    words::{self, contacts},
};
use book::Book;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use postern_types::ContactId;
use profile::Profile;
use wasm_split_helpers::wasm_split;

/// The book, or the contact that the address names; the code of each is fetched by those who come there.
#[component]
pub fn ContactsPage() -> impl IntoView {
    let params = use_params_map();
    let one = memo(move || params.with(|params| params.get("contact").is_some()));
    let meanwhile = || view! { <main class="page" id="main" aria-busy="true"></main> };
    let shown = move || {
        if one.get() {
            view! { <Later fetch=fetch_one part=contact_page meanwhile/> }.into_any()
        } else {
            view! { <Later fetch=fetch part=contacts_page meanwhile/> }.into_any()
        }
    };
    view! { <Title text=words::title(contacts::TITLE)/>{shown} }.into_any()
}

#[wasm_split(contacts, preload(fetch), fallible)]
fn contacts_page() -> Part {
    Ok(view! { <main class="page" id="main"><Book/></main> }.into_any())
}

#[wasm_split(contact, preload(fetch_one), fallible)]
fn contact_page() -> Part {
    Ok(view! { <Addressed/> }.into_any())
}

/// The contact that the address names; another address is another contact.
#[component]
fn Addressed() -> impl IntoView {
    let params = use_params_map();
    let id = memo(move || params.with(|params| params.get("contact")));
    let shown = move || {
        // What is no id is nobody's.
        let id = id.get().and_then(|id| id.parse::<ContactId>().ok());
        view! { <Profile id/> }
    };
    view! { <main class="page" id="main">{shown}</main> }.into_any()
}
