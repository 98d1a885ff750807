//! What the parts of the card share: the links as they were read last, and when they are read again.

use super::{api, asking::What};
use crate::{
    boxed::{effect, heed},
    browser,
    error::ApiError,
    live::{Live, use_live},
    ui::toast::{Toasts, use_toasts},
};
use leptos::prelude::*;
use postern_types::{ContactId, PortalLink};

/// The head, where one goes on after what had the focus is gone.
pub const HEAD: &str = "portal-head";

/// Copied about freely.
#[derive(Clone, Copy)]
pub struct Desk {
    /// Whose links.
    pub contact: ContactId,
    /// As they were read last; none before the first time.
    pub links: RwSignal<Option<Vec<PortalLink>>>,
    /// Why they could not be read.
    pub failed: RwSignal<Option<ApiError>>,
    /// Whether the form for a new one is open.
    pub making: RwSignal<bool>,
    /// What the reader is asked before it is done.
    pub asked: RwSignal<Option<What>>,
    /// Whether they are asked.
    pub asking: RwSignal<bool>,
    /// Where is said what was done.
    pub toasts: Toasts,
    /// Knows who made them.
    pub live: Live,
    /// Counts readings: what an older one brings is thrown away.
    turn: StoredValue<u32>,
}

impl Desk {
    /// Reads the links, and again whenever something about them may have changed.
    pub fn open(contact: ContactId) -> Self {
        let live = use_live();
        let desk = Self {
            contact,
            links: RwSignal::new(None),
            failed: RwSignal::new(None),
            making: RwSignal::new(false),
            asked: RwSignal::new(None),
            asking: RwSignal::new(false),
            toasts: use_toasts(),
            live,
            turn: StoredValue::new(0),
        };
        let told = live.side();
        effect(move || {
            live.epoch.track();
            heed(told);
            desk.read();
        });
        desk
    }

    /// Reads them anew; what is shown stays until they are here.
    pub fn read(self) {
        let turn = self.turn.try_update_value(|turn| {
            *turn = turn.wrapping_add(1);
            *turn
        });
        leptos::task::spawn_local(async move {
            let answer = api::list(self.contact).await;
            if self.turn.try_get_value() != turn {
                return;
            }
            match answer {
                Ok(links) => {
                    self.failed.try_set(None);
                    self.links.try_set(Some(links));
                }
                Err(error) => {
                    self.failed.try_set(Some(error));
                }
            }
        });
    }

    /// Asks before it is done.
    pub fn ask(self, what: What) {
        self.asked.set(Some(what));
        self.asking.set(true);
    }

    /// It is done: says so, and goes on at the head.
    pub fn done(self, said: String) {
        self.asking.try_set(false);
        self.toasts.say(said);
        self.read();
        request_animation_frame(|| browser::focus_place(HEAD));
    }
}
