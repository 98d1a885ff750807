//! For whoever has no account, or is not signed in.

use super::Desk;
use crate::{
    boxed::{effect, on},
    door::{
        person::PersonFields,
        secret::keep,
        sending::{Refused, Sending, Submit, trimmed},
        ways::{Ways, keep_next},
    },
    error::ApiError,
    session::{register, setup_state},
    words::account,
};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::{Invited, Register};

/// Who one is, and a password; then a code goes to the address.
#[component]
pub fn Newcomer(invited: StoredValue<Invited>, desk: Desk) -> impl IntoView {
    let person = desk.person;
    let sending = Sending::new(&["name", "email", "password"]);
    let (only, domain) = invited.with_value(|it| (it.email.clone(), it.domain.clone()));
    let fixed = only.is_some();
    let hint = match domain {
        _ if fixed => account::INVITED_EMAIL_HINT.to_owned(),
        Some(domain) => account::domain_hint(&domain),
        None => String::new(),
    };
    if let Some(only) = only {
        person.email.set(only);
    }
    let providers = RwSignal::new(Vec::new());
    effect(move || {
        leptos::task::spawn_local(async move {
            // Nobody needs it to come in.
            if let Ok(state) = setup_state().await {
                providers.try_set(state.providers);
            }
        });
    });
    let before = Callback::new(move |()| {
        keep(&desk.secret());
        keep_next("/invitation");
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let form = Register {
            invitation: Some(desk.secret()),
            workspace_name: None,
            name: trimmed(person.name),
            email: trimmed(person.email),
            password: person.password.get_untracked(),
        };
        sending.start(register(form), move |answer| match answer {
            Ok(code) => {
                desk.sent.try_set(Some(code));
            }
            Err(ApiError::NotFound) => desk.over(),
            Err(_) => {}
        });
    };
    view! {
        <form class="form" on:submit=on::submit(submit) method="post">
            <Refused sending/>
            <PersonFields person sending fixed hint/>
            <Submit sending act=account::ASK doing=account::JOINING/>
        </form>
        <Ways offered=providers before/>
        // The secret does not travel in an address: it waits here.
        <p class="door-links"><a href="/sign-in?next=/invitation" on:click=on::click(move |_| keep(&desk.secret()))>{account::HAVE_ACCOUNT}</a></p>
    }
    .into_any()
}
