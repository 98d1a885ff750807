//! A new password, by a mailed link.

use super::{
    onward::look_again,
    password::PasswordField,
    secret::use_secret,
    sending::{Refused, Sending, Submit},
};
use crate::{
    boxed::on,
    browser,
    error::ApiError,
    session::{reset, use_session},
    ui::{empty::Empty, public::PublicPage},
    words::account,
};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::Reset;

/// The page. The link is looked at when the password is sent: a page that is only opened uses nothing up.
#[component]
pub fn ResetPage() -> impl IntoView {
    let secret = use_secret(String::new);
    view! {
        <PublicPage title=account::RESET lead=account::RESET_LEAD>
            <NewPassword secret/>
        </PublicPage>
    }
    .into_any()
}

/// The form, by whatever secret; and what came of it.
#[component]
pub fn NewPassword(secret: RwSignal<Option<String>>) -> impl IntoView {
    let session = use_session();
    let password = RwSignal::new(String::new());
    // Whether it was set; otherwise the link is over.
    let done = RwSignal::new(None::<bool>);
    let sending = Sending::new(&["password"]);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let form = Reset {
            token: secret.get_untracked().unwrap_or_default(),
            password: password.get_untracked(),
        };
        sending.start(reset(form), move |answer| match answer {
            Ok(()) => {
                password.try_set(String::new());
                done.try_set(Some(true));
                request_animation_frame(|| {
                    browser::focus(".public-card .button.primary");
                });
                look_again(session);
            }
            Err(ApiError::NotFound) => {
                done.try_set(Some(false));
            }
            Err(_) => {}
        });
    };
    view! {
        {move || match done.get() {
            None => view! {
                <form class="form" on:submit=on::submit(submit) method="post">
                    <Refused sending/>
                    <PasswordField label=account::NEW_PASSWORD value=password hint=account::NEW_PASSWORD_HINT fault=sending.of("password")/>
                    <Submit sending act=account::RESET_DO doing=account::RESETTING/>
                </form>
            }.into_any(),
            Some(true) => view! {
                <Empty icon="check" title=account::RESET_DONE hint=account::RESET_DONE_HINT>
                    <a class="button primary" href="/sign-in">{account::SIGN_IN}</a>
                </Empty>
            }.into_any(),
            Some(false) => view! {
                <Empty icon="clock" title=account::LINK_OVER hint=account::RESET_OVER_HINT>
                    <a class="button primary" href="/forgot">{account::NEW_LINK}</a>
                </Empty>
            }.into_any(),
        }}
    }
    .into_any()
}
