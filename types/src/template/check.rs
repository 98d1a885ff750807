//! Whether what is to go into a template is what Meta takes.

use super::{Slot, SlotKind, TemplateFill, TemplateParts};
use std::fmt;

/// Most characters of the body, filled in.
const BODY: usize = 1024;
/// Most characters of the line above, filled in.
const HEADER: usize = 60;
/// Most characters of an address.
const URL: usize = 2000;
/// Most characters of a code.
const CODE: usize = 15;

/// What is wrong with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FillFault {
    /// There is nothing.
    Missing,
    /// It has a line break, a tab, another sign that is not seen, or four spaces in a row.
    OneLine,
    /// The text that it goes into is then longer than so many characters, by so many.
    TooLong {
        /// How many fit.
        most: usize,
        /// How many are too many.
        over: usize,
    },
    /// A sign in it cannot stand in an address.
    UrlSign,
    /// It is no web address.
    NoUrl,
    /// A sign in it cannot stand in a code.
    CodeSign,
    /// It is no number of degrees up to this one.
    Degrees(u8),
}

impl fmt::Display for FillFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("Fill this in."),
            Self::OneLine => f.write_str(
                "Write it in one line: WhatsApp takes no line breaks, no tabs and no more than three spaces in a row.",
            ),
            Self::TooLong { most, over } => {
                write!(f, "{over} characters too many: {most} fit in this part of the message.")
            }
            Self::UrlSign => f.write_str(
                "A link has no spaces, quotes, brackets or letters beyond A to Z. Copy it from the browser's address bar.",
            ),
            Self::NoUrl => f.write_str("Paste a whole web address that begins with https://."),
            Self::CodeSign => f.write_str("A code has letters, digits and hyphens, without spaces."),
            Self::Degrees(most) => write!(f, "Enter degrees between -{most} and {most}, such as 48.137."),
        }
    }
}

impl TemplateParts {
    /// What is wrong, by the slot's key, in the order of the slots; empty when Meta will take it.
    pub fn check(&self, fill: &TemplateFill) -> Vec<(String, FillFault)> {
        let slots = self.slots();
        let mut faults: Vec<(String, FillFault)> = slots
            .iter()
            .filter_map(|slot| Some((slot.key.clone(), self.fault(slot, fill)?)))
            .collect();
        // Too long is the whole text: told at the last of its values.
        let whole = self.fill(fill);
        for (kind, text, most) in [
            (
                SlotKind::Header,
                whole.header.as_deref().unwrap_or_default(),
                HEADER,
            ),
            (SlotKind::Body, whole.body.as_str(), BODY),
        ] {
            let over = text.chars().count().saturating_sub(most);
            let last = slots.iter().rfind(|slot| slot.kind == kind);
            if let Some(last) = last.filter(|_| over > 0)
                && faults.iter().all(|(key, _)| *key != last.key)
            {
                faults.push((last.key.clone(), FillFault::TooLong { most, over }));
            }
        }
        faults
    }

    fn fault(&self, slot: &Slot, fill: &TemplateFill) -> Option<FillFault> {
        if slot.kind == SlotKind::Media && fill.file.is_some() {
            return None;
        }
        let Some(value) = fill.value(&slot.key) else {
            return Some(FillFault::Missing);
        };
        match slot.kind {
            SlotKind::Header | SlotKind::Body | SlotKind::PlaceName | SlotKind::Address => {
                one_line(value).or_else(|| too_long(value.chars().count(), BODY))
            }
            SlotKind::Url => {
                let button = slot
                    .key
                    .strip_prefix("button.")
                    .and_then(|n| n.parse::<usize>().ok());
                let before = button
                    .and_then(|index| self.buttons.get(index)?.target.as_deref())
                    .map_or(0, |target| {
                        target.split("{{").next().unwrap_or_default().len()
                    });
                (!in_url(value))
                    .then_some(FillFault::UrlSign)
                    .or_else(|| too_long(before + value.len(), URL))
            }
            SlotKind::Code => {
                let good = value
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
                (!good)
                    .then_some(FillFault::CodeSign)
                    .or_else(|| too_long(value.len(), CODE))
            }
            SlotKind::Media => web_address(value),
            SlotKind::Latitude => degrees(value, 90),
            SlotKind::Longitude => degrees(value, 180),
        }
    }
}

fn too_long(length: usize, most: usize) -> Option<FillFault> {
    let over = length.saturating_sub(most);
    (over > 0).then_some(FillFault::TooLong { most, over })
}

/// Meta's 132018 and 132012, known before it is asked.
fn one_line(value: &str) -> Option<FillFault> {
    let broken = value.contains("    ")
        || value
            .chars()
            .any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'));
    broken.then_some(FillFault::OneLine)
}

/// The signs of RFC 3986.
fn in_url(value: &str) -> bool {
    value
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&b))
}

/// An address that Meta fetches: of the web, of a named host, without a name and password in it.
fn web_address(value: &str) -> Option<FillFault> {
    let rest = ["https://", "http://"].iter().find_map(|scheme| {
        let head = value.get(..scheme.len())?;
        head.eq_ignore_ascii_case(scheme)
            .then(|| &value[scheme.len()..])
    });
    let Some(rest) = rest else {
        return Some(FillFault::NoUrl);
    };
    if !in_url(value) {
        return Some(FillFault::UrlSign);
    }
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.contains('@') || !host.trim_matches('.').contains('.') || host.starts_with(':') {
        return Some(FillFault::NoUrl);
    }
    too_long(value.len(), URL)
}

fn degrees(value: &str, most: u8) -> Option<FillFault> {
    // By its digits: to read fractions as numbers weighs much in a browser.
    let digits = value.strip_prefix(['-', '+']).unwrap_or(value);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let good = number(whole)
        && number(fraction)
        && match whole.parse::<u16>() {
            Ok(whole) if whole == u16::from(most) => fraction.bytes().all(|b| b == b'0'),
            Ok(whole) => whole < u16::from(most),
            Err(_) => false,
        };
    (!good).then_some(FillFault::Degrees(most))
}
