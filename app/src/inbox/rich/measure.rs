//! Numbers as people read them: lengths of time, sizes, sums, degrees, pixels.

use crate::letters;
use crate::number;

/// Seconds as a clock: `0:07`, `12:05`, `1:00:09`.
pub fn clock(seconds: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number of seconds, not below zero"
    )]
    let seconds = if seconds.is_finite() {
        seconds.max(0.0) as u64
    } else {
        0
    };
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        hours => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// A type of file in few letters, by its name or else by its media type: `PDF`.
pub fn type_of(name: Option<&str>, mime: &str) -> String {
    let by_name = name
        .and_then(|name| name.rsplit_once('.'))
        .map(|(_, ending)| ending)
        .filter(|ending| {
            (1..=5).contains(&ending.len()) && ending.chars().all(|c| c.is_ascii_alphanumeric())
        });
    let by_mime = || {
        let kind = mime.split(';').next().unwrap_or_default();
        let kind = kind.rsplit('/').next().unwrap_or_default();
        kind.rsplit(['.', '-']).next().unwrap_or_default()
    };
    let kind = by_name.unwrap_or_else(by_mime);
    kind.chars()
        .take(12)
        .collect::<String>()
        .to_ascii_uppercase()
}

/// How large a picture is drawn: within a square, never a sliver, and with room while nothing is known of it.
pub fn room(width: Option<i32>, height: Option<i32>) -> (u32, u32) {
    const SIDE: u64 = 320;
    const LEAST: u64 = 120;
    let known = |side: Option<i32>| side.and_then(|n| u64::try_from(n).ok()).filter(|n| *n > 0);
    let (Some(width), Some(height)) = (known(width), known(height)) else {
        return (280, 200);
    };
    let (w, h) = if width >= height {
        (SIDE, SIDE * height / width)
    } else {
        (SIDE * width / height, SIDE)
    };
    // A small picture is not blown up to more than twice its size.
    let (w, h) = (
        w.min(width * 2).max(LEAST),
        h.min(height * 2).max(LEAST / 2),
    );
    (
        u32::try_from(w).unwrap_or(320),
        u32::try_from(h).unwrap_or(320),
    )
}

/// What a cart comes to: quantity times price over all lines. None when one of them is not told, or in another currency.
pub fn total<'a>(
    lines: impl Iterator<Item = (&'a str, Option<&'a str>, Option<&'a str>)>,
) -> Option<(String, String)> {
    let mut sum = 0_i128;
    let mut currency: Option<&str> = None;
    for (quantity, price, of) in lines {
        let of = of?;
        if currency.is_some_and(|currency| currency != of) {
            return None;
        }
        currency = Some(of);
        let line = decimal(quantity)?.checked_mul(decimal(price?)?)?;
        sum = sum.checked_add(line / SCALE)?;
    }
    Some((written(sum), currency?.to_owned()))
}

/// Four digits behind the point.
const SCALE: i128 = 10_000;

fn decimal(text: &str) -> Option<i128> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if whole.is_empty()
        || whole.len() > 12
        || !digits(whole)
        || !digits(part)
        || text.ends_with('.')
    {
        return None;
    }
    let part: String = part.chars().chain("0000".chars()).take(4).collect();
    Some(whole.parse::<i128>().ok()? * SCALE + part.parse::<i128>().ok()?)
}

fn written(sum: i128) -> String {
    let cents = (sum + 50) / 100;
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// A place on the earth; none for numbers that are none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Degrees {
    latitude: f64,
    longitude: f64,
}

