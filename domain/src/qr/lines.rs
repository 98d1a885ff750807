//! Content lines, of which cards (RFC 6350) and calendars (RFC 5545) are made alike.

use std::fmt::Write as _;

/// Octets of a line at most, without its end (RFC 6350, 3.2; RFC 5545, 3.1).
const WIDTH: usize = 75;

/// Lines that are written one after the other, each folded.
#[derive(Default)]
pub(super) struct Lines(String);

impl Lines {
    /// A line whose value is ours, or an address that holds no sign to be escaped.
    pub fn plain(&mut self, name: &str, value: &str) {
        self.fold(&format!("{name}:{value}"));
    }

    /// A line with a text; none for an empty one.
    pub fn text(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.fold(&format!("{name}:{}", escaped(value)));
        }
    }

    /// All of them, each with its end.
    pub fn whole(self) -> String {
        self.0
    }

    /// A line that is longer goes on in the next one, behind a space; no character is cut in two.
    fn fold(&mut self, line: &str) {
        let mut width = 0;
        for c in line.chars() {
            if width + c.len_utf8() > WIDTH {
                self.0.push_str("\r\n ");
                width = 1;
            }
            self.0.push(c);
            width += c.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

/// A text as a value (RFC 6350, 3.4; RFC 5545, 3.3.11). A line break of any kind is `\n`, so that no value begins a line.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut signs = text.chars().peekable();
    while let Some(c) = signs.next() {
        match c {
            '\\' | ';' | ',' => {
                let _ = write!(out, "\\{c}");
            }
            '\r' => {
                if signs.peek() == Some(&'\n') {
                    signs.next();
                }
                out.push_str("\\n");
            }
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_is_escaped_and_no_value_begins_a_line() {
        for (text, expected) in [
            ("plain: as it is", "plain: as it is"),
            ("a;b,c\\d", "a\\;b\\,c\\\\d"),
            ("a\r\nBEGIN:VCARD", "a\\nBEGIN:VCARD"),
            ("a\rb\nc\n\rd", "a\\nb\\nc\\n\\nd"),
            ("a\\nb", "a\\\\nb"),
        ] {
            assert_eq!(escaped(text), expected);
        }
    }

    #[test]
    fn a_long_line_is_folded_between_characters_at_75_octets() {
        for text in [
            "x".repeat(400),
            "ä".repeat(200),
            "日本".repeat(90),
            "👩‍👩‍👧".repeat(40),
        ] {
            let mut lines = Lines::default();
            lines.text("NOTE", &text);
            let whole = lines.whole();
            assert!(whole.ends_with("\r\n"));
            assert!(whole.lines().all(|line| line.len() <= WIDTH));
            assert_eq!(whole.replace("\r\n ", ""), format!("NOTE:{text}\r\n"));
        }
    }
}
