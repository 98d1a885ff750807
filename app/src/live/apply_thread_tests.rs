//! What changes in threads, and what is kept of them.

use super::*;

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
            teams: vec![],
            labels: Vec::new(),
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
        waiting: false,
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

#[test]
fn whoever_waits_is_counted_and_each_word_of_a_member_has_the_team_looked_at() {
    let mut inbox = inbox(vec![], None);
    let mut guest = MemberView {
        id: postern_types::MemberId(uuid::Uuid::from_u128(77)),
        name: "Gus".into(),
        role: Role::Agent,
        active: false,
        waiting: true,
    };
    for (waiting, expected) in [(true, 1), (true, 1), (false, 0)] {
        guest.waiting = waiting;
        let before = inbox.team_rev;
        let member = guest.clone();
        apply(&mut inbox, Event::Member { member });
        assert_eq!(inbox.waiting(), expected);
        assert_ne!(inbox.team_rev, before);
    }
}
