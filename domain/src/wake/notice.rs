//! What goes from one process to the others: ids and nothing else, for every role that reaches the database can listen.

use super::Signal;
use postern_types::{AccountId, LinkId, SessionId, WorkspaceId};
use std::collections::HashSet;
use uuid::Uuid;

/// PostgreSQL takes less than 8,000 bytes.
const LONGEST: usize = 7_900;
/// More than that is told as "everything".
const MOST: usize = 1_000;

/// What rang, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Batch {
    signals: HashSet<Signal>,
}

impl Batch {
    /// Adds one; too many become one that says all.
    pub fn add(&mut self, signal: Signal) {
        if self.signals.contains(&Signal::All) {
            return;
        }
        if signal == Signal::All || self.signals.len() == MOST && !self.signals.contains(&signal) {
            self.signals.clear();
            self.signals.insert(Signal::All);
        } else {
            self.signals.insert(signal);
        }
    }

    /// Adds what is in another.
    pub fn append(&mut self, other: Self) {
        for signal in other.signals {
            self.add(signal);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.signals.is_empty()
    }

    /// As texts that begin with the sender; one at least, as a sign of life.
    pub fn notices(&self, sender: Uuid) -> Vec<String> {
        let begun = || sender.as_simple().to_string();
        let mut notices = vec![];
        let mut notice = begun();
        for word in self.signals.iter().map(|signal| word(*signal)) {
            if notice.len() + 1 + word.len() > LONGEST {
                notices.push(std::mem::replace(&mut notice, begun()));
            }
            notice.push(' ');
            notice.push_str(&word);
        }
        notices.push(notice);
        notices
    }
}

fn word(signal: Signal) -> String {
    match signal {
        Signal::Feed(WorkspaceId(id)) => format!("f{}", id.as_simple()),
        Signal::Jobs => "j".to_owned(),
        Signal::Session(SessionId(id)) => format!("s{}", id.as_simple()),
        Signal::Account(AccountId(id)) => format!("a{}", id.as_simple()),
        Signal::Portal(LinkId(id)) => format!("p{}", id.as_simple()),
        Signal::All => "*".to_owned(),
    }
}

/// Who sent a notice, and what rang there; none when it is nobody's we know.
pub(super) fn read(notice: &str) -> Option<(Uuid, HashSet<Signal>)> {
    let mut words = notice.split(' ');
    let sender = Uuid::try_parse(words.next()?).ok()?;
    // Each once, however often it is said: anybody can forge a notice.
    Some((sender, words.map(signal).collect()))
}

/// A word that is not understood comes from a newer version, and may be about anything.
fn signal(word: &str) -> Signal {
    let about = |rest: &str| Uuid::try_parse(rest).ok();
    let known = match word.split_at_checked(1) {
        Some(("f", id)) => about(id).map(|id| Signal::Feed(WorkspaceId(id))),
        Some(("j", "")) => Some(Signal::Jobs),
        Some(("s", id)) => about(id).map(|id| Signal::Session(SessionId(id))),
        Some(("a", id)) => about(id).map(|id| Signal::Account(AccountId(id))),
        Some(("p", id)) => about(id).map(|id| Signal::Portal(LinkId(id))),
        _ => None,
    };
    known.unwrap_or(Signal::All)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(n: u128) -> Signal {
        Signal::Feed(WorkspaceId(Uuid::from_u128(n)))
    }

    fn batch(signals: impl IntoIterator<Item = Signal>) -> Batch {
        let mut batch = Batch::default();
        for signal in signals {
            batch.add(signal);
        }
        batch
    }

    /// What another process makes of a batch.
    fn arrived(batch: &Batch) -> Vec<Signal> {
        let sender = Uuid::from_u128(7);
        let notices = batch.notices(sender);
        let read = notices.iter().map(|notice| {
            assert!(notice.len() < 8_000, "{} bytes", notice.len());
            read(notice).expect("ours")
        });
        read.flat_map(|(from, signals)| {
            assert_eq!(from, sender);
            signals
        })
        .collect()
    }

    #[test]
    fn what_rings_often_is_told_once_and_nothing_is_left_out() {
        let id = Uuid::from_u128(0xfeed);
        let one_of_each = [
            feed(1),
            Signal::Jobs,
            Signal::Session(SessionId(id)),
            Signal::Account(AccountId(id)),
            Signal::Portal(LinkId(id)),
        ];
        let thousands = (0..4_000).flat_map(|_| one_of_each);
        let mut told = arrived(&batch(thousands));
        told.sort_by_key(|signal| one_of_each.iter().position(|known| known == signal));
        assert_eq!(told, one_of_each);

        let many = batch((0..900).map(feed));
        assert!(many.notices(id).len() > 1, "more than one may hold");
        let told: HashSet<_> = arrived(&many).into_iter().collect();
        assert_eq!(told, (0..900).map(feed).collect());
    }

    #[test]
    fn too_many_become_a_look_at_everything_which_stays() {
        let full = batch((0..MOST as u128).map(feed));
        assert_eq!(arrived(&full).len(), MOST);
        let mut over = full.clone();
        over.add(feed(0));
        assert_eq!(over, full, "it is in it already");
        over.add(Signal::Jobs);
        assert_eq!(arrived(&over), [Signal::All]);
        over.add(feed(1));
        assert_eq!(arrived(&over), [Signal::All]);
        let mut both = batch([Signal::Jobs]);
        both.append(over);
        assert_eq!(arrived(&both), [Signal::All]);
    }

    #[test]
    fn nothing_to_tell_is_a_sign_of_life() {
        let sender = Uuid::from_u128(7);
        let notices = Batch::default().notices(sender);
        assert_eq!(notices.len(), 1);
        assert_eq!(read(&notices[0]), Some((sender, HashSet::new())));
    }

    #[test]
    fn what_is_not_ours_is_passed_over_and_what_is_newer_is_about_everything() {
        for strange in [
            "",
            " ",
            "hello",
            "f00000000000000000000000000000000",
            "\u{fffd} j",
        ] {
            assert_eq!(read(strange), None, "{strange:?}");
        }
        let sender = Uuid::from_u128(7).as_simple().to_string();
        for newer in ["x", "f", "fhello", "j1", "*", "", "é", "s123"] {
            let (_, signals) = read(&format!("{sender} {newer} j")).expect("ours");
            assert_eq!(signals, [Signal::All, Signal::Jobs].into(), "{newer:?}");
        }
    }
}