impl Degrees {
    pub fn of(latitude: Option<f64>, longitude: Option<f64>) -> Option<Self> {
        let (latitude, longitude) = (latitude?, longitude?);
        let is_on_earth =
            (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        is_on_earth.then_some(Self {
            latitude,
            longitude,
        })
    }

    /// As people write it.
    pub fn words(self) -> String {
        let (north, east) = (
            if self.latitude < 0.0 { 'S' } else { 'N' },
            if self.longitude < 0.0 { 'W' } else { 'E' },
        );
        format!(
            "{}° {north}, {}° {east}",
            number::write(self.latitude.abs(), 5),
            number::write(self.longitude.abs(), 5)
        )
    }

    /// Where a map of it is: there is nothing of a stranger's in it but two numbers.
    pub fn map(self) -> String {
        let (latitude, longitude) = (
            number::write(self.latitude, 6),
            number::write(self.longitude, 6),
        );
        format!(
            "https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=16/{latitude}/{longitude}"
        )
    }
}

/// An address on the web, when it is one: nothing else becomes a link.
pub fn web(address: &str) -> Option<String> {
    let address = address.trim();
    let rest = address
        .strip_prefix("https://")
        .or_else(|| address.strip_prefix("http://"))?;
    let is_one = rest.starts_with(|c: char| letters::is_letter_or_digit(c) || c == '[')
        && !address.contains(char::is_whitespace);
    is_one.then(|| address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_reads_as_a_clock() {
        for (seconds, expected) in [
            (0.0, "0:00"),
            (7.9, "0:07"),
            (725.0, "12:05"),
            (3609.0, "1:00:09"),
            (-3.0, "0:00"),
            (f64::NAN, "0:00"),
            (f64::INFINITY, "0:00"),
        ] {
            assert_eq!(clock(seconds), expected);
        }
    }

    #[test]
    fn a_type_is_told_by_the_name_or_by_the_media_type() {
        for (name, mime, expected) in [
            (Some("Invoice 7.pdf"), "application/octet-stream", "PDF"),
            (Some("notes"), "text/plain; charset=utf-8", "PLAIN"),
            (None, "application/vnd.oasis.opendocument.text", "TEXT"),
            (Some("a.<script>"), "application/zip", "ZIP"),
            (Some("a.tooolong"), "image/svg+xml", "SVG+XML"),
            (None, "", ""),
        ] {
            assert_eq!(type_of(name, mime), expected, "{name:?} {mime}");
        }
    }

    #[test]
    fn a_picture_has_its_room_before_it_is_here() {
        for (width, height, expected) in [
            (Some(4000), Some(3000), (320, 240)),
            (Some(3000), Some(4000), (240, 320)),
            (Some(10_000), Some(10), (320, 60)),
            (Some(10), Some(10_000), (120, 320)),
            (Some(64), Some(64), (128, 128)),
            (Some(0), Some(5), (280, 200)),
            (None, Some(5), (280, 200)),
            (Some(i32::MAX), Some(1), (320, 60)),
        ] {
            assert_eq!(room(width, height), expected, "{width:?} {height:?}");
        }
    }

    #[test]
    fn a_cart_is_added_up_exactly_or_not_at_all() {
        let eur = Some("EUR");
        let add = |lines: &[(&str, Option<&str>, Option<&str>)]| {
            total(lines.iter().map(|(q, p, c)| (*q, *p, *c)))
        };
        let told = |sum: &str| Some((sum.to_owned(), "EUR".to_owned()));
        assert_eq!(
            add(&[("3", Some("0.1"), eur), ("1", Some("12"), eur)]),
            told("12.30")
        );
        assert_eq!(add(&[("2", Some("19.995"), eur)]), told("39.99"));
        assert_eq!(add(&[]), None);
        for broken in [
            ("x", Some("1"), eur),
            ("1", None, eur),
            ("1", Some("1"), None),
            ("1", Some("1"), Some("USD")),
            ("-1", Some("1"), eur),
            ("1", Some("1e3"), eur),
            ("1.", Some("1"), eur),
            ("9999999999999", Some("1"), eur),
        ] {
            assert_eq!(add(&[("1", Some("1"), eur), broken]), None, "{broken:?}");
        }
    }

    #[test]
    fn a_place_is_two_numbers_and_nothing_else() {
        let place = Degrees::of(Some(52.130_001_6), Some(-4.3)).expect("a place");
        assert_eq!(place.words(), "52.13000° N, 4.30000° W");
        assert_eq!(
            place.map(),
            "https://www.openstreetmap.org/?mlat=52.130002&mlon=-4.300000#map=16/52.130002/-4.300000"
        );
        for (latitude, longitude) in [
            (None, Some(1.0)),
            (Some(90.1), Some(1.0)),
            (Some(1.0), Some(-180.5)),
            (Some(f64::NAN), Some(1.0)),
        ] {
            assert_eq!(Degrees::of(latitude, longitude), None);
        }
    }

    #[test]
    fn only_an_address_on_the_web_becomes_a_link() {
        for address in [
            "https://a.example/x",
            "http://[::1]/",
            " https://é.example ",
        ] {
            assert_eq!(web(address).as_deref(), Some(address.trim()));
        }
        for address in [
            "javascript:alert(1)",
            "data:text/html,x",
            "//a.example",
            "https://",
            "https:// a",
            "https://a b",
            "HTTPS//a",
            "",
        ] {
            assert_eq!(web(address), None, "{address}");
        }
    }
}
