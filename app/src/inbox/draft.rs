//! The text of one open conversation, taken up where the reader left off.

use super::conversation::Opened;
use crate::live::{self, Drafts, Live};
use leptos::prelude::*;
use postern_types::ConversationId;

/// What is being written; copied about freely.
#[derive(Clone, Copy)]
pub struct Draft {
    /// The text.
    pub text: RwSignal<String>,
    /// Whether it is a note to colleagues.
    pub note: RwSignal<bool>,
    drafts: Drafts,
    id: ConversationId,
}

/// Takes up what was begun, in this tab or elsewhere, and saves it when the conversation is left.
pub fn keep(live: Live, opened: Opened) -> Draft {
    let id = opened.id;
    let known = live.drafts.get(id);
    let live::Draft { text, note } = known.clone().unwrap_or_default();
    let draft = Draft {
        text: RwSignal::new(text),
        note: RwSignal::new(note),
        drafts: live.drafts,
        id,
    };
    if known.is_none() {
        Effect::new(move |_| {
            let stored = opened.details.with(|details| {
                details.as_ref().map(|details| live::Draft {
                    text: details.draft.clone(),
                    note: details.draft_note,
                })
            });
            let stored = stored.filter(|stored| !stored.text.is_empty());
            // What was typed in the meantime is newer.
            if let Some(stored) = stored.and_then(|stored| draft.drafts.adopt(id, stored)) {
                draft.note.set(stored.note);
                draft.text.set(stored.text);
            }
        });
    }
    on_cleanup(move || draft.drafts.save(id));
    draft
}

impl Draft {
    /// Takes what was typed.
    pub fn write(self, text: String) {
        self.text.set(text);
        self.keep();
    }

    /// Makes it a note, or a reply.
    pub fn choose(self, note: bool) {
        if self.note.get_untracked() != note {
            self.note.set(note);
            if self.text.with_untracked(|text| !text.is_empty()) {
                self.keep();
            }
        }
    }

    /// Puts an earlier text before what is written.
    pub fn put_before(self, earlier: live::Draft) {
        let mut text = earlier.text;
        self.text.with_untracked(|now| {
            if !now.trim().is_empty() {
                text.push('\n');
                text.push_str(now);
            }
        });
        self.note.set(earlier.note);
        self.write(text);
    }

    /// Empties it: what was written is on its way. Returns the text.
    pub fn take(self) -> String {
        let text = self.text.get_untracked();
        self.write(String::new());
        text
    }

    fn keep(self) {
        let now = live::Draft {
            text: self.text.get_untracked(),
            note: self.note.get_untracked(),
        };
        self.drafts.write(self.id, now);
    }
}
