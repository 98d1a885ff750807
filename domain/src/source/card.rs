//! Numbers of cards, which are taken from nobody.

use serde_json::Value;

/// How cards write their digits: in one, or in these groups.
const SHAPES: [&[usize]; 4] = [&[16], &[15], &[4, 4, 4, 4], &[4, 6, 5]];

/// Whether a number of a card stands in that body: 15 or 16 digits, in one or in groups, with the beginning of a card's and the
/// right last digit (Luhn), whatever stands beside them. Times, ids and telephone numbers are none. JSON is looked through as
/// whoever reads it does.
pub(super) fn is_in(body: &[u8]) -> bool {
    match serde_json::from_slice::<Value>(body) {
        Ok(value) => is_within(&value),
        Err(_) => is_written(&String::from_utf8_lossy(body)),
    }
}

fn is_within(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) => false,
        Value::Number(number) => is_written(&number.to_string()),
        Value::String(text) => is_written(text),
        Value::Array(values) => values.iter().any(is_within),
        Value::Object(fields) => fields
            .iter()
            .any(|(name, value)| is_written(name) || is_within(value)),
    }
}

/// Digits that stand together, and what is around them.
struct Group {
    digits: Vec<u8>,
    /// What stands before them can stand before a number: it is no part of a word, and no sign of a country or a fraction.
    begins: bool,
    /// What follows can follow one.
    ends: bool,
    /// One separator alone is between the group before and this one.
    follows: bool,
}

fn is_written(text: &str) -> bool {
    let groups = groups(text);
    (0..groups.len()).any(|from| {
        let rest = groups.get(from..).unwrap_or_default();
        SHAPES.iter().any(|shape| fits(rest, shape))
    })
}

/// Whether the first groups have that shape, and are a card's.
fn fits(groups: &[Group], shape: &[usize]) -> bool {
    let Some(own) = groups.get(..shape.len()) else {
        return false;
    };
    let (Some(first), Some(last)) = (own.first(), own.last()) else {
        return false;
    };
    let shaped = own
        .iter()
        .zip(shape)
        .all(|(group, length)| group.digits.len() == *length);
    let together = own.iter().skip(1).all(|group| group.follows);
    let digits: Vec<u8> = own.iter().flat_map(|group| group.digits.clone()).collect();
    shaped && together && first.begins && last.ends && is_card(&digits)
}

fn groups(text: &str) -> Vec<Group> {
    let letters: Vec<char> = text.chars().collect();
    let at = |place: Option<usize>| place.and_then(|place| letters.get(place)).copied();
    let (mut groups, mut end) = (Vec::new(), None);
    let mut place = 0;
    while let Some(letter) = letters.get(place) {
        if !letter.is_ascii_digit() {
            place += 1;
            continue;
        }
        let begin = place;
        let digits: Vec<u8> = letters
            .iter()
            .skip(begin)
            .map_while(|letter| {
                letter
                    .to_digit(10)
                    .and_then(|digit| u8::try_from(digit).ok())
            })
            .collect();
        place += digits.len();
        let before = at(begin.checked_sub(1));
        groups.push(Group {
            digits,
            begins: before.is_none_or(|c| !c.is_alphanumeric() && !"+_.".contains(c)),
            ends: at(Some(place)).is_none_or(|c| !c.is_alphanumeric() && c != '_'),
            follows: end.is_some_and(|end: usize| begin == end + 1)
                && before.is_some_and(separates),
        });
        end = Some(place);
    }
    groups
}

/// What people put between groups: spaces of any width, and dashes.
fn separates(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

fn is_card(digits: &[u8]) -> bool {
    let begins = match digits {
        // Visa, Discover, UnionPay and Maestro; Mastercard; JCB.
        [4 | 6, ..] | [5, 1..=5, ..] | [2, 2..=7, ..] | [3, 5, ..] => digits.len() == 16,
        // American Express.
        [3, 4 | 7, ..] => digits.len() == 15,
        _ => false,
    };
    let luhn = |(place, digit): (usize, &u8)| match (place % 2, *digit) {
        (1, digit @ 5..) => u32::from(digit) * 2 - 9,
        (1, digit) => u32::from(digit) * 2,
        (_, digit) => u32::from(digit),
    };
    let sum: u32 = digits.iter().rev().enumerate().map(luhn).sum();
    begins && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_seen_however_it_is_written_and_nothing_else_is_one() {
        for card in [
            "4242424242424242",
            "4242 4242 4242 4242",
            "4242-4242-4242-4242",
            "card:5555555555554444,",
            "\"3782 822463 10005\"",
            "2223003122003222",
            "6011111111111117",
            "3566002020360505",
            "Paid with 4242424242424242.",
            // With what stands beside it on a card, and in an order.
            "4242 4242 4242 4242 12/27 123",
            "4242424242424242 123",
            "order 12 4242424242424242",
            "2026-11-27 4242424242424242",
            "4242\u{a0}4242\u{a0}4242\u{a0}4242",
            "4242\u{2013}4242\u{2013}4242\u{2013}4242",
            r#"{"text":"Card:\n4242424242424242"}"#,
            r#"{"text":"\u0034242424242424242"}"#,
            r#"{"card":4242424242424242}"#,
        ] {
            assert!(is_in(card.as_bytes()), "{card}");
        }
        for other in [
            "",
            "4242424242424241",
            "424242424242424",
            "42424242424242424",
            "+4242424242424242",
            "pi_4242424242424242",
            "4242424242424242a",
            "0.4242424242424242",
            "4242  4242 4242 4242",
            "1700000000000000",
            "49 1512 3456789",
            "c0ffee00-4242-4242-4242-424242424242",
        ] {
            assert!(!is_in(other.as_bytes()), "{other}");
        }
        assert!(!is_in(&[0xff, b'4', b'2', 0xff]));
    }
}
