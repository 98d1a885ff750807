//! When a delivery is tried again.
//!
//! Five quick attempts within a quarter of an hour bridge a restart; a slow tail over three days bridges a weekend. An
//! endpoint that asks for more time (`Retry-After`) gets it, up to an hour more than it would have had.

use crate::Env;
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc2822};

/// Pauses after the first attempts, in seconds.
const QUICK: [i64; 5] = [30, 60, 120, 240, 480];
/// Pauses after that, in hours; the last one goes on.
const SLOW: [i64; 6] = [1, 2, 4, 8, 12, 24];
/// After the first attempt of a round nothing is tried for longer than this.
pub(super) const PATIENCE: Duration = Duration::days(3);
/// The longest that an endpoint may ask for.
const ASKED: Duration = Duration::hours(1);

/// When the next attempt of a round begins that has had `tries`, the first of them at `first`; none when it is over.
pub(super) fn next(
    env: &Env,
    tries: i32,
    first: OffsetDateTime,
    asked: Option<Duration>,
) -> Option<OffsetDateTime> {
    let now = env.now();
    let end = first + PATIENCE;
    if now >= end {
        return None;
    }
    let pause = jitter(pause(tries), env.bytes());
    let pause = asked.map_or(pause, |asked| pause.max(asked.clamp(Duration::ZERO, ASKED)));
    // The last one is made when the three days are over.
    Some((now + pause).min(end))
}

/// Before the next look of one that found no room, in this process, for its request: 2 to 10 seconds, each its own.
pub(super) fn turn(env: &Env) -> Duration {
    let [chance] = env.bytes();
    Duration::milliseconds(2000 + i64::from(chance) * 8000 / 255)
}

/// The pause after so many attempts.
fn pause(tries: i32) -> Duration {
    let nth = usize::try_from(tries.saturating_sub(1)).unwrap_or(0);
    if let Some(seconds) = QUICK.get(nth) {
        return Duration::seconds(*seconds);
    }
    let hours = SLOW.get(nth.saturating_sub(QUICK.len()));
    Duration::hours(hours.copied().unwrap_or(24))
}

/// A tenth more or less, so that what failed together is not tried together.
fn jitter(pause: Duration, chance: [u8; 2]) -> Duration {
    let part = f64::from(u16::from_be_bytes(chance)) / f64::from(u16::MAX);
    pause * (0.9 + 0.2 * part)
}

/// What `Retry-After` asks for (RFC 9110, 10.2.3): seconds or a date.
pub(super) fn asked(value: &str, now: OffsetDateTime) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<u32>() {
        return Some(Duration::seconds(seconds.into()));
    }
    date(value).map(|at| (at - now).max(Duration::ZERO))
}

/// An HTTP date as it is written today: `Sun, 06 Nov 1994 08:49:37 GMT`.
fn date(value: &str) -> Option<OffsetDateTime> {
    let value = value.strip_suffix("GMT")?;
    OffsetDateTime::parse(&format!("{value}+0000"), &Rfc2822).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_quick_attempts_are_followed_by_a_slow_tail() {
        let pauses: Vec<_> = (1..=14).map(|tries| pause(tries).whole_seconds()).collect();
        assert_eq!(
            pauses,
            [
                30, 60, 120, 240, 480, 3600, 7200, 14_400, 28_800, 43_200, 86_400, 86_400, 86_400,
                86_400
            ]
        );
        assert_eq!(pause(0), pause(1));
        assert_eq!(pause(i32::MAX), Duration::hours(24));
        for base in [Duration::seconds(30), Duration::hours(24)] {
            assert_eq!(jitter(base, [0, 0]), base * 0.9);
            let most = jitter(base, [255, 255]);
            assert!(most > base * 1.09 && most <= base * 1.1001, "{most}");
        }
    }

    #[test]
    fn what_is_asked_for_is_read_as_seconds_or_as_a_date() {
        let now = OffsetDateTime::from_unix_timestamp(784_111_777).unwrap();
        for (value, expected) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("Sun, 06 Nov 1994 08:51:37 GMT", Some(120)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("-5", None),
            ("soon", None),
            ("", None),
            ("99999999999999999999", None),
            ("Sun, 06 Nov 1994 08:51:37 CET", None),
        ] {
            let read = asked(value, now).map(Duration::whole_seconds);
            assert_eq!(read, expected, "{value}");
        }
    }
}
