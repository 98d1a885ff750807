//! Days, by the clock on the workspace's wall.

use crate::{Env, Error, Result, Tenant};
use jiff::{Timestamp, civil, tz::TimeZone};
use time::{Date, Month};

/// The workspace's own day now.
pub(super) async fn today(env: &Env, tenant: &mut Tenant) -> Result<Date> {
    let workspace = tenant.workspace();
    let zone = sqlx::query_scalar!(
        "SELECT zone FROM workspace_setting WHERE workspace_id = $1",
        workspace.0,
    )
    .fetch_optional(tenant.conn())
    .await?;
    let zone = zone.as_deref().unwrap_or("UTC");
    on(zone, env.now().unix_timestamp())
        .ok_or_else(|| Error::internal("the workspace's day cannot be reckoned"))
}

fn on(zone: &str, seconds: i64) -> Option<Date> {
    let zone = TimeZone::get(zone).ok()?;
    date(
        zone.to_datetime(Timestamp::from_second(seconds).ok()?)
            .date(),
    )
}

fn date(day: civil::Date) -> Option<Date> {
    let month = Month::try_from(u8::try_from(day.month()).ok()?).ok()?;
    Date::from_calendar_date(day.year().into(), month, u8::try_from(day.day()).ok()?).ok()
}

/// A day as it is written: `2026-01-31`.
pub(super) fn text(day: Date) -> String {
    format!(
        "{:04}-{:02}-{:02}",
        day.year(),
        u8::from(day.month()),
        day.day()
    )
}

/// What [`text`] wrote, of this century or the next. Empty is no day.
pub(super) fn parse(day: Option<&str>) -> Result<Option<Date>> {
    let Some(day) = day.filter(|day| !day.is_empty()) else {
        return Ok(None);
    };
    let read = (day.len() == 10).then(|| day.parse().ok().and_then(date));
    match read.flatten() {
        Some(day) if (2000..2200).contains(&day.year()) => Ok(Some(day)),
        _ => Err(Error::invalid("due", "Choose a day, like 2026-01-31.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_comes_back_as_it_was_written_and_rubbish_is_refused() {
        let day = parse(Some("2026-01-31")).unwrap().unwrap();
        assert_eq!(text(day), "2026-01-31");
        assert_eq!(parse(None).unwrap(), None);
        assert_eq!(parse(Some("")).unwrap(), None);
        for rubbish in [
            "2026-02-30",
            "31.1.2026",
            "1999-12-31",
            "2026-1-31",
            "x",
            "2026-01-31T00:00",
        ] {
            assert!(parse(Some(rubbish)).is_err(), "{rubbish}");
        }
    }

    #[test]
    fn the_day_is_the_one_on_the_wall() {
        // 2026-08-01 23:30 UTC.
        let at = 1_785_627_000;
        assert_eq!(on("UTC", at).map(text).as_deref(), Some("2026-08-01"));
        assert_eq!(
            on("Europe/Lisbon", at).map(text).as_deref(),
            Some("2026-08-02")
        );
        assert_eq!(
            on("America/Lima", at).map(text).as_deref(),
            Some("2026-08-01")
        );
    }
}
