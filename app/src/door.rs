//! The pages of those who are not inside: signing in, setting up, registering, invitations, forgotten passwords.

mod arrived;
mod confirm;
mod factor;
mod forgot;
mod invitation;
mod not_me;
mod onward;
mod password;
mod person;
mod register;
mod reset;
mod secret;
mod sending;
mod set_up;
mod sign_in;
mod ways;

use crate::{
    boxed::effect,
    browser,
    ui::later::{Later, Part},
    words,
};
use arrived::ArrivedPage;
use forgot::ForgotPage;
use invitation::InvitationPage;
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};
use not_me::NotMePage;
use register::RegisterPage;
use reset::ResetPage;
use set_up::SetUpPage;
use sign_in::SignInPage;
use std::cell::Cell;
use wasm_split_helpers::wasm_split;

/// Any of them: which one, its address says. Their code is fetched by those who come here.
#[component]
pub fn DoorPage() -> impl IntoView {
    // The shape of a form, so that little moves when it comes.
    let meanwhile = || {
        view! {
            <main class="public" id="main" aria-busy="true">
                <h1 class="only-heard">{words::LOADING}</h1>
                <div class="public-card public-shape" aria-hidden="true">
                    <i class="sk sk-square"></i><i class="sk sk-line"></i>
                    <i class="sk sk-field"></i><i class="sk sk-field"></i><i class="sk sk-field"></i>
                </div>
            </main>
        }
    };
    view! { <Later fetch part=door meanwhile/> }.into_any()
}

#[wasm_split(door, preload(fetch), fallible)]
fn door() -> Part {
    Ok(view! { <Door/> }.into_any())
}

#[component]
fn Door() -> impl IntoView {
    arrive();
    // Not followed: whoever goes on is on their way already.
    let path = use_location().pathname.get_untracked();
    // Where a provider's answer leads: always there.
    let arrived = use_query_map().with_untracked(|query| query.get("arrived").is_some());
    match path.trim_end_matches('/') {
        "/setup" => view! { <SetUpPage/> }.into_any(),
        "/register" => view! { <RegisterPage/> }.into_any(),
        "/invitation" => view! { <InvitationPage/> }.into_any(),
        "/forgot" => view! { <ForgotPage/> }.into_any(),
        "/reset" => view! { <ResetPage/> }.into_any(),
        "/not-me" => view! { <NotMePage/> }.into_any(),
        _ if arrived => view! { <ArrivedPage/> }.into_any(),
        _ => view! { <SignInPage/> }.into_any(),
    }
}

/// Whoever comes from another of these pages finds the first field under their hands; whoever opens one is left alone.
fn arrive() {
    thread_local! {
        static CAME: Cell<bool> = const { Cell::new(false) };
    }
    if !CAME.replace(true) {
        return;
    }
    effect(|| {
        request_animation_frame(|| {
            if !browser::focus(".public-card input:not([readonly])") {
                browser::focus_place("main");
            }
        });
    });
}
