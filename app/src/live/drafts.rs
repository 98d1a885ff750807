//! Texts that are being written: kept in this tab at once, on the server soon after, and again when that fails.

use super::api;
use crate::browser;
use leptos::prelude::*;
use postern_types::ConversationId;
use std::{collections::HashMap, time::Duration};

/// What Meta takes in one message, in characters; the server keeps no longer draft.
pub const LONGEST: usize = 4096;

const PAUSE: Duration = Duration::from_millis(600);
const AGAIN: Duration = Duration::from_secs(10);

/// A text that was begun.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// The text.
    pub text: String,
    /// Whether it is for colleagues alone.
    pub note: bool,
}

#[derive(Clone, Debug, Default)]
struct Kept {
    now: Draft,
    /// What the server has; none when that is not known.
    saved: Option<Draft>,
    saving: bool,
    /// A save that failed is tried again at the end of a pause.
    retrying: bool,
    version: u32,
}

impl Kept {
    fn unsaved(&self) -> bool {
        let nothing = |draft: &Draft| draft.text.is_empty();
        match &self.saved {
            Some(saved) => *saved != self.now && !(nothing(saved) && nothing(&self.now)),
            None => !nothing(&self.now),
        }
    }

    /// What this tab keeps once the server has told of its own; none when nothing changes, or this tab knows better.
    fn adopted(of: Option<&Self>, stored: Draft) -> Option<Self> {
        if of.is_some_and(|kept| kept.saving || kept.unsaved()) {
            return None;
        }
        let kept = of.cloned().unwrap_or_default();
        let mut now = stored.clone();
        if now.text.is_empty() {
            // Sent or emptied elsewhere; what the next text will be stays as it is.
            now.note = kept.now.note;
        }
        (now != kept.now).then_some(Self {
            now,
            saved: Some(stored),
            ..kept
        })
    }

    /// Begins the pause before another try; false when it has begun.
    fn pause(&mut self) -> bool {
        !std::mem::replace(&mut self.retrying, true)
    }

    /// What is to be saved now, marked as under way.
    fn due(&mut self) -> Option<Draft> {
        let due = !self.saving && self.unsaved() && self.now.text.chars().count() <= LONGEST;
        self.saving |= due;
        due.then(|| self.now.clone())
    }
}

/// The drafts of this tab; copied about freely.
#[derive(Clone, Copy)]
pub struct Drafts(StoredValue<HashMap<ConversationId, Kept>>);

impl Drafts {
    /// Nothing was begun.
    pub(super) fn new() -> Self {
        Self(StoredValue::new(HashMap::new()))
    }

    /// What was begun in this tab.
    pub fn get(self, id: ConversationId) -> Option<Draft> {
        self.0
            .try_with_value(|all| all.get(&id).map(|kept| kept.now.clone()))
            .flatten()
    }

    /// Whether something of it is not on the server yet, or on its way there.
    pub fn busy(self, id: ConversationId) -> bool {
        self.0
            .try_with_value(|all| {
                all.get(&id)
                    .is_some_and(|kept| kept.saving || kept.unsaved())
            })
            .unwrap_or_default()
    }

    /// Takes over what the server has; none when this tab knows better, or as much.
    pub fn adopt(self, id: ConversationId, stored: Draft) -> Option<Draft> {
        let adopted = self.0.try_update_value(|all| {
            let kept = Kept::adopted(all.get(&id), stored)?;
            let now = kept.now.clone();
            all.insert(id, kept);
            Some(now)
        });
        adopted.flatten()
    }

    /// Takes what was typed; it is saved in the next pause.
    pub fn write(self, id: ConversationId, draft: Draft) {
        let version = self.0.try_update_value(|all| {
            let kept = all.entry(id).or_default();
            kept.now = draft;
            kept.version = kept.version.wrapping_add(1);
            kept.version
        });
        let paused = move || {
            let now = self
                .0
                .try_with_value(|all| all.get(&id).map(|kept| kept.version));
            if now.flatten() == version {
                self.save(id);
            }
        };
        set_timeout(paused, PAUSE);
    }

    /// A line was taken by the server, which forgets the draft with it: what was begun since is saved anew.
    pub fn sent(self, id: ConversationId) {
        self.0.try_update_value(|all| {
            if let Some(kept) = all.get_mut(&id) {
                kept.saved = Some(Draft::default());
            }
        });
        self.save(id);
    }

    /// Whether something would be lost with this tab.
    pub fn unsaved(self) -> bool {
        self.0
            .try_with_value(|all| all.values().any(Kept::unsaved))
            .unwrap_or_default()
    }

