//! Times as the reader's own zone and habits write them. In the browser only: the server does not know the zone.

use crate::{browser, words};
use js_sys::{Array, Date, Intl::DateTimeFormat, Object, Reflect};
use postern_types::Moment;
use std::cell::RefCell;
use wasm_bindgen::JsValue;

const DAY_MS: i64 = 86_400_000;

/// What of a time is written.
#[derive(Clone, Copy)]
enum As {
    Clock,
    Weekday,
    Short,
    Date,
    Long,
    Exact,
    Full,
}

type Options = &'static [(&'static str, &'static str)];

impl As {
    fn options(self) -> Options {
        match self {
            Self::Clock => &[("hour", "numeric"), ("minute", "2-digit")],
            Self::Weekday => &[("weekday", "short")],
            Self::Short => &[("day", "numeric"), ("month", "short")],
            Self::Date => &[("day", "numeric"), ("month", "short"), ("year", "numeric")],
            Self::Long => &[("weekday", "long"), ("day", "numeric"), ("month", "long")],
            Self::Exact => &[("dateStyle", "medium"), ("timeStyle", "medium")],
            Self::Full => &[("dateStyle", "full"), ("timeStyle", "long")],
        }
    }
}

/// As the reader wants times written, and what was made for it so far: making one takes the browser a while.
#[derive(Default)]
struct Writing {
    locale: Option<String>,
    made: [Option<DateTimeFormat>; 7],
}

thread_local! {
    static WRITING: RefCell<Writing> = RefCell::default();
}

/// Writes times in that way from now on; without one, as the browser does. What is on the page already stays.
pub fn write_as(locale: Option<String>) {
    WRITING.with_borrow_mut(|writing| {
        if writing.locale != locale {
            *writing = Writing {
                locale,
                ..Writing::default()
            };
        }
    });
}

/// Hours and minutes.
pub fn clock(at: Moment) -> String {
    text(As::Clock, at)
}

/// The absolute time with its zone, for a tooltip.
pub fn full(at: Moment) -> String {
    text(As::Full, at)
}

/// Date and time to the second.
pub fn exact(at: Moment) -> String {
    text(As::Exact, at)
}

/// The date, for things that happened long ago.
pub fn date(at: Moment) -> String {
    text(As::Date, at)
}

/// For a list: the clock today, then "Yesterday", the weekday, the date.
pub fn brief(at: Moment, now: Moment) -> String {
    match days_between(at, now) {
        ..=0 => clock(at),
        1 => words::YESTERDAY.into(),
        2..=6 => text(As::Weekday, at),
        7..=300 => text(As::Short, at),
        _ => date(at),
    }
}

/// For the head of a day: "Today", "Yesterday", then the date.
pub fn day(at: Moment, now: Moment) -> String {
    match days_between(at, now) {
        ..=0 => words::TODAY.into(),
        1 => words::YESTERDAY.into(),
        2..=300 => text(As::Long, at),
        _ => date(at),
    }
}

/// A point in a sentence: "14:05" today, "tomorrow at 14:05", or with its date.
pub fn in_sentence(at: Moment, now: Moment) -> String {
    match days_between(at, now) {
        0 => clock(at),
        -1 => words::tomorrow_at(&clock(at)),
        1 => words::yesterday_at(&clock(at)),
        _ => words::date_at(&text(As::Short, at), &clock(at)),
    }
}

/// The number of the reader's own day; consecutive days differ by one.
pub fn local_day(at: Moment) -> i64 {
    let date = js_date(at);
    let offset = date.get_timezone_offset() * 60_000.0;
    #[expect(clippy::cast_possible_truncation, reason = "a zone is minutes away")]
    (at.0 - offset as i64).div_euclid(DAY_MS)
}

/// The time now, for a view that does not follow it.
pub fn now() -> Moment {
    browser::now()
}

fn days_between(at: Moment, now: Moment) -> i64 {
    local_day(now) - local_day(at)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a date of this era fits a double"
)]
fn js_date(at: Moment) -> Date {
    Date::new(&JsValue::from_f64(at.0 as f64))
}

/// With any options of `Intl`, in any way of writing; for pages that show what one may choose.
pub fn written(locale: Option<&str>, options: &[(&str, &str)], at: Moment) -> String {
    apply(&format(locale, options), at)
}

fn format(locale: Option<&str>, options: &[(&str, &str)]) -> DateTimeFormat {
    let object = Object::new();
    for (name, value) in options {
        let _ = Reflect::set(&object, &JsValue::from_str(name), &JsValue::from_str(value));
    }
    let locales = locale.map_or_else(Array::new, |locale| Array::of1(&JsValue::from_str(locale)));
    DateTimeFormat::new(&locales, &object)
}

fn text(what: As, at: Moment) -> String {
    WRITING.with_borrow_mut(|writing| {
        let Writing { locale, made } = writing;
        let made = &mut made[what as usize];
        apply(
            made.get_or_insert_with(|| format(locale.as_deref(), what.options())),
            at,
        )
    })
}

fn apply(format: &DateTimeFormat, at: Moment) -> String {
    let written = format.format().call1(format, &js_date(at));
    written
        .ok()
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}
