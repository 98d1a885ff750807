//! What the browser knows of a workspace's inbox: rows, threads, people, and how far each list was read.

mod guess;

use super::{
    change::{Pending, Ticket},
    thread::Thread,
};
use crate::{boxed::sort, words};
use postern_types::{
    CLOSING_MS, ChannelId, ChannelView, ConversationId, ConversationRow, ConversationState,
    FeedCursor, InboxCounts, InboxPage, InboxSnapshot, InboxView, LabelView, ListRequest, MemberId,
    MemberView, MessageId, Moment, TeamBrief, TeamId,
};
use std::{cmp::Reverse, collections::HashMap};
use uuid::Uuid;

/// Which list: whose, and open or closed.
pub type ListKey = (InboxView, ConversationState);

/// A row's place in a list.
type Place = (i64, u128);

/// So long the counts are believed, in milliseconds, while nothing happens.
const COUNTED_MS: i64 = 5 * 60_000;

/// So many messages are remembered that came to a conversation, so that none is told of twice.
const CAME: usize = 64;

/// So many threads are kept up to date.
const THREADS: usize = 20;

/// The store behind every pane. Lists are not kept but derived, so that a row that changes moves by itself.
#[derive(Clone, Debug)]
pub struct Inbox {
    /// The reader's own place in the workspace.
    pub me: MemberId,
    /// False until the first snapshot is here.
    pub loaded: bool,
    /// The server's time, to the minute: windows close by it.
    now: Moment,
    /// When the counts were last learnt: what closes soon changes by itself.
    counted_at: Moment,
    /// Unread counts of the open views.
    pub counts: InboxCounts,
    /// True when an event touched a row whose earlier state is not known: the counts are to be asked for.
    pub counts_stale: bool,
    /// Where to resume the feed.
    pub cursor: Option<FeedCursor>,
    /// Threads that were opened, kept up to date by events.
    pub threads: HashMap<ConversationId, Thread>,
    /// As shown: with `pending` on top.
    pub(super) rows: HashMap<ConversationId, ConversationRow>,
    pending: HashMap<ConversationId, Pending>,
    tickets: Ticket,
    /// Grows with every move of the counts.
    moves: u32,
    /// Counts that came while an answer was out: asked for again when it is here.
    counts_owed: bool,
    /// Threads in the order in which they were looked at, the last one last.
    recent: Vec<ConversationId>,
    pub(super) members: HashMap<MemberId, MemberView>,
    /// Grows with all that is told of members: who shows the team looks again.
    pub team_rev: u32,
    /// Grows whenever something changed that pages beside the inbox show.
    pub side_rev: u32,
    pub(super) channels: HashMap<ChannelId, ChannelView>,
    /// Grows whenever a row is another than before.
    pub row_rev: u32,
    /// The teams, by name.
    pub teams: Vec<TeamBrief>,
    /// The labels, by name.
    pub labels: Vec<LabelView>,
    reaches: HashMap<ListKey, Reach>,
    /// The revision of a row that was read, and the messages that came since.
    came: HashMap<ConversationId, (i64, Vec<MessageId>)>,
}

/// How far down a list was read.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Reach {
    /// The oldest row the server has confirmed; rows below it are not shown yet. None: read to the end.
    floor: Option<Place>,
    /// Where the next page begins.
    next: Option<String>,
}

impl Inbox {
    /// Knows nothing yet.
    pub fn new(me: MemberId) -> Self {
        Self {
            me,
            loaded: false,
            now: Moment(0),
            counted_at: Moment(0),
            counts: InboxCounts::default(),
            counts_stale: false,
            cursor: None,
            threads: HashMap::new(),
            rows: HashMap::new(),
            pending: HashMap::new(),
            tickets: 0,
            moves: 0,
            counts_owed: false,
            recent: Vec::new(),
            members: HashMap::new(),
            team_rev: 0,
            side_rev: 0,
            row_rev: 0,
            channels: HashMap::new(),
            teams: Vec::new(),
            labels: Vec::new(),
            reaches: HashMap::new(),
            came: HashMap::new(),
        }
    }

