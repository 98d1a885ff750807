//! What the parts of the book share: which contacts are asked for, and those that are here.

use super::api;
use crate::{
    boxed::{effect, heed},
    browser,
    error::ApiError,
    live::use_live,
};
use leptos::prelude::*;
use leptos_router::{
    hooks::{use_location, use_query_map},
    params::ParamsMap,
};
use postern_types::{BookOrder, BookPage, BookRequest, BookRow, ContactId, OwnedBy};

/// Where the book is.
const BOOK: &str = "/contacts";
/// In the address: whose, of nobody's; and which order.
const NOBODYS: &str = "nobody";
const NEWEST: &str = "newest";
/// So many pages further down somebody is looked for who was looked at before.
const FAR: u8 = 5;

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
    /// Who was looked at before one came back, as the address says: they get the focus, if they are not too far down.
    left: StoredValue<Option<(ContactId, u8)>>,
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
    /// Reads the first of them that the address asks for, and again whenever others are asked for, or something of theirs changed.
    pub fn open() -> Self {
        let live = use_live();
        let place = use_location();
        let left = place.hash.get_untracked();
        let left = left.trim_start_matches('#').parse::<ContactId>().ok();
        let desk = Self {
            asked: RwSignal::new(use_query_map().with_untracked(named)),
            rows: RwSignal::new(None),
            next: RwSignal::new(None),
            failed: RwSignal::new(None),
            again: RwSignal::new(0),
            adding: RwSignal::new(false),
            choosing: RwSignal::new(false),
            left: StoredValue::new(left.map(|left| (left, FAR))),
            turn: StoredValue::new(0),
        };
        // The address asks for the same, for Back and for a page that is loaded again.
        let search = place.search;
        effect(move || {
            heed(search);
            browser::ask(BOOK, &desk.query());
        });
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

    /// What is asked for, as an address says it.
    pub fn query(self) -> String {
        self.asked.with(|asked| {
            let label = asked.label.map(|label| label.to_string());
            let owner = match asked.owner {
                OwnedBy::Anybody => String::new(),
                OwnedBy::Nobody => NOBODYS.to_owned(),
                OwnedBy::Member(member) => member.to_string(),
            };
            let order = match asked.order {
                BookOrder::Name => "",
                BookOrder::Newest => NEWEST,
            };
            browser::query(&[
                ("search", &asked.search),
                ("label", &label.unwrap_or_default()),
                ("owner", &owner),
                ("order", order),
            ])
        })
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
        self.look_back();
    }

    fn look_back(self) {
        let Some((id, pages)) = self.left.try_get_value().flatten() else {
            return;
        };
        self.left.try_set_value(None);
        request_animation_frame(move || {
            let row = format!(".book-row[href^=\"{BOOK}/{id}\"]");
            let next = self.next.try_get_untracked().flatten();
            if browser::focus(&row) || pages == 0 {
                return;
            }
            if let Some(next) = next {
                self.left.try_set_value(Some((id, pages - 1)));
                self.more(next);
            }
        });
    }
}

/// What an address asks for; what says nothing is left out.
fn named(query: &ParamsMap) -> BookRequest {
    let owner = query.get("owner").map(|owner| {
        if owner == NOBODYS {
            OwnedBy::Nobody
        } else {
            owner.parse().map_or(OwnedBy::Anybody, OwnedBy::Member)
        }
    });
    let newest = query.get("order").as_deref() == Some(NEWEST);
    BookRequest {
        search: query.get("search").unwrap_or_default(),
        label: query.get("label").and_then(|label| label.parse().ok()),
        owner: owner.unwrap_or_default(),
        order: if newest {
            BookOrder::Newest
        } else {
            BookOrder::Name
        },
        after: None,
    }
}
