//! The text of one open conversation, taken up where the reader left off.

use super::conversation::Opened;
use crate::boxed::effect;
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
    /// What the reader chose it to be.
    chosen: StoredValue<Option<bool>>,
    /// Something was written here: newer than whatever the server still has to tell.
    written: StoredValue<bool>,
    drafts: Drafts,
    id: ConversationId,
}

/// Takes up what was begun, in this tab or elsewhere, and saves it when the conversation is left.
pub fn keep(live: Live, opened: Opened) -> Draft {
    let id = opened.id;
    let live::Draft { text, note } = live.drafts.get(id).unwrap_or_default();
    let draft = Draft {
        text: RwSignal::new(text),
        note: RwSignal::new(note),
        chosen: StoredValue::new(None),
        // What is on its way to the server may be missing in its next answer.
        written: StoredValue::new(live.drafts.busy(id)),
        drafts: live.drafts,
        id,
    };
    effect(move || {
        let stored = opened.details.with(|details| {
            details.as_ref().map(|details| live::Draft {
                text: details.draft.clone(),
                note: details.draft_note,
            })
        });
        if let Some(stored) = stored {
            draft.adopt(stored);
        }
    });
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
        self.chosen.set_value(Some(note));
        if self.note.get_untracked() != note {
            self.note.set(note);
            if self.text.with_untracked(|text| !text.is_empty()) {
                self.keep();
            }
        }
    }

    /// Puts an earlier text before what is written.
    pub fn put_before(self, earlier: live::Draft) {
        let (text, note) = self
            .text
            .with_untracked(|now| joined(earlier, now, self.note.get_untracked()));
        self.note.set(note);
        self.write(text);
    }

    /// Empties it: what was written is on its way. Returns the text.
    pub fn take(self) -> String {
        let text = self.text.get_untracked();
        self.write(String::new());
        text
    }

    /// Takes what the server has, unless that would undo what was done here meanwhile.
    fn adopt(self, stored: live::Draft) {
        if self.written.get_value() || !welcome(self.chosen.get_value(), &stored) {
            return;
        }
        if let Some(now) = self.drafts.adopt(self.id, stored) {
            self.note.set(now.note);
            self.text.set(now.text);
        }
    }

    fn keep(self) {
        self.written.set_value(true);
        let now = live::Draft {
            text: self.text.get_untracked(),
            note: self.note.get_untracked(),
        };
        self.drafts.write(self.id, now);
    }
}

/// A text of the other kind does not come under what the reader chose: a note would go to the customer.
fn welcome(chosen: Option<bool>, stored: &live::Draft) -> bool {
    stored.text.is_empty() || chosen.is_none_or(|note| note == stored.note)
}

/// An earlier text before what is written, and whether both are a note: what was meant for colleagues stays with them.
fn joined(earlier: live::Draft, now: &str, note: bool) -> (String, bool) {
    if now.trim().is_empty() {
        return (earlier.text, earlier.note);
    }
    (format!("{}\n{now}", earlier.text), earlier.note || note)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(note: bool) -> live::Draft {
        live::Draft {
            text: "earlier".into(),
            note,
        }
    }

    #[test]
    fn a_note_does_not_become_a_reply_by_what_is_put_before_it() {
        for (earlier, now, note, expected) in [
            (false, "secret", true, ("earlier\nsecret", true)),
            (true, "hello", false, ("earlier\nhello", true)),
            (false, "hello", false, ("earlier\nhello", false)),
            (false, " ", true, ("earlier", false)),
        ] {
            let (text, note) = joined(draft(earlier), now, note);
            assert_eq!((text.as_str(), note), expected);
        }
    }

    #[test]
    fn what_the_reader_chose_is_not_turned_by_a_stored_text() {
        for (chosen, stored, expected) in [
            (None, false, true),
            (None, true, true),
            (Some(true), false, false),
            (Some(false), true, false),
            (Some(true), true, true),
        ] {
            assert_eq!(welcome(chosen, &draft(stored)), expected, "{chosen:?}");
        }
        assert!(welcome(Some(true), &live::Draft::default()));
    }
}