    /// Begins anew from a snapshot. Threads are dropped, except for what the reader wrote and the server has not seen.
    pub fn load(&mut self, request: &ListRequest, snapshot: InboxSnapshot) {
        self.rows.clear();
        self.reaches.clear();
        self.came.clear();
        self.pending.retain(|_, pending| pending.restart());
        self.threads.retain(|_, thread| thread.forget());
        self.members = snapshot.members.into_iter().map(|m| (m.id, m)).collect();
        self.team_rev = self.team_rev.wrapping_add(1);
        self.channels = snapshot.channels.into_iter().map(|c| (c.id, c)).collect();
        self.teams = snapshot.teams;
        self.labels = snapshot.labels;
        self.now = snapshot.now;
        self.counted_at = snapshot.now;
        self.counts = snapshot.counts;
        self.counts_stale = false;
        self.counts_owed = self.pending.values().any(Pending::in_flight);
        self.cursor = Some(snapshot.cursor);
        self.loaded = true;
        self.absorb_page((request.view, request.state), snapshot.page);
    }

    /// Adds a page of a list that was read without a search and labels.
    pub fn absorb_page(&mut self, key: ListKey, page: InboxPage) {
        let last = page.rows.last().filter(|_| page.next.is_some());
        let floor = last.map(|row| order(key.0, row));
        self.reaches.insert(
            key,
            Reach {
                floor,
                next: page.next,
            },
        );
        self.remember(page.rows);
    }

    /// Time went on: windows close, and now and then the counts are asked for, which tell of rows that are not here.
    pub fn pass(&mut self, now: Moment) {
        self.now = now;
        if self.loaded && now.since(self.counted_at) > COUNTED_MS {
            self.counted_at = now;
            self.counts_stale = true;
        }
    }

    /// Keeps rows that came by another way (a search, a conversation's details); the newer of two wins.
    pub fn remember(&mut self, rows: Vec<ConversationRow>) {
        for row in rows {
            self.put_row(row, true);
        }
    }

    /// Looks at a thread: it is kept up to date from now on, and the one looked at longest ago is dropped. True when
    /// its newest page is here already.
    pub fn open_thread(&mut self, id: ConversationId) -> bool {
        self.recent.retain(|recent| *recent != id);
        self.recent.push(id);
        if self.recent.len() > THREADS {
            let oldest = self.recent.remove(0);
            // What the reader wrote and the server has not seen stays.
            if self
                .threads
                .get_mut(&oldest)
                .is_some_and(|thread| !thread.forget())
            {
                self.threads.remove(&oldest);
            }
        }
        self.threads.entry(id).or_default().loaded
    }

    /// How many lines the server has not seen.
    pub fn unsent(&self) -> usize {
        self.threads.values().map(Thread::unsent).sum()
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
            .filter(|row| self.shows(key, row))
            .map(|row| (order(key.0, row), row.id))
            .filter(|(order, _)| floor.is_none_or(|floor| *order >= floor))
            .collect();
        rows.sort_unstable_by_key(|row| Reverse(*row));
        rows.into_iter().map(|(_, id)| id).collect()
    }

