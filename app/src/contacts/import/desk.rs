//! What the parts of the page share: the import that the address names, and all that there are.

use super::api;
use crate::{
    boxed::{effect, heed, memo},
    browser,
    error::ApiError,
    live::use_live,
    ui::toast::{Toasts, use_toasts},
    words::{fault, import},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use postern_types::{ImportId, ImportPage, ImportState, ImportView};
use std::future::Future;

/// Milliseconds after which one that is being worked on is read anew, should nothing be heard of it.
const LOOKS: u32 = 2_000;

/// Copied about freely.
#[derive(Clone, Copy)]
pub struct Desk {
    /// Which one the address names.
    pub id: Memo<Option<ImportId>>,
    /// It, as it was read last.
    pub page: RwSignal<Option<ImportPage>>,
    /// All there are, newest first; none before the first answer.
    pub all: RwSignal<Option<Vec<ImportView>>>,
    /// Why they could not be read.
    pub failed: RwSignal<Option<ApiError>>,
    /// Where is said what was done.
    pub toasts: Toasts,
    again: RwSignal<u32>,
    turn: StoredValue<u32>,
}

impl Desk {
    /// Reads them, and again whenever something of theirs changed.
    pub fn open() -> Self {
        let live = use_live();
        let params = use_params_map();
        let desk = Self {
            id: memo(move || {
                let id = params.with(|params| params.get("import"));
                id.and_then(|id| id.parse().ok())
            }),
            page: RwSignal::new(None),
            all: RwSignal::new(None),
            failed: RwSignal::new(None),
            toasts: use_toasts(),
            again: RwSignal::new(0),
            turn: StoredValue::new(0),
        };
        let rev = live.side();
        effect(move || {
            live.epoch.track();
            heed(rev);
            desk.again.track();
            desk.read(desk.id.get());
        });
        desk
    }

    /// Where the one that the address names stands.
    pub fn state(self) -> Option<ImportState> {
        self.page
            .with(|page| page.as_ref().map(|page| page.view.state))
    }

    /// Reads all of it anew.
    pub fn refresh(self) {
        self.again
            .try_update(|again| *again = again.wrapping_add(1));
    }

    /// Does something at once; says why not when it was refused, and shows how things are then.
    pub fn act(self, doing: impl Future<Output = Result<(), ApiError>> + 'static) {
        leptos::task::spawn_local(async move {
            if let Err(error) = doing.await {
                self.toasts.fault(fault::doing(import::NOT_DONE, &error));
            }
            self.refresh();
        });
    }

    fn read(self, id: Option<ImportId>) {
        let turn = self.turn.with_value(|turn| turn.wrapping_add(1));
        self.turn.set_value(turn);
        let known = self
            .page
            .with_untracked(|page| page.as_ref().map(|page| page.view.id));
        if known != id {
            self.page.set(None);
        }
        leptos::task::spawn_local(async move {
            let all = api::all().await;
            let page = match id {
                Some(id) => api::page(id).await.map(Some),
                None => Ok(None),
            };
            if self.turn.try_get_value() != Some(turn) {
                return;
            }
            let busy = matches!(&page, Ok(Some(page)) if page.view.state.is_busy());
            match (all, page) {
                (Ok(all), Ok(page)) => {
                    self.failed.try_set(None);
                    self.all.try_set(Some(all));
                    self.page.try_set(page);
                }
                (Err(error), _) | (_, Err(error)) => {
                    self.failed.try_set(Some(error));
                }
            }
            // The line may be down: then it is asked.
            if busy {
                browser::sleep(LOOKS).await;
                if self.turn.try_get_value() == Some(turn) {
                    self.refresh();
                }
            }
        });
    }
}
