//! What the parts of the page share: the settings as they were saved last, and as they are typed.

use super::api;
use crate::{
    boxed::{effect, memo},
    error::ApiError,
    session::{Session, use_session},
    ui::{
        ask::Ask,
        toast::{Toasts, use_toasts},
    },
    words::workspace as words,
};
use leptos::prelude::*;
use postern_types::{AccountId, Week, WorkspaceForm, WorkspaceId, WorkspaceView};
use std::cell::RefCell;

/// Whose changes to which workspace.
type Whose = (AccountId, WorkspaceId);

thread_local! {
    /// What was typed and not saved: whoever goes to another page and comes back finds it.
    static KEPT: RefCell<Option<(Whose, WorkspaceForm)>> = const { RefCell::new(None) };
}

/// Copied about freely.
#[derive(Clone, Copy)]
pub struct Desk {
    /// As it was read or saved last; none before the first time.
    pub saved: RwSignal<Option<WorkspaceView>>,
    /// Why it could not be read.
    pub failed: RwSignal<Option<ApiError>>,
    /// The name, as it is typed.
    pub name: RwSignal<String>,
    /// The colour, as it is chosen.
    pub tone: RwSignal<Option<u8>>,
    /// The zone, as it is chosen.
    pub zone: RwSignal<String>,
    /// The hours, as they are typed.
    pub week: RwSignal<Option<Week>>,
    /// Whether anything of that is not saved.
    pub dirty: Memo<bool>,
    /// Saving, and what became of it.
    pub ask: Ask,
    /// True while somebody else's changes stand in the way.
    pub conflict: RwSignal<bool>,
    /// Where is said what was done.
    pub toasts: Toasts,
    /// Who is here.
    pub session: Session,
    /// Of the settings that were changed.
    revision: RwSignal<i32>,
}

impl Desk {
    /// Reads the settings, and keeps what is typed until it is saved.
    pub fn open() -> Self {
        let saved = RwSignal::new(None::<WorkspaceView>);
        let (name, zone) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
        let (tone, week) = (RwSignal::new(None), RwSignal::new(None));
        let dirty = memo(move || {
            saved.with(|saved| {
                saved.as_ref().is_some_and(|saved| {
                    name.with(|name| *name != saved.name)
                        || tone.get() != saved.tone
                        || zone.with(|zone| *zone != saved.zone)
                        || week.with(|week| *week != saved.hours)
                })
            })
        });
        let desk = Self {
            saved,
            failed: RwSignal::new(None),
            name,
            tone,
            zone,
            week,
            dirty,
            ask: Ask::new(),
            conflict: RwSignal::new(false),
            toasts: use_toasts(),
            session: use_session(),
            revision: RwSignal::new(0),
        };
        desk.reread();
        desk.keep_typed();
        desk
    }

    /// Reads it anew: what was typed before and not saved comes back with it.
    pub fn reread(self) {
        leptos::task::spawn_local(async move {
            match api::read().await {
                Ok(view) => {
                    self.failed.try_set(None);
                    self.take(view);
                    self.restore();
                }
                Err(error) => {
                    self.failed.try_set(Some(error));
                }
            }
        });
    }

    /// As it stands on the server now, and nothing else.
    pub fn take(self, view: WorkspaceView) {
        self.revision.try_set(view.revision);
        self.name.try_set(view.name.clone());
        self.tone.try_set(view.tone);
        self.zone.try_set(view.zone.clone());
        self.week.try_set(view.hours.clone());
        self.conflict.try_set(false);
        self.saved.try_set(Some(view));
    }

    /// What passes by itself: the logo, and whether it is open. What is typed stays.
    pub fn freshen(self, view: &WorkspaceView) {
        self.saved.try_update(|saved| {
            if let Some(saved) = saved {
                saved.logo.clone_from(&view.logo);
                saved.opening = view.opening;
            }
        });
    }

    /// What was saved last, and not what is typed.
    pub fn discard(self) {
        if let Some(saved) = self.saved.get_untracked() {
            self.take(saved);
        }
    }

    /// Saves what is typed; not over what somebody else has changed meanwhile.
    pub fn save(self) {
        let form = untrack(move || self.typed());
        let asked = async move {
            let answer = api::save(form).await;
            let conflict = matches!(answer, Err(ApiError::Conflict { .. }));
            self.conflict.try_set(conflict);
            answer
        };
        self.ask.put(asked, move |view| {
            self.take(view);
            self.toasts.say(words::SAVED);
            self.tell_shell();
        });
    }

    /// Saves what is typed in the place of what somebody else saved, now that this is known.
    pub fn save_over(self) {
        leptos::task::spawn_local(async move {
            match api::read().await {
                Ok(view) => {
                    // Gone from the page meanwhile: what was typed waits there.
                    if self.revision.try_set(view.revision).is_none() {
                        self.saved.try_set(Some(view));
                        self.save();
                    }
                }
                Err(error) => self
                    .toasts
                    .fault(crate::words::fault::doing(words::NOT_READ, &error)),
            }
        });
    }

    /// What somebody else saved, in the place of what is typed.
    pub fn show_theirs(self) {
        leptos::task::spawn_local(async move {
            match api::read().await {
                Ok(view) => {
                    self.ask.forget();
                    self.take(view);
                }
                Err(error) => self
                    .toasts
                    .fault(crate::words::fault::doing(words::NOT_READ, &error)),
            }
        });
    }

    /// The name and the look stand around the page, too. What fails, the next renewal makes up for.
    pub fn tell_shell(self) {
        leptos::task::spawn_local(async move {
            let _ = self.session.look_again().await;
        });
    }

    fn typed(self) -> WorkspaceForm {
        WorkspaceForm {
            name: self.name.get(),
            tone: self.tone.get(),
            zone: self.zone.get(),
            hours: self.week.get(),
            revision: self.revision.get(),
        }
    }

    fn whose(self) -> Option<Whose> {
        let account = self
            .session
            .me
            .with_untracked(|me| me.as_ref().map(|me| me.account));
        account.zip(self.session.workspace.get_untracked())
    }

    fn restore(self) {
        let kept = KEPT.with_borrow_mut(Option::take);
        let whose = self.whose();
        let Some((_, form)) = kept.filter(|(of, _)| Some(*of) == whose) else {
            return;
        };
        // With the revision that it changed: what was saved since is not overwritten.
        self.name.try_set(form.name);
        self.tone.try_set(form.tone);
        self.zone.try_set(form.zone);
        self.week.try_set(form.hours);
        self.revision.try_set(form.revision);
    }

    /// Keeps what is typed for another visit, says so to whoever leaves, and warns before the tab goes with it.
    fn keep_typed(self) {
        let whose = self.whose();
        effect(move || {
            if self.saved.with(Option::is_none) {
                return;
            }
            let typed = self.dirty.get().then(|| self.typed());
            KEPT.set(whose.zip(typed));
        });
        let leaving = window_event_listener_untyped("beforeunload", move |event| {
            if KEPT.with_borrow(Option::is_some) {
                event.prevent_default();
            }
        });
        let toasts = self.toasts;
        on_cleanup(move || {
            leaving.remove();
            if KEPT.with_borrow(Option::is_some) {
                toasts.say(words::KEPT);
            }
        });
    }
}