    /// Those of a list that are among `ids`, in its order.
    pub fn among(&self, key: ListKey, ids: &[ConversationId]) -> Vec<ConversationId> {
        let mut rows: Vec<_> = ids
            .iter()
            .filter_map(|id| self.rows.get(id))
            .filter(|row| self.shows(key, row))
            .map(|row| (order(key.0, row), row.id))
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

    /// What a member is called; of whom nothing is known, that they were one.
    pub fn name_of(&self, id: MemberId) -> String {
        let known = self.member(id).map(|member| member.name.clone());
        known.unwrap_or_else(|| words::FORMER.into())
    }

    /// What a team is called.
    pub fn team(&self, id: TeamId) -> Option<String> {
        let team = self.teams.iter().find(|team| team.id == id)?;
        Some(team.name.clone())
    }

    /// Whether the reader is in a team.
    fn is_mine(&self, id: TeamId) -> bool {
        self.teams.iter().any(|team| team.id == id && team.mine)
    }

    /// Whether the reader is in any team.
    pub fn in_a_team(&self) -> bool {
        self.teams.iter().any(|team| team.mine)
    }

    /// Colleagues who can be given a conversation, by name.
    pub fn colleagues(&self) -> Vec<MemberView> {
        let mut all: Vec<_> = self
            .members
            .values()
            .filter(|m| m.active)
            .cloned()
            .collect();
        sort(&mut all, |a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id)));
        all
    }

    /// How many wait for an admin's word.
    pub fn waiting(&self) -> i32 {
        self.members.values().map(|m| i32::from(m.waiting)).sum()
    }

    /// A number by its id.
    pub fn channel(&self, id: ChannelId) -> Option<&ChannelView> {
        self.channels.get(&id)
    }

    /// All numbers, by name.
    pub fn numbers(&self) -> Vec<ChannelView> {
        let mut all: Vec<_> = self.channels.values().cloned().collect();
        sort(&mut all, |a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id)));
        all
    }

    /// Whether a number is so.
    pub fn any_number(&self, is_so: impl Fn(&ChannelView) -> bool) -> bool {
        self.channels.values().any(is_so)
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

    /// Keeps the newer row. A row that was not known is `counted` already when
    /// it came with a page, and not when an event brought it.
    pub(super) fn put_row(&mut self, row: ConversationRow, counted: bool) {
        let id = row.id;
        if counted {
            self.came.insert(id, (row.rev, Vec::new()));
        }
        let shown = if let Some(pending) = self.pending.get_mut(&id) {
            pending.confirm(row).then(|| pending.shown())
        } else {
            let newer = self.rows.get(&id).is_none_or(|old| row.rev > old.rev);
            newer.then_some(row)
        };
        if let Some(shown) = shown {
            self.show(shown, counted);
        }
    }

    /// Whether a message is new that an event brought with a row of this revision. Events of transactions that ran side by
    /// side come in an order of their own: the row may be an older one than was told of before.
    pub(super) fn is_news(&mut self, id: ConversationId, rev: i64, message: MessageId) -> bool {
        let (read, came) = self.came.entry(id).or_default();
        if rev <= *read || came.contains(&message) {
            return false;
        }
        if came.len() == CAME {
            came.remove(0);
        }
        came.push(message);
        true
    }

    /// Puts a row and moves the counts with it.
    fn show(&mut self, row: ConversationRow, counted: bool) {
        self.row_rev = self.row_rev.wrapping_add(1);
        let before = self.rows.insert(row.id, row.clone());
        if before.is_some() || !counted {
            self.recount(before.as_ref(), &row);
        }
    }

    /// Moves the unread counts from one state of a row to the next.
    fn recount(&mut self, before: Option<&ConversationRow>, after: &ConversationRow) {
        let Some(before) = before else {
            // Whether it was counted is not known.
            self.counts_stale = true;
            return;
        };
        let (me, now) = (self.me, self.now);
        let (mut moved, mut capped) = (false, false);
        let mut step = |all: &mut i32, view: InboxView| {
            let (was, is) = (
                counted(me, now, view, before),
                counted(me, now, view, after),
            );
            moved |= was != is;
            // A hundred means "a hundred or more": from there only the server can count down.
            capped |= *all >= 100 && was != is;
            *all = (*all + i32::from(is) - i32::from(was)).clamp(0, 100);
        };
        step(&mut self.counts.mine, InboxView::Mine);
        step(&mut self.counts.unassigned, InboxView::Unassigned);
        step(&mut self.counts.all, InboxView::All);
        step(&mut self.counts.closing, InboxView::Closing);
        self.counts_stale |= capped;
        self.moves = self.moves.wrapping_add(u32::from(moved));
    }

    fn shows(&self, (view, state): ListKey, row: &ConversationRow) -> bool {
        let whose = match view {
            InboxView::Teams => row.team.is_some_and(|id| self.is_mine(id)),
            _ => in_view(self.me, self.now, view, row),
        };
        row.state == state && whose
    }
}

/// The list's order, the greatest first: time, and the id breaks ties. What closes first is the greatest of what closes.
fn order(view: InboxView, row: &ConversationRow) -> Place {
    let id = row.id.0.as_u128();
    match (view, row.window_until) {
        (InboxView::Closing, Some(until)) => (-until.0, !id),
        _ => (row.last_at.0, id),
    }
}

/// Whether a row is in a view, whose teams are not looked at: those the [`Inbox`] knows.
fn in_view(me: MemberId, now: Moment, view: InboxView, row: &ConversationRow) -> bool {
    match view {
        InboxView::Mine => row.assignee == Some(me),
        InboxView::Unassigned => row.assignee.is_none(),
        InboxView::All | InboxView::Teams => true,
        InboxView::Closing => row.window_until.is_some_and(|until| until > now),
    }
}

/// Whether a row counts: unread ones, and of those that close the ones that do so soon, read or not.
fn counted(me: MemberId, now: Moment, view: InboxView, row: &ConversationRow) -> bool {
    let counts = match (view, row.window_until) {
        (InboxView::Closing, until) => until.is_some_and(|until| until.since(now) <= CLOSING_MS),
        _ => row.unread > 0,
    };
    counts && row.state == ConversationState::Open && in_view(me, now, view, row)
}

impl Default for Inbox {
    fn default() -> Self {
        Self::new(MemberId(Uuid::nil()))
    }
}
