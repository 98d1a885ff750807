//! The way between the pages of settings. For lazy parts alone, so that nobody waits for it.

use crate::{
    boxed::{Show, memo},
    live::{Inbox, Live},
    session::use_session,
    words::{self, audit, developers, export, frame, settings},
};
use leptos::prelude::*;
use leptos_router::components::A;
use postern_types::Right;

/// Account, workspace, team, teams, numbers, audit, export, developers, deletion: to each what is theirs to see.
#[component]
pub fn SettingsNav() -> impl IntoView {
    let session = use_session();
    let workspace = move || session.at_least(Right::Workspace.role());
    let team = move || session.at_least(Right::Team.role());
    let teams = move || session.at_least(Right::Teams.role());
    let reads = move || session.at_least(Right::Audit.role());
    let exports = move || session.at_least(Right::Export.role());
    let develops = move || session.at_least(Right::Develop.role());
    let owner = move || session.at_least(Right::Erase.role());
    // Whoever is outside has their account alone.
    let live = use_context::<Live>();
    let waiting = memo(move || live.map(|live| live.inbox.with(Inbox::waiting)));
    view! {
        <nav class="tabs" aria-label=settings::SETTINGS>
            <A href="/settings/account" attr:class="tab">{settings::ACCOUNT}</A>
            <Show when=workspace><A href="/settings/workspace" attr:class="tab">{settings::WORKSPACE}</A></Show>
            <Show when=team>
                <A href="/settings/team" attr:class="tab">
                    {settings::TEAM}
                    {move || waiting.get().filter(|n| *n > 0).map(|n| view! {
                        <span class="tab-count" title=frame::waiting(n)>
                            <span aria-hidden="true">{words::count(n)}</span>
                            <span class="only-heard">{frame::waiting(n)}</span>
                        </span>
                    })}
                </A>
            </Show>
            <Show when=teams><A href="/settings/teams" attr:class="tab">{settings::TEAMS}</A></Show>
            <A href="/settings/channels" attr:class="tab">{settings::NUMBERS}</A>
            <Show when=reads><A href="/settings/audit" attr:class="tab">{audit::TITLE}</A></Show>
            <Show when=exports><A href="/settings/export" attr:class="tab">{export::TITLE}</A></Show>
            <Show when=develops><A href="/settings/developers" attr:class="tab">{developers::TITLE}</A></Show>
            <Show when=owner><A href="/settings/delete" attr:class="tab">{settings::DELETE}</A></Show>
        </nav>
    }
    .into_any()
}
