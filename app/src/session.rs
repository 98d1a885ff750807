//! Who is signed in, in this tab: kept in memory, renewed by a cookie that no script can read.

mod api;
mod door;
mod hold;
mod lock;
mod place;
mod wire;

pub use api::{Api, ApiClient, again, bearer, renew};
pub use door::{
    another_code, ask_factor, ask_passkey, connect, depart, forgot, invited, mail_factor, not_me,
    register, reset, setup_state,
};

use crate::ApiError;
use crate::{boxed::effect, ui::time};
use hold::Change;
use leptos::prelude::*;
use postern_types::{Me, Membership, Role, WorkspaceId};
use send_wrapper::SendWrapper;
use std::{future::Future, time::Duration};

/// Between two tries while the server is away.
const AGAIN: Duration = Duration::from_secs(3);

/// What is known of the person before this page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// Nothing yet: the first renewal has not answered. The server always renders this one.
    Unknown,
    /// Somebody is signed in.
    In,
    /// Nobody is.
    Out,
}

/// The session as pages see it: to be read; only its own functions change it.
#[derive(Clone, Copy, Debug)]
pub struct Session {
    /// Whether somebody is signed in.
    pub auth: RwSignal<Auth>,
    /// Who.
    pub me: RwSignal<Option<Me>>,
    /// The workspace they work in, one of their own.
    pub workspace: RwSignal<Option<WorkspaceId>>,
    /// True while a sign-out has not reached the server.
    pub leaving: RwSignal<bool>,
}

/// Puts the session into the context of the root component, and finds out in the browser whether somebody is in.
pub fn provide_session() -> Session {
    let session = Session {
        auth: RwSignal::new(Auth::Unknown),
        me: RwSignal::new(None),
        workspace: RwSignal::new(None),
        leaving: RwSignal::new(false),
    };
    provide_context(session);
    // An effect runs in the browser alone.
    effect(move || {
        hold::on_change(move |change| session.apply(change));
        session.follow_other_tabs();
        session.begin();
    });
    session
}

/// The session of this page.
pub fn use_session() -> Session {
    expect_context::<Session>()
}

impl Session {
    /// Ends the session in every tab, and on the server: when that cannot be reached, it is told as soon as it can be.
    pub fn sign_out(self) -> impl Future<Output = ()> + Send {
        SendWrapper::new(async move {
            // Kept until the server has heard it: a page that is loaded anew must not renew the session instead.
            wire::keep_leaving(true);
            // In turn with renewals: one that came after it would find its cookie gone and nothing to renew.
            let told = lock::exclusive(wire::sign_out()).await;
            let heard = self.heard(told);
            hold::clear();
            wire::tell_other_tabs("out");
            if !heard {
                self.leave_later();
            }
        })
    }

    /// Works in `workspace` from now on; nothing changes when it is not one of the person's own.
    pub fn switch(self, workspace: WorkspaceId) {
        let member = self.me.with_untracked(|me| {
            me.as_ref()
                .is_some_and(|me| me.memberships.iter().any(|m| m.workspace == workspace))
        });
        if member {
            self.choose(Some(workspace));
        }
    }

    /// The person's place in the workspace in force.
    pub fn membership(self) -> Option<Membership> {
        let workspace = self.workspace.get()?;
        self.me.with(|me| {
            let memberships = &me.as_ref()?.memberships;
            memberships
                .iter()
                .find(|m| m.workspace == workspace)
                .cloned()
        })
    }

    /// True when the person ranks at least `role` there: to show or hide something. The server decides by itself.
    pub fn at_least(self, role: Role) -> bool {
        self.membership().is_some_and(|m| m.role >= role)
    }

    /// Signs out again until the server has heard it, unless somebody has signed in meanwhile.
    fn leave(self) {
        leptos::task::spawn_local(async move {
            let told = lock::exclusive(async {
                if wire::is_leaving() {
                    wire::sign_out().await
                } else {
                    Ok(())
                }
            });
            if !self.heard(told.await) {
                self.leave_later();
            }
        });
    }

    fn leave_later(self) {
        set_timeout(move || self.leave(), AGAIN);
    }

    /// Whether the server has heard a sign-out; the person is told when it has not.
    fn heard(self, told: Result<(), ApiError>) -> bool {
        if let Err(error) = &told {
            leptos::logging::warn!("sign-out was not told to the server: {error:?}");
        }
        self.leaving.set(told.is_err());
        told.is_ok()
    }

    /// Renews what an earlier page left; tries again while the server is away. A sign-out that the server has not heard
    /// goes before: then nothing is renewed.
    fn begin(self) {
        if wire::is_leaving() {
            hold::clear();
            self.leave();
            return;
        }
        if !wire::may_be_signed_in() {
            self.auth.set(Auth::Out);
            return;
        }
        leptos::task::spawn_local(async move {
            match hold::ready().await {
                Ok(()) | Err(ApiError::Unauthorized) => {}
                Err(_) => set_timeout(move || self.begin(), AGAIN),
            }
        });
    }

    fn apply(self, change: Change) {
        match change {
            Change::In(me) => {
                let here = self.workspace.get_untracked();
                let same = self.me.with_untracked(|old| {
                    old.as_ref().is_some_and(|old| old.account == me.account)
                });
                // Whoever lost the place that they are in is told so, and not put into another one unasked.
                let chosen = here
                    .filter(|_| same)
                    .or_else(|| place::choice(&me.memberships, here.or_else(wire::kept_workspace)));
                time::write_as(me.habits.locale.clone());
                // Each only when it differs: a renewal every ten minutes must not draw the page anew.
                if self.me.with_untracked(|old| old.as_ref() != Some(&me)) {
                    self.me.set(Some(me));
                }
                self.choose(chosen);
                if self.auth.get_untracked() != Auth::In {
                    self.auth.set(Auth::In);
                }
            }
            Change::Out => {
                self.auth.set(Auth::Out);
                self.me.set(None);
                self.workspace.set(None);
            }
        }
    }

    fn choose(self, workspace: Option<WorkspaceId>) {
        hold::work_in(workspace);
        if let Some(workspace) = workspace {
            wire::keep_workspace(workspace);
        }
        if self.workspace.get_untracked() != workspace {
            self.workspace.set(workspace);
        }
    }

    /// Somebody signed in or out in another tab: so it is here.
    fn follow_other_tabs(self) {
        wire::on_other_tab(move |word| match word {
            "out" => hold::clear(),
            _ if self.auth.get_untracked() == Auth::Out => {
                hold::reopen();
                self.begin();
            }
            _ => {}
        });
    }
}
