//! The messages of one opened conversation, in order, with the gaps known.

use postern_types::{MessageId, MessageView, Moment, SendFault, Status, ThreadPage};

/// The `rev` of a message that the server has not seen: anything from the server is newer.
const UNSEEN: i64 = -1;

/// A thread, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thread {
    /// The messages that are known, without a gap from the oldest to the newest.
    pub messages: Vec<MessageView>,
    /// Where the next older page begins; none at the beginning.
    pub older: Option<String>,
    /// True once the newest page is here. Until then events are kept, so that none falls between.
    pub loaded: bool,
}

impl Thread {
    /// Adds a page; newer versions that events brought in the meantime stay.
    pub fn absorb(&mut self, page: ThreadPage) {
        self.older = page.older;
        self.loaded = true;
        for message in page.messages {
            self.insert(message);
        }
    }

    /// Keeps the newer of two versions; true when something changed.
    pub fn put(&mut self, message: MessageView) -> bool {
        let known = self.messages.iter().any(|m| m.id == message.id);
        let below = self.loaded
            && self.older.is_some()
            && self
                .messages
                .first()
                .is_some_and(|first| order(&message) < order(first));
        // What is older than the oldest page comes with its own page.
        (known || !below) && self.insert(message)
    }

    /// Shows a message at once; the server's own version replaces it by its id.
    pub fn write(&mut self, mut message: MessageView) {
        message.rev = UNSEEN;
        self.insert(message);
    }

    /// Marks what could not be handed to the server, for another try with the same id.
    pub fn fail(&mut self, id: MessageId, reason: String) {
        if let Some(message) = self.find_mut(id).filter(|m| m.rev == UNSEEN) {
            message.status = Status::Failed;
            message.fault = Some(SendFault {
                code: 0,
                reason,
                retry: true,
            });
        }
    }

    /// Takes a failed one back into the queue; its text is returned when the server has never seen it.
    pub fn again(&mut self, id: MessageId, now: Moment) -> bool {
        match self.find_mut(id).filter(|m| m.rev == UNSEEN) {
            Some(message) => {
                message.status = Status::Queued;
                message.status_at = now;
                message.fault = None;
                true
            }
            None => false,
        }
    }

    /// A message by its id.
    pub fn find(&self, id: MessageId) -> Option<&MessageView> {
        self.messages.iter().rev().find(|m| m.id == id)
    }

    /// Drops what can be read again; true when the reader's own unsent lines remain.
    pub fn forget(&mut self) -> bool {
        self.messages.retain(|m| m.rev == UNSEEN);
        self.older = None;
        self.loaded = false;
        !self.messages.is_empty()
    }

    fn find_mut(&mut self, id: MessageId) -> Option<&mut MessageView> {
        self.messages.iter_mut().rev().find(|m| m.id == id)
    }

    fn insert(&mut self, message: MessageView) -> bool {
        if let Some(at) = self.messages.iter().rposition(|m| m.id == message.id) {
            if self.messages[at].rev >= message.rev {
                return false;
            }
            self.messages.remove(at);
        }
        let key = order(&message);
        let at = self.messages.partition_point(|m| order(m) <= key);
        self.messages.insert(at, message);
        true
    }
}

/// The reader's own unsent lines stand last, whatever their clock says; then the time, then the arrival.
fn order(message: &MessageView) -> (bool, Moment, i64) {
    (message.rev == UNSEEN, message.at, message.arrival)
}