    /// Saves everything that is not saved yet.
    pub fn save_all(self) {
        let ids = self.0.try_with_value(|all| {
            let unsaved = all.iter().filter(|(_, kept)| kept.unsaved());
            unsaved.map(|(id, _)| *id).collect::<Vec<_>>()
        });
        for id in ids.unwrap_or_default() {
            self.save(id);
        }
    }

    /// Saves one, unless that is under way: then it is looked at again afterwards.
    pub fn save(self, id: ConversationId) {
        let due = self
            .0
            .try_update_value(|all| all.get_mut(&id).and_then(Kept::due));
        let Some(draft) = due.flatten() else { return };
        leptos::task::spawn_local(async move {
            let answer = api::save_draft(id, draft.text.clone(), draft.note).await;
            let more = self.0.try_update_value(|all| {
                let kept = all.get_mut(&id)?;
                kept.saving = false;
                let more = kept.now != draft;
                if answer.is_ok() {
                    kept.saved = Some(draft);
                }
                Some(more)
            });
            match answer {
                Ok(()) if more.flatten() == Some(true) => self.save(id),
                Err(error) if error.is_passing() && browser::visible() => self.retry(id),
                _ => {}
            }
        });
    }

    /// Saves one after a pause; one pause at a time, however often it failed.
    fn retry(self, id: ConversationId) {
        let begins = self
            .0
            .try_update_value(|all| all.get_mut(&id).is_some_and(Kept::pause));
        if begins != Some(true) {
            return;
        }
        let again = move || {
            self.0.try_update_value(|all| {
                if let Some(kept) = all.get_mut(&id) {
                    kept.retrying = false;
                }
            });
            self.save(id);
        };
        set_timeout(again, AGAIN);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(text: &str, note: bool) -> Draft {
        Draft {
            text: text.into(),
            note,
        }
    }

    #[test]
    fn a_draft_is_saved_once_at_a_time_until_the_server_has_the_newest() {
        let mut kept = Kept {
            now: draft("a", true),
            ..Kept::default()
        };
        assert_eq!(kept.due(), Some(draft("a", true)));
        kept.now = draft("ab", true);
        assert_eq!(kept.due(), None, "one is under way");
        (kept.saving, kept.saved) = (false, Some(draft("a", true)));
        assert_eq!(kept.due(), Some(draft("ab", true)));
        (kept.saving, kept.saved) = (false, Some(draft("ab", true)));
        assert!(!kept.unsaved());
        kept.now.note = false;
        assert!(kept.unsaved(), "a note is not a reply");
    }

    #[test]
    fn what_the_server_has_replaces_what_was_merely_looked_at_and_nothing_newer() {
        let adopt = |of: Option<&Kept>, stored| Kept::adopted(of, stored).map(|kept| kept.now);
        let seen = Kept::adopted(None, draft("from elsewhere", true)).expect("nothing was here");
        assert!(!seen.unsaved());
        assert_eq!(adopt(Some(&seen), draft("from elsewhere", true)), None);
        assert_eq!(
            adopt(Some(&seen), draft("changed there", false)),
            Some(draft("changed there", false))
        );
        let emptied = Kept::adopted(Some(&seen), draft("", false)).expect("it was sent there");
        assert_eq!(emptied.now, draft("", true), "the mode stays");
        assert!(!emptied.unsaved());
        assert_eq!(adopt(Some(&emptied), draft("", false)), None);
        assert_eq!(adopt(None, draft("", true)), None);

        let mut typed = seen;
        typed.now = draft("from elsewhere, and more", true);
        assert_eq!(adopt(Some(&typed), draft("from elsewhere", true)), None);
        typed.due();
        typed.saved = Some(typed.now.clone());
        assert_eq!(
            adopt(Some(&typed), draft("", false)),
            None,
            "on its way still"
        );
    }

    #[test]
    fn saves_that_fail_in_one_pause_have_one_retry() {
        let mut kept = Kept::default();
        assert!(kept.pause());
        assert!(!kept.pause());
        kept.retrying = false;
        assert!(kept.pause());
    }

    #[test]
    fn nothing_is_nothing_in_either_form_and_too_long_a_text_stays_here() {
        let mut kept = Kept {
            now: draft("", true),
            saved: Some(Draft::default()),
            ..Kept::default()
        };
        assert!(!kept.unsaved());
        kept.saved = None;
        assert!(
            !kept.unsaved(),
            "nor is what was emptied before it was saved"
        );
        kept.now = draft(&"x".repeat(LONGEST + 1), false);
        assert_eq!(kept.due(), None);
        assert!(kept.unsaved());
    }
}
