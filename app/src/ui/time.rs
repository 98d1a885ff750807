//! Times as the reader's own zone and habits write them. In the browser only: the server does not know the zone.

use crate::{browser, words};
use js_sys::{Array, Date, Intl::DateTimeFormat, Object, Reflect};
use postern_types::Moment;
use std::cell::LazyCell;
use wasm_bindgen::JsValue;

const DAY_MS: i64 = 86_400_000;

thread_local! {
    static CLOCK: LazyCell<DateTimeFormat> = LazyCell::new(|| format(&[("hour", "numeric"), ("minute", "2-digit")]));
    static WEEKDAY: LazyCell<DateTimeFormat> = LazyCell::new(|| format(&[("weekday", "short")]));
    static SHORT: LazyCell<DateTimeFormat> = LazyCell::new(|| format(&[("day", "numeric"), ("month", "short")]));
    static DATE: LazyCell<DateTimeFormat> =
        LazyCell::new(|| format(&[("day", "numeric"), ("month", "short"), ("year", "numeric")]));
    static LONG: LazyCell<DateTimeFormat> =
        LazyCell::new(|| format(&[("weekday", "long"), ("day", "numeric"), ("month", "long")]));
    static EXACT: LazyCell<DateTimeFormat> =
        LazyCell::new(|| format(&[("dateStyle", "medium"), ("timeStyle", "medium")]));
    static FULL: LazyCell<DateTimeFormat> = LazyCell::new(|| format(&[("dateStyle", "full"), ("timeStyle", "long")]));
}

/// Hours and minutes.
pub fn clock(at: Moment) -> String {
    CLOCK.with(|f| text(f, at))
}

/// The absolute time with its zone, for a tooltip.
pub fn full(at: Moment) -> String {
    FULL.with(|f| text(f, at))
}

/// Date and time to the second.
pub fn exact(at: Moment) -> String {
    EXACT.with(|f| text(f, at))
}

/// The date, for things that happened long ago.
pub fn date(at: Moment) -> String {
    DATE.with(|f| text(f, at))
}

/// For a list: the clock today, then "Yesterday", the weekday, the date.
pub fn brief(at: Moment, now: Moment) -> String {
    match days_between(at, now) {
        ..=0 => clock(at),
        1 => words::YESTERDAY.into(),
        2..=6 => WEEKDAY.with(|f| text(f, at)),
        7..=300 => SHORT.with(|f| text(f, at)),
        _ => date(at),
    }
}

/// For the head of a day: "Today", "Yesterday", then the date.
pub fn day(at: Moment, now: Moment) -> String {
    match days_between(at, now) {
        ..=0 => words::TODAY.into(),
        1 => words::YESTERDAY.into(),
        2..=300 => LONG.with(|f| text(f, at)),
        _ => date(at),
    }
}

/// A point in a sentence: "14:05" today, "tomorrow at 14:05", or with its date.
pub fn in_sentence(at: Moment, now: Moment) -> String {
    match days_between(at, now) {
        0 => clock(at),
        -1 => words::tomorrow_at(&clock(at)),
        1 => words::yesterday_at(&clock(at)),
        _ => words::date_at(&SHORT.with(|f| text(f, at)), &clock(at)),
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

fn format(options: &[(&str, &str)]) -> DateTimeFormat {
    let object = Object::new();
    for (name, value) in options {
        let _ = Reflect::set(&object, &JsValue::from_str(name), &JsValue::from_str(value));
    }
    DateTimeFormat::new(&Array::new(), &object)
}

fn text(format: &DateTimeFormat, at: Moment) -> String {
    let written = format.format().call1(format, &js_date(at));
    written
        .ok()
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}
