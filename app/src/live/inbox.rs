//! What the browser knows of a workspace's inbox: rows, threads, people, and how far each list was read.

use super::thread::Thread;
use postern_types::{
    ChannelId, ChannelView, ConversationId, ConversationRow, ConversationState, FeedCursor,
    InboxCounts, InboxPage, InboxSnapshot, InboxView, ListRequest, MemberId, MemberView, Moment,
};
use std::{cmp::Reverse, collections::HashMap};
use uuid::Uuid;

/// Which list: whose, and open or closed.
pub type ListKey = (InboxView, ConversationState);

/// The store behind every pane. Lists are not kept but derived, so that a row that changes moves by itself.
#[derive(Clone, Debug)]
pub struct Inbox {
    /// The reader's own place in the workspace.
    pub me: MemberId,
    /// False until the first snapshot is here.
    pub loaded: bool,
    /// Unread counts of the open views.
    pub counts: InboxCounts,
    /// True when an event touched a row whose earlier state is not known: the counts are to be asked for.
    pub counts_stale: bool,
    /// Where to resume the feed.
    pub cursor: Option<FeedCursor>,
    /// Threads that were opened, kept up to date by events.
    pub threads: HashMap<ConversationId, Thread>,
    pub(super) rows: HashMap<ConversationId, ConversationRow>,
    pub(super) members: HashMap<MemberId, MemberView>,
    pub(super) channels: HashMap<ChannelId, ChannelView>,
    reaches: HashMap<ListKey, Reach>,
}

/// How far down a list was read.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Reach {
    /// The oldest row the server has confirmed; rows below it are not shown yet. None: read to the end.
    floor: Option<(Moment, ConversationId)>,
    /// Where the next page begins.
    next: Option<String>,
}

impl Inbox {
    /// Knows nothing yet.
    pub fn new(me: MemberId) -> Self {
        Self {
            me,
            loaded: false,
            counts: InboxCounts::default(),
            counts_stale: false,
            cursor: None,
            threads: HashMap::new(),
            rows: HashMap::new(),
            members: HashMap::new(),
            channels: HashMap::new(),
            reaches: HashMap::new(),
        }
    }

    /// Begins anew from a snapshot. Threads are dropped, except for what the reader wrote and the server has not seen.
    pub fn load(&mut self, request: &ListRequest, snapshot: InboxSnapshot) {
        self.rows.clear();
        self.reaches.clear();
        self.threads.retain(|_, thread| thread.forget());
        self.members = snapshot.members.into_iter().map(|m| (m.id, m)).collect();
        self.channels = snapshot.channels.into_iter().map(|c| (c.id, c)).collect();
        self.counts = snapshot.counts;
        self.counts_stale = false;
        self.cursor = Some(snapshot.cursor);
        self.loaded = true;
        self.absorb_page((request.view, request.state), snapshot.page);
    }

    /// Adds a page of a list that was read without a search.
    pub fn absorb_page(&mut self, key: ListKey, page: InboxPage) {
        let floor = page.rows.last().map(order).filter(|_| page.next.is_some());
        self.reaches.insert(
            key,
            Reach {
                floor,
                next: page.next,
            },
        );
        self.remember(page.rows);
    }

    /// Keeps rows that came by another way (a search, a conversation's details); the newer of two wins.
    pub fn remember(&mut self, rows: Vec<ConversationRow>) {
        for row in rows {
            self.put_row(row);
        }
    }

    /// True once the first page of a list is here.
    pub fn reached(&self, key: ListKey) -> bool {
        self.reaches.contains_key(&key)
    }

    /// Where the next page of a list begins; none at its end or before its first page.
    pub fn more(&self, key: ListKey) -> Option<String> {
        self.reaches.get(&key)?.next.clone()
    }

    /// The ids of a list, newest first. Before its first page: what is known already.
    pub fn list(&self, key: ListKey) -> Vec<ConversationId> {
        let floor = self.reaches.get(&key).and_then(|reach| reach.floor);
        let mut rows: Vec<_> = self
            .rows
            .values()
            .filter(|row| self.shows(key, row) && floor.is_none_or(|floor| order(row) >= floor))
            .map(order)
            .collect();
        rows.sort_unstable_by_key(|row| Reverse(*row));
        rows.into_iter().map(|(_, id)| id).collect()
    }

