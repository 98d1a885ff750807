//! What becomes of a passkey: another name, or its end.

use super::{HEAD, Ring};
use crate::{
    account::{
        api,
        ask::{Proof, focus_head},
    },
    boxed::on,
    ui::{
        ask::{Ask, Foot, focus_soon},
        dialog::Dialog,
        field::Field,
        toast::use_toasts,
    },
    words::settings,
};
use leptos::{ev::SubmitEvent, prelude::*};

/// Another name.
#[component]
pub fn RenameDialog(ring: Ring) -> impl IntoView {
    view! { <Dialog open=ring.renaming title=settings::PASSKEY_RENAME><Rename ring/></Dialog> }
        .into_any()
}

#[component]
fn Rename(ring: Ring) -> impl IntoView {
    let toasts = use_toasts();
    let ask = Ask::new();
    let one = ring.chosen();
    let name = RwSignal::new(one.as_ref().map(|one| one.name.clone()).unwrap_or_default());
    focus_soon("#passkey_name");
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(id) = one.as_ref().map(|one| one.id) else {
            return;
        };
        ask.put(api::rename_passkey(id, name.get_untracked()), move |()| {
            ring.renaming.try_set(false);
            toasts.say(settings::PASSKEY_RENAMED);
            ring.desk.read();
            focus_head(HEAD);
        });
    };
    view! {
        <form class="form" on:submit=on::submit(submit)>
            {ask.general(&["passkey_name"])}
            <Field name="passkey_name" label=settings::PASSKEY_NAME value=name hint=settings::PASSKEY_NAME_HINT fault=ask.fault("passkey_name")
                maxlength=80_u32/>
            <Foot ask open=ring.renaming act=settings::SAVE_NAME/>
        </form>
    }
    .into_any()
}

/// Says what will be lost before it is done.
#[component]
pub fn RemoveDialog(ring: Ring) -> impl IntoView {
    let title = Signal::derive(move || {
        ring.chosen.with(|one| {
            let name = one.as_ref().map(|one| settings::remove_title(&one.name));
            name.unwrap_or_default()
        })
    });
    view! { <Dialog open=ring.removing title><Remove ring/></Dialog> }.into_any()
}

#[component]
fn Remove(ring: Ring) -> impl IntoView {
    let toasts = use_toasts();
    let ask = Ask::new();
    let id = ring.chosen().map(|one| one.id);
    let password = RwSignal::new(String::new());
    focus_soon("#password");
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(id) = id else { return };
        let asked = api::remove_passkey(id, password.get_untracked());
        ask.put(asked, move |()| {
            ring.removing.try_set(false);
            toasts.say(settings::PASSKEY_REMOVED);
            ring.desk.read();
            ring.desk.learn();
            focus_head(HEAD);
        });
    };
    view! {
        <form class="form" on:submit=on::submit(submit)>
            <p class="dialog-text">{settings::PASSKEY_LOST}</p>
            {ask.general(&["password"])}
            <Proof ask value=password/>
            <Foot ask open=ring.removing act=settings::REMOVE look="button danger"/>
        </form>
    }
    .into_any()
}
