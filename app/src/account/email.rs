//! Another address: the new one and the password, then the code that was sent there.

use super::{
    api,
    ask::{Proof, digits},
};
use crate::{
    boxed::on,
    error::ApiError,
    session::use_session,
    ui::{
        ask::{Ask, Foot, Submit, focus_soon},
        dialog::Dialog,
        field::Field,
        toast::use_toasts,
    },
    words::settings,
};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::{CodeSent, Confirm};

/// What both steps share; copied about freely.
#[derive(Clone, Copy)]
struct Change {
    open: RwSignal<bool>,
    /// Grows when sessions may have ended.
    changed: RwSignal<u32>,
    email: RwSignal<String>,
    sent: RwSignal<Option<CodeSent>>,
}

/// Begins anew each time it opens.
#[component]
pub fn EmailDialog(open: RwSignal<bool>, changed: RwSignal<u32>) -> impl IntoView {
    view! { <Dialog open title=settings::CHANGE_EMAIL><Steps open changed/></Dialog> }.into_any()
}

#[component]
fn Steps(open: RwSignal<bool>, changed: RwSignal<u32>) -> impl IntoView {
    let change = Change {
        open,
        changed,
        email: RwSignal::new(String::new()),
        sent: RwSignal::new(None),
    };
    move || match change.sent.get() {
        None => view! { <Address change/> }.into_any(),
        Some(sent) => view! { <Code change sent/> }.into_any(),
    }
}

#[component]
fn Address(change: Change) -> impl IntoView {
    let ask = Ask::new();
    let (email, password) = (change.email, RwSignal::new(String::new()));
    focus_soon("#email");
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let email = email.with_untracked(|email| email.trim().to_owned());
        let asked = api::begin_email(email, password.get_untracked());
        ask.put(asked, move |sent| {
            change.sent.try_set(Some(sent));
        });
    };
    view! {
        <form class="form" on:submit=on::submit(submit)>
            <p class="dialog-text">{settings::EMAIL_LEAD}</p>
            {ask.general(&["email", "password"])}
            <Field name="email" label=settings::NEW_EMAIL kind="email" value=email fault=ask.fault("email") autocomplete="email" maxlength=254_u32/>
            <Proof ask value=password/>
            <Foot ask open=change.open act=settings::SEND_CODE/>
        </form>
    }
    .into_any()
}

#[component]
fn Code(change: Change, sent: CodeSent) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let ask = Ask::new();
    let code = RwSignal::new(String::new());
    focus_soon("#code");
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let confirm = Confirm {
            ticket: sent.ticket.clone(),
            code: digits(code),
        };
        let asked = async move { api::confirm_email(confirm).await.map_err(over) };
        ask.put(asked, move |me| {
            session.learn(me);
            toasts.say(settings::EMAIL_CHANGED);
            change.changed.try_update(|changed| *changed += 1);
            change.open.try_set(false);
        });
    };
    view! {
        <form class="form" on:submit=on::submit(submit)>
            <p class="dialog-text" dir="auto">{settings::code_sent(change.email.get_untracked().trim())}</p>
            {ask.general(&["code"])}
            <Field name="code" label=settings::MAILED_CODE value=code hint=settings::MAILED_CODE_HINT fault=ask.fault("code")
                inputmode="numeric" autocomplete="one-time-code"/>
            <footer class="dialog-foot">
                <button type="button" class="button" on:click=on::click(move |_| change.sent.set(None))>{settings::OTHER_ADDRESS}</button>
                <Submit ask act=settings::CHANGE_EMAIL/>
            </footer>
        </form>
    }
    .into_any()
}

/// A code that is not there any more is told as what it is.
fn over(error: ApiError) -> ApiError {
    match error {
        ApiError::NotFound => ApiError::Conflict {
            message: settings::CODE_OVER.to_owned(),
        },
        other => other,
    }
}
