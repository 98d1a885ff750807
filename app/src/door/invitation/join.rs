//! For whoever is signed in: one button.

use super::{Desk, forget};
use crate::{
    boxed::{Show, on},
    door::{
        onward::instead,
        sending::{Refused, Sending},
    },
    error::ApiError,
    session::use_session,
    ui::icon::Icon,
    words::{self, account},
};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use postern_types::Invited;

/// Uses the invitation as who one is; or says that it is for somebody else.
#[component]
pub fn Join(invited: StoredValue<Invited>, desk: Desk) -> impl IntoView {
    let session = use_session();
    let go = StoredValue::new_local(use_navigate());
    let sending = Sending::new(&[]);
    let me = session
        .me
        .with_untracked(|me| me.as_ref().map(|me| (me.name.clone(), me.email.clone())));
    let (name, email) = me.unwrap_or_default();
    let (act, another) = invited.with_value(|invited| {
        let only = invited.email.as_ref().filter(|only| **only != email);
        (
            account::join_as(&invited.workspace_name, &name, &email),
            only.map(|only| account::for_another(only, &email)),
        )
    });
    let join = move |_| {
        sending.start(session.join(desk.secret()), move |answer| match answer {
            Ok(()) => {
                forget();
                go.try_with_value(|go| go("/inbox", instead()));
            }
            Err(ApiError::NotFound) => desk.over(),
            Err(_) => {}
        });
    };
    let member = move || {
        let failed = sending.failed;
        failed.with(|error| matches!(error, Some(ApiError::Conflict { .. })))
    };
    let other = move |_| leptos::task::spawn_local(session.sign_out());
    let take = match another {
        None => view! {
            <button type="button" class="button primary large door-long" disabled=move || sending.busy.get() on:click=on::click(join)>
                <span dir="auto">{move || if sending.busy.get() { account::JOINING.to_owned() } else { act.clone() }}</span>
            </button>
        }
        .into_any(),
        Some(words) => view! {
            <div class="strip notice" role="status"><Icon name="triangle-alert"/><p dir="auto">{words}</p></div>
        }
        .into_any(),
    };
    view! {
        <div class="form">
            <Refused sending/>
            {take}
            <Show when=member><a class="button" href="/inbox">{words::TO_INBOX}</a></Show>
            <button type="button" class="button quiet" on:click=on::click(other)>{account::OTHER_ACCOUNT}</button>
        </div>
    }
    .into_any()
}
