//! What closes: in the order in which time runs out, by itself, and counted while it is soon.

use super::*;
use postern_types::CLOSING_MS;

const CLOSING: (InboxView, ConversationState) = (InboxView::Closing, ConversationState::Open);

fn until(n: u128, rev: i64, until: i64) -> ConversationRow {
    ConversationRow {
        window_until: Some(Moment(until)),
        ..row(n, rev, 10)
    }
}

#[test]
fn what_closes_first_stands_first_and_what_is_closed_stands_nowhere() {
    let rows = vec![
        until(1, 1, 900),
        until(2, 1, 300),
        until(3, 1, 600),
        row(4, 1, 50),
    ];
    let mut inbox = inbox(rows, None);
    assert_eq!(ids(&inbox, CLOSING), [2, 3, 1]);
    inbox.pass(Moment(300));
    assert_eq!(ids(&inbox, CLOSING), [3, 1]);
    // They wrote again, and have a day once more; another is closed.
    apply(&mut inbox, changed(until(3, 2, 86_400_000)));
    assert_eq!(ids(&inbox, CLOSING), [1, 3]);
    let mut done = until(1, 2, 900);
    done.state = ConversationState::Closed;
    apply(&mut inbox, changed(done));
    assert_eq!(ids(&inbox, CLOSING), [3]);
}

#[test]
fn what_closes_after_the_last_row_that_was_read_is_shown_with_its_own_page() {
    let mut inbox = inbox(vec![], None);
    let page = |rows, next: Option<&str>| InboxPage {
        rows,
        next: next.map(Into::into),
    };
    inbox.absorb_page(
        CLOSING,
        page(vec![until(5, 1, 300), until(6, 1, 300)], Some("more")),
    );
    inbox.remember(vec![until(7, 1, 400)]);
    assert_eq!(ids(&inbox, CLOSING), [5, 6]);
    inbox.absorb_page(CLOSING, page(vec![until(7, 1, 400)], None));
    assert_eq!(ids(&inbox, CLOSING), [5, 6, 7]);
}

#[test]
fn what_closes_soon_is_counted_read_or_not_and_asked_for_now_and_then() {
    let mut inbox = inbox(vec![until(1, 1, CLOSING_MS + 1000)], None);
    inbox.counts.closing = 2;
    apply(&mut inbox, changed(until(1, 2, CLOSING_MS)));
    assert_eq!(inbox.counts.closing, 3);
    apply(&mut inbox, changed(until(1, 3, CLOSING_MS + 1)));
    assert_eq!(inbox.counts.closing, 2);
    inbox.pass(Moment(60_000));
    assert!(!inbox.counts_stale);
    inbox.pass(Moment(400_000));
    assert!(inbox.counts_stale, "rows that are not here have come near");
}
