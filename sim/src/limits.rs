//! Meta's own limits: the window, the pair rate, the throughput.

use std::collections::{HashMap, VecDeque};

use serde::Deserialize;

use crate::failure::GraphError;

const DAY_MS: u64 = 24 * 3600 * 1000;
const PAIR_BURST: f64 = 45.0;
const PAIR_REFILL_MS: f64 = 6000.0;

/// Which limits are enforced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// What happens to a message outside the 24 hours after the customer's last one.
    pub window: Window,
    /// 131056 above about one message in six seconds to one customer, after a burst of 45.
    pub pair_rate: bool,
    /// 130429 above so many messages in a second from one number.
    pub per_second: Option<usize>,
}

/// How the closed window shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// Not at all.
    #[default]
    Open,
    /// The send is refused with 131047.
    Refuse,
    /// The send is accepted, and a failed status with 131047 follows.
    FailLater,
}

impl Limits {
    /// Nothing is enforced.
    pub fn none() -> Self {
        Self {
            window: Window::Open,
            pair_rate: false,
            per_second: None,
        }
    }

    /// As Meta does: the window refuses, the pair rate holds, 80 messages a second.
    pub fn like_meta() -> Self {
        Self {
            window: Window::Refuse,
            pair_rate: true,
            per_second: Some(80),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::none()
    }
}

/// What counting needs: who wrote when, who was sent to how often. Times are milliseconds.
#[derive(Debug, Default)]
pub(crate) struct Meters {
    last_inbound: HashMap<(String, String), u64>,
    pairs: HashMap<(String, String), (f64, u64)>,
    seconds: HashMap<String, VecDeque<u64>>,
}

impl Meters {
    /// A customer wrote to a number.
    pub(crate) fn heard(&mut self, number: &str, person: &str, at: u64) {
        let last = self
            .last_inbound
            .entry((number.to_owned(), person.to_owned()))
            .or_default();
        *last = at.max(*last);
    }

    /// Whether a plain message may go to this customer now.
    pub(crate) fn window_is_open(&self, number: &str, person: &str, now: u64) -> bool {
        self.last_inbound
            .get(&(number.to_owned(), person.to_owned()))
            .is_some_and(|last| now.saturating_sub(*last) < DAY_MS)
    }

    /// Counts one send, or says which rate it breaks.
    pub(crate) fn count(
        &mut self,
        limits: Limits,
        number: &str,
        person: &str,
        now: u64,
    ) -> Result<(), GraphError> {
        if let Some(most) = limits.per_second {
            let recent = self.seconds.entry(number.to_owned()).or_default();
            while recent
                .front()
                .is_some_and(|at| now.saturating_sub(*at) >= 1000)
            {
                recent.pop_front();
            }
            if recent.len() >= most {
                return Err(GraphError::code(130_429));
            }
            recent.push_back(now);
        }
        if limits.pair_rate {
            let pair = (number.to_owned(), person.to_owned());
            let (left, since) = self.pairs.entry(pair).or_insert((PAIR_BURST, now));
            #[expect(
                clippy::cast_precision_loss,
                reason = "milliseconds of one test or demo"
            )]
            let refill = now.saturating_sub(*since) as f64 / PAIR_REFILL_MS;
            *left = (*left + refill).min(PAIR_BURST);
            *since = now;
            if *left < 1.0 {
                return Err(GraphError::code(131_056));
            }
            *left -= 1.0;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_closes_a_day_after_the_last_message_to_that_number() {
        let mut meters = Meters::default();
        meters.heard("n", "p", 1000);
        meters.heard("n", "p", 500);
        assert!(meters.window_is_open("n", "p", 1000 + DAY_MS - 1));
        assert!(!meters.window_is_open("n", "p", 1000 + DAY_MS));
        assert!(!meters.window_is_open("other", "p", 1000));
    }

    #[test]
    fn a_pair_takes_a_burst_of_45_and_then_one_in_six_seconds() {
        let mut meters = Meters::default();
        let limits = Limits {
            pair_rate: true,
            ..Limits::none()
        };
        let mut taken = |at: u64| {
            meters
                .count(limits, "n", "p", at)
                .map_err(|error| error.number())
        };
        assert_eq!((0..45).filter(|_| taken(0).is_ok()).count(), 45);
        assert_eq!(taken(5999), Err(131_056));
        assert_eq!(taken(6001), Ok(()));
        assert_eq!(taken(6002), Err(131_056));
    }

    #[test]
    fn a_number_sends_only_so_many_in_a_second() {
        let mut meters = Meters::default();
        let limits = Limits {
            per_second: Some(2),
            ..Limits::none()
        };
        let mut taken = |at: u64| {
            meters
                .count(limits, "n", "p", at)
                .map_err(|error| error.number())
        };
        assert_eq!(
            [taken(0), taken(10), taken(999), taken(1000)],
            [Ok(()), Ok(()), Err(130_429), Ok(())]
        );
    }
}
