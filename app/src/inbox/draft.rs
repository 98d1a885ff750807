//! A text that is being written: kept in this tab at once, on the server soon after.

use super::{api, conversation::Opened};
use crate::{browser, live::Live};
use leptos::prelude::*;
use postern_types::ConversationId;
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(600);

/// The text of one open conversation; copied about freely.
#[derive(Clone, Copy)]
pub struct Draft {
    /// What is written.
    pub text: RwSignal<String>,
    live: Live,
    id: ConversationId,
    version: StoredValue<u32>,
    /// What the server has; none when that is not known.
    saved: StoredValue<Option<String>>,
}

/// Takes up where the reader left off, in this tab or elsewhere, and saves until the conversation is left.
pub fn keep(live: Live, opened: Opened) -> Draft {
    let id = opened.id;
    let known = live.drafts.with_value(|drafts| drafts.get(&id).cloned());
    let draft = Draft {
        text: RwSignal::new(known.clone().unwrap_or_default()),
        live,
        id,
        version: StoredValue::new(0),
        saved: StoredValue::new(known.clone()),
    };
    if known.is_none() {
        Effect::new(move |_| {
            let Some(stored) = opened
                .details
                .with(|details| details.as_ref().map(|d| d.draft.clone()))
            else {
                return;
            };
            // What was typed in the meantime is newer.
            if draft.version.get_value() == 0 && !stored.is_empty() {
                draft.saved.set_value(Some(stored.clone()));
                draft.text.set(stored);
            }
        });
    }
    let hidden = window_event_listener_untyped("visibilitychange", move |_| {
        if !browser::visible() {
            draft.save();
        }
    });
    on_cleanup(move || {
        hidden.remove();
        draft.save();
    });
    draft
}

impl Draft {
    /// Takes what was typed.
    pub fn write(self, text: String) {
        self.live.drafts.update_value(|drafts| {
            drafts.insert(self.id, text.clone());
        });
        self.text.set(text);
        self.version.update_value(|version| *version += 1);
        let mine = self.version.get_value();
        set_timeout(
            move || {
                if self.version.try_get_value() == Some(mine) {
                    self.save();
                }
            },
            PAUSE,
        );
    }

    /// Empties it: what was written is on its way. Returns the text.
    pub fn take(self) -> String {
        let text = self.text.get_untracked();
        self.write(String::new());
        text
    }

    /// Saves what is not saved yet.
    fn save(self) {
        let Some(text) = self
            .live
            .drafts
            .try_with_value(|drafts| drafts.get(&self.id).cloned())
            .flatten()
        else {
            return;
        };
        let (id, saved) = (self.id, self.saved);
        if saved.try_with_value(|saved| saved.as_ref() == Some(&text)) != Some(false) {
            return;
        }
        saved.set_value(Some(text.clone()));
        leptos::task::spawn_local(async move {
            if api::save_draft(id, text).await.is_err() {
                // Kept in this tab; the next pause tries again.
                saved.try_update_value(|saved| *saved = None);
            }
        });
    }
}
