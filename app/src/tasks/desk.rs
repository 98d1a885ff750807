//! What the parts of a list share: the tasks as they were read last, and when they are read again.

use super::api;
use crate::{
    boxed::{effect, heed, memo},
    error::ApiError,
    live::use_live,
};
use leptos::prelude::*;
use postern_types::{TaskPage, TaskRequest, TaskRow};

/// Copied about freely.
#[derive(Clone, Copy)]
pub struct Desk {
    /// As they were read last; none before the first answer.
    pub rows: RwSignal<Option<Vec<TaskRow>>>,
    /// The workspace's own day.
    pub today: RwSignal<String>,
    /// Tasks that are overdue, in all lists.
    pub overdue: RwSignal<u32>,
    /// Where the next page begins.
    pub next: RwSignal<Option<String>>,
    /// Whether an answer is awaited.
    pub busy: RwSignal<bool>,
    /// Why there was none.
    pub failed: RwSignal<Option<ApiError>>,
    request: Signal<TaskRequest>,
    /// Counts questions: the answer to an earlier one comes too late.
    turn: StoredValue<u32>,
}

impl Desk {
    /// Reads that list, and again whenever something of a task may have changed, until the owner is cleaned up.
    pub fn open(request: Signal<TaskRequest>) -> Self {
        let live = use_live();
        let desk = Self {
            rows: RwSignal::new(None),
            today: RwSignal::new(String::new()),
            overdue: RwSignal::new(0),
            next: RwSignal::new(None),
            busy: RwSignal::new(false),
            failed: RwSignal::new(None),
            request,
            turn: StoredValue::new(0),
        };
        let told = live.side();
        let asked = memo(move || request.get());
        effect(move || {
            heed(asked);
            // Another list: what stands there is not of it.
            desk.rows.set(None);
            desk.next.set(None);
        });
        effect(move || {
            heed(asked);
            heed(told);
            live.epoch.track();
            desk.again();
        });
        desk
    }

    /// Reads anew as much as is shown.
    pub fn again(self) {
        let shown = self
            .rows
            .with_untracked(|rows| rows.as_ref().map_or(0, Vec::len));
        self.read(Vec::new(), None, shown);
    }

    /// Reads the next page, unless an answer is awaited.
    pub fn more(self) {
        let next = self.next.get_untracked();
        if next.is_some() && !self.busy.get_untracked() {
            let rows = self.rows.get_untracked().unwrap_or_default();
            let most = rows.len() + 1;
            self.read(rows, next, most);
        }
    }

    /// Reads pages behind `rows` until there are so many.
    fn read(self, mut rows: Vec<TaskRow>, mut after: Option<String>, most: usize) {
        let turn = self.turn.with_value(|turn| turn.wrapping_add(1));
        self.turn.set_value(turn);
        self.busy.set(true);
        let request = self.request.get_untracked();
        leptos::task::spawn_local(async move {
            loop {
                let request = TaskRequest {
                    after: after.take(),
                    ..request.clone()
                };
                let answer = api::list(request).await;
                if self.turn.try_get_value() != Some(turn) {
                    return;
                }
                let page = match answer {
                    Ok(page) => page,
                    Err(error) => {
                        self.busy.try_set(false);
                        self.failed.try_set(Some(error));
                        return;
                    }
                };
                let TaskPage {
                    rows: found,
                    next,
                    today,
                    overdue,
                } = page;
                rows.extend(found);
                if rows.len() < most && next.is_some() {
                    after = next;
                    continue;
                }
                self.busy.try_set(false);
                self.failed.try_set(None);
                self.today.try_set(today);
                self.overdue.try_set(overdue);
                self.next.try_set(next);
                self.rows.try_set(Some(rows));
                return;
            }
        });
    }
}
