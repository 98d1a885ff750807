//! What the parts of the page share: the teams as they were read last, and when they are read again.

use super::{api, asking::What};
use crate::{
    boxed::{effect, memo},
    error::ApiError,
    live::use_live,
    session::use_session,
    ui::toast::{Toasts, use_toasts},
    words::fault,
};
use leptos::prelude::*;
use postern_types::{Right, Role, Teams};
use std::future::Future;

/// Copied about freely.
#[derive(Clone, Copy)]
pub struct Desk {
    /// As they were read last; none before the first time.
    pub all: RwSignal<Option<Teams>>,
    /// Why they could not be read.
    pub failed: RwSignal<Option<ApiError>>,
    /// The reader's own role.
    pub mine: Memo<Option<Role>>,
    /// Whether the reader manages teams.
    pub shown: Memo<bool>,
    /// What the reader is asked before it is done.
    pub asked: RwSignal<Option<What>>,
    /// Whether they are asked.
    pub asking: RwSignal<bool>,
    /// Where is said what was done.
    pub toasts: Toasts,
    /// Counts readings: what an older one brings is thrown away.
    turn: StoredValue<u32>,
}

impl Desk {
    /// Reads the teams, and again whenever they may have changed, until the owner is cleaned up.
    pub fn open() -> Self {
        let (live, session) = (use_live(), use_session());
        let mine = memo(move || {
            // The store hears of another role at once.
            let heard = live
                .inbox
                .with(|inbox| inbox.member(inbox.me).map(|me| me.role));
            heard.or_else(|| session.membership().map(|place| place.role))
        });
        let desk = Self {
            all: RwSignal::new(None),
            failed: RwSignal::new(None),
            mine,
            shown: memo(move || mine.get().is_some_and(|role| role.may(Right::Teams))),
            asked: RwSignal::new(None),
            asking: RwSignal::new(false),
            toasts: use_toasts(),
            turn: StoredValue::new(0),
        };
        effect(move || {
            // Whoever changes a team has every page read everything anew.
            live.epoch.track();
            if desk.shown.get() {
                desk.refresh();
            }
        });
        desk
    }

    /// Reads them anew; what is shown stays until they are here.
    pub fn refresh(self) {
        leptos::task::spawn_local(self.look());
    }

    async fn look(self) {
        let turn = self.turn.try_update_value(|turn| {
            *turn = turn.wrapping_add(1);
            *turn
        });
        let Some(turn) = turn else { return };
        let answer = api::list().await;
        if self.turn.try_get_value() != Some(turn) {
            return;
        }
        match answer {
            Ok(all) => {
                self.failed.try_set(None);
                let same = self
                    .all
                    .try_with_untracked(|known| known.as_ref() == Some(&all));
                if same == Some(false) {
                    self.all.try_set(Some(all));
                }
            }
            Err(error) => {
                self.failed.try_set(Some(error));
            }
        }
    }

    /// Reads something of them, and follows it.
    pub fn read<T: Default>(self, read: impl FnOnce(&Teams) -> T) -> T {
        self.all
            .with(|all| all.as_ref().map(read).unwrap_or_default())
    }

    /// Asks before something is done.
    pub fn ask(self, what: What) {
        self.asked.set(Some(what));
        self.asking.set(true);
    }

    /// What was asked is done: says so, and shows it.
    pub fn done(self, said: impl Into<String>) {
        self.asking.try_set(false);
        self.toasts.say(said);
        self.refresh();
    }

    /// Does something at once, says so or why not, and shows how things are then; `back` when it is refused.
    pub fn act(
        self,
        doing: impl Future<Output = Result<(), ApiError>> + 'static,
        said: String,
        not_done: &'static str,
        back: impl FnOnce() + 'static,
    ) {
        leptos::task::spawn_local(async move {
            match doing.await {
                Ok(()) => self.toasts.say(said),
                Err(error) => {
                    self.toasts.fault(fault::doing(not_done, &error));
                    back();
                }
            }
            self.look().await;
        });
    }
}
