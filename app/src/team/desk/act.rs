//! What is done to the team: it is said, or why not, and the list shows how things are then.

use super::{Desk, HEAD};
use crate::{
    browser,
    error::ApiError,
    team::{
        api,
        asking::{Asked, What},
    },
    words::{self, fault, team},
};
use leptos::prelude::*;
use postern_types::{MemberId, Role};
use std::future::Future;

impl Desk {
    /// Asks before something is done to a member.
    pub fn ask(self, what: What, id: MemberId) {
        let asked = self.team.with_untracked(|team| {
            let who = team.as_ref()?.members.iter().find(|who| who.id == id)?;
            Some(Asked {
                what,
                id,
                name: who.name.clone(),
                conversations: who.conversations,
            })
        });
        if asked.is_some() {
            self.asked.set(asked);
            self.asking.set(true);
        }
    }

    /// What was asked is done: says so, and shows it.
    pub fn done(self, said: impl Into<String>) {
        self.asking.try_set(false);
        self.toasts.say(said);
        self.acted.try_set_value(true);
        self.refresh();
    }

    /// Does something at once, says so or why not, and shows how things are then; not twice at the same time.
    pub fn act(
        self,
        busy: RwSignal<bool>,
        doing: impl Future<Output = Result<(), ApiError>> + 'static,
        said: String,
        not_done: &'static str,
    ) {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        leptos::task::spawn_local(async move {
            match doing.await {
                Ok(()) => self.toasts.say(said),
                Err(error) => self.toasts.fault(fault::doing(not_done, &error)),
            }
            self.acted.try_set_value(true);
            self.read().await;
            busy.try_set(false);
        });
    }

    /// Gives a member another role, and offers to take that back; `back` when it is refused.
    pub fn give_role(self, id: MemberId, name: String, roles: (Role, Role), back: Box<dyn Fn()>) {
        let (from, to) = roles;
        leptos::task::spawn_local(async move {
            match api::change_role(id, to).await {
                Ok(()) => {
                    let said = team::is_now(&name, to);
                    let undo =
                        move || self.give_role(id, name.clone(), (to, from), Box::new(|| ()));
                    self.toasts.offer(said, words::UNDO, undo);
                }
                Err(error) => {
                    self.toasts.fault(fault::doing(team::NOT_CHANGED, &error));
                    back();
                }
            }
            self.read().await;
        });
    }

    /// Suspends a member or lets them back in; the one undoes the other.
    pub fn shut(self, id: MemberId, name: String, out: bool) {
        leptos::task::spawn_local(async move {
            let answer = if out {
                api::suspend(id).await
            } else {
                api::restore(id).await
            };
            match answer {
                Ok(()) => {
                    let said = if out {
                        team::suspended(&name)
                    } else {
                        team::let_in(&name)
                    };
                    let undo = move || self.shut(id, name.clone(), !out);
                    self.toasts.offer(said, words::UNDO, undo);
                }
                Err(error) => {
                    let not_done = if out {
                        team::NOT_SUSPENDED
                    } else {
                        team::NOT_LET_IN
                    };
                    self.toasts.fault(fault::doing(not_done, &error));
                }
            }
            self.read().await;
        });
    }
}

/// Once what was read is drawn: the focus is not lost with a line that is gone.
pub(super) fn keep_focus() {
    request_animation_frame(|| {
        let lost = document()
            .active_element()
            .is_none_or(|element| element.tag_name() == "BODY");
        if lost {
            browser::focus_in_place(&format!("#{HEAD}"));
        }
    });
}
