//! What the parts of an endpoint's page share: the endpoint and its log as they were read last.

use super::{HEAD, api};
use crate::{
    boxed::{effect, heed, memo},
    browser,
    developers::{pages::Pages, place},
    error::ApiError,
    live::use_live,
    ui::toast::{Toasts, use_toasts},
    words::{fault, webhooks},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use postern_types::{DeliveryRow, DeliveryState, EndpointId, EndpointView};
use std::{future::Future, pin::Pin};

/// What is asked before something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    Change,
    Rotate,
    Resume,
    Delete,
    /// Which time is sent again.
    Range,
}

/// Copied about freely.
#[derive(Clone, Copy)]
pub struct Desk {
    pub id: EndpointId,
    /// As it was read last; none before the first time.
    pub endpoint: RwSignal<Option<EndpointView>>,
    /// Why it could not be read.
    pub failed: RwSignal<Option<ApiError>>,
    /// Its deliveries, those that are looked for.
    pub log: Pages<DeliveryRow>,
    /// Which are looked for.
    pub state: Memo<Option<DeliveryState>>,
    /// What the reader is asked.
    pub asked: RwSignal<Option<Asked>>,
    /// Whether they are asked.
    pub asking: RwSignal<bool>,
    pub toasts: Toasts,
    /// Whether something is under way that a button began.
    busy: RwSignal<bool>,
    /// Counts readings: what an older one brings is thrown away.
    turn: StoredValue<u32>,
}

impl Desk {
    /// Reads both, and again when the page was away or other deliveries are looked for.
    pub fn open(id: EndpointId) -> Self {
        let live = use_live();
        let query = use_query_map();
        let state = memo(move || query.with(place::state));
        let log = Pages::new(move |after| {
            let state = state.get_untracked();
            Box::pin(async move {
                let page = api::log(id, state, after).await?;
                Ok((page.rows, page.next))
            })
        });
        let desk = Self {
            id,
            endpoint: RwSignal::new(None),
            failed: RwSignal::new(None),
            log,
            state,
            asked: RwSignal::new(None),
            asking: RwSignal::new(false),
            toasts: use_toasts(),
            busy: RwSignal::new(false),
            turn: StoredValue::new(0),
        };
        effect(move || {
            live.epoch.track();
            desk.read();
        });
        effect(move || {
            heed(state);
            live.epoch.track();
            log.first();
        });
        desk
    }

    /// Reads the endpoint; what is shown stays until it is here.
    fn read(self) {
        let turn = self.turn.with_value(|turn| turn.wrapping_add(1));
        self.turn.set_value(turn);
        leptos::task::spawn_local(async move {
            let answer = api::show(self.id).await;
            if self.turn.try_get_value() != Some(turn) {
                return;
            }
            match answer {
                Ok(one) => {
                    self.failed.try_set(None);
                    self.endpoint.try_set(Some(one));
                }
                Err(error) => {
                    self.failed.try_set(Some(error));
                }
            }
        });
    }

    /// Reads both anew.
    pub fn again(self) {
        self.read();
        self.log.again();
    }

    /// Asks before it is done.
    pub fn ask(self, what: Asked) {
        self.asked.set(Some(what));
        self.asking.set(true);
    }

    /// Does what a button says, once at a time; what the answer says is told, or why there is none.
    pub fn put(
        self,
        asked: impl Future<Output = Result<String, ApiError>> + 'static,
        failed: &'static str,
    ) {
        self.boxed(Box::pin(asked), failed);
    }

    /// The same for every button, so that it is compiled once.
    fn boxed(
        self,
        asked: Pin<Box<dyn Future<Output = Result<String, ApiError>>>>,
        failed: &'static str,
    ) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        leptos::task::spawn_local(async move {
            match asked.await {
                Ok(said) => self.toasts.say(said),
                Err(error) => self.toasts.fault(fault::doing(failed, &error)),
            }
            if self.busy.try_set(false).is_none() {
                self.again();
            }
        });
    }

    /// It is done: says so, and goes on at the head.
    pub fn done(self, said: String) {
        self.asking.try_set(false);
        self.toasts.say(said);
        self.again();
        request_animation_frame(|| browser::focus_place(HEAD));
    }

    /// What is called by its host.
    pub fn host(self) -> String {
        self.endpoint.with(|one| {
            let one = one.as_ref();
            one.map_or_else(
                || webhooks::ENDPOINT.to_owned(),
                |one| place::host(&one.url).to_owned(),
            )
        })
    }
}
