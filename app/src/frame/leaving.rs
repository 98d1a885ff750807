//! Leaving a workspace, or the whole: what was written goes out first, and what cannot is named.

use crate::{
    live::{Inbox, Live, use_live},
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

type Go = Box<dyn Fn(&str, NavigateOptions)>;

/// Copied about freely.
#[derive(Clone, Copy)]
pub struct Leaving {
    live: Live,
    session: Session,
    asked: RwSignal<bool>,
    to: StoredValue<Option<Leave>>,
    go: StoredValue<Go, LocalStorage>,
}

impl Leaving {
    /// For the workspace at hand.
    pub fn new() -> Self {
        let navigate = use_navigate();
        let go: Go = Box::new(move |path, options| navigate(path, options));
        let toasts = use_toasts();
        on_cleanup(move || toasts.clear());
        Self {
            live: use_live(),
            session: use_session(),
            asked: RwSignal::new(false),
            to: StoredValue::new(None),
            go: StoredValue::new_local(go),
        }
    }

    /// Leaves once everything is told; asks when something cannot be.
    pub fn leave(self, to: Leave) {
        leptos::task::spawn_local(async move {
            if self.live.tell_all(PATIENCE_MS).await {
                self.now(to);
            } else {
                self.to.try_set_value(Some(to));
                self.asked.try_set(true);
            }
        });
    }

    fn now(self, to: Leave) {
        match to {
            Leave::Switch(to) => {
                self.go
                    .try_with_value(|go| go("/inbox", NavigateOptions::default()));
                self.session.switch(to);
            }
            Leave::SignOut => leptos::task::spawn_local(self.session.sign_out()),
        }
    }
}

/// Says what would be lost.
#[component]
pub fn LeavingDialog(leaving: Leaving) -> impl IntoView {
    let live = leaving.live;
    let unsent = Memo::new(move |_| live.inbox.with(Inbox::unsent));
    let lost = move || match unsent.get() {
        0 => frame::LEAVE_DRAFT.to_owned(),
        n => frame::leave_unsent(n),
    };
    let anyway = move |_| {
        leaving.asked.set(false);
        if let Some(to) = leaving.to.get_value() {
            leaving.now(to);
        }
    };
    view! {
        <Dialog open=leaving.asked title=frame::LEAVE>
            <p class="dialog-text">{lost}</p>
            <footer class="dialog-foot">
                <button type="button" class="button" on:click=move |_| leaving.asked.set(false)>{frame::LEAVE_STAY}</button>
                <button type="button" class="button danger" on:click=anyway>{frame::LEAVE_ANYWAY}</button>
            </footer>
        </Dialog>
    }
    .into_any()
}
