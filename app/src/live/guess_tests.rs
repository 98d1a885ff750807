//! The rules of what is shown before it is agreed to, and of the counts.

use super::*;
use crate::live::Change;

fn shown(inbox: &Inbox) -> &ConversationRow {
    inbox.row(conversation(1)).expect("known")
}

fn unread(rev: i64, unread: i32) -> ConversationRow {
    ConversationRow {
        unread,
        ..row(1, rev, 10)
    }
}

#[test]
fn changes_on_their_way_are_replayed_over_whatever_arrives() {
    let close = Change::State(ConversationState::Closed);
    let take = Change::Assign(Some(me()));
    let mut inbox = inbox(vec![row(1, 1, 10)], None);
    let closing = inbox.guess(conversation(1), close).expect("known");
    let taking = inbox.guess(conversation(1), take).expect("known");

    // An event that knows of neither.
    apply(&mut inbox, changed(row(1, 2, 30)));
    assert_eq!(shown(&inbox).state, ConversationState::Closed);
    assert_eq!(shown(&inbox).assignee, Some(me()));
    assert_eq!(shown(&inbox).last_at, Moment(30));

    // The first is refused: only that one is taken back.
    inbox.settle(conversation(1), closing, None);
    assert_eq!(shown(&inbox).state, ConversationState::Open);
    assert_eq!(shown(&inbox).assignee, Some(me()));

    // The second is agreed to, but somebody else came after: the newer row wins.
    let colleague = Some(MemberId(Uuid::from_u128(8)));
    let mut later = row(1, 4, 30);
    later.assignee = colleague;
    apply(&mut inbox, changed(later));
    let mut answer = row(1, 3, 30);
    answer.assignee = Some(me());
    inbox.settle(conversation(1), taking, Some(answer));
    assert_eq!((shown(&inbox).assignee, shown(&inbox).rev), (colleague, 4));
}

#[test]
fn a_refusal_restores_what_the_server_has_and_not_what_was_there_before() {
    let mut inbox = inbox(vec![row(1, 1, 10)], None);
    let close = Change::State(ConversationState::Closed);
    let first = inbox.guess(conversation(1), close).expect("known");
    let second = inbox
        .guess(conversation(1), Change::State(ConversationState::Open))
        .expect("known");
    let mut answer = row(1, 2, 10);
    answer.state = ConversationState::Closed;
    inbox.settle(conversation(1), first, Some(answer));
    assert_eq!(shown(&inbox).state, ConversationState::Open, "still meant");
    inbox.settle(conversation(1), second, None);
    assert_eq!(shown(&inbox).state, ConversationState::Closed, "but not so");
}

#[test]
fn a_look_that_could_not_be_told_stays_and_hides_nothing_that_came_later() {
    let mut inbox = inbox(vec![unread(1, 2)], None);
    inbox.counts.all = 1;
    let look = inbox
        .guess(conversation(1), Change::Read(2))
        .expect("known");
    inbox.hold(conversation(1), look);
    assert_eq!(inbox.untold(), [conversation(1)]);
    assert_eq!((shown(&inbox).unread, inbox.counts.all), (0, 0));

    apply(&mut inbox, changed(unread(2, 3)));
    assert_eq!((shown(&inbox).unread, inbox.counts.all), (1, 1));

    assert!(inbox.untold().is_empty(), "what came later was not seen");

    // The next look tells both.
    let next = inbox
        .guess(conversation(1), Change::Read(1))
        .expect("known");
    inbox.settle(conversation(1), next, Some(unread(3, 0)));
    assert!(inbox.untold().is_empty());
    apply(&mut inbox, changed(unread(4, 1)));
    assert_eq!(shown(&inbox).unread, 1);
}

#[test]
fn a_colleague_who_looks_tells_what_could_not_be_told() {
    let mut inbox = inbox(vec![unread(1, 2)], None);
    let look = inbox
        .guess(conversation(1), Change::Read(2))
        .expect("known");
    inbox.hold(conversation(1), look);
    apply(&mut inbox, changed(unread(2, 0)));
    apply(&mut inbox, changed(unread(3, 1)));
    assert_eq!(shown(&inbox).unread, 1, "and not one less");
}

