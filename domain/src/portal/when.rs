//! Times as a client reads them: by the workspace's clock, for their browser's is not known to the server.

use crate::workspace;
use jiff::{Timestamp, civil, fmt::strtime, tz::TimeZone};
use time::{Date, OffsetDateTime};

/// A time, for machines and for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct When {
    /// As ISO 8601 writes it.
    pub iso: String,
    /// As people do.
    pub shown: String,
}

/// A day by which something is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The day.
    pub day: When,
    /// Whether it is over.
    pub late: bool,
}

/// The clock on a workspace's wall.
pub(super) struct Wall {
    zone: TimeZone,
    now: Timestamp,
}

impl Wall {
    pub fn new(zone: Option<&str>, now: OffsetDateTime) -> Self {
        // A name that the kept tables lack by now is no reason to show nothing.
        let zone = zone
            .and_then(|name| workspace::zone(name).ok())
            .unwrap_or(TimeZone::UTC);
        Self {
            zone,
            now: stamp(now),
        }
    }

    /// A moment, to the minute.
    pub fn moment(&self, at: OffsetDateTime) -> When {
        let at = stamp(at);
        let there = self.zone.to_datetime(at);
        When {
            iso: at.to_string(),
            shown: strtime::format("%-d %b %Y, %H:%M", there).unwrap_or_default(),
        }
    }

    /// A day, and whether it is over.
    pub fn due(&self, day: Date) -> Option<Due> {
        let (year, month, of_month) = day.to_calendar_date();
        let (year, of_month) = (i16::try_from(year).ok()?, i8::try_from(of_month).ok()?);
        let day = civil::Date::new(year, i8::try_from(u8::from(month)).ok()?, of_month).ok()?;
        Some(Due {
            late: day < self.zone.to_datetime(self.now).date(),
            day: When {
                iso: day.to_string(),
                shown: strtime::format("%-d %b %Y", day).unwrap_or_default(),
            },
        })
    }
}

/// A day as history keeps it, as people read it; none when it is none.
pub(super) fn named(kept: &str) -> Option<String> {
    let day: civil::Date = kept.parse().ok()?;
    strtime::format("%-d %b %Y", day).ok()
}

/// To the second: nobody reads more of it.
fn stamp(at: OffsetDateTime) -> Timestamp {
    Timestamp::from_second(at.unix_timestamp()).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::{date, datetime};

    #[test]
    fn times_are_shown_by_the_clock_of_the_workspace_and_a_day_is_late_once_it_is_over_there() {
        let now = datetime!(2026-03-01 23:30 UTC);
        for (zone, shown, late) in [
            (Some("Asia/Tokyo"), "2 Mar 2026, 08:30", true),
            (Some("America/Lima"), "1 Mar 2026, 18:30", false),
            (Some("Nowhere/Else"), "1 Mar 2026, 23:30", false),
            (None, "1 Mar 2026, 23:30", false),
        ] {
            let wall = Wall::new(zone, now);
            let when = wall.moment(now);
            assert_eq!(when.shown, shown, "{zone:?}");
            assert_eq!(when.iso, "2026-03-01T23:30:00Z");
            let due = wall.due(date!(2026 - 03 - 01)).unwrap();
            assert_eq!(
                (due.late, due.day.shown.as_str()),
                (late, "1 Mar 2026"),
                "{zone:?}"
            );
            assert_eq!(due.day.iso, "2026-03-01");
        }
    }
}
