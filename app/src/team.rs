//! The workspace's team: who asks to come in, who works here, who was invited, and what is required of them.

mod access;
mod api;
mod asking;
mod desk;
mod invitations;
mod invite;
mod members;
mod menu;
mod rights;
mod roles;
mod security;
mod waiting;
mod who;

use crate::{
    boxed::{Show, memo, on},
    live::{Inbox, use_live},
    ui::{
        empty::Empty,
        icon::Icon,
        later::{self, Part},
        settings::SettingsNav,
    },
    words::{self, fault, team},
};
use asking::Asking;
use desk::Desk;
use invitations::Invitations;
use invite::InviteDialog;
use leptos::prelude::*;
use members::Members;
use postern_types::Right;
use rights::Rights;
use security::Security;
use waiting::WaitingList;
use wasm_split_helpers::wasm_split;

/// The page; its code is fetched by those who come here.
#[component]
pub fn TeamPage() -> impl IntoView {
    later::page(team::TITLE, fetch, team_page)
}

#[wasm_split(team, preload(fetch), fallible)]
fn team_page() -> Part {
    Ok(view! { <Whole/> }.into_any())
}

/// For those who run the team; others learn whom to ask.
#[component]
fn Whole() -> impl IntoView {
    let desk = Desk::open();
    let shown = desk.shown;
    view! {
        <main class="page" id="main">
            <header class="page-head">
                <div>
                    <h1>{team::TITLE}</h1>
                    <p class="page-lead">{team::LEAD}</p>
                </div>
                <Show when=move || shown.get()>
                    <button type="button" class="button primary" on:click=on::click(move |_| desk.inviting.set(true))><Icon name="plus"/>{team::INVITE}</button>
                </Show>
            </header>
            <SettingsNav/>
            <Show when=move || shown.get() fallback=|| view! { <NotYours/> }>
                <List desk/>
            </Show>
        </main>
        <Show when=move || shown.get()>
            <InviteDialog desk/>
            <Asking desk/>
        </Show>
    }
    .into_any()
}

/// It stays as it was read last, also while it cannot be read.
#[component]
fn List(desk: Desk) -> impl IntoView {
    let failed = move || {
        desk.failed.with(|error| {
            error
                .as_ref()
                .map(|error| fault::doing(team::NOT_READ, error))
        })
    };
    view! {
        <div class="team">
            {move || failed().map(|text| view! {
                <div class="strip fault" role="alert"><Icon name="triangle-alert"/><p dir="auto">{text}</p>
                    <button type="button" class="button small" on:click=on::click(move |_| desk.refresh())>{words::TRY_AGAIN}</button>
                </div>
            })}
            <Show when=move || desk.team.with(Option::is_some) fallback=move || view! { <Coming desk/> }>
                <WaitingList desk/>
                <Members desk/>
                <Rights/>
                <Invitations desk/>
                <Security desk/>
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
            <div class="card" aria-busy="true">
                {(0..3).map(|_| view! {
                    <div class="team-coming"><i class="sk sk-face"></i><i class="sk sk-line"></i><i class="sk sk-line short"></i></div>
                }).collect_view()}
            </div>
        </Show>
    }
    .into_any()
}

#[component]
fn NotYours() -> impl IntoView {
    let live = use_live();
    let admins = memo(move || {
        let colleagues = live.inbox.with(Inbox::colleagues).into_iter();
        let admins = colleagues.filter(|colleague| colleague.role.may(Right::Team));
        admins.map(|colleague| colleague.name).collect::<Vec<_>>()
    });
    view! {
        {move || view! { <Empty icon="users" title=team::NOT_YOURS hint=team::run_by(&admins.get())/> }}
    }
    .into_any()
}
