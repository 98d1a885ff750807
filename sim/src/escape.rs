//! Compact JSON in the exact bytes that Meta sends: ASCII only, the slash escaped.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{Formatter, Serializer};

/// How a body's text is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// As Meta writes: `\u00e9`, `\ud83d\ude00`, `\/`.
    #[default]
    Escaped,
    /// Literal UTF-8 and a bare slash, as a proxy or another provider may write.
    Utf8,
}

/// The body's bytes. These, and no others, are what is signed.
pub fn bytes(value: &Value, form: Form) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    let done = match form {
        Form::Escaped => value.serialize(&mut Serializer::with_formatter(&mut out, Ascii)),
        Form::Utf8 => value.serialize(&mut Serializer::new(&mut out)),
    };
    done.expect("a JSON value writes into memory");
    out
}

/// Replaces a plain placeholder by escapes written as they are: the only way to lone surrogates, which no Rust string
/// can hold.
pub fn splice(body: &[u8], placeholder: &str, escapes: &str) -> Vec<u8> {
    String::from_utf8_lossy(body)
        .replace(placeholder, escapes)
        .into_bytes()
}

struct Ascii;

impl Formatter for Ascii {
    fn write_string_fragment<W>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + Write,
    {
        let mut plain = 0;
        for (at, letter) in fragment.char_indices() {
            if letter.is_ascii() && letter != '/' {
                continue;
            }
            writer.write_all(&fragment.as_bytes()[plain..at])?;
            plain = at + letter.len_utf8();
            if letter == '/' {
                writer.write_all(b"\\/")?;
            } else {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        writer.write_all(&fragment.as_bytes()[plain..])
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_leaves_in_metas_escapes_byte_for_byte() {
        let table = [
            ("plain", r#""plain""#),
            ("Hola quiero un café", r#""Hola quiero un caf\u00e9""#),
            ("image/jpeg", r#""image\/jpeg""#),
            ("https://a/b", r#""https:\/\/a\/b""#),
            ("😀", r#""\ud83d\ude00""#),
            ("a👩‍👧b", r#""a\ud83d\udc69\u200d\ud83d\udc67b""#),
            ("مرحبا", r#""\u0645\u0631\u062d\u0628\u0627""#),
            ("\u{ffff}", r#""\uffff""#),
            (r#"say "hi""#, r#""say \"hi\"""#),
            (r"back\slash", r#""back\\slash""#),
            ("a\nb\tc\r\u{8}\u{c}", r#""a\nb\tc\r\b\f""#),
            ("nul\0 esc\u{1b}", r#""nul\u0000 esc\u001b""#),
            ("del\u{7f} <%@>&'", "\"del\u{7f} <%@>&'\""),
            ("", r#""""#),
        ];
        for (text, expected) in table {
            let written = bytes(&json!(text), Form::Escaped);
            assert_eq!(String::from_utf8_lossy(&written), expected);
            assert!(written.is_ascii());
            assert_eq!(
                serde_json::from_slice::<Value>(&written).unwrap(),
                json!(text)
            );
        }
    }

    #[test]
    fn keys_are_escaped_too_and_nothing_is_padded() {
        let value = json!({ "é/": [1, 2.5, null, true] });
        assert_eq!(
            bytes(&value, Form::Escaped),
            br#"{"\u00e9\/":[1,2.5,null,true]}"#
        );
    }

    #[test]
    fn the_literal_form_keeps_utf8_and_slashes() {
        assert_eq!(bytes(&json!("é/😀"), Form::Utf8), "\"é/😀\"".as_bytes());
    }

    #[test]
    fn a_lone_surrogate_can_be_spliced_in() {
        let body = bytes(&json!({ "body": "x@@y" }), Form::Escaped);
        assert_eq!(splice(&body, "@@", r"\ud83d"), br#"{"body":"x\ud83dy"}"#);
    }
}
