//! Which part of a file is asked for (RFC 9110, section 14). Several at once are answered with the whole, as it may be.

use axum::http::{HeaderMap, header};
use std::ops::Range;

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// These bytes.
    Of(Range<u64>),
    /// Bytes that it does not have.
    Beyond,
}

/// Reads the range of a file of that size and tag.
pub fn of(headers: &HeaderMap, size: u64, tag: &str) -> Part {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    // A part of something else is no use.
    if text(header::IF_RANGE).is_some_and(|known| known != tag) {
        return Part::Whole;
    }
    text(header::RANGE)
        .and_then(|asked| part(asked, size))
        .unwrap_or(Part::Whole)
}

/// None for what is no range, or more than one.
fn part(asked: &str, size: u64) -> Option<Part> {
    let (first, last) = asked.strip_prefix("bytes=")?.trim().split_once('-')?;
    let range = match (first, last) {
        ("", last) => {
            let last: u64 = last.parse().ok()?;
            size.saturating_sub(last)..size
        }
        (first, "") => first.parse().ok()?..size,
        (first, last) => {
            let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
            if last < first {
                return None;
            }
            first..last.saturating_add(1).min(size)
        }
    };
    Some(if range.start < range.end {
        Part::Of(range)
    } else {
        Part::Beyond
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_read_and_whatever_else_is_asked_for_gets_the_whole() {
        for (asked, part) in [
            ("bytes=0-0", Part::Of(0..1)),
            ("bytes=10-19", Part::Of(10..20)),
            ("bytes=10-", Part::Of(10..100)),
            ("bytes=-30", Part::Of(70..100)),
            ("bytes=-300", Part::Of(0..100)),
            ("bytes=90-18446744073709551615", Part::Of(90..100)),
            ("bytes=100-", Part::Beyond),
            ("bytes=200-300", Part::Beyond),
            ("bytes=-0", Part::Beyond),
            ("bytes=9-1", Part::Whole),
            ("bytes=0-1,5-6", Part::Whole),
            ("bytes=", Part::Whole),
            ("bytes=-", Part::Whole),
            ("bytes=a-b", Part::Whole),
            ("bytes=99999999999999999999-", Part::Whole),
            ("lines=0-1", Part::Whole),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, asked.parse().unwrap());
            assert_eq!(of(&headers, 100, "\"a\""), part, "{asked}");
            headers.insert(header::IF_RANGE, "\"b\"".parse().unwrap());
            assert_eq!(of(&headers, 100, "\"a\""), Part::Whole, "{asked}");
        }
        assert_eq!(of(&HeaderMap::new(), 0, ""), Part::Whole);
    }
}
