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
        last: Some(LastLine {
            content: text("hello"),
            direction: Direction::In,
            status: Status::Received,
        }),
        last_at: Moment(last_at),
        unread: 0,
        window_until: None,
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
            }],
            channels: vec![],
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
            all: 1
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
            all: 1
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

#[test]
fn a_thread_orders_by_time_then_arrival_and_keeps_the_newer_version() {
    let mut thread = Thread::default();
    thread.absorb(ThreadPage {
        messages: vec![message(2, 1, 20, 2)],
        older: Some("before".into()),
    });
    for (event, takes) in [
        (message(4, 1, 30, 4), true),
        (message(3, 1, 30, 3), true),
        (message(2, 1, 20, 2), false),
        (message(1, 1, 10, 1), false), // comes with its own page
    ] {
        assert_eq!(thread.put(event), takes);
    }
    let order: Vec<_> = thread.messages().iter().map(|m| m.id.0.as_u128()).collect();
    assert_eq!(order, [2, 3, 4]);

    let mut read = message(3, 2, 30, 3);
    read.status = Status::Read;
    assert!(thread.put(read));
    assert!(!thread.put(message(3, 1, 30, 3)), "an older version");
    assert_eq!(
        thread
            .find(MessageId(Uuid::from_u128(3)))
            .expect("known")
            .status,
        Status::Read
    );
}

#[test]
fn what_the_reader_wrote_stands_last_until_the_server_has_it_under_the_same_id() {
    let mut thread = Thread::default();
    thread.absorb(ThreadPage {
        messages: vec![message(1, 1, 100, 1)],
        older: None,
    });
    let mut mine = message(9, 0, 50, 0);
    mine.direction = Direction::Out;
    mine.status = Status::Queued;
    thread.write(mine.clone());
    assert_eq!(
        thread.messages().last().expect("two").id,
        mine.id,
        "a slow clock does not hide it"
    );

    thread.fail(mine.id, "no network".into());
    assert_eq!(thread.find(mine.id).expect("kept").status, Status::Failed);
    assert!(thread.again(mine.id, Moment(60)));

    mine.rev = 1;
    mine.at = Moment(120);
    mine.arrival = 2;
    assert!(thread.put(mine.clone()));
    assert_eq!(thread.messages().len(), 2, "replaced, not doubled");
    thread.fail(mine.id, "too late".into());
    assert_eq!(
        thread.find(mine.id).expect("kept").status,
        Status::Queued,
        "the server has it"
    );
}

#[test]
fn a_reload_keeps_what_was_written_and_not_sent() {
    let mut inbox = inbox(vec![row(1, 1, 10)], None);
    let thread = inbox.threads.entry(conversation(1)).or_default();
    thread.absorb(ThreadPage {
        messages: vec![message(1, 1, 10, 1)],
        older: None,
    });
    thread.write(message(9, 0, 50, 0));
    inbox.load(
        &ListRequest::default(),
        InboxSnapshot {
            page: InboxPage {
                rows: vec![row(1, 5, 60)],
                next: None,
            },
            counts: InboxCounts::default(),
            members: vec![],
            channels: vec![],
            cursor: FeedCursor("9".into()),
            now: Moment(0),
        },
    );
    let kept = &inbox.threads[&conversation(1)];
    assert_eq!(kept.messages().len(), 1);
    assert!(!kept.loaded, "the rest is read again");
    assert_eq!(inbox.row(conversation(1)).expect("known").rev, 5);
}

#[test]
fn of_many_threads_the_ones_looked_at_last_are_kept_and_unsent_lines_of_all() {
    let mut inbox = inbox(vec![], None);
    for n in 1..=2 {
        inbox.open_thread(conversation(n));
        let thread = inbox.threads.get_mut(&conversation(n)).expect("open");
        thread.absorb(ThreadPage {
            messages: vec![message(n, 1, 10, 1)],
            older: None,
        });
    }
    let mine = message(99, 0, 50, 0);
    inbox
        .threads
        .get_mut(&conversation(2))
        .expect("open")
        .write(mine.clone());
    for n in 3..=30 {
        assert!(!inbox.open_thread(conversation(n)));
    }
    assert!(!inbox.threads.contains_key(&conversation(1)));
    let kept = &inbox.threads[&conversation(2)];
    assert_eq!(
        kept.messages().iter().map(|m| m.id).collect::<Vec<_>>(),
        [mine.id]
    );
    assert_eq!((inbox.threads.len(), inbox.unsent()), (21, 1));
    assert!(!kept.loaded, "it is read again when it is opened");
}

#[test]
fn a_thread_finds_its_messages_after_every_change() {
    let mut thread = Thread::default();
    let check = |thread: &Thread| {
        for message in thread.messages() {
            assert_eq!(thread.find(message.id), Some(message));
        }
    };
    thread.put(message(5, 1, 50, 5));
    thread.absorb(ThreadPage {
        messages: vec![
            message(3, 1, 30, 3),
            message(5, 0, 50, 5),
            message(4, 1, 40, 4),
        ],
        older: None,
    });
    check(&thread);
    thread.write(message(9, 0, 1, 0));
    thread.put(message(6, 1, 35, 6));
    check(&thread);
    // The clock of the server puts it elsewhere than it was shown.
    thread.put(message(9, 1, 20, 7));
    check(&thread);
    let order: Vec<_> = thread.messages().iter().map(|m| m.id.0.as_u128()).collect();
    assert_eq!(order, [9, 3, 6, 4, 5]);
    thread.write(message(10, 0, 1, 0));
    thread.discard(MessageId(Uuid::from_u128(10)));
    thread.discard(MessageId(Uuid::from_u128(3)));
    check(&thread);
    assert_eq!(
        thread.messages().len(),
        5,
        "only what the server has not seen"
    );
}

#[test]
fn other_threads_and_members_change_on_their_own() {
    let mut inbox = inbox(vec![], None);
    let member = MemberView {
        id: me(),
        name: "Ada Lovelace".into(),
        role: Role::Admin,
        active: true,
    };
    assert!(
        apply(
            &mut inbox,
            Event::Member {
                member: member.clone()
            }
        )
        .is_none()
    );
    assert_eq!(inbox.member(me()), Some(&member));
}
