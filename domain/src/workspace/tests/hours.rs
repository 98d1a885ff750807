//! Hours in tables: what is taken, and when a workspace is open, whatever the clock on its wall does.

use super::*;

fn span(from: u16, to: u16) -> Span {
    Span {
        from: from * 60,
        to: to * 60,
    }
}

/// Monday to Friday from nine to twelve and from one to five.
fn office() -> Week {
    let day = vec![span(9, 12), span(13, 17)];
    let mut week = vec![day; 5];
    week.extend([vec![], vec![]]);
    week
}

fn moment(text: &str) -> Moment {
    Moment(text.parse::<Timestamp>().unwrap().as_millisecond())
}

/// Whether it is open at that time, and until when.
fn told(zone: &str, week: &Week, now: &str) -> (bool, Option<String>) {
    let zone = super::zone(zone).unwrap();
    let opening = at(&zone, week, moment(now)).unwrap();
    let until = opening
        .until
        .map(|until| Timestamp::from_millisecond(until.0).unwrap().to_string());
    (opening.open, until)
}

#[test]
fn it_is_open_by_the_clock_on_its_own_wall() {
    for (zone, now, open, until) in [
        // A Wednesday in summer: two hours ahead of UTC.
        (
            "Europe/Berlin",
            "2026-07-15T06:59:59Z",
            false,
            "2026-07-15T07:00:00Z",
        ),
        (
            "Europe/Berlin",
            "2026-07-15T07:00:00Z",
            true,
            "2026-07-15T10:00:00Z",
        ),
        // The first minute after the end is closed.
        (
            "Europe/Berlin",
            "2026-07-15T10:00:00Z",
            false,
            "2026-07-15T11:00:00Z",
        ),
        // In winter one hour.
        (
            "Europe/Berlin",
            "2026-01-14T08:00:00Z",
            true,
            "2026-01-14T11:00:00Z",
        ),
        // Friday evening: until Monday.
        (
            "Europe/Berlin",
            "2026-07-17T15:00:00Z",
            false,
            "2026-07-20T07:00:00Z",
        ),
        // Still Sunday in UTC, and Monday morning in Auckland.
        (
            "Pacific/Auckland",
            "2026-07-19T21:30:00Z",
            true,
            "2026-07-20T00:00:00Z",
        ),
        // Saturday in UTC, and Friday afternoon in Honolulu.
        (
            "Pacific/Honolulu",
            "2026-07-18T02:30:00Z",
            true,
            "2026-07-18T03:00:00Z",
        ),
        (
            "Asia/Kathmandu",
            "2026-07-15T03:14:00Z",
            false,
            "2026-07-15T03:15:00Z",
        ),
        ("UTC", "2026-07-15T09:00:00Z", true, "2026-07-15T12:00:00Z"),
    ] {
        assert_eq!(
            told(zone, &office(), now),
            (open, Some(until.into())),
            "{zone} {now}"
        );
    }
}

#[test]
fn a_clock_that_jumps_moves_the_hours_and_loses_none() {
    // Berlin jumps from 02:00 to 03:00 on 2026-03-29, and back from 03:00 to 02:00 on 2026-10-25: both are Sundays.
    let sunday = |from, to| {
        let mut week = vec![vec![]; 6];
        week.push(vec![Span { from, to }]);
        week
    };
    for (week, now, open, until) in [
        // Over the gap, an hour is shorter.
        (
            sunday(60, 240),
            "2026-03-29T00:30:00Z",
            true,
            "2026-03-29T02:00:00Z",
        ),
        // Begins in the gap: as much later.
        (
            sunday(150, 240),
            "2026-03-29T00:30:00Z",
            false,
            "2026-03-29T01:30:00Z",
        ),
        // The whole span is in the gap: it moves behind it.
        (
            sunday(135, 165),
            "2026-03-29T00:30:00Z",
            false,
            "2026-03-29T01:15:00Z",
        ),
        // Over the fold, an hour is longer.
        (
            sunday(60, 240),
            "2026-10-24T23:30:00Z",
            true,
            "2026-10-25T03:00:00Z",
        ),
        // What is there twice begins the first time.
        (
            sunday(150, 300),
            "2026-10-25T00:00:00Z",
            false,
            "2026-10-25T00:30:00Z",
        ),
        // The day after, the clock is the other one.
        (
            sunday(540, 600),
            "2026-10-25T08:30:00Z",
            true,
            "2026-10-25T09:00:00Z",
        ),
        (
            sunday(540, 600),
            "2026-03-29T07:30:00Z",
            true,
            "2026-03-29T08:00:00Z",
        ),
    ] {
        assert_eq!(
            told("Europe/Berlin", &week, now),
            (open, Some(until.into())),
            "{now}"
        );
    }
    // Samoa had no 30 December 2011, which was a Friday: Saturday came next.
    let friday = {
        let mut week = vec![vec![]; 7];
        week[4] = vec![span(9, 17)];
        week[5] = vec![span(10, 12)];
        week
    };
    let (open, until) = told("Pacific/Apia", &friday, "2011-12-30T09:00:00Z");
    assert_eq!((open, until.is_some()), (false, true));
}

