//! The way in, once somebody is signed in.

use crate::{
    boxed::effect,
    session::{Auth, Session, use_session},
};
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

/// Leads whoever is in to where `to` says, as soon as it says so.
pub fn go_in(to: impl Fn() -> Option<String> + 'static) {
    let (session, go) = (use_session(), use_navigate());
    effect(move || {
        if session.auth.get() == Auth::In
            && let Some(to) = to()
        {
            go(&to, instead());
        }
    });
}

/// In the place of this page: the way back does not lead here.
pub fn instead() -> NavigateOptions {
    NavigateOptions {
        replace: true,
        ..NavigateOptions::default()
    }
}

/// Finds out whether whoever is signed in here still is: what was just done may have ended it.
pub fn look_again(session: Session) {
    if session.auth.get_untracked() == Auth::In {
        leptos::task::spawn_local(async move {
            // A session that is over is noticed on the way.
            let _ = session.look_again().await;
        });
    }
}
