//! The process's own count before the shared one: it decides alone, learns what others spent, and never grows large.

use super::{Rule, Subject};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// Buckets that are held at once. One that is full again is dropped first: of requests that came once, nothing stays.
const HELD: usize = 50_000;

/// What the front says of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It passes.
    Pass,
    /// It passes unless the shared bucket, out of which so many tokens are now due, says otherwise.
    Settle(u32),
    /// It is refused; microseconds until the next one passes.
    Wait(i64),
}

#[derive(Clone, Copy)]
struct Bucket {
    /// When it is full again, in microseconds.
    full_at: i64,
    /// Tokens that were spent and not settled.
    owed: u32,
}

#[derive(Default)]
pub(super) struct Front(Mutex<HashMap<Subject, Bucket>>);

impl Front {
    /// Takes one token.
    pub fn take(&self, subject: Subject, rule: Rule, now: i64) -> Verdict {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= HELD && !held.contains_key(&subject) {
            make_room(&mut held, now);
        }
        let bucket = held.entry(subject).or_insert(Bucket {
            full_at: now,
            owed: 0,
        });
        if let Some(wait) = lacking(bucket.full_at, rule, now) {
            return Verdict::Wait(wait);
        }
        // A clock that was set back leaves times behind that are too far ahead.
        bucket.full_at = bucket.full_at.clamp(now, now + rule.hold) + rule.step;
        bucket.owed = bucket.owed.saturating_add(1);
        if bucket.owed < rule.lease {
            return Verdict::Pass;
        }
        Verdict::Settle(std::mem::take(&mut bucket.owed))
    }

    /// How long the next token is away, if there is none.
    pub fn look(&self, subject: Subject, rule: Rule, now: i64) -> Option<i64> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lacking(held.get(&subject)?.full_at, rule, now)
    }

    /// The shared bucket is full again no sooner than that: others took from it as well.
    pub fn learn(&self, subject: Subject, rule: Rule, full_at: i64, now: i64) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = held.get_mut(&subject) {
            bucket.full_at = bucket.full_at.max(full_at.min(now + rule.hold));
        }
    }

    /// These could not be settled: they are due with the next.
    pub fn owe(&self, subject: Subject, tokens: u32) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = held.get_mut(&subject) {
            bucket.owed = bucket.owed.saturating_add(tokens);
        }
    }
}

fn lacking(full_at: i64, rule: Rule, now: i64) -> Option<i64> {
    let wait = full_at.min(now + rule.hold) + rule.step - now - rule.hold;
    (wait > 0).then_some(wait)
}

/// Drops what is full again, and if that is not enough, everything: who comes back is told by the database.
fn make_room(held: &mut HashMap<Subject, Bucket>, now: i64) {
    held.retain(|_, bucket| bucket.full_at > now);
    if held.len() > HELD / 2 {
        held.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Away, Class};
    use super::*;
    use std::net::{IpAddr, Ipv4Addr};

    const MINUTE: i64 = 60_000_000;

    fn someone(n: u32) -> Subject {
        Subject::address(Class::Page, IpAddr::V4(Ipv4Addr::from(n)))
    }

    fn passes(front: &Front, rule: Rule, now: i64) -> usize {
        (0..1000)
            .filter(|_| !matches!(front.take(someone(1), rule, now), Verdict::Wait(_)))
            .count()
    }

    #[test]
    fn a_minutes_requests_may_come_at_once_and_then_one_a_step() {
        let front = Front::default();
        let rule = Rule::new(60, Away::Local);
        let passed: Vec<usize> = [0, 0, 999_999, 1_000_000, 5_000_000, MINUTE * 9]
            .map(|now| passes(&front, rule, now))
            .into();
        assert_eq!(passed, [60, 0, 0, 1, 4, 60]);
        assert_eq!(
            front.take(someone(1), rule, MINUTE * 9 + 250_000),
            Verdict::Wait(750_000)
        );
        assert_eq!(front.look(someone(1), rule, MINUTE * 9), Some(1_000_000));
        assert_eq!(front.look(someone(2), rule, MINUTE * 9), None);
    }

    #[test]
    fn a_twentieth_of_a_minute_is_spent_before_it_is_settled_and_refusals_settle_nothing() {
        let front = Front::default();
        let rule = Rule::new(100, Away::Local);
        let mut settled = Vec::new();
        for _ in 0..1000 {
            if let Verdict::Settle(tokens) = front.take(someone(1), rule, 0) {
                settled.push(tokens);
            }
        }
        assert_eq!(settled, [5; 20]);
        // Those that give credentials are asked for one by one.
        assert_eq!(
            front.take(someone(2), Rule::new(100, Away::Closed), 0),
            Verdict::Settle(1)
        );
    }

    #[test]
    fn what_others_spent_counts_and_what_could_not_be_settled_stays_due() {
        let front = Front::default();
        let rule = Rule::new(60, Away::Local);
        assert_eq!(front.take(someone(1), rule, 0), Verdict::Pass);
        front.learn(someone(1), rule, 59_000_000, 0);
        assert_eq!(passes(&front, rule, 0), 1);
        // Older news take nothing back.
        front.learn(someone(1), rule, 10_000_000, 0);
        assert_eq!(passes(&front, rule, 0), 0);
        front.owe(someone(1), 40);
        assert_eq!(
            front.take(someone(1), rule, MINUTE),
            Verdict::Settle(42 + 1)
        );
    }

    #[test]
    fn a_clock_that_is_set_back_shuts_nobody_out() {
        let front = Front::default();
        let rule = Rule::new(60, Away::Local);
        assert_eq!(passes(&front, rule, MINUTE * 1000), 60);
        assert_eq!(passes(&front, rule, 0), 0);
        assert_eq!(front.look(someone(1), rule, 0), Some(1_000_000));
        front.learn(someone(1), rule, MINUTE * 1000, 0);
        assert_eq!(front.look(someone(1), rule, 0), Some(1_000_000));
    }

    #[test]
    fn a_flood_of_addresses_does_not_grow_it() {
        let front = Front::default();
        let rule = Rule::new(1, Away::Local);
        for n in 0..200_000 {
            front.take(someone(n), rule, 0);
        }
        assert!(front.0.lock().unwrap().len() <= HELD);
        // Those that came once are dropped before those that are held up.
        let front = Front::default();
        assert_eq!(passes(&front, Rule::new(60, Away::Local), 0), 60);
        for n in 2..200_000 {
            front.take(someone(n), Rule::new(6000, Away::Local), i64::from(n));
        }
        assert!(
            front
                .look(someone(1), Rule::new(60, Away::Local), 200_000)
                .is_some()
        );
    }
}
