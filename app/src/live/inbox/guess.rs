//! What is shown before the server has agreed to it, and what that does to the counts.

use super::{Inbox, Pending};
use crate::live::change::{Change, Ticket};
use postern_types::{ConversationId, ConversationRow, InboxCounts};

impl Inbox {
    /// Shows a change before the server has agreed to it; `settle` or `hold` ends it.
    pub fn guess(&mut self, id: ConversationId, change: Change) -> Option<Ticket> {
        let row = self.rows.get(&id)?.clone();
        self.tickets = self.tickets.wrapping_add(1);
        let pending = self.pending.entry(id).or_insert_with(|| Pending::new(row));
        pending.begin(self.tickets, change);
        let shown = pending.shown();
        self.show(shown, true);
        Some(self.tickets)
    }

    /// The server has answered: with the row as it is now, or by refusing.
    pub fn settle(&mut self, id: ConversationId, ticket: Ticket, answer: Option<ConversationRow>) {
        let Some(pending) = self.pending.get_mut(&id) else {
            if let Some(row) = answer {
                self.put_row(row, true);
            }
            return;
        };
        pending.end(ticket, answer.is_some());
        if let Some(row) = answer {
            pending.confirm(row);
        }
        let shown = pending.shown();
        if pending.is_settled() {
            self.pending.remove(&id);
        }
        if self.rows.contains_key(&id) {
            self.show(shown, true);
        }
        if self.counts_owed && !self.pending.values().any(Pending::in_flight) {
            self.counts_owed = false;
            self.counts_stale = true;
        }
    }

    /// It could not be told; it stays shown until something newer happens.
    pub fn hold(&mut self, id: ConversationId, ticket: Ticket) {
        if let Some(pending) = self.pending.get_mut(&id) {
            pending.hold(ticket);
        }
    }

    /// What was looked at to its end without being told. Where more came in since, the next look tells both.
    pub fn untold(&self) -> Vec<ConversationId> {
        let untold = self
            .pending
            .iter()
            .filter(|(_, pending)| pending.held() && pending.shown().unread == 0);
        untold.map(|(id, _)| *id).collect()
    }

    /// The counts are about to be asked for; what is given back goes to `take_counts`.
    pub fn ask_counts(&mut self) -> u32 {
        self.counts_stale = false;
        self.moves
    }

    /// Takes the server's counts. Where something moved while it counted, it is asked once more.
    pub fn take_counts(&mut self, counts: InboxCounts, asked: u32) {
        let moved = self.moves != asked;
        self.counts = counts;
        self.counted_at = self.now;
        let pending: Vec<_> = self
            .pending
            .values()
            .map(|pending| (pending.confirmed().clone(), pending.shown()))
            .collect();
        // The replay is no news: what it moves is not asked for again.
        let before = (self.counts_stale, self.moves);
        for (confirmed, shown) in pending {
            self.recount(Some(&confirmed), &shown);
        }
        (self.counts_stale, self.moves) = before;
        if self.pending.values().any(Pending::in_flight) {
            self.counts_owed = true;
        } else if moved {
            self.counts_stale = true;
        }
    }
}
