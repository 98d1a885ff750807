//! When a workspace is open: spans of a week by the clock on its wall, whatever that clock does.

use crate::{Env, Error, Result, env::moment};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use postern_types::{DAY_MINUTES, Moment, Opening, Span, Week};

/// Spans of one day: a morning and an afternoon.
const SPANS: usize = 2;
/// Days from yesterday on that are looked at: a week, and what reaches into it from both sides.
const LOOKED_AT: usize = 10;
/// What stays open for longer than a week never closes.
const WEEK_MS: i64 = 7 * 24 * 3_600_000;
/// The longest name is half as long (IANA).
const LONGEST: usize = 64;

const DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

/// A time zone by its IANA name. [`Error::Invalid`] on `zone`.
pub(crate) fn zone(name: &str) -> Result<TimeZone> {
    let unknown = || {
        Error::invalid(
            "zone",
            "Choose a time zone of the list, like Europe/Lisbon.",
        )
    };
    if name.len() > LONGEST {
        return Err(unknown());
    }
    let zone = TimeZone::get(name).map_err(|_| unknown())?;
    // By its own name, as browsers know it. What has none is a fixed or an unknown time.
    if !zone
        .iana_name()
        .is_some_and(|own| own == name || own == "UTC")
    {
        return Err(unknown());
    }
    Ok(zone)
}

/// Looks at hours before they are kept. [`Error::Invalid`] on `hours` says which day is at fault.
pub(super) fn check(week: &[Vec<Span>]) -> Result<()> {
    let fault = |words: String| Err(Error::invalid("hours", words));
    if week.len() != DAYS.len() {
        return fault("Hours are of seven days, from Monday on.".into());
    }
    if week.iter().all(Vec::is_empty) {
        return fault("Open on one day at least, or keep no hours.".into());
    }
    for (spans, day) in week.iter().zip(DAYS) {
        if spans.len() > SPANS {
            return fault(format!("{day}: open twice a day at most."));
        }
        if spans.iter().any(|span| span.to > DAY_MINUTES) {
            return fault(format!("{day}: a day ends at 24:00."));
        }
        if spans.iter().any(|span| span.from >= span.to) {
            return fault(format!(
                "{day}: close later than you open. What goes past midnight begins anew on the next day."
            ));
        }
        if spans.windows(2).any(|two| two[0].to >= two[1].from) {
            return fault(format!("{day}: open again later than you close before it."));
        }
    }
    Ok(())
}

/// Whether it is open now, and until when.
pub(super) fn opening(env: &Env, zone: &TimeZone, week: &[Vec<Span>]) -> Result<Opening> {
    at(zone, week, moment(env.now()))
        .map_err(|error| Error::internal(format!("hours cannot be reckoned: {error}")))
}

fn at(zone: &TimeZone, week: &[Vec<Span>], now: Moment) -> Result<Opening, jiff::Error> {
    for (from, to) in around(zone, week, now)? {
        if to <= now {
            continue;
        }
        let open = from <= now;
        let until = if open { to } else { from };
        let ends = !open || until.since(now) <= WEEK_MS;
        return Ok(Opening {
            open,
            until: ends.then_some(until),
        });
    }
    Ok(Opening {
        open: false,
        until: None,
    })
}

/// The spans around a moment, in their order. Those that touch are one: over midnight nobody closes.
fn around(
    zone: &TimeZone,
    week: &[Vec<Span>],
    now: Moment,
) -> Result<Vec<(Moment, Moment)>, jiff::Error> {
    let today = zone.to_datetime(Timestamp::from_millisecond(now.0)?).date();
    let mut spans: Vec<(Moment, Moment)> = Vec::new();
    let mut day = today.yesterday()?;
    for _ in 0..LOOKED_AT {
        let weekday = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or_default();
        for span in week.get(weekday).into_iter().flatten() {
            let (from, to) = (instant(zone, day, span.from)?, instant(zone, day, span.to)?);
            match spans.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                // One within an hour that the clock leaves out is no span on that day.
                _ if from < to => spans.push((from, to)),
                _ => {}
            }
        }
        day = day.tomorrow()?;
    }
    Ok(spans)
}

/// When the clock on the wall shows that. What it leaves out comes as much later as it jumps; what it shows twice, the
/// first time.
fn instant(zone: &TimeZone, day: Date, minutes: u16) -> Result<Moment, jiff::Error> {
    let day = if minutes < DAY_MINUTES {
        day
    } else {
        day.tomorrow()?
    };
    let part = |n: u16| i8::try_from(n).unwrap_or_default();
    let minutes = minutes % DAY_MINUTES;
    let wall = day.at(part(minutes / 60), part(minutes % 60), 0, 0);
    Ok(Moment(zone.to_timestamp(wall)?.as_millisecond()))
}

/// Hours as a line of the audit: `Mon 09:00-12:00 13:00-17:00, …`.
pub(super) fn told(week: &Week) -> String {
    let clock = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let days = week.iter().zip(DAYS).filter(|(spans, _)| !spans.is_empty());
    let days = days.map(|(spans, day)| {
        let spans = spans
            .iter()
            .map(|span| format!(" {}-{}", clock(span.from), clock(span.to)));
        format!("{}{}", &day[..3], spans.collect::<String>())
    });
    days.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
#[path = "tests/hours.rs"]
mod tests;
