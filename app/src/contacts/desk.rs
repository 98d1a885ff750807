//! What the parts of the book share: which contacts are asked for, and those that are here.

use super::api;
use crate::{
    boxed::{effect, heed},
    error::ApiError,
    live::use_live,
};
use leptos::prelude::*;
use postern_types::{BookPage, BookRequest, BookRow};

/// Copied about freely.
#[derive(Clone, Copy)]
pub struct Desk {
    /// Which are asked for; without a place to begin at.
    pub asked: RwSignal<BookRequest>,
    /// In their order; none before the first answer.
    pub rows: RwSignal<Option<Vec<BookRow>>>,
    /// Where the next page begins.
    pub next: RwSignal<Option<String>>,
    /// Why they could not be read.
    pub failed: RwSignal<Option<ApiError>>,
    /// Grows when the same page is to be asked for once more.
    pub again: RwSignal<u32>,
    /// Whether the dialog of a new contact is open.
    pub adding: RwSignal<bool>,
    /// Whether that of labels and fields is.
    pub choosing: RwSignal<bool>,
    /// Counts questions: the answer to an earlier one comes too late.
    turn: StoredValue<u32>,
}

/// What an answer is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum For {
    /// Others are asked for.
    Others,
    /// The same, which may have changed.
    Same,
    /// More of the same.
    More,
}

impl Desk {
    /// Reads the first of them, and again whenever others are asked for, or something of theirs changed.
    pub fn open() -> Self {
        let live = use_live();
        let desk = Self {
            asked: RwSignal::new(BookRequest::default()),
            rows: RwSignal::new(None),
            next: RwSignal::new(None),
            failed: RwSignal::new(None),
            again: RwSignal::new(0),
            adding: RwSignal::new(false),
            choosing: RwSignal::new(false),
            turn: StoredValue::new(0),
        };
        let rev = live.side();
        let before = StoredValue::new(None::<BookRequest>);
        effect(move || {
            live.epoch.track();
            heed(rev);
            let asked = desk.asked.get();
            let same = before.with_value(|before| before.as_ref() == Some(&asked));
            before.set_value(Some(asked));
            desk.read(if same { For::Same } else { For::Others }, None);
        });
        desk
    }

    /// Reads them once more.
    pub fn refresh(self) {
        self.read(For::Same, None);
    }

    /// Reads the next page.
    pub fn more(self, place: String) {
        self.read(For::More, Some(place));
    }

    fn read(self, what: For, after: Option<String>) {
        let turn = self.turn.with_value(|turn| turn.wrapping_add(1));
        self.turn.set_value(turn);
        let request = BookRequest {
            after,
            ..self.asked.get_untracked()
        };
        leptos::task::spawn_local(async move {
            let answer = api::list(request).await;
            if self.turn.try_get_value() != Some(turn) {
                // Whoever scrolled goes on from where they are.
                if what == For::More {
                    self.again
                        .try_update(|again| *again = again.wrapping_add(1));
                }
                return;
            }
            match answer {
                Ok(page) => self.take(what, page),
                Err(error) => {
                    self.failed.try_set(Some(error));
                }
            }
        });
    }

    fn take(self, what: For, page: BookPage) {
        self.failed.try_set(None);
        let mut rest = false;
        self.rows.try_update(|rows| {
            let known = rows.take().unwrap_or_default();
            rest = what == For::Same && known.len() > page.rows.len() && page.next.is_some();
            *rows = Some(match what {
                For::More => known.into_iter().chain(page.rows).collect(),
                // Who has scrolled far keeps what they have, as it is now.
                For::Same if rest => known
                    .into_iter()
                    .map(|row| {
                        let now = page.rows.iter().find(|now| now.id == row.id);
                        now.cloned().unwrap_or(row)
                    })
                    .collect(),
                For::Same | For::Others => page.rows,
            });
        });
        if !rest {
            self.next.try_set(page.next);
        }
    }
}
