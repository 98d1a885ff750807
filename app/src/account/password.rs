//! The password: changed by whoever knows the old one.

use super::api;
use crate::{
    boxed::on,
    session::use_session,
    ui::{
        ask::{Ask, Foot, focus_soon},
        dialog::Dialog,
        field::Field,
        toast::use_toasts,
    },
    words::settings,
};
use leptos::{ev::SubmitEvent, prelude::*};

/// The section.
#[component]
pub fn Password(changed: RwSignal<u32>) -> impl IntoView {
    let open = RwSignal::new(false);
    view! {
        <section class="card" aria-labelledby="password-head">
            <h2 id="password-head">{settings::PASSWORD}</h2>
            <div class="account-line">
                <p class="account-words hint">{settings::PASSWORD_LEAD}</p>
                <button type="button" class="button" on:click=on::click(move |_| open.set(true))>{settings::CHANGE_PASSWORD}</button>
            </div>
        </section>
        <Dialog open title=settings::CHANGE_PASSWORD><Form open changed/></Dialog>
    }
    .into_any()
}

#[component]
fn Form(open: RwSignal<bool>, changed: RwSignal<u32>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let ask = Ask::new();
    let (old, new) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let email = session
        .me
        .with_untracked(|me| me.as_ref().map(|me| me.email.clone()));
    focus_soon("#old");
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let asked = api::change_password(old.get_untracked(), new.get_untracked());
        ask.put(asked, move |()| {
            toasts.say(settings::PASSWORD_CHANGED);
            changed.try_update(|changed| *changed += 1);
            open.try_set(false);
        });
    };
    view! {
        <form class="form" on:submit=on::submit(submit)>
            <p class="dialog-text">{settings::PASSWORD_LEAD}</p>
            {ask.general(&["old", "password"])}
            // What keeps passwords learns whose this is.
            <input type="text" name="username" autocomplete="username" value=email.unwrap_or_default() readonly=true hidden=true/>
            <Field name="old" label=settings::OLD_PASSWORD kind="password" value=old fault=ask.fault("old") autocomplete="current-password"/>
            <Field name="password" label=settings::NEW_PASSWORD kind="password" value=new hint=settings::NEW_PASSWORD_HINT fault=ask.fault("password")
                autocomplete="new-password" minlength=8_u32 maxlength=128_u32/>
            <Foot ask open act=settings::CHANGE_PASSWORD/>
        </form>
    }
    .into_any()
}
