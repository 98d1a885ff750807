//! The workspace's settings: what it is called, how it looks, when it is open.

mod api;
mod desk;
mod hours;
mod logo;
mod look;

use crate::{
    boxed::{Show, on},
    session::use_session,
    ui::{
        ask::Submit,
        empty::Empty,
        first_steps::use_first_steps,
        icon::Icon,
        later::{self, Part},
        settings::SettingsNav,
    },
    words::{self as all, fault, workspace as words},
};
use desk::Desk;
use hours::Hours;
use leptos::{ev::SubmitEvent, prelude::*};
use logo::Logo;
use look::Look;
use postern_types::Right;
use wasm_split_helpers::wasm_split;

/// The page; its code is fetched by those who come here.
#[component]
pub fn WorkspacePage() -> impl IntoView {
    later::page(words::TITLE, fetch, workspace)
}

#[wasm_split(workspace, preload(fetch), fallible)]
fn workspace() -> Part {
    Ok(view! { <Whole/> }.into_any())
}

/// For those who run the workspace; others learn whom to ask.
#[component]
fn Whole() -> impl IntoView {
    let session = use_session();
    let may = move || session.at_least(Right::Workspace.role());
    view! {
        <main class="page" id="main">
            <header class="page-head">
                <div>
                    <h1>{words::TITLE}</h1>
                    <p class="page-lead">{words::LEAD}</p>
                </div>
            </header>
            <SettingsNav/>
            <Show when=may fallback=|| view! { <Empty icon="lock" title=words::NOT_YOURS hint=words::NOT_YOURS_HINT/> }>
                <Settings/>
            </Show>
        </main>
    }
    .into_any()
}

/// What was typed stays, also while it cannot be saved.
#[component]
fn Settings() -> impl IntoView {
    let desk = Desk::open();
    let first = use_first_steps();
    let failed = move || {
        desk.failed.with(|error| {
            error
                .as_ref()
                .map(|error| fault::doing(words::NOT_READ, error))
        })
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        desk.save();
    };
    view! {
        <div class="account workspace">
            {(first.card)()}
            {move || failed().map(|text| view! {
                <div class="strip fault" role="alert"><Icon name="triangle-alert"/><p dir="auto">{text}</p>
                    <button type="button" class="button small" on:click=on::click(move |_| desk.reread())>{all::TRY_AGAIN}</button>
                </div>
            })}
            <Show when=move || desk.saved.with(Option::is_some) fallback=move || view! { <Coming desk/> }>
                <Logo desk/>
                <form class="workspace-form" on:submit=on::submit(submit) novalidate>
                    <Look desk/>
                    <Hours desk/>
                    <Foot desk/>
                </form>
                <Show when=move || first.hidden.get() == Some(true)><StepsBack desk/></Show>
            </Show>
        </div>
    }
    .into_any()
}

/// Its shape, until it is here.
#[component]
fn Coming(desk: Desk) -> impl IntoView {
    view! {
        <Show when=move || desk.failed.with(Option::is_none)>
            <div class="card" aria-busy="true"><i class="sk sk-line"></i><i class="sk sk-field"></i><i class="sk sk-line short"></i><i class="sk sk-field"></i></div>
        </Show>
    }
    .into_any()
}

/// Saves, or says what stands in the way.
#[component]
fn Foot(desk: Desk) -> impl IntoView {
    view! {
        <div class="workspace-foot">
            {desk.ask.general(&["workspace_name", "zone", "hours"])}
            <Show when=move || desk.conflict.get()>
                <div class="strip notice" role="alert"><p>{words::CONFLICT}</p>
                    <button type="button" class="button small" on:click=on::click(move |_| desk.show_theirs())>{words::THEIRS}</button>
                    <button type="button" class="button small" on:click=on::click(move |_| desk.save_over())>{words::MINE}</button>
                </div>
            </Show>
            <footer>
                <p class="quiet-text" role="status">{move || desk.dirty.get().then_some(words::UNSAVED)}</p>
                <Show when=move || desk.dirty.get()>
                    <button type="button" class="button" on:click=on::click(move |_| desk.discard())>{words::DISCARD}</button>
                </Show>
                <Submit ask=desk.ask act=words::SAVE/>
            </footer>
        </div>
    }
    .into_any()
}

#[component]
fn StepsBack(desk: Desk) -> impl IntoView {
    let first = use_first_steps();
    let back = move |_| {
        leptos::task::spawn_local(async move {
            match api::show_steps().await {
                Ok(()) => {
                    first.hidden.try_set(Some(false));
                }
                Err(error) => desk.toasts.fault(fault::doing(words::NOT_BACK, &error)),
            }
        });
    };
    view! {
        <p class="workspace-steps quiet-text">{words::STEPS_HIDDEN}" "
            <button type="button" class="button small" on:click=on::click(back)>{words::STEPS_BACK}</button>
        </p>
    }
    .into_any()
}
