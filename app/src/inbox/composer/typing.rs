//! Tells colleagues that somebody writes, and that they stopped.

use crate::live::Live;
use leptos::prelude::*;
use postern_types::ConversationId;
use std::time::Duration;

const STOPPED: Duration = Duration::from_secs(4);

/// Tells once when it begins and once when it ends.
#[derive(Clone, Copy)]
pub struct Typing {
    live: Live,
    id: ConversationId,
    told: StoredValue<bool>,
    version: StoredValue<u32>,
}

impl Typing {
    /// Silent.
    pub fn new(live: Live, id: ConversationId) -> Self {
        Self {
            live,
            id,
            told: StoredValue::new(false),
            version: StoredValue::new(0),
        }
    }

    /// A key was pressed.
    pub fn typed(self) {
        self.tell(true);
        self.version.update_value(|version| *version += 1);
        let mine = self.version.get_value();
        set_timeout(
            move || {
                if self.version.try_get_value() == Some(mine) {
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
        if self.told.try_get_value() == Some(!typing) {
            self.told.set_value(typing);
            self.live.say_where(Some(self.id), typing);
        }
    }
}
