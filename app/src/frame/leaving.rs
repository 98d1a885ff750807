//! Leaving a workspace, or the whole: what was written goes out first, and what cannot is named.

use crate::{
    boxed::{effect, memo, on},
    live::{Inbox, use_live},
    session::{Session, use_session},
    ui::{dialog::Dialog, toast::use_toasts},
    words::frame,
};
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use postern_types::WorkspaceId;

/// How long the last lines may take.
const PATIENCE_MS: u32 = 3_000;

/// Where to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// Another workspace.
    Switch(WorkspaceId),
    /// Out.
    SignOut,
}

/// Where one wants to leave to; copied about freely.
#[derive(Clone, Copy)]
pub struct Leaving(RwSignal<Option<Leave>>);

impl Leaving {
    /// Nobody leaves.
    pub fn new() -> Self {
        Self(RwSignal::new(None))
    }

    /// Leaves once everything is told; asks when something cannot be.
    pub fn leave(self, to: Leave) {
        self.0.set(Some(to));
    }
}

/// Says what would be lost.
#[component]
pub fn LeavingDialog(leaving: Leaving) -> impl IntoView {
    let (live, session, toasts) = (use_live(), use_session(), use_toasts());
    let go = StoredValue::new_local(use_navigate());
    let asked = RwSignal::new(false);
    // What they speak of is not there in another workspace.
    on_cleanup(move || toasts.clear());
    let now = move |to| {
        if matches!(to, Leave::Switch(_)) {
            go.try_with_value(|go| go("/inbox", NavigateOptions::default()));
        }
        leave(session, to);
    };
    effect(move || {
        let Some(to) = leaving.0.get() else { return };
        leptos::task::spawn_local(async move {
            if live.tell_all(PATIENCE_MS).await {
                now(to);
            } else {
                asked.try_set(true);
            }
        });
    });
    let unsent = memo(move || live.inbox.with(Inbox::unsent));
    let lost = move || match unsent.get() {
        0 => frame::LEAVE_DRAFT.to_owned(),
        n => frame::leave_unsent(n),
    };
    let anyway = move |_| {
        asked.set(false);
        if let Some(to) = leaving.0.get_untracked() {
            now(to);
        }
    };
    view! {
        <Dialog open=asked title=frame::LEAVE>
            <p class="dialog-text">{lost}</p>
            <footer class="dialog-foot">
                <button type="button" class="button" on:click=on::click(move |_| asked.set(false))>{frame::LEAVE_STAY}</button>
                <button type="button" class="button danger" on:click=on::click(anyway)>{frame::LEAVE_ANYWAY}</button>
            </footer>
        </Dialog>
    }
    .into_any()
}

fn leave(session: Session, to: Leave) {
    match to {
        Leave::Switch(to) => session.switch(to),
        Leave::SignOut => leptos::task::spawn_local(session.sign_out()),
    }
}
