//! Teams: who is in them, which numbers come to them, and whether agents see more than their own.

mod api;
mod asking;
mod card;
mod desk;
mod limit;
mod numbers;

use crate::{
    boxed::{Show, memo, on},
    ui::{
        empty::Empty,
        icon::Icon,
        later::{Later, Part},
        settings::SettingsNav,
    },
    words::{self, fault, teams},
};
use asking::{Asking, What};
use card::TeamCard;
use desk::Desk;
use leptos::prelude::*;
use leptos_meta::Title;
use limit::Limit;
use numbers::Numbers;
use wasm_split_helpers::wasm_split;

/// The page; its code is fetched by those who come here.
#[component]
pub fn TeamsPage() -> impl IntoView {
    let meanwhile = || view! { <main class="page" id="main" aria-busy="true"></main> };
    view! { <Later fetch=fetch part=teams_page meanwhile/> }.into_any()
}

#[wasm_split(teams, preload(fetch), fallible)]
fn teams_page() -> Part {
    Ok(view! { <Whole/> }.into_any())
}

/// For those who manage teams; others learn who does.
#[component]
fn Whole() -> impl IntoView {
    let desk = Desk::open();
    let shown = desk.shown;
    view! {
        <Title text=words::title(teams::TITLE)/>
        <main class="page" id="main">
            <header class="page-head">
                <div>
                    <h1>{teams::TITLE}</h1>
                    <p class="page-lead">{teams::LEAD}</p>
                </div>
                <Show when=move || shown.get()>
                    <button type="button" class="button primary" on:click=on::click(move |_| desk.ask(What::Create))><Icon name="plus"/>{teams::NEW}</button>
                </Show>
            </header>
            <SettingsNav/>
            <Show when=move || shown.get() fallback=|| view! { <Empty icon="users" title=teams::NOT_YOURS hint=teams::NOT_YOURS_HINT/> }>
                <List desk/>
            </Show>
        </main>
        <Show when=move || shown.get()>
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
                .map(|error| fault::doing(teams::NOT_READ, error))
        })
    };
    let ids = memo(move || desk.read(|all| all.teams.iter().map(|team| team.id).collect()));
    let none = memo(move || ids.with(Vec::is_empty));
    view! {
        <div class="team teams">
            {move || failed().map(|text| view! {
                <div class="strip fault" role="alert"><Icon name="triangle-alert"/><p dir="auto">{text}</p>
                    <button type="button" class="button small" on:click=on::click(move |_| desk.refresh())>{words::TRY_AGAIN}</button>
                </div>
            })}
            <Show when=move || desk.all.with(Option::is_some) fallback=|| view! { <div class="card" aria-busy="true"><i class="sk sk-line"></i><i class="sk sk-line short"></i></div> }>
                <For each=move || ids.get() key=|id| *id let:id>
                    <TeamCard desk id/>
                </For>
                <Show when=move || none.get()>
                    <Empty icon="users" title=teams::NONE hint=teams::NONE_HINT>
                        <button type="button" class="button primary" on:click=on::click(move |_| desk.ask(What::Create))>{teams::NEW}</button>
                    </Empty>
                </Show>
                <Show when=move || !none.get()><Numbers desk/></Show>
                <Limit desk/>
            </Show>
        </div>
    }
    .into_any()
}
