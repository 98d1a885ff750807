//! Setting up an authenticator application: the password, then its QR code and a code of it.

use super::{
    api,
    ask::{AppCode, Proof, digits},
    factors::Desk,
    qr::Qr,
};
use crate::{
    boxed::on,
    ui::{
        ask::{Ask, Foot, focus_soon},
        copy::Copyable,
        dialog::Dialog,
        toast::use_toasts,
    },
    words::settings,
};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::TotpSeed;

/// Begins anew each time it opens; what it showed is forgotten when it closes.
#[component]
pub fn EnrolDialog(desk: Desk) -> impl IntoView {
    let title = Signal::derive(move || {
        let title = if desk.has_passkeys() {
            settings::SET_UP_APP
        } else {
            settings::SET_UP
        };
        title.to_owned()
    });
    view! { <Dialog open=desk.enrolling title class="enrol"><Steps desk/></Dialog> }.into_any()
}

#[component]
fn Steps(desk: Desk) -> impl IntoView {
    let seed = RwSignal::new(None::<TotpSeed>);
    move || match seed.get() {
        None => view! { <Password desk seed/> }.into_any(),
        Some(seed) => view! { <Scan desk seed/> }.into_any(),
    }
}

#[component]
fn Password(desk: Desk, seed: RwSignal<Option<TotpSeed>>) -> impl IntoView {
    let ask = Ask::new();
    let password = RwSignal::new(String::new());
    focus_soon("#password");
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        ask.put(api::begin_totp(password.get_untracked()), move |begun| {
            seed.try_set(Some(begun));
        });
    };
    view! {
        <form class="form" on:submit=on::submit(submit)>
            <p class="dialog-text">{settings::SET_UP_LEAD}</p>
            {ask.general(&["password"])}
            <Proof ask value=password/>
            <Foot ask open=desk.enrolling act=settings::GO_ON/>
        </form>
    }
    .into_any()
}

#[component]
fn Scan(desk: Desk, seed: TotpSeed) -> impl IntoView {
    let (ask, toasts) = (Ask::new(), use_toasts());
    let code = RwSignal::new(String::new());
    focus_soon("#code");
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        ask.put(api::confirm_totp(digits(code)), move |codes| {
            desk.enrolling.try_set(false);
            if codes.is_empty() {
                toasts.say(settings::APP_ADDED);
            }
            desk.added(codes);
        });
    };
    let secret = in_fours(&seed.secret);
    view! {
        <form class="form" on:submit=on::submit(submit)>
            <p class="dialog-text">{settings::SCAN}</p>
            <Qr squares=seed.squares/>
            <Copyable label=settings::SECRET value=secret/>
            {ask.general(&["code"])}
            <AppCode ask value=code/>
            <Foot ask open=desk.enrolling act=settings::TURN_ON/>
        </form>
    }
    .into_any()
}

/// As one types it without losing the place; applications skip the spaces.
fn in_fours(secret: &str) -> String {
    let mut grouped = String::new();
    for (nth, letter) in secret.chars().enumerate() {
        if nth > 0 && nth.is_multiple_of(4) {
            grouped.push(' ');
        }
        grouped.push(letter);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_typed_four_letters_at_a_time() {
        assert_eq!(in_fours("JBSWY3DPEH"), "JBSW Y3DP EH");
        assert_eq!(in_fours("JBSW"), "JBSW");
        assert_eq!(in_fours(""), "");
    }
}
