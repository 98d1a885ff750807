//! For whom a provider vouches and who has no account: one is made when they say so, and not before.

use crate::{
    boxed::on,
    door::{
        secret::{forget, kept},
        sending::{Refused, Sending, Submit, trimmed},
    },
    session::use_session,
    ui::{empty::Empty, field::Field, public::PublicPage},
    words::account,
};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::{Enrol, Newcomer};

/// By the invitation that was opened in this tab, or with a workspace of their own where that is open; `done` is set once
/// they are in.
#[component]
pub fn NewcomerForm(newcomer: Newcomer, done: RwSignal<bool>) -> impl IntoView {
    let session = use_session();
    let invitation = Some(kept()).filter(|secret| !secret.is_empty());
    let invited = invitation.is_some();
    let who = account::vouched(newcomer.provider, &newcomer.email);
    if !invited && !newcomer.open {
        return view! {
            <PublicPage title=account::NOBODY lead=account::CAME_BACK>
                <p class="door-told" dir="auto">{who}</p>
                <Empty icon="lock" title=account::NOBODY_TITLE hint=account::NOBODY_HINT>
                    <a class="button primary" href="/sign-in">{account::TO_SIGN_IN}</a>
                </Empty>
            </PublicPage>
        }
        .into_any();
    }
    let (name, workspace) = (RwSignal::new(newcomer.name), RwSignal::new(String::new()));
    let invitation = StoredValue::new(invitation);
    let sending = Sending::new(&["name", "workspace_name"]);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let form = Enrol {
            invitation: invitation.get_value(),
            workspace_name: (!invited).then(|| trimmed(workspace)),
            name: trimmed(name),
        };
        sending.start(session.enrol(form), move |answer| {
            if answer.is_ok() {
                forget();
                done.try_set(true);
            }
        });
    };
    let (lead, act) = if invited {
        (account::ENROL_INVITED, account::ASK)
    } else {
        (account::ENROL_LEAD, account::ENROL)
    };
    view! {
        <PublicPage title=account::NOBODY lead>
            <form class="form" on:submit=on::submit(submit) method="post">
                <Refused sending/>
                <p class="door-told" dir="auto">{who}</p>
                {(!invited).then(|| view! {
                    <Field name="workspace" label=account::WORKSPACE value=workspace hint=account::WORKSPACE_HINT
                        fault=sending.of("workspace_name") autocomplete="organization" maxlength=80_u32/>
                })}
                <Field name="name" label=account::YOUR_NAME value=name fault=sending.of("name") autocomplete="name" maxlength=80_u32/>
                <Submit sending act doing=account::ENROLLING/>
            </form>
            <p class="door-links"><a href="/sign-in">{account::HAVE_ACCOUNT}</a></p>
        </PublicPage>
    }
    .into_any()
}
