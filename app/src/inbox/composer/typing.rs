//! Tells colleagues that somebody writes, and that they stopped.

use crate::live::Live;
use leptos::prelude::*;
use postern_types::ConversationId;
use std::time::Duration;

const STOPPED: Duration = Duration::from_secs(4);

/// Tells once when it begins and once when it ends.
#[derive(Clone, Copy)]
pub struct Typing(StoredValue<State>);

struct State {
    live: Live,
    id: ConversationId,
    told: bool,
    version: u32,
}

impl Typing {
    /// Silent.
    pub fn new(live: Live, id: ConversationId) -> Self {
        Self(StoredValue::new(State {
            live,
            id,
            told: false,
            version: 0,
        }))
    }

    /// A key was pressed.
    pub fn typed(self) {
        self.tell(true);
        let mine = self.0.try_update_value(|state| {
            state.version = state.version.wrapping_add(1);
            state.version
        });
        set_timeout(
            move || {
                if self.0.try_with_value(|state| state.version) == mine {
                    self.stopped();
                }
            },
            STOPPED,
        );
    }

    /// The text was sent or left.
    pub fn stopped(self) {
        self.tell(false);
    }

    fn tell(self, typing: bool) {
        self.0.try_update_value(|state| {
            if state.told != typing {
                state.told = typing;
                state.live.say_where(Some(state.id), typing);
            }
        });
    }
}