#[test]
fn over_midnight_nobody_closes_and_who_is_always_open_never_does() {
    let mut night = vec![vec![]; 7];
    night[4] = vec![span(20, 24)];
    night[5] = vec![span(0, 4)];
    assert_eq!(
        told("UTC", &night, "2026-07-17T23:59:00Z"),
        (true, Some("2026-07-18T04:00:00Z".into()))
    );
    assert_eq!(
        told("UTC", &night, "2026-07-18T00:00:00Z"),
        (true, Some("2026-07-18T04:00:00Z".into()))
    );
    let always = vec![vec![span(0, 24)]; 7];
    for zone in ["UTC", "Europe/Berlin", "America/Sao_Paulo"] {
        assert_eq!(told(zone, &always, "2026-03-28T12:00:00Z"), (true, None));
    }
    assert_eq!(
        told("UTC", &vec![vec![]; 7], "2026-03-28T12:00:00Z"),
        (false, None)
    );
}

#[test]
fn spans_that_are_none_or_overlap_are_refused_by_the_name_of_their_day() {
    let with = |day: usize, spans: Vec<Span>| {
        let mut week = office();
        week[day] = spans;
        week
    };
    assert!(check(&office()).is_ok());
    assert!(check(&with(6, vec![span(0, 24)])).is_ok());
    for (week, says) in [
        (office()[..6].to_vec(), "seven days"),
        (vec![], "seven days"),
        (vec![vec![]; 7], "one day at least"),
        (with(0, vec![span(9, 9)]), "Monday: close later"),
        (with(1, vec![span(17, 9)]), "Tuesday: close later"),
        (with(2, vec![span(9, 25)]), "Wednesday: a day ends"),
        (
            with(
                3,
                vec![Span {
                    from: 0,
                    to: u16::MAX,
                }],
            ),
            "Thursday: a day ends",
        ),
        (
            with(4, vec![span(9, 13), span(12, 17)]),
            "Friday: open again",
        ),
        // In the wrong order, and touching.
        (
            with(5, vec![span(13, 17), span(9, 12)]),
            "Saturday: open again",
        ),
        (
            with(6, vec![span(9, 12), span(12, 17)]),
            "Sunday: open again",
        ),
        (
            with(0, vec![span(1, 2), span(3, 4), span(5, 6)]),
            "Monday: open twice",
        ),
    ] {
        let Err(Error::Invalid {
            field: "hours",
            reason,
        }) = check(&week)
        else {
            panic!("{says} is taken")
        };
        assert!(reason.contains(says), "{reason}");
    }
}

#[test]
fn a_zone_is_one_that_there_is() {
    for name in [
        "UTC",
        "Europe/Lisbon",
        "America/Argentina/ComodRivadavia",
        "Asia/Kolkata",
        "Asia/Calcutta",
        "Etc/UTC",
    ] {
        assert!(zone(name).is_ok(), "{name}");
    }
    for name in [
        "",
        "Europe/Atlantis",
        "Etc/Unknown",
        "europe/lisbon",
        "+02:00",
        "CET-1CEST,M3.5.0,M10.5.0/3",
        "../../etc/passwd",
        "Europe/Lisbon\0",
        &"x".repeat(100_000),
    ] {
        assert!(
            matches!(zone(name), Err(Error::Invalid { field: "zone", .. })),
            "{name:.40}"
        );
    }
}

#[test]
fn the_audit_tells_hours_in_a_line() {
    let mut week = vec![vec![]; 7];
    week[0] = vec![span(9, 12), span(13, 17)];
    week[6] = vec![span(0, 24)];
    assert_eq!(
        super::told(&week),
        "Mon 09:00-12:00 13:00-17:00, Sun 00:00-24:00"
    );
}
