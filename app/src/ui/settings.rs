//! The way between the pages of settings. For lazy parts alone, so that nobody waits for it.

use crate::{boxed::Show, session::use_session, words::settings};
use leptos::prelude::*;
use leptos_router::components::A;
use postern_types::Right;

/// Account, team, numbers: to each what is theirs to see.
#[component]
pub fn SettingsNav() -> impl IntoView {
    let session = use_session();
    let team = move || session.at_least(Right::Team.role());
    view! {
        <nav class="tabs" aria-label=settings::SETTINGS>
            <A href="/settings/account" attr:class="tab">{settings::ACCOUNT}</A>
            <Show when=team><A href="/settings/team" attr:class="tab">{settings::TEAM}</A></Show>
            <A href="/settings/channels" attr:class="tab">{settings::NUMBERS}</A>
        </nav>
    }
    .into_any()
}
