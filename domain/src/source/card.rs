//! Numbers of cards, which are taken from nobody.

/// Whether a number of a card stands in that text: 15 or 16 digits, in one or in groups, with the beginning of a card's and the
/// right last digit (Luhn). Times, ids and telephone numbers are none.
pub(super) fn is_in(text: &[u8]) -> bool {
    let mut at = 0;
    while let Some(from) = text
        .get(at..)
        .and_then(|rest| rest.iter().position(u8::is_ascii_digit))
    {
        let begin = at + from;
        let (digits, end) = digits(text, begin);
        // Part of a word or of a number with its country is something else.
        let before = begin.checked_sub(1).and_then(|before| text.get(before));
        let alone = |byte: Option<&u8>| {
            byte.is_none_or(|byte| !byte.is_ascii_alphanumeric() && !b"+_.".contains(byte))
        };
        let after = text.get(end).filter(|byte| **byte != b'.');
        if alone(before) && alone(after) && is_card(&digits) {
            return true;
        }
        at = end;
    }
    false
}

/// The digits from there on, over single spaces and hyphens, and where they end.
fn digits(text: &[u8], begin: usize) -> (Vec<u8>, usize) {
    let mut digits = Vec::new();
    let (mut end, mut gap) = (begin, false);
    for (at, byte) in text.iter().enumerate().skip(begin) {
        match byte {
            b'0'..=b'9' => {
                digits.push(byte - b'0');
                (end, gap) = (at + 1, false);
            }
            b' ' | b'-' if !gap => gap = true,
            _ => break,
        }
    }
    (digits, end)
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
