//! What to do about a refusal, by Meta's code (Cloud API, "Error codes").

use crate::graph::Refusal;
use time::Duration;

/// What a refusal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Try again after a while.
    Again {
        /// How long to wait.
        after: Duration,
        /// Who else has to wait.
        hold: Hold,
    },
    /// Nothing can be sent from this number before an admin has acted.
    Disconnect,
    /// This message will not arrive.
    Fail,
}

/// What waits together with a refused message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    /// Only its conversation's lane.
    Lane,
    /// All that goes to the same contact.
    Pair,
    /// All that goes out from the same number.
    Number,
}

/// The verdict on try number `attempt`, from 1.
pub(crate) fn verdict(refusal: &Refusal, attempt: u32) -> Verdict {
    let again = |most: u32, after: i64, hold: Hold| {
        if attempt < most {
            Verdict::Again {
                after: Duration::seconds(after),
                hold,
            }
        } else {
            Verdict::Fail
        }
    };
    let nth = attempt.min(8);
    match refusal.code {
        // The token, its permissions, the account or the number are gone or locked.
        0 | 3 | 10 | 33 | 190 | 200..=299 | 368 | 131_005 | 131_031 | 131_045 | 133_010 => {
            Verdict::Disconnect
        }
        130_429 => again(8, 2_i64.pow(nth).min(60), Hold::Number),
        131_056 => again(5, 4_i64.pow(nth), Hold::Pair),
        4 | 613 | 80_007 => again(5, 15 * 2_i64.pow(nth), Hold::Number),
        131_057 | 2_494_100 => again(5, 30 * 2_i64.pow(nth), Hold::Number),
        // Reports of earlier messages: what goes on at once makes it worse.
        131_048 => again(4, 3600 * 2_i64.pow(nth - 1), Hold::Number),
        // Forms are limited by the hour.
        132_069 => again(4, 3600, Hold::Lane),
        // The file is brought there once more; a number may be known by then.
        131_053 | 131_062 => again(2, 2, Hold::Lane),
        1 | 2 | 131_000 | 131_016 | 133_004 => again(4, 2 * 4_i64.pow(nth - 1), Hold::Lane),
        // A code that is new to us, on the status that says "who are you".
        _ if refusal.http == 401 => Verdict::Disconnect,
        _ => Verdict::Fail,
    }
}

/// How long to wait after try number `attempt` could not even connect; none when that has gone on for minutes.
pub(crate) fn unreachable(attempt: u32) -> Option<Duration> {
    (attempt < 9).then(|| Duration::seconds(2_i64.pow(attempt).min(60)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: i64, http: u16, attempt: u32) -> Verdict {
        let details = String::new();
        verdict(
            &Refusal {
                code,
                http,
                details,
            },
            attempt,
        )
    }

    fn again(after: i64, hold: Hold) -> Verdict {
        Verdict::Again {
            after: Duration::seconds(after),
            hold,
        }
    }

    #[test]
    fn each_code_has_its_verdict() {
        for (code, http, attempt, expected) in [
            (190, 401, 1, Verdict::Disconnect),
            (0, 401, 1, Verdict::Disconnect),
            (104, 401, 1, Verdict::Disconnect),
            (200, 403, 1, Verdict::Disconnect),
            (299, 403, 1, Verdict::Disconnect),
            (131_031, 403, 1, Verdict::Disconnect),
            (131_056, 400, 1, again(4, Hold::Pair)),
            (131_056, 400, 2, again(16, Hold::Pair)),
            (131_056, 400, 4, again(256, Hold::Pair)),
            (131_056, 400, 5, Verdict::Fail),
            (130_429, 400, 1, again(2, Hold::Number)),
            (130_429, 400, 7, again(60, Hold::Number)),
            (130_429, 400, 8, Verdict::Fail),
            (4, 400, 1, again(30, Hold::Number)),
            (80_007, 429, 2, again(60, Hold::Number)),
            (131_057, 400, 1, again(60, Hold::Number)),
            (1, 400, 1, again(2, Hold::Lane)),
            (2, 503, 2, again(8, Hold::Lane)),
            (131_000, 500, 3, again(32, Hold::Lane)),
            (131_016, 500, 4, Verdict::Fail),
            (133_004, 503, 1, again(2, Hold::Lane)),
            (131_047, 400, 1, Verdict::Fail),
            (131_026, 400, 1, Verdict::Fail),
            (131_048, 400, 1, again(3600, Hold::Number)),
            (131_048, 400, 3, again(4 * 3600, Hold::Number)),
            (131_048, 400, 4, Verdict::Fail),
            (132_069, 400, 1, again(3600, Hold::Lane)),
            (132_069, 400, 4, Verdict::Fail),
            (131_053, 400, 1, again(2, Hold::Lane)),
            (131_053, 400, 2, Verdict::Fail),
            (131_062, 400, 1, again(2, Hold::Lane)),
            (131_062, 400, 2, Verdict::Fail),
            (3, 500, 1, Verdict::Disconnect),
            (10, 403, 1, Verdict::Disconnect),
            (131_005, 403, 1, Verdict::Disconnect),
            (368, 403, 1, Verdict::Disconnect),
            (131_045, 400, 1, Verdict::Disconnect),
            (133_010, 400, 1, Verdict::Disconnect),
            (33, 400, 1, Verdict::Disconnect),
            (613, 400, 1, again(30, Hold::Number)),
            (2_494_100, 400, 1, again(60, Hold::Number)),
            (130_497, 403, 1, Verdict::Fail),
            (130_472, 400, 1, Verdict::Fail),
            (131_008, 400, 1, Verdict::Fail),
            (131_009, 400, 1, Verdict::Fail),
            (131_021, 400, 1, Verdict::Fail),
            (131_030, 400, 1, Verdict::Fail),
            (131_037, 400, 1, Verdict::Fail),
            (131_042, 400, 1, Verdict::Fail),
            (131_049, 400, 1, Verdict::Fail),
            (131_050, 400, 1, Verdict::Fail),
            (131_051, 400, 1, Verdict::Fail),
            (131_052, 400, 1, Verdict::Fail),
            (131_060, 400, 1, Verdict::Fail),
            (132_000, 400, 1, Verdict::Fail),
            (132_015, 400, 1, Verdict::Fail),
            (134_011, 400, 1, Verdict::Fail),
            (135_000, 400, 1, Verdict::Fail),
            (137_000, 400, 1, Verdict::Fail),
            (100, 400, 1, Verdict::Fail),
            (132_001, 404, 1, Verdict::Fail),
            (9_999_999, 500, 1, Verdict::Fail),
        ] {
            assert_eq!(of(code, http, attempt), expected, "{code}, try {attempt}");
        }
    }

    #[test]
    fn no_code_is_tried_for_ever() {
        for code in (-1..140_000).chain([2_494_100]) {
            for attempt in [9, 100, u32::MAX] {
                assert!(
                    !matches!(of(code, 400, attempt), Verdict::Again { .. }),
                    "{code}"
                );
            }
        }
        assert!(unreachable(1).is_some() && unreachable(u32::MAX).is_none());
    }
}
