//! Leaving the workspace in force.

use super::api;
use crate::{
    boxed::{memo, on},
    session::use_session,
    ui::{
        ask::{Ask, Foot},
        dialog::Dialog,
    },
    words::settings,
};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::MemberState;

/// The section; nothing for somebody who works in none.
#[component]
pub fn Workspaces() -> impl IntoView {
    let session = use_session();
    let place = memo(move || {
        let place = session.membership()?;
        let works = place.state == MemberState::Active;
        works.then_some((place.workspace_name, place.role))
    });
    view! {
        {move || place.get().map(|(name, role)| {
            let open = RwSignal::new(false);
            let title = settings::leave_title(&name);
            let button = settings::leave(&name);
            let shown = name.clone();
            view! {
                <section class="card" aria-labelledby="workspaces-head">
                    <h2 id="workspaces-head">{settings::WORKSPACES}</h2>
                    <div class="account-line">
                        <div class="account-words">
                            <h3><bdi>{shown}</bdi></h3>
                            <p class="hint">{settings::you_are(role)}</p>
                        </div>
                        <button type="button" class="button danger-quiet" on:click=on::click(move |_| open.set(true))>{button}</button>
                    </div>
                </section>
                <Dialog open title><Leave open name=name.clone()/></Dialog>
            }
        })}
    }
    .into_any()
}

/// Says what will be lost before it is done.
#[component]
fn Leave(open: RwSignal<bool>, name: String) -> impl IntoView {
    let ask = Ask::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        // The page begins anew, in another workspace of theirs: nothing of this one is left in it.
        ask.put(api::leave(), |()| {
            let _ = window().location().set_href("/inbox");
        });
    };
    view! {
        <form class="form" on:submit=on::submit(submit)>
            <p class="dialog-text" dir="auto">{settings::leave_lost(&name)}</p>
            {ask.general(&[])}
            <Foot ask open act=settings::LEAVE look="button danger"/>
        </form>
    }
    .into_any()
}
