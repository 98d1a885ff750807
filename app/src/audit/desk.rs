//! What the parts of the page share: which entries are asked for, and those that are here.

use super::api;
use crate::{boxed::effect, error::ApiError};
use leptos::prelude::*;
use postern_types::{AuditEntry, AuditPage, AuditRequest, MemberView};

/// Copied about freely.
#[derive(Clone, Copy)]
pub struct Desk {
    /// Which are asked for; without a place to begin at.
    pub asked: RwSignal<AuditRequest>,
    /// Newest first; none before the first answer.
    pub entries: RwSignal<Option<Vec<AuditEntry>>>,
    /// Whom one can ask for.
    pub people: RwSignal<Vec<MemberView>>,
    /// Where the next page begins.
    pub next: RwSignal<Option<String>>,
    /// Whether an answer is awaited.
    pub busy: RwSignal<bool>,
    /// Why there was none.
    pub failed: RwSignal<Option<ApiError>>,
    /// Counts questions: the answer to an earlier one comes too late.
    turn: StoredValue<u32>,
}

impl Desk {
    /// Reads the newest entries, and again whenever others are asked for; what is shown stays until they are here.
    pub fn open() -> Self {
        let desk = Self {
            asked: RwSignal::new(AuditRequest::default()),
            entries: RwSignal::new(None),
            people: RwSignal::new(Vec::new()),
            next: RwSignal::new(None),
            busy: RwSignal::new(false),
            failed: RwSignal::new(None),
            turn: StoredValue::new(0),
        };
        effect(move || {
            desk.asked.track();
            desk.read(None);
        });
        desk
    }

    /// Reads them once more from the newest on.
    pub fn again(self) {
        self.read(None);
    }

    /// Reads the next page, unless an answer is awaited.
    pub fn more(self) {
        let next = self.next.get_untracked();
        if next.is_some() && !self.busy.get_untracked() {
            self.read(next);
        }
    }

    fn read(self, after: Option<String>) {
        let turn = self.turn.with_value(|turn| turn.wrapping_add(1));
        self.turn.set_value(turn);
        self.busy.set(true);
        let more = after.is_some();
        let request = AuditRequest {
            after,
            ..self.asked.get_untracked()
        };
        leptos::task::spawn_local(async move {
            let answer = api::list(request).await;
            if self.turn.try_get_value() != Some(turn) {
                return;
            }
            self.busy.try_set(false);
            match answer {
                Ok(page) => self.take(page, more),
                Err(error) => {
                    self.failed.try_set(Some(error));
                }
            }
        });
    }

    fn take(self, page: AuditPage, more: bool) {
        self.failed.try_set(None);
        self.next.try_set(page.next);
        self.entries.try_update(|entries| {
            let before = entries.take().filter(|_| more).unwrap_or_default();
            *entries = Some(before.into_iter().chain(page.entries).collect());
        });
        if !more {
            self.people.try_set(page.people);
        }
    }
}
