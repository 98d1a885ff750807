//! Deleting the workspace: what goes is shown, and asked for with its name and a proof.

mod api;
mod form;

use crate::{
    boxed::{Show, effect, memo, on},
    error::ApiError,
    session::use_session,
    ui::{
        dialog::Dialog,
        empty::Empty,
        icon::Icon,
        later::{self, Part},
        settings::SettingsNav,
    },
    words::{self, erase, fault},
};
use form::Form;
use leptos::prelude::*;
use postern_types::{Erasing, Right};
use wasm_split_helpers::wasm_split;

/// The page; its code is fetched by those who come here.
#[component]
pub fn ErasePage() -> impl IntoView {
    later::page(erase::WORKSPACE, fetch, erase_page)
}

#[wasm_split(workspace, preload(fetch), fallible)]
fn erase_page() -> Part {
    Ok(view! { <Whole/> }.into_any())
}

/// An owner's; others learn whom to ask.
#[component]
fn Whole() -> impl IntoView {
    let session = use_session();
    let owner = memo(move || session.at_least(Right::Erase.role()));
    view! {
        <main class="page" id="main">
            <header class="page-head">
                <div>
                    <h1>{erase::WORKSPACE}</h1>
                    <p class="page-lead">{erase::WORKSPACE_LEAD}</p>
                </div>
            </header>
            <SettingsNav/>
            <Show when=move || owner.get() fallback=|| view! { <Empty icon="lock" title=erase::NOT_YOURS hint=erase::NOT_YOURS_HINT/> }>
                <Section/>
            </Show>
        </main>
    }
    .into_any()
}

/// What goes, and the button that asks.
#[component]
fn Section() -> impl IntoView {
    let known = RwSignal::new(None::<Erasing>);
    let failed = RwSignal::new(None::<ApiError>);
    let open = RwSignal::new(false);
    let read = move || {
        leptos::task::spawn_local(async move {
            match api::read_erasing().await {
                Ok(erasing) => {
                    known.try_set(Some(erasing));
                    failed.try_set(None);
                }
                Err(error) => {
                    failed.try_set(Some(error));
                }
            }
        });
    };
    effect(read);
    view! {
        <Show when=move || failed.with(Option::is_some)>
            <div class="strip fault" role="alert"><Icon name="triangle-alert"/>
                <p>{move || failed.with(|error| error.as_ref().map(|e| fault::doing(erase::NOT_READ, e)))}</p>
                <button type="button" class="button small" on:click=on::click(move |_| read())>{words::TRY_AGAIN}</button>
            </div>
        </Show>
        {move || known.get().map(|erasing| {
            let lines = erase::counted(&erasing);
            let name = erasing.name.clone();
            view! {
                <div class="account">
                    <section class="card" aria-labelledby="goes-head">
                        <h2 id="goes-head">{erase::GOES}</h2>
                        <h3><bdi>{name}</bdi></h3>
                        <ul class="erase-list" aria-labelledby="goes-head">
                            {lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}
                        </ul>
                        <p>{erase::AT_ONCE}</p>
                        <p class="hint">{erase::STAYS}</p>
                        <footer class="account-foot">
                            <button type="button" class="button danger" on:click=on::click(move |_| open.set(true))>{erase::WORKSPACE_DO}</button>
                        </footer>
                    </section>
                </div>
                <Dialog open title=erase::ASKED><Form open erasing=erasing.clone()/></Dialog>
            }
        })}
    }
    .into_any()
}
