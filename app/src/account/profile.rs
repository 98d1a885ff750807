//! Who one is: name and address.

use super::{api, email::EmailDialog};
use crate::{
    boxed::{effect, memo, on},
    session::use_session,
    ui::{
        ask::{Ask, Submit},
        field::Field,
        toast::use_toasts,
    },
    words::settings,
};
use leptos::{ev::SubmitEvent, prelude::*};

/// The section.
#[component]
pub fn Profile(changed: RwSignal<u32>) -> impl IntoView {
    let session = use_session();
    let changing = RwSignal::new(false);
    let email = move || session.me.with(|me| me.as_ref().map(|me| me.email.clone()));
    view! {
        <section class="card" aria-labelledby="profile-head">
            <h2 id="profile-head">{settings::PROFILE}</h2>
            <NameForm/>
            <div class="account-line">
                <div class="account-words">
                    <h3>{settings::EMAIL}</h3>
                    <p><bdi dir="ltr">{email}</bdi></p>
                    <p class="hint">{settings::EMAIL_HINT}</p>
                </div>
                <button type="button" class="button" aria-label=settings::CHANGE_EMAIL on:click=on::click(move |_| changing.set(true))>{settings::CHANGE}</button>
            </div>
        </section>
        <EmailDialog open=changing changed/>
    }
    .into_any()
}

#[component]
fn NameForm() -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let ask = Ask::new();
    let known = memo(move || {
        let name = session.me.with(|me| me.as_ref().map(|me| me.name.clone()));
        name.unwrap_or_default()
    });
    let name = RwSignal::new(known.get_untracked());
    // As the server keeps it.
    effect(move || name.set(known.get()));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let asked = api::rename(name.with_untracked(|name| name.trim().to_owned()));
        ask.put(asked, move |me| {
            name.try_set(me.name.clone());
            session.learn(me);
            toasts.say(settings::NAME_SAVED);
        });
    };
    view! {
        <form class="account-name" on:submit=on::submit(submit)>
            {ask.general(&["name"])}
            <Field name="name" label=settings::NAME value=name hint=settings::NAME_HINT fault=ask.fault("name") autocomplete="name" maxlength=80_u32/>
            <Submit ask act=settings::SAVE_NAME look="button"/>
        </form>
    }
    .into_any()
}
