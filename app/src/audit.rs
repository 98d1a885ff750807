//! The audit of a workspace: who did what, when and from where, and whether its chain holds.

mod api;
mod chain;
mod desk;
mod download;
mod entries;
mod entry;
mod filters;

use crate::{
    boxed::{Show, memo},
    session::use_session,
    ui::{
        empty::Empty,
        later::{self, Part},
        settings::SettingsNav,
    },
    words::audit,
};
use chain::ChainCard;
use desk::Desk;
use download::Download;
use entries::Entries;
use filters::Filters;
use leptos::prelude::*;
use postern_types::Right;
use wasm_split_helpers::wasm_split;

/// The page; its code is fetched by those who come here.
#[component]
pub fn AuditPage() -> impl IntoView {
    later::page(audit::TITLE, fetch, audit_page)
}

#[wasm_split(trail, preload(fetch), fallible)]
fn audit_page() -> Part {
    Ok(view! { <Whole/> }.into_any())
}

/// For those who may read it; others learn who does.
#[component]
fn Whole() -> impl IntoView {
    let session = use_session();
    let may = memo(move || session.at_least(Right::Audit.role()));
    view! {
        <main class="page" id="main">
            <header class="page-head">
                <div>
                    <h1>{audit::TITLE}</h1>
                    <p class="page-lead">{audit::LEAD}</p>
                </div>
                <Show when=move || may.get()><Download/></Show>
            </header>
            <SettingsNav/>
            <Show when=move || may.get() fallback=|| view! { <NotYours/> }><Open/></Show>
        </main>
    }
    .into_any()
}

#[component]
fn Open() -> impl IntoView {
    let desk = Desk::open();
    view! {
        <div class="audit">
            <ChainCard/>
            <Filters desk/>
            <Entries desk/>
        </div>
    }
    .into_any()
}

#[component]
fn NotYours() -> impl IntoView {
    view! { <Empty icon="lock" title=audit::NOT_YOURS hint=audit::NOT_YOURS_HINT/> }.into_any()
}