    /// A row by its id.
    pub fn row(&self, id: ConversationId) -> Option<&ConversationRow> {
        self.rows.get(&id)
    }

    /// A colleague by their id.
    pub fn member(&self, id: MemberId) -> Option<&MemberView> {
        self.members.get(&id)
    }

    /// Colleagues who can be given a conversation, by name.
    pub fn colleagues(&self) -> Vec<MemberView> {
        let mut all: Vec<_> = self
            .members
            .values()
            .filter(|m| m.active)
            .cloned()
            .collect();
        all.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id)));
        all
    }

    /// A number by its id.
    pub fn channel(&self, id: ChannelId) -> Option<&ChannelView> {
        self.channels.get(&id)
    }

    /// All numbers, by name.
    pub fn numbers(&self) -> Vec<ChannelView> {
        let mut all: Vec<_> = self.channels.values().cloned().collect();
        all.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id)));
        all
    }

    /// Replaces the numbers by what the server listed, unless an event brought a newer one.
    pub fn put_channels(&mut self, channels: Vec<ChannelView>) {
        for channel in channels {
            self.put_channel(channel);
        }
    }

    pub(super) fn put_channel(&mut self, channel: ChannelView) -> bool {
        let newer = self
            .channels
            .get(&channel.id)
            .is_none_or(|old| channel.rev > old.rev);
        if newer {
            self.channels.insert(channel.id, channel);
        }
        newer
    }

    /// Shows a change before the server has agreed to it. Returns the row as it was, for `restore`.
    pub fn guess(
        &mut self,
        id: ConversationId,
        change: impl FnOnce(&mut ConversationRow),
    ) -> Option<ConversationRow> {
        let before = self.rows.get(&id)?.clone();
        let mut after = before.clone();
        change(&mut after);
        self.recount(Some(&before), &after);
        self.rows.insert(id, after);
        Some(before)
    }

    /// Takes a guess back, unless something newer came in the meantime.
    pub fn restore(&mut self, before: ConversationRow) {
        let Some(now) = self
            .rows
            .get(&before.id)
            .filter(|now| now.rev == before.rev)
        else {
            return;
        };
        let now = now.clone();
        self.recount(Some(&now), &before);
        self.rows.insert(before.id, before);
    }

    /// Keeps the newer row; false when the one at hand is as new.
    pub(super) fn put_row(&mut self, row: ConversationRow) -> bool {
        let newer = self.rows.get(&row.id).is_none_or(|old| row.rev > old.rev);
        if newer {
            self.rows.insert(row.id, row);
        }
        newer
    }

    /// Moves the unread counts from one state of a row to the next.
    pub(super) fn recount(&mut self, before: Option<&ConversationRow>, after: &ConversationRow) {
        let Some(before) = before else {
            self.counts_stale |= after.unread > 0;
            return;
        };
        let me = self.me;
        let step = |all: &mut i32, view: InboxView| {
            let (was, is) = (counted(me, view, before), counted(me, view, after));
            // A hundred means "a hundred or more": from there only the server can count down.
            let capped = *all >= 100 && was != is;
            *all = (*all + i32::from(is) - i32::from(was)).clamp(0, 100);
            capped
        };
        let mine = step(&mut self.counts.mine, InboxView::Mine);
        let unassigned = step(&mut self.counts.unassigned, InboxView::Unassigned);
        let all = step(&mut self.counts.all, InboxView::All);
        self.counts_stale |= mine | unassigned | all;
    }

    fn shows(&self, (view, state): ListKey, row: &ConversationRow) -> bool {
        row.state == state && in_view(self.me, view, row)
    }
}

/// The list's order: time first, the id breaks ties.
fn order(row: &ConversationRow) -> (Moment, ConversationId) {
    (row.last_at, row.id)
}

fn in_view(me: MemberId, view: InboxView, row: &ConversationRow) -> bool {
    match view {
        InboxView::Mine => row.assignee == Some(me),
        InboxView::Unassigned => row.assignee.is_none(),
        InboxView::All => true,
    }
}

fn counted(me: MemberId, view: InboxView, row: &ConversationRow) -> bool {
    row.state == ConversationState::Open && row.unread > 0 && in_view(me, view, row)
}

impl Default for Inbox {
    fn default() -> Self {
        Self::new(MemberId(Uuid::nil()))
    }
}
