//! The first page of a fresh installation: its owner and its first workspace.

use super::{
    onward::go_in,
    person::{Person, PersonFields},
    secret::use_secret,
    sending::{Refused, Sending, Submit, trimmed},
};
use crate::{
    boxed::{Show, effect, memo, on},
    error::ApiError,
    session::use_session,
    ui::{empty::Empty, field::Field, public::PublicPage},
    words::account,
};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::SetUp;

/// The page. The code comes with the link, or is typed.
#[component]
pub fn SetUpPage() -> impl IntoView {
    let session = use_session();
    let [token, workspace] = [(); 2].map(|()| RwSignal::new(String::new()));
    let person = Person::new();
    let from_link = RwSignal::new(false);
    let sending = Sending::new(&["token", "workspace_name", "name", "email", "password"]);
    go_in(|| Some("/inbox".into()));
    let secret = use_secret(String::new);
    effect(move || {
        if let Some(code) = secret.get().filter(|code| !code.is_empty()) {
            token.set(code);
            from_link.set(true);
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let form = SetUp {
            token: trimmed(token),
            workspace_name: trimmed(workspace),
            name: trimmed(person.name),
            email: trimmed(person.email),
            password: person.password.get_untracked(),
        };
        sending.start(session.set_up(form), move |answer| {
            if answer.is_err_and(|error| error.field("token").is_some()) {
                from_link.try_set(false);
            }
        });
    };
    let done = memo(move || {
        let failed = sending.failed;
        failed.with(|error| matches!(error, Some(ApiError::Conflict { .. })))
    });
    view! {
        <PublicPage title=account::SET_UP lead=account::SET_UP_LEAD>
            <Show when=move || !done.get() fallback=|| view! {
                <Empty icon="check" title=account::SET_UP_DONE hint=account::SET_UP_DONE_HINT>
                    <a class="button primary" href="/sign-in">{account::SIGN_IN}</a>
                </Empty>
            }>
                <form class="form" on:submit=on::submit(submit) method="post">
                    <Refused sending/>
                    <Show when=move || !from_link.get()>
                        <Field name="token" label=account::CODE value=token hint=account::CODE_HINT fault=sending.of("token")/>
                    </Show>
                    <Field name="workspace" label=account::WORKSPACE value=workspace hint=account::WORKSPACE_HINT fault=sending.of("workspace_name")
                        autocomplete="organization" maxlength=80_u32/>
                    <PersonFields person sending/>
                    <Submit sending act=account::SET_UP_DO doing=account::SETTING_UP/>
                </form>
            </Show>
        </PublicPage>
    }
    .into_any()
}
