//! The way between the pages of settings. For lazy parts alone, so that nobody waits for it.

use crate::{
    boxed::Show,
    session::use_session,
    words::{audit, settings},
};
use leptos::prelude::*;
use leptos_router::components::A;
use postern_types::Right;

/// Account, team, numbers, audit: to each what is theirs to see.
#[component]
pub fn SettingsNav() -> impl IntoView {
    let session = use_session();
    let team = move || session.at_least(Right::Team.role());
    let reads = move || session.at_least(Right::Audit.role());
    view! {
        <nav class="tabs" aria-label=settings::SETTINGS>
            <A href="/settings/account" attr:class="tab">{settings::ACCOUNT}</A>
            <Show when=team><A href="/settings/team" attr:class="tab">{settings::TEAM}</A></Show>
            <A href="/settings/channels" attr:class="tab">{settings::NUMBERS}</A>
            <Show when=reads><A href="/settings/audit" attr:class="tab">{audit::TITLE}</A></Show>
        </nav>
    }
    .into_any()
}