#[test]
fn a_reload_forgets_held_looks_and_replays_what_is_on_its_way() {
    let mut inbox = inbox(vec![unread(5, 2), row(2, 5, 5)], None);
    let look = inbox
        .guess(conversation(1), Change::Read(2))
        .expect("known");
    inbox.hold(conversation(1), look);
    inbox
        .guess(conversation(2), Change::Assign(Some(me())))
        .expect("known");
    inbox.load(
        &ListRequest::default(),
        InboxSnapshot {
            page: InboxPage {
                rows: vec![unread(1, 2), row(2, 1, 5)],
                next: None,
            },
            counts: InboxCounts::default(),
            members: vec![],
            channels: vec![],
            teams: vec![],
            labels: Vec::new(),
            cursor: FeedCursor("1".into()),
            now: Moment(0),
        },
    );
    assert_eq!(shown(&inbox).unread, 2, "a life of the database before");
    let second = inbox.row(conversation(2)).expect("known");
    assert_eq!((second.rev, second.assignee), (1, Some(me())));
}

#[test]
fn rows_that_come_with_a_page_move_the_counts_once() {
    let mut inbox = inbox(vec![row(1, 1, 10)], Some("more"));
    inbox.remember(vec![unread(2, 1)]);
    assert_eq!(inbox.counts.all, 1, "the page knew first");
    apply(&mut inbox, changed(unread(2, 1)));
    assert_eq!(inbox.counts.all, 1, "and the event tells nothing new");
    inbox.remember(vec![row(3, 1, 5)]);
    assert!(!inbox.counts_stale, "the server has counted what it lists");

    // Read by a colleague before it was known here: the count goes down.
    apply(&mut inbox, changed(row(9, 4, 50)));
    assert!(inbox.counts_stale);
}

#[test]
fn counts_that_moved_while_the_server_counted_are_asked_for_again() {
    let counts = InboxCounts {
        mine: 0,
        unassigned: 1,
        all: 1,
        closing: 0,
    };
    let mut quiet = inbox(vec![unread(1, 1)], None);
    let asked = quiet.ask_counts();
    quiet.take_counts(counts, asked);
    assert!(!quiet.counts_stale);

    let mut moved = inbox(vec![row(1, 1, 10)], None);
    let asked = moved.ask_counts();
    apply(&mut moved, changed(unread(2, 1)));
    moved.take_counts(counts, asked);
    assert!(moved.counts_stale);

    let mut looking = inbox(vec![unread(1, 1)], None);
    let look = looking
        .guess(conversation(1), Change::Read(1))
        .expect("known");
    let asked = looking.ask_counts();
    looking.take_counts(counts, asked);
    assert_eq!(looking.counts.all, 0, "what was looked at is not unread");
    assert!(!looking.counts_stale, "not before the answer is here");
    looking.settle(conversation(1), look, Some(unread(2, 0)));
    assert!(looking.counts_stale);
}

#[test]
fn a_look_that_cannot_be_told_does_not_have_a_full_count_asked_for_without_end() {
    let full = InboxCounts {
        mine: 0,
        unassigned: 100,
        all: 100,
        closing: 0,
    };
    let mut inbox = inbox(vec![unread(1, 1)], None);
    let look = inbox
        .guess(conversation(1), Change::Read(1))
        .expect("known");
    inbox.hold(conversation(1), look);
    let asked = inbox.ask_counts();
    inbox.take_counts(full, asked);
    assert!(!inbox.counts_stale);

    // What really moves is asked for, and once.
    let asked = inbox.ask_counts();
    apply(&mut inbox, changed(unread(2, 2)));
    inbox.take_counts(full, asked);
    assert!(inbox.counts_stale);
    let asked = inbox.ask_counts();
    inbox.take_counts(full, asked);
    assert!(!inbox.counts_stale);
}
