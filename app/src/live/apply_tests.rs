//! The rules of `apply`, in tables.

use super::*;
use crate::live::Thread;
use postern_types::{
    ChannelId, ContactBrief, ContactId, Content, ConversationId, ConversationRow,
    ConversationState, FeedCursor, InboxCounts, InboxPage, InboxSnapshot, InboxView, LastLine,
    ListRequest, MemberId, MemberView, MessageId, Moment, Role, Status, ThreadPage,
};
use uuid::Uuid;

#[path = "guess_tests.rs"]
mod guess;
#[path = "apply_team_tests.rs"]
mod team;
#[path = "apply_thread_tests.rs"]
mod thread;
#[path = "apply_window_tests.rs"]
mod window;

const OPEN_ALL: (InboxView, ConversationState) = (InboxView::All, ConversationState::Open);
const OPEN_MINE: (InboxView, ConversationState) = (InboxView::Mine, ConversationState::Open);
const OPEN_FREE: (InboxView, ConversationState) = (InboxView::Unassigned, ConversationState::Open);
const CLOSED: (InboxView, ConversationState) = (InboxView::All, ConversationState::Closed);

fn me() -> MemberId {
    MemberId(Uuid::from_u128(7))
}

fn conversation(n: u128) -> ConversationId {
    ConversationId(Uuid::from_u128(n))
}

fn row(n: u128, rev: i64, last_at: i64) -> ConversationRow {
    ConversationRow {
        id: conversation(n),
        rev,
        contact: ContactBrief {
            id: ContactId(Uuid::from_u128(n)),
            name: Some(format!("Contact {n}")),
            phone: None,
        },
        channel: ChannelId(Uuid::from_u128(1)),
        state: ConversationState::Open,
        assignee: None,
        team: None,
        last: Some(LastLine {
            content: text("hello"),
            direction: Direction::In,
            status: Status::Received,
        }),
        last_at: Moment(last_at),
        unread: 0,
        window_until: None,
        labels: Vec::new(),
    }
}

fn text(text: &str) -> Content {
    Content::Text { text: text.into() }
}

fn message(n: u128, rev: i64, at: i64, arrival: i64) -> MessageView {
    MessageView {
        id: MessageId(Uuid::from_u128(n)),
        rev,
        conversation: conversation(1),
        direction: Direction::In,
        author: None,
        content: text("hello"),
        at: Moment(at),
        arrival,
        status: Status::Received,
        status_at: Moment(at),
        fault: None,
        ask_at: None,
        extra: None,
    }
}

fn inbox(rows: Vec<ConversationRow>, next: Option<&str>) -> Inbox {
    let mut inbox = Inbox::new(me());
    inbox.load(
        &ListRequest::default(),
        InboxSnapshot {
            page: InboxPage {
                rows,
                next: next.map(Into::into),
            },
            counts: InboxCounts::default(),
            members: vec![MemberView {
                id: me(),
                name: "Ada".into(),
                role: Role::Agent,
                active: true,
                waiting: false,
            }],
            channels: vec![],
            teams: vec![],
            labels: Vec::new(),
            cursor: FeedCursor("0".into()),
            now: Moment(0),
        },
    );
    inbox
}

fn changed(row: ConversationRow) -> Event {
    Event::Conversation { conversation: row }
}

fn ids(inbox: &Inbox, key: (InboxView, ConversationState)) -> Vec<u128> {
    inbox.list(key).iter().map(|id| id.0.as_u128()).collect()
}

#[test]
fn the_newer_revision_wins_whatever_the_order_of_arrival() {
    for (revs, wins) in [
        (vec![2, 3], 3),
        (vec![3, 2], 3),
        (vec![2, 2], 2),
        (vec![1], 1),
    ] {
        let mut inbox = inbox(vec![row(1, 1, 10)], None);
        for rev in revs {
            let mut next = row(1, rev, 10);
            next.unread = i32::try_from(rev).expect("small");
            apply(&mut inbox, changed(next));
        }
        assert_eq!(inbox.row(conversation(1)).expect("known").rev, wins);
    }
}

