//! Letters of every script. In the browser these are the browser's: the tables that the core library brings for them weigh
//! as much as a page does, and lie in what is loaded first.

use crate::SERVER;

/// In small letters.
pub fn lower(text: &str) -> String {
    if SERVER {
        text.to_lowercase()
    } else if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        js_sys::JsString::from(text).to_lower_case().into()
    }
}

/// In capitals.
pub fn upper(text: &str) -> String {
    if SERVER {
        text.to_uppercase()
    } else if text.is_ascii() {
        text.to_ascii_uppercase()
    } else {
        js_sys::JsString::from(text).to_upper_case().into()
    }
}

/// Whether it is a letter.
pub fn is_letter(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphabetic()
    } else if SERVER {
        c.is_alphabetic()
    } else {
        is_like(c, r"[\p{Alphabetic}]")
    }
}

/// Whether it is a letter or a digit.
pub fn is_letter_or_digit(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric()
    } else if SERVER {
        c.is_alphanumeric()
    } else {
        is_like(c, r"[\p{Alphabetic}\p{N}]")
    }
}

fn is_like(c: char, class: &str) -> bool {
    js_sys::RegExp::new(class, "u").test(c.encode_utf8(&mut [0; 4]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_every_script_are_letters() {
        for c in ['a', 'Ä', 'ё', 'ع', '田'] {
            assert!(is_letter(c) && is_letter_or_digit(c), "{c}");
        }
        assert!(is_letter_or_digit('4') && !is_letter('4'));
        for c in ['*', ' ', '👍', '—'] {
            assert!(!is_letter(c) && !is_letter_or_digit(c), "{c}");
        }
        assert_eq!((lower("ÄB"), upper("äb")), ("äb".into(), "ÄB".into()));
    }
}
