//! Adding a passkey: the password and a name, then the browser asks.

use super::{HEAD, Ring};
use crate::{
    account::{
        api,
        ask::{Proof, focus_head},
    },
    boxed::on,
    error::ApiError,
    ui::{
        ask::{Ask, Foot, focus_soon},
        dialog::Dialog,
        field::Field,
        passkey,
        toast::use_toasts,
    },
    words::settings,
};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::PasskeyAnswer;

/// Begins anew each time it opens.
#[component]
pub fn AddDialog(ring: Ring) -> impl IntoView {
    view! { <Dialog open=ring.adding title=settings::PASSKEY_ADD><Form ring/></Dialog> }.into_any()
}

#[component]
fn Form(ring: Ring) -> impl IntoView {
    let toasts = use_toasts();
    let ask = Ask::new();
    let (password, name) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    focus_soon("#password");
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let asked = add(password.get_untracked(), name.get_untracked());
        ask.put(asked, move |codes| {
            ring.adding.try_set(false);
            ring.changed.try_update(|changed| *changed += 1);
            if codes.is_empty() {
                toasts.say(settings::PASSKEY_ADDED);
                focus_head(HEAD);
            }
            ring.desk.added(codes);
        });
    };
    view! {
        <form class="form" on:submit=on::submit(submit)>
            <p class="dialog-text">{settings::PASSKEY_ADD_LEAD}</p>
            {ask.general(&["password", "passkey_name"])}
            <Proof ask value=password/>
            <Field name="passkey_name" label=settings::PASSKEY_NAME value=name hint=settings::PASSKEY_NAME_HINT fault=ask.fault("passkey_name")
                maxlength=80_u32/>
            <Foot ask open=ring.adding act=settings::PASSKEY_ADD/>
        </form>
    }
    .into_any()
}

/// Gives the recovery codes that came with it.
async fn add(password: String, name: String) -> Result<Vec<String>, ApiError> {
    // Before the device has kept anything.
    if name.trim().is_empty() {
        return Err(ApiError::Invalid {
            field: "passkey_name".to_owned(),
            reason: settings::PASSKEY_NAMELESS.to_owned(),
        });
    }
    let question = api::begin_passkey(password).await?;
    let credential = passkey::make(&question.options).await?;
    let ticket = question.ticket;
    api::finish_passkey(PasskeyAnswer { ticket, credential }, name).await
}
