//! What may go wrong between Meta and a callback, by a seeded dice.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;

/// Switches and odds (0 to 1). The same seed throws the same dice; the order of concurrent events stays the machine's.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are switches, each by itself"
)]
pub struct Chaos {
    /// Of the dice; read when the simulator starts.
    pub seed: u64,
    /// The statuses of one message leave in any order.
    pub shuffle: bool,
    /// Odds that a body is posted twice, byte for byte, at the same time.
    pub same_bytes_twice: f64,
    /// Odds that an event comes again inside another body.
    pub same_event_twice: f64,
    /// Odds that `delivered` is left out.
    pub skip_delivered: f64,
    /// All statuses of one message carry the same timestamp.
    pub equal_timestamps: bool,
    /// `sent` is delivered before the send is answered.
    pub status_first: bool,
    /// Optional keys are left out, one in each event, in turn.
    pub omit_keys: bool,
    /// Events wait so long for others, of any number and account with the same destination, to share a body.
    pub batch_ms: Option<u64>,
    /// Odds that a send ends in a failed status, and with which code.
    pub fail: f64,
    /// The code of such failures.
    pub fail_code: i64,
    /// `sent` carries a `conversation`, as before v24.
    pub conversation: bool,
}

impl Chaos {
    /// Nothing goes wrong.
    pub fn calm() -> Self {
        Self {
            seed: 1,
            shuffle: false,
            same_bytes_twice: 0.0,
            same_event_twice: 0.0,
            skip_delivered: 0.0,
            equal_timestamps: false,
            status_first: false,
            omit_keys: false,
            batch_ms: None,
            fail: 0.0,
            fail_code: 131_026,
            conversation: false,
        }
    }

    /// Everything at once that keeps messages and final states intact (no failures, no omitted keys).
    pub fn storm(seed: u64) -> Self {
        Self {
            seed,
            shuffle: true,
            same_bytes_twice: 0.3,
            same_event_twice: 0.3,
            skip_delivered: 0.3,
            equal_timestamps: true,
            status_first: true,
            batch_ms: Some(20),
            conversation: true,
            ..Self::calm()
        }
    }

    pub(crate) fn batch(&self) -> Option<Duration> {
        self.batch_ms.map(Duration::from_millis)
    }
}

impl Default for Chaos {
    fn default() -> Self {
        Self::calm()
    }
}

/// Seeded dice that threads share.
#[derive(Debug)]
pub(crate) struct Dice(Mutex<fastrand::Rng>);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Mutex::new(fastrand::Rng::with_seed(seed)))
    }

    /// True with these odds.
    pub(crate) fn odds(&self, odds: f64) -> bool {
        odds > 0.0 && self.with(fastrand::Rng::f64) < odds
    }

    /// Any time from the first to the second.
    pub(crate) fn between(&self, (from, to): (Duration, Duration)) -> Duration {
        let span = to.saturating_sub(from);
        from + span.mul_f64(self.with(fastrand::Rng::f64))
    }

    pub(crate) fn shuffle<T>(&self, items: &mut [T]) {
        self.with(|dice| dice.shuffle(items));
    }

    /// One of them.
    pub(crate) fn pick<'a, T>(&self, items: &'a [T]) -> Option<&'a T> {
        (!items.is_empty()).then(|| &items[self.with(|dice| dice.usize(..items.len()))])
    }

    fn with<T>(&self, throw: impl FnOnce(&mut fastrand::Rng) -> T) -> T {
        throw(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
