//! A password that was forgotten. Whoever asks learns nothing of who has an account.

use super::sending::{Refused, Sending, Submit, trimmed};
use crate::{
    boxed::{Show, on},
    browser,
    session::forgot,
    ui::{field::Field, public::PublicPage},
    words::account,
};
use leptos::{ev::SubmitEvent, prelude::*};

/// The page: an address, and always the same words.
#[component]
pub fn ForgotPage() -> impl IntoView {
    let (email, done) = (RwSignal::new(String::new()), RwSignal::new(false));
    let sending = Sending::new(&["email"]);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        sending.start(forgot(trimmed(email)), move |answer| {
            if answer.is_ok() {
                done.try_set(true);
                request_animation_frame(|| browser::focus_place("told"));
            }
        });
    };
    view! {
        <PublicPage title=account::FORGOT lead=account::FORGOT_LEAD>
            <Show when=move || !done.get() fallback=|| view! { <p id="told" class="door-told" role="status">{account::FORGOT_DONE}</p> }>
                <form class="form" on:submit=on::submit(submit) method="post">
                    <Refused sending/>
                    <Field name="email" label=account::EMAIL kind="email" value=email fault=sending.of("email") autocomplete="username"/>
                    <Submit sending act=account::FORGOT_DO doing=account::FORGOT_SENDING/>
                </form>
            </Show>
            <p class="door-links"><a href="/sign-in">{account::TO_SIGN_IN}</a></p>
        </PublicPage>
    }
    .into_any()
}