#[test]
fn messages_are_announced_once_whatever_the_order_in_which_their_rows_come() {
    let mut inbox = inbox(vec![row(1, 2, 10)], None);
    let mut announced = |conversation, rev, id| {
        let mut message = message(id, 1, 20, 1);
        message.conversation = self::conversation(conversation);
        let event = Event::Message {
            message,
            conversation: row(conversation, rev, 20),
        };
        apply(&mut inbox, event).is_some()
    };
    for (conversation, rev, id, is) in [
        // The row that was read tells of it.
        (1, 2, 4, false),
        // Two were written at once.
        (1, 5, 5, true),
        (1, 5, 6, true),
        (1, 5, 5, false),
        // One that was written before comes after.
        (1, 3, 7, true),
        (1, 3, 7, false),
        // The first ones of somebody who was not known.
        (2, 2, 8, true),
        (2, 1, 9, true),
        (2, 2, 8, false),
    ] {
        assert_eq!(
            announced(conversation, rev, id),
            is,
            "{conversation} {rev} {id}"
        );
    }
}

#[test]
fn applying_an_event_twice_changes_nothing_the_second_time() {
    let mut inbox = inbox(vec![row(1, 1, 10)], None);
    inbox.threads.insert(conversation(1), Thread::default());
    let mut next = row(1, 2, 20);
    next.unread = 1;
    let event = Event::Message {
        message: message(5, 2, 20, 1),
        conversation: next,
    };
    assert!(apply(&mut inbox, event.clone()).is_some(), "announced once");
    let (counts, thread) = (inbox.counts, inbox.threads[&conversation(1)].clone());
    assert!(apply(&mut inbox, event).is_none(), "and not again");
    assert_eq!(
        (counts, &thread),
        (inbox.counts, &inbox.threads[&conversation(1)])
    );
    assert_eq!(inbox.counts.all, 1);
}

#[test]
fn a_row_moves_between_views_as_it_is_assigned_and_closed() {
    let mut inbox = inbox(vec![row(1, 1, 10), row(2, 1, 5)], None);
    assert_eq!(
        (ids(&inbox, OPEN_FREE), ids(&inbox, OPEN_MINE)),
        (vec![1, 2], vec![])
    );

    let mut taken = row(1, 2, 10);
    taken.assignee = Some(me());
    apply(&mut inbox, changed(taken.clone()));
    assert_eq!(
        (ids(&inbox, OPEN_FREE), ids(&inbox, OPEN_MINE)),
        (vec![2], vec![1])
    );

    taken.rev = 3;
    taken.state = ConversationState::Closed;
    apply(&mut inbox, changed(taken));
    assert_eq!(
        (ids(&inbox, OPEN_ALL), ids(&inbox, CLOSED)),
        (vec![2], vec![1])
    );
}

#[test]
fn the_list_is_ordered_by_time_then_id_and_hides_what_was_not_read_yet() {
    let mut inbox = inbox(vec![row(1, 1, 30), row(2, 1, 20)], Some("page 2"));
    apply(&mut inbox, changed(row(3, 1, 20)));
    assert_eq!(ids(&inbox, OPEN_ALL), [1, 3, 2], "ties by id, downwards");
    apply(&mut inbox, changed(row(4, 1, 10)));
    assert_eq!(
        ids(&inbox, OPEN_ALL),
        [1, 3, 2],
        "below the page that was read"
    );
    apply(&mut inbox, changed(row(4, 2, 40)));
    assert_eq!(
        ids(&inbox, OPEN_ALL),
        [4, 1, 3, 2],
        "until something happens there"
    );
    inbox.absorb_page(
        OPEN_ALL,
        InboxPage {
            rows: vec![row(5, 1, 10)],
            next: None,
        },
    );
    assert_eq!(ids(&inbox, OPEN_ALL), [4, 1, 3, 2, 5]);
}

#[test]
fn counts_follow_rows_that_are_known_and_are_asked_for_otherwise() {
    let mut inbox = inbox(vec![row(1, 1, 10)], Some("more"));
    let mut unread = row(1, 2, 20);
    unread.unread = 3;
    apply(&mut inbox, changed(unread.clone()));
    assert_eq!(
        inbox.counts,
        InboxCounts {
            mine: 0,
            unassigned: 1,
            all: 1,
            closing: 0,
        }
    );

    unread.rev = 3;
    unread.assignee = Some(me());
    apply(&mut inbox, changed(unread.clone()));
    assert_eq!(
        inbox.counts,
        InboxCounts {
            mine: 1,
            unassigned: 0,
            all: 1,
            closing: 0,
        }
    );

    unread.rev = 4;
    unread.unread = 0;
    apply(&mut inbox, changed(unread));
    assert_eq!(inbox.counts, InboxCounts::default());
    assert!(!inbox.counts_stale);

    let mut foreign = row(9, 4, 50);
    foreign.unread = 1;
    apply(&mut inbox, changed(foreign));
    assert!(
        inbox.counts_stale,
        "whether it was counted before is not known"
    );
}
