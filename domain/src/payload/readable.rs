//! Bytes as text that JSON can be read from, byte for byte in the same places.

use std::borrow::Cow;

/// `body` as text of the same length. Bytes that are not UTF-8 become `?`, and escapes of half a surrogate pair, which
/// no text can hold, become `\ufffd`. What stands where does not change, so that pieces can be cut from `body` itself.
pub(crate) fn readable(body: &[u8]) -> Cow<'_, str> {
    let valid: Cow<'_, str> = if let Ok(text) = std::str::from_utf8(body) {
        Cow::Borrowed(text)
    } else {
        let mut text = String::with_capacity(body.len());
        for chunk in body.utf8_chunks() {
            text.push_str(chunk.valid());
            text.extend(chunk.invalid().iter().map(|_| '?'));
        }
        Cow::Owned(text)
    };
    let lone = lone_surrogates(valid.as_bytes());
    if lone.is_empty() {
        return valid;
    }
    let mut text = valid.into_owned();
    for at in lone {
        // An escape is six ASCII bytes: `\uXXXX`.
        text.replace_range(at..at + 6, "\\ufffd");
    }
    Cow::Owned(text)
}

/// Text as the database can keep it: without NUL.
pub(crate) fn storable(text: &str) -> String {
    text.replace('\0', "")
}

/// Where escapes of unpaired surrogates begin.
fn lone_surrogates(bytes: &[u8]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(step) = bytes
        .get(at..)
        .and_then(|rest| rest.iter().position(|byte| *byte == b'\\'))
    {
        at += step;
        match escape(bytes, at) {
            Some(0xD800..=0xDBFF) if matches!(escape(bytes, at + 6), Some(0xDC00..=0xDFFF)) => {
                at += 12;
            }
            Some(0xD800..=0xDFFF) => {
                found.push(at);
                at += 6;
            }
            Some(_) => at += 6,
            // A backslash and what it escapes.
            None => at += 2,
        }
    }
    found
}

/// The code unit of the escape `\uXXXX` at `at`.
fn escape(bytes: &[u8], at: usize) -> Option<u16> {
    let escape = bytes.get(at..at + 6)?;
    let digits = escape.strip_prefix(b"\\u")?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    #[test]
    fn half_a_pair_becomes_the_replacement_character_and_all_else_stays() {
        for (body, text) in [
            (r#""a\ud83db""#, "a\u{FFFD}b"),
            (r#""\udc00""#, "\u{FFFD}"),
            (r#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"),
            (r#""\uD83D\uDE00""#, "😀"),
            (r#""\ud83d\u0041""#, "\u{FFFD}A"),
            (r#""\\ud83d""#, "\\ud83d"),
            (r#""\\\ud83d""#, "\\\u{FFFD}"),
            (r#""caf\u00e9 \/ \"q\"""#, "café / \"q\""),
        ] {
            let value: Value = serde_json::from_str(&readable(body.as_bytes())).unwrap();
            assert_eq!(value, Value::String(text.to_owned()), "{body}");
        }
        assert_eq!(&*readable(b"\"a\xff\xe9b\""), "\"a??b\"");
        assert!(matches!(readable("\"é\"".as_bytes()), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_at_the_same_length(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(readable(&body).len(), body.len());
        }

        #[test]
        fn any_run_of_escapes_is_json(units in proptest::collection::vec(any::<u16>(), 0..20)) {
            let body = units.iter().fold(String::new(), |body, unit| format!("{body}\\u{unit:04x}"));
            let body = format!("\"{body}\"");
            prop_assert!(serde_json::from_str::<Value>(&readable(body.as_bytes())).is_ok());
        }
    }
}
