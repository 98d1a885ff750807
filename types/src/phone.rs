//! Phone numbers as people type and paste them.

use std::fmt;

/// Why a text is no number that WhatsApp could send to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneFault {
    /// Nothing was entered.
    Missing,
    /// It does not say which country.
    Country,
    /// Something in it belongs to no number.
    Strange,
    /// No number has so few, or so many, digits.
    Length,
}

impl fmt::Display for PhoneFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "Enter the customer's WhatsApp number.",
            Self::Country => "Begin with + and the country code, for example +49 for Germany.",
            Self::Strange => "A number has digits, spaces and hyphens alone, behind its +.",
            Self::Length => "A number has 7 to 15 digits, the country code among them.",
        })
    }
}

/// The digits of an international number, the country code first (E.164, without its plus).
pub fn e164(typed: &str) -> Result<String, PhoneFault> {
    let mut digits = String::new();
    let mut international = false;
    for c in typed.trim().chars() {
        match c {
            '+' | '＋' if digits.is_empty() && !international => international = true,
            // Arabic, Persian and full-width digits are digits.
            '0'..='9' | '٠'..='٩' | '۰'..='۹' | '０'..='９' => digits.extend(digit(c)),
            '-' | '.' | '(' | ')' | '/' | '‐'..='―' => {}
            c if c.is_whitespace() || is_mark(c) => {}
            _ => return Err(PhoneFault::Strange),
        }
        if digits.len() > 32 {
            return Err(PhoneFault::Length);
        }
    }
    if digits.is_empty() {
        return Err(PhoneFault::Missing);
    }
    if !international {
        // As one dials abroad from most countries.
        digits = digits
            .strip_prefix("00")
            .ok_or(PhoneFault::Country)?
            .to_owned();
    }
    if digits.starts_with('0') {
        return Err(PhoneFault::Country);
    }
    if !(7..=15).contains(&digits.len()) {
        return Err(PhoneFault::Length);
    }
    Ok(digits)
}

fn digit(c: char) -> Option<char> {
    let zero = match c {
        '0'..='9' => '0',
        '٠'..='٩' => '٠',
        '۰'..='۹' => '۰',
        _ => '０',
    };
    char::from_digit((c as u32) - (zero as u32), 10)
}

/// What is seen by nobody and comes along when a number is copied: marks of direction and of width.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_in_every_way_that_people_write_it_and_nothing_else_is() {
        use PhoneFault::{Country, Length, Missing, Strange};
        for (typed, expected) in [
            ("+49 151 2345678", Ok("491512345678")),
            ("  +1 (555) 010-0000 ", Ok("15550100000")),
            ("0049-151.2345678", Ok("491512345678")),
            ("\u{202A}+49\u{A0}151\u{202C}2345678", Ok("491512345678")),
            ("+٩٧١٥٠١٢٣٤٥٦٧", Ok("971501234567")),
            ("＋４４７９１１１２３４５６", Ok("447911123456")),
            ("", Err(Missing)),
            (" + ", Err(Missing)),
            ("0151 2345678", Err(Country)),
            ("491512345678", Err(Country)),
            ("+0491512345678", Err(Country)),
            ("000491512345678", Err(Country)),
            ("+49 15", Err(Length)),
            ("+1234567890123456", Err(Length)),
            (&"9".repeat(100_000), Err(Length)),
            ("+49151abc", Err(Strange)),
            ("+49+151", Err(Strange)),
            ("💣", Err(Strange)),
            ("+49 151 234\u{0}5678", Err(Strange)),
        ] {
            assert_eq!(e164(typed), expected.map(str::to_owned), "{typed:?}");
        }
    }
}
