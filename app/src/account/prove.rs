//! What needs the password and, where there is one, a code of the application: new recovery codes, and taking it away.

use super::{
    api,
    ask::{AppCode, Proof, digits},
    factors::{Desk, leave_focus},
};
use crate::{
    boxed::on,
    ui::{
        ask::{Ask, Foot, focus_soon},
        dialog::Dialog,
        toast::use_toasts,
    },
    words::settings,
};
use leptos::{ev::SubmitEvent, prelude::*};

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// New recovery codes.
    Renew,
    /// No second step any more.
    Remove,
    /// No application any more, and passkeys as before.
    RemoveApp,
}

impl Wish {
    fn title(self) -> &'static str {
        match self {
            Self::Renew => settings::RENEW,
            Self::Remove => settings::TURN_OFF_TITLE,
            Self::RemoveApp => settings::REMOVE_APP_TITLE,
        }
    }

    fn lost(self) -> &'static str {
        match self {
            Self::Renew => settings::RENEW_LOST,
            Self::Remove => settings::TURN_OFF_LOST,
            Self::RemoveApp => settings::REMOVE_APP_LOST,
        }
    }

    /// The button's word and its look.
    fn act(self) -> (&'static str, &'static str) {
        match self {
            Self::Renew => (settings::RENEW, "button primary"),
            Self::Remove => (settings::TURN_OFF, "button danger"),
            Self::RemoveApp => (settings::REMOVE_APP, "button danger"),
        }
    }
}

/// Says what will be lost before it is done.
#[component]
pub fn ProveDialog(desk: Desk, open: RwSignal<bool>, wish: Wish) -> impl IntoView {
    view! { <Dialog open title=wish.title()><Form desk open wish/></Dialog> }.into_any()
}

#[component]
fn Form(desk: Desk, open: RwSignal<bool>, wish: Wish) -> impl IntoView {
    let toasts = use_toasts();
    let ask = Ask::new();
    let (password, code) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let app = untrack(|| desk.has_app());
    focus_soon("#password");
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let (password, code) = (password.get_untracked(), digits(code));
        match wish {
            Wish::Renew => ask.put(api::renew_recovery(password, code), move |codes| {
                open.try_set(false);
                desk.show(codes);
                desk.read();
            }),
            Wish::Remove | Wish::RemoveApp => {
                ask.put(api::remove_totp(password, code), move |()| {
                    open.try_set(false);
                    toasts.say(if wish == Wish::Remove {
                        settings::TURNED_OFF
                    } else {
                        settings::APP_REMOVED
                    });
                    desk.read();
                    leave_focus();
                    desk.learn();
                });
            }
        }
    };
    let (act, look) = wish.act();
    view! {
        <form class="form" on:submit=on::submit(submit)>
            <p class="dialog-text">{wish.lost()}</p>
            {ask.general(&["password", "code"])}
            <Proof ask value=password/>
            {app.then(|| view! { <AppCode ask value=code/> })}
            <Foot ask open act look/>
        </form>
    }
    .into_any()
}
