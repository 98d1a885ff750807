//! A new contact.

use super::{
    api,
    desk::Desk,
    form::{Draft, FIELDS, Lines},
};
use crate::{
    boxed::on,
    ui::{
        ask::{Ask, Foot, focus_soon},
        dialog::Dialog,
    },
    words::contacts,
};
use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use postern_types::ContactForm;

/// The dialog; whoever was added is shown.
#[component]
pub fn Adding(desk: Desk) -> impl IntoView {
    let title = Signal::derive(|| contacts::NEW.to_owned());
    view! {
        <Dialog open=desk.adding title><New desk/></Dialog>
    }
    .into_any()
}

#[component]
fn New(desk: Desk) -> impl IntoView {
    let ask = Ask::new();
    let go = use_navigate();
    let draft = Draft::new(ContactForm::default());
    focus_soon("#name");
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let go = go.clone();
        ask.put(api::create(draft.form()), move |id| {
            desk.adding.try_set(false);
            go(&format!("/contacts/{id}"), NavigateOptions::default());
        });
    };
    view! {
        <form class="form" on:submit=on::submit(submit) novalidate>
            {ask.general(FIELDS)}
            <Lines ask draft/>
            <Foot ask open=desk.adding act=contacts::CREATE/>
        </form>
    }
    .into_any()
}
