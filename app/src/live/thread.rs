//! The messages of one opened conversation, in order, with the gaps known.

use crate::boxed::sort;
use postern_types::{MessageId, MessageView, Moment, SendFault, Status, ThreadPage};
use std::collections::HashMap;

/// The `rev` of a message that the server has not seen: anything from the server is newer.
const UNSEEN: i64 = -1;

/// A thread, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thread {
    /// Where the next older page begins; none at the beginning.
    pub older: Option<String>,
    /// True once the newest page is here. Until then events are kept, so that none falls between.
    pub loaded: bool,
    messages: Vec<MessageView>,
    /// Where each message stands.
    places: HashMap<MessageId, usize>,
}

/// Whether the server has not seen it: the reader's own line, written in this tab.
pub fn unseen(message: &MessageView) -> bool {
    message.rev == UNSEEN
}

impl Thread {
    /// The messages that are known, without a gap from the oldest to the newest.
    pub fn messages(&self) -> &[MessageView] {
        &self.messages
    }

    /// Adds a page; newer versions that events brought in the meantime stay.
    pub fn absorb(&mut self, page: ThreadPage) {
        self.older = page.older;
        self.loaded = true;
        for message in page.messages {
            match self.places.get(&message.id) {
                Some(at) if self.messages[*at].rev >= message.rev => {}
                Some(at) => self.messages[*at] = message,
                None => {
                    self.places.insert(message.id, self.messages.len());
                    self.messages.push(message);
                }
            }
        }
        sort(&mut self.messages, |a, b| order(a).cmp(&order(b)));
        self.number_from(0);
    }

    /// Keeps the newer of two versions; true when something changed.
    pub fn put(&mut self, message: MessageView) -> bool {
        let below = self.loaded
            && self.older.is_some()
            && self
                .messages
                .first()
                .is_some_and(|first| order(&message) < order(first));
        // What is older than the oldest page comes with its own page.
        (self.places.contains_key(&message.id) || !below) && self.insert(message)
    }

    /// Shows a message at once; the server's own version replaces it by its id.
    pub fn write(&mut self, mut message: MessageView) {
        message.rev = UNSEEN;
        self.insert(message);
    }

    /// Shows a message otherwise until the server has said more of it.
    pub fn show(&mut self, message: MessageView) {
        if let Some(known) = self.find_mut(message.id)
            && known.rev == message.rev
        {
            *known = message;
        }
    }

    /// Marks what could not be handed to the server, for another try with the same id.
    pub fn fail(&mut self, id: MessageId, reason: String) {
        if let Some(message) = self.find_mut(id).filter(|m| unseen(m)) {
            message.status = Status::Failed;
            message.fault = Some(SendFault {
                code: 0,
                reason,
                retry: true,
                details: None,
            });
        }
    }

    /// Takes a failed one back into the queue; false when the server knows it.
    pub fn again(&mut self, id: MessageId, now: Moment) -> bool {
        match self.find_mut(id).filter(|m| unseen(m)) {
            Some(message) => {
                message.status = Status::Queued;
                message.status_at = now;
                message.fault = None;
                true
            }
            None => false,
        }
    }

    /// Takes away what the server has not seen.
    pub fn discard(&mut self, id: MessageId) {
        if let Some(at) = self.places.get(&id).copied()
            && unseen(&self.messages[at])
        {
            self.messages.remove(at);
            self.places.remove(&id);
            self.number_from(at);
        }
    }

    /// A message by its id.
    pub fn find(&self, id: MessageId) -> Option<&MessageView> {
        self.places.get(&id).map(|at| &self.messages[*at])
    }

    /// How many lines the server has not seen.
    pub fn unsent(&self) -> usize {
        // They stand last.
        self.messages.iter().rev().take_while(|m| unseen(m)).count()
    }

    /// Drops what can be read again; true when the reader's own unsent lines remain.
    pub fn forget(&mut self) -> bool {
        self.messages.retain(unseen);
        self.places.clear();
        self.number_from(0);
        self.older = None;
        self.loaded = false;
        !self.messages.is_empty()
    }

    fn find_mut(&mut self, id: MessageId) -> Option<&mut MessageView> {
        let at = *self.places.get(&id)?;
        self.messages.get_mut(at)
    }

    fn insert(&mut self, message: MessageView) -> bool {
        let mut from = self.messages.len();
        if let Some(at) = self.places.get(&message.id).copied() {
            let old = &self.messages[at];
            if old.rev >= message.rev {
                return false;
            }
            if order(old) == order(&message) {
                self.messages[at] = message;
                return true;
            }
            self.messages.remove(at);
            from = at;
        }
        let key = order(&message);
        let at = self.messages.partition_point(|m| order(m) <= key);
        self.messages.insert(at, message);
        self.number_from(from.min(at));
        true
    }

    fn number_from(&mut self, start: usize) {
        for (at, message) in self.messages.iter().enumerate().skip(start) {
            self.places.insert(message.id, at);
        }
    }
}

/// The reader's own unsent lines stand last, whatever their clock says; then the time, then the arrival.
fn order(message: &MessageView) -> (bool, Moment, i64) {
    (unseen(message), message.at, message.arrival)
}
