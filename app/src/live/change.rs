//! What the reader has done and the server has yet to agree to, replayed over whatever arrives meanwhile.

use postern_types::{ConversationRow, ConversationState, MemberId};

/// Something done to a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Given to somebody, or to nobody.
    Assign(Option<MemberId>),
    /// Closed or reopened.
    State(ConversationState),
    /// So many unread messages were looked at.
    Read(i32),
}

/// Names one change until it is settled.
pub type Ticket = u32;

/// A row as the server has it, and what is on its way, oldest first.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    confirmed: ConversationRow,
    guesses: Vec<Guess>,
}

#[derive(Clone, Copy, Debug)]
struct Guess {
    ticket: Ticket,
    change: Change,
    /// It could not be told; it stays for the eye, and is tried again when something happens.
    held: bool,
}

impl Change {
    fn apply(self, row: &mut ConversationRow) {
        match self {
            Self::Assign(to) => row.assignee = to,
            Self::State(state) => row.state = state,
            // What came in afterwards was not looked at.
            Self::Read(seen) => row.unread = (row.unread - seen).max(0),
        }
    }
}

impl Pending {
    /// Begins with what is known.
    pub fn new(confirmed: ConversationRow) -> Self {
        Self {
            confirmed,
            guesses: Vec::new(),
        }
    }

    /// Adds a change.
    pub fn begin(&mut self, ticket: Ticket, change: Change) {
        self.guesses.push(Guess {
            ticket,
            change,
            held: false,
        });
    }

    /// Takes the server's row; false when it is not newer.
    pub fn confirm(&mut self, row: ConversationRow) -> bool {
        if row.rev <= self.confirmed.rev {
            return false;
        }
        if row.unread < self.confirmed.unread {
            // Somebody has looked: what could not be told has been told by another.
            self.guesses.retain(|guess| !guess.held);
        }
        self.confirmed = row;
        true
    }

    /// The server has answered. A look that was told tells the earlier ones too.
    pub fn end(&mut self, ticket: Ticket, agreed: bool) {
        let looked = self
            .guesses
            .iter()
            .any(|guess| guess.ticket == ticket && matches!(guess.change, Change::Read(_)));
        self.guesses
            .retain(|guess| guess.ticket != ticket && !(agreed && looked && guess.held));
    }

    /// It could not be told: it stays shown.
    pub fn hold(&mut self, ticket: Ticket) {
        for guess in &mut self.guesses {
            guess.held |= guess.ticket == ticket;
        }
    }

    /// Everything was read anew: only what is on its way counts, and any row is newer than the one at hand.
    pub fn restart(&mut self) -> bool {
        self.confirmed.rev = i64::MIN;
        self.guesses.retain(|guess| !guess.held);
        !self.guesses.is_empty()
    }

    /// The row with the changes on top.
    pub fn shown(&self) -> ConversationRow {
        let mut row = self.confirmed.clone();
        for guess in &self.guesses {
            guess.change.apply(&mut row);
        }
        row
    }

    /// The row as the server has it.
    pub fn confirmed(&self) -> &ConversationRow {
        &self.confirmed
    }

    /// Whether nothing is left to replay.
    pub fn is_settled(&self) -> bool {
        self.guesses.is_empty()
    }

    /// Whether an answer is still out.
    pub fn in_flight(&self) -> bool {
        self.guesses.iter().any(|guess| !guess.held)
    }

    /// Whether something could not be told.
    pub fn held(&self) -> bool {
        self.guesses.iter().any(|guess| guess.held)
    }
}
