//! The form that invites: by e-mail, one after another, or by a link. Its code is fetched when it is first opened.

mod link;
mod mail;

use super::desk::Desk;
use crate::{
    boxed::on,
    ui::{
        ask::focus_soon,
        dialog::Dialog,
        later::{Later, Part},
    },
    words::team,
};
use leptos::prelude::*;
use link::ByLink;
use mail::ByMail;
use postern_types::Role;
use wasm_split_helpers::wasm_split;

/// Opens over the page; begins anew each time.
#[component]
pub fn InviteDialog(desk: Desk) -> impl IntoView {
    provide_context(desk);
    view! { <Dialog open=desk.inviting title=team::INVITE_TITLE class="wide"><Later fetch part=ways/></Dialog> }
        .into_any()
}

#[wasm_split(teams, preload(fetch), fallible)]
fn ways() -> Part {
    Ok(view! { <Ways desk=expect_context()/> }.into_any())
}

#[component]
fn Ways(desk: Desk) -> impl IntoView {
    let by_link = RwSignal::new(false);
    let role = RwSignal::new(Role::Agent);
    focus_soon("#email");
    view! {
        <fieldset class="field options team-ways">
            <legend>{team::HOW}</legend>
            <label class="option">
                <input type="radio" name="way" prop:checked=move || !by_link.get() on:change=on::change(move |_| by_link.set(false))/>
                <span><strong>{team::BY_MAIL}</strong><small>{team::BY_MAIL_HINT}</small></span>
            </label>
            <label class="option">
                <input type="radio" name="way" prop:checked=move || by_link.get() on:change=on::change(move |_| by_link.set(true))/>
                <span><strong>{team::BY_LINK}</strong><small>{team::BY_LINK_HINT}</small></span>
            </label>
        </fieldset>
        {move || if by_link.get() {
            view! { <ByLink desk role/> }.into_any()
        } else {
            view! { <ByMail desk role/> }.into_any()
        }}
    }
    .into_any()
}
