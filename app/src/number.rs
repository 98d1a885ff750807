//! Numbers for people, and such with fractions. In the browser these are the browser's: what the core library brings for them weighs as much as a
//! page does.

use crate::SERVER;
use wasm_bindgen::JsValue;

/// Reads a number as JSON writes one; none for anything else.
pub fn read(text: &str) -> Option<f64> {
    let written = |b: u8| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.' | b'e' | b'E');
    if text.is_empty() || !text.bytes().all(written) {
        return None;
    }
    let number = if SERVER {
        text.parse().unwrap_or(f64::NAN)
    } else {
        JsValue::from_str(text).unchecked_into_f64()
    };
    number.is_finite().then_some(number)
}

/// Writes a number with so many places behind the point.
pub fn write(number: f64, places: u8) -> String {
    if SERVER {
        format!("{number:.*}", usize::from(places))
    } else {
        let text = js_sys::Number::from(number).to_fixed(places);
        text.map(String::from).unwrap_or_default()
    }
}

/// Bytes: `312 bytes`, `12 kB`, `3.4 MB`.
pub fn bytes(n: i64) -> String {
    const UNITS: [(&str, i64); 2] = [("MB", 1_000_000), ("kB", 1_000)];
    for (unit, size) in UNITS {
        if n >= size {
            let tenths = n / (size / 10);
            return match (tenths / 10, tenths % 10) {
                (whole, 0) => format!("{whole} {unit}"),
                (whole, _) if whole >= 10 => format!("{whole} {unit}"),
                (whole, tenth) => format!("{whole}.{tenth} {unit}"),
            };
        }
    }
    format!("{} bytes", n.max(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_short() {
        for (n, expected) in [
            (0, "0 bytes"),
            (-1, "0 bytes"),
            (999, "999 bytes"),
            (1_000, "1 kB"),
            (1_250, "1.2 kB"),
            (12_700, "12 kB"),
            (3_400_000, "3.4 MB"),
            (100_000_000, "100 MB"),
        ] {
            assert_eq!(bytes(n), expected);
        }
    }

    #[test]
    fn a_number_is_read_as_it_is_written_and_nothing_else_is_one() {
        for (text, expected) in [
            ("0", Some(0.0)),
            ("-4.3", Some(-4.3)),
            ("1e2", Some(100.0)),
            ("", None),
            (" 1", None),
            ("1.2.3", None),
            ("inf", None),
            ("NaN", None),
            ("1e999", None),
            ("0x10", None),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        assert_eq!(write(52.130_002, 5), "52.13000");
        assert_eq!(write(-0.25, 1), "-0.2");
    }
}
