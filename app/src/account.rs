//! One's own account: name and address, password, second step, passkeys, sessions; and leaving a workspace.

mod api;
mod ask;
mod codes;
mod connections;
mod email;
mod enrol;
mod erase;
mod factors;
mod habits;
mod leave;
mod passkeys;
mod password;
mod profile;
mod prove;
mod qr;
mod sessions;
mod trusted;

use crate::{
    ui::{
        later::{self, Part},
        settings::SettingsNav,
    },
    words::settings,
};
use connections::SignIns;
use erase::Erase;
use factors::{Desk, TwoStep};
use habits::Habits;
use leave::Workspaces;
use leptos::prelude::*;
use passkeys::Passkeys;
use password::Password;
use profile::Profile;
use sessions::Sessions;
use trusted::Trusted;
use wasm_split_helpers::wasm_split;

/// The page; its code is fetched by those who come here.
#[component]
pub fn AccountPage() -> impl IntoView {
    later::page(settings::ACCOUNT, fetch, account)
}

#[wasm_split(account, preload(fetch), fallible)]
fn account() -> Part {
    Ok(view! { <Account/> }.into_any())
}

/// It needs no workspace: whoever is let into none can still set up what a workspace requires.
#[component]
fn Account() -> impl IntoView {
    // Grows when what is done here has ended sessions.
    let changed = RwSignal::new(0_u32);
    let desk = Desk::new();
    view! {
        <main class="page" id="main">
            <header class="page-head">
                <div>
                    <h1>{settings::ACCOUNT}</h1>
                    <p class="page-lead">{settings::LEAD}</p>
                </div>
            </header>
            <SettingsNav/>
            <div class="account">
                <Profile changed/>
                <Password changed/>
                <TwoStep desk/>
                <Passkeys desk changed/>
                <SignIns/>
                <Sessions changed/>
                <Trusted changed/>
                <Habits/>
                <Workspaces/>
                <Erase/>
            </div>
        </main>
    }
    .into_any()
}
