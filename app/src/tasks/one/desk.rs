//! What the parts of a task's page share: the task as it was read last, and when it is read again.

use super::{super::api, edit::What};
use crate::{
    boxed::{effect, heed},
    error::ApiError,
    live::use_live,
    ui::toast::{Toasts, use_toasts},
    words::{fault, tasks},
};
use leptos::prelude::*;
use postern_types::{ItemAct, TaskForm, TaskId, TaskView};
use std::future::Future;

/// Copied about freely.
#[derive(Clone, Copy)]
pub struct Desk {
    /// The task.
    pub id: TaskId,
    /// As it was read last; none before the first time.
    pub task: RwSignal<Option<TaskView>>,
    /// Grows with each reading, also of what did not change: switches are put back by it.
    pub beat: RwSignal<u32>,
    /// Why it could not be read.
    pub failed: RwSignal<Option<ApiError>>,
    /// Whether there is no such task, or not any more.
    pub gone: RwSignal<bool>,
    /// What the reader is asked.
    pub asked: RwSignal<Option<What>>,
    /// Whether they are asked.
    pub asking: RwSignal<bool>,
    /// Where is said what was done.
    pub toasts: Toasts,
    /// Counts readings: what an older one brings is thrown away.
    turn: StoredValue<u32>,
}

impl Desk {
    /// Reads the task, and again whenever it may have changed, until the owner is cleaned up.
    pub fn open(id: TaskId) -> Self {
        let live = use_live();
        let desk = Self {
            id,
            task: RwSignal::new(None),
            beat: RwSignal::new(0),
            failed: RwSignal::new(None),
            gone: RwSignal::new(false),
            asked: RwSignal::new(None),
            asking: RwSignal::new(false),
            toasts: use_toasts(),
            turn: StoredValue::new(0),
        };
        let told = live.side();
        effect(move || {
            heed(told);
            live.epoch.track();
            desk.refresh();
        });
        desk
    }

    /// Reads it anew; what is shown stays until it is here.
    pub fn refresh(self) {
        leptos::task::spawn_local(self.look());
    }

    async fn look(self) {
        let turn = self.turn.try_update_value(|turn| {
            *turn = turn.wrapping_add(1);
            *turn
        });
        let Some(turn) = turn else { return };
        let answer = api::show(self.id).await;
        if self.turn.try_get_value() != Some(turn) {
            return;
        }
        match answer {
            Ok(task) => {
                self.failed.try_set(None);
                self.gone.try_set(false);
                self.task.try_set(Some(task));
                self.beat.try_update(|beat| *beat = beat.wrapping_add(1));
            }
            Err(ApiError::NotFound) => {
                self.gone.try_set(true);
            }
            Err(error) => {
                self.failed.try_set(Some(error));
            }
        }
    }

    /// Reads something of it, and follows it.
    pub fn read<T: Default>(self, read: impl FnOnce(&TaskView) -> T) -> T {
        self.task
            .with(|task| task.as_ref().map(read).unwrap_or_default())
    }

    /// Asks before something is done.
    pub fn ask(self, what: What) {
        self.asked.set(Some(what));
        self.asking.set(true);
    }

    /// What was asked is done: says so, and shows it.
    pub fn done(self, said: &'static str) {
        self.asking.try_set(false);
        self.toasts.say(said);
        self.refresh();
    }

    /// Does something at once, says why not, and shows how things are then.
    pub fn act(
        self,
        doing: impl Future<Output = Result<(), ApiError>> + 'static,
        not_done: &'static str,
    ) {
        leptos::task::spawn_local(async move {
            if let Err(error) = doing.await {
                self.toasts.fault(fault::doing(not_done, &error));
            }
            self.look().await;
        });
    }

    /// Changes one thing of it.
    pub fn change(self, with: impl FnOnce(&mut TaskForm)) {
        let known = self.task.with_untracked(|task| {
            let task = task.as_ref()?;
            Some((task.rev, task.form.clone()))
        });
        let Some((rev, mut form)) = known else { return };
        with(&mut form);
        self.act(api::change(self.id, rev, form), tasks::NOT_CHANGED);
    }

    /// Does something to its list.
    pub fn item(self, act: ItemAct) {
        self.act(api::items(self.id, act), tasks::NOT_CHANGED);
    }
}
