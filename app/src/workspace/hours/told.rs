//! Hours in words, as the reader writes times.

use super::super::desk::Desk;
use crate::{ui::time, words::workspace as words};
use leptos::prelude::*;
use postern_types::{Moment, Span};

const MINUTE_MS: i64 = 60_000;

/// A time of day.
pub fn clock(desk: Desk, minutes: u16) -> String {
    let options = [
        ("hour", "numeric"),
        ("minute", "2-digit"),
        ("timeZone", "UTC"),
    ];
    time::written(
        locale(desk).as_deref(),
        &options,
        Moment(i64::from(minutes) * MINUTE_MS),
    )
}

/// A day of the week and a time of it, by the clock of that zone where the browser knows it.
pub fn at(desk: Desk, zone: &str, moment: Moment) -> String {
    let mut options = vec![
        ("weekday", "long"),
        ("hour", "numeric"),
        ("minute", "2-digit"),
    ];
    if super::zone::is_known(zone) {
        options.push(("timeZone", zone));
    }
    time::written(locale(desk).as_deref(), &options, moment)
}

fn locale(desk: Desk) -> Option<String> {
    let me = desk.session.me;
    me.with_untracked(|me| me.as_ref()?.habits.locale.clone())
}

/// Days that are alike, and when they are open.
pub fn summary(week: &[Vec<Span>], clock: impl Fn(u16) -> String) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    let mut first = 0;
    while let Some(spans) = week.get(first) {
        let alike = week[first..].iter().take_while(|day| *day == spans).count();
        let last = first + alike - 1;
        let times: Vec<_> = spans
            .iter()
            .map(|span| format!("{}–{}", clock(span.from), clock(span.to)))
            .collect();
        let times = if times.is_empty() {
            words::CLOSED.into()
        } else {
            times.join(", ")
        };
        lines.push((words::days(first, last), times));
        first = last + 1;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_are_alike_stand_in_one_line() {
        let clock = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        let day = |spans: &[(u16, u16)]| {
            let spans = spans.iter();
            spans
                .map(|(from, to)| Span {
                    from: from * 60,
                    to: to * 60,
                })
                .collect::<Vec<_>>()
        };
        let mut week = vec![day(&[(9, 12), (13, 17)]); 5];
        week.extend([day(&[(10, 24)]), day(&[])]);
        let told = summary(&week, clock);
        let told: Vec<_> = told
            .iter()
            .map(|(days, times)| format!("{days} {times}"))
            .collect();
        assert_eq!(
            told,
            [
                "Mon–Fri 09:00–12:00, 13:00–17:00",
                "Sat 10:00–24:00",
                "Sun Closed"
            ]
        );
        assert!(summary(&[], clock).is_empty());
    }
}
