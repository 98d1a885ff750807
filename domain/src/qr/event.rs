//! An entry for a calendar: iCalendar (RFC 5545), with its times in UTC.

use super::{kept, lines::Lines};
use crate::{Env, Error, Result, crypto};
use postern_types::{Moment, QrEvent};
use time::{OffsetDateTime, macros::format_description};

/// The calendar with that one entry.
pub(super) fn text(env: &Env, event: &QrEvent) -> Result<String> {
    let title = kept::line("title", &event.title, 200)?;
    kept::needed("title", &title, "Say what it is.")?;
    let place = kept::line("place", &event.place, 200)?;
    let note = kept::lines("note", &event.note, 500)?;
    let start = utc("start", event.start)?;
    let end = utc("end", event.end)?;
    if event.end <= event.start {
        return Err(Error::invalid(
            "end",
            "It ends before it begins. Choose a later time.",
        ));
    }
    // The same entry scanned twice is one: its id is made of what it says.
    let said = [&title, &place, &note, &start, &end]
        .map(String::as_str)
        .join("\n");
    let id = hex::encode(crypto::sha256(said.as_bytes()));
    let id: String = id.chars().take(32).collect();
    let mut lines = Lines::default();
    lines.plain("BEGIN", "VCALENDAR");
    lines.plain("VERSION", "2.0");
    lines.plain("PRODID", "-//Postern//QR//EN");
    lines.plain("BEGIN", "VEVENT");
    lines.plain("UID", &id);
    lines.plain("DTSTAMP", &written("start", env.now())?);
    lines.plain("DTSTART", &start);
    lines.plain("DTEND", &end);
    lines.text("SUMMARY", &title);
    lines.text("LOCATION", &place);
    lines.text("DESCRIPTION", &note);
    lines.plain("END", "VEVENT");
    lines.plain("END", "VCALENDAR");
    Ok(lines.whole())
}

fn utc(field: &'static str, at: Option<Moment>) -> Result<String> {
    let missing = || Error::invalid(field, "Choose a day and a time, from 1970 to 9999.");
    let at = at.filter(|at| at.0 >= 0).ok_or_else(missing)?;
    let at = OffsetDateTime::from_unix_timestamp(at.0 / 1000).map_err(|_| missing())?;
    written(field, at)
}

fn written(field: &'static str, at: OffsetDateTime) -> Result<String> {
    let form = format_description!("[year][month][day]T[hour][minute][second]Z");
    at.format(form)
        .map_err(|_| Error::invalid(field, "Choose a day and a time, from 1970 to 9999."))
}
