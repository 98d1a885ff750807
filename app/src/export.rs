//! Taking records away: a page with every kind of them, and a button in the book for those that it shows.

mod api;
mod pull;

use crate::{
    boxed::{Show, memo, on},
    session::use_session,
    ui::{
        contact_parts::Shown,
        empty::Empty,
        icon::Icon,
        later::{self, Later, Part},
        settings::SettingsNav,
        toast::use_toasts,
    },
    words::export,
};
use leptos::prelude::*;
use postern_types::{ExportKind, ExportRequest, Right};
use pull::Pull;
use wasm_split_helpers::wasm_split;

/// The page; its code is fetched by those who come here.
#[component]
pub fn ExportPage() -> impl IntoView {
    later::page(export::TITLE, fetch, export_page)
}

/// The contacts that the book shows.
pub fn button() -> AnyView {
    view! { <Later fetch=fetch_button part=book_button/> }.into_any()
}

#[wasm_split(export, preload(fetch), fallible)]
fn export_page() -> Part {
    Ok(view! { <Whole/> }.into_any())
}

#[wasm_split(export, preload(fetch_button), fallible)]
fn book_button() -> Part {
    Ok(view! { <OfBook/> }.into_any())
}

/// For those who may; others learn who does.
#[component]
fn Whole() -> impl IntoView {
    let session = use_session();
    let may = memo(move || session.at_least(Right::Export.role()));
    view! {
        <main class="page" id="main">
            <header class="page-head">
                <div>
                    <h1>{export::TITLE}</h1>
                    <p class="page-lead">{export::LEAD}</p>
                </div>
            </header>
            <SettingsNav/>
            <Show when=move || may.get() fallback=|| view! { <Empty icon="lock" title=export::NOT_YOURS hint=export::NOT_YOURS_HINT/> }><Kinds/></Show>
        </main>
    }
    .into_any()
}

#[component]
fn Kinds() -> impl IntoView {
    view! {
        <p class="hint">{export::HINT}</p>
        <ul class="sessions export">
            {ExportKind::ALL.into_iter().map(|kind| view! { <li class="session"><Kind kind/></li> }).collect_view()}
        </ul>
        <p class="hint"><a href="/settings/audit">{export::AUDIT}</a></p>
    }
    .into_any()
}

#[component]
fn Kind(kind: ExportKind) -> impl IntoView {
    let pull = Pull::new(use_toasts());
    let download = move |_| {
        pull.start(ExportRequest {
            kind,
            ..ExportRequest::default()
        });
    };
    view! {
        <span class="card-icon"><Icon name="file-spreadsheet"/></span>
        <div class="session-words">
            <h2>{export::name(kind)}</h2>
            <p class="quiet-text">{export::about(kind)}</p>
            <p class="quiet-text" role="status">{move || pull.told()}</p>
        </div>
        <button type="button" class="button small" aria-label=export::download_of(kind)
            aria-disabled=move || pull.is_busy().then_some("true") on:click=on::click(download)>
            <Icon name="download"/>{export::DOWNLOAD}
        </button>
    }
    .into_any()
}

#[component]
fn OfBook() -> impl IntoView {
    let Shown(asked) = expect_context();
    let pull = Pull::new(use_toasts());
    let download = move |_| {
        pull.start(ExportRequest {
            book: asked.get_untracked(),
            ..ExportRequest::default()
        });
    };
    view! {
        <button type="button" class="button" title=export::CONTACTS_TITLE
            aria-disabled=move || pull.is_busy().then_some("true") on:click=on::click(download)>
            <Icon name="download"/>
            <span aria-live="polite">{move || pull.told().unwrap_or_else(|| export::CONTACTS.to_owned())}</span>
        </button>
    }
    .into_any()
}
