//! What the parts of the page share: the keys as they were read last.

use super::api;
use crate::{
    boxed::effect,
    browser,
    error::ApiError,
    live::use_live,
    ui::toast::{Toasts, use_toasts},
};
use leptos::prelude::*;
use postern_types::KeyView;

/// The head, where one goes on after what had the focus is gone.
pub const HEAD: &str = "keys-head";

/// Copied about freely.
#[derive(Clone, Copy)]
pub struct Desk {
    /// As they were read last; none before the first time.
    pub keys: RwSignal<Option<Vec<KeyView>>>,
    /// Why they could not be read.
    pub failed: RwSignal<Option<ApiError>>,
    /// Whether the form for a new one is open.
    pub making: RwSignal<bool>,
    /// The key that the reader is asked about before it ends.
    pub asked: RwSignal<Option<KeyView>>,
    /// Whether they are asked.
    pub asking: RwSignal<bool>,
    toasts: Toasts,
    /// Counts readings: what an older one brings is thrown away.
    turn: StoredValue<u32>,
}

impl Desk {
    /// Reads the keys, and again when the page was away.
    pub fn open() -> Self {
        let live = use_live();
        let desk = Self {
            keys: RwSignal::new(None),
            failed: RwSignal::new(None),
            making: RwSignal::new(false),
            asked: RwSignal::new(None),
            asking: RwSignal::new(false),
            toasts: use_toasts(),
            turn: StoredValue::new(0),
        };
        effect(move || {
            live.epoch.track();
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
            let answer = api::list().await;
            if self.turn.try_get_value() != turn {
                return;
            }
            match answer {
                Ok(keys) => {
                    self.failed.try_set(None);
                    self.keys.try_set(Some(keys));
                }
                Err(error) => {
                    self.failed.try_set(Some(error));
                }
            }
        });
    }

    /// Asks before it is done.
    pub fn ask(self, key: KeyView) {
        self.asked.set(Some(key));
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
