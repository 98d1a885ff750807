//! The text of a JSON value, read from its beginning to its end (RFC 8259). No type of ours is known here.

use crate::json::Fault;
use serde::de::Error as _;

/// A text, and how far it was read.
pub struct Text<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl<'t> Text<'t> {
    pub fn new(bytes: &'t [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The next byte that is no space; 0 at the end, which no value begins with.
    #[inline(never)]
    pub fn peek(&mut self) -> u8 {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.bytes.get(self.at) {
            self.at += 1;
        }
        self.here()
    }

    fn here(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    fn next(&mut self) -> u8 {
        let byte = self.here();
        self.at += 1;
        byte
    }

    /// Where reading ended, and what should have stood there.
    #[cold]
    #[inline(never)]
    fn fault(&self, expected: &str) -> Fault {
        Fault(format!("expected {expected} at byte {}", self.at))
    }

    /// Takes one mark.
    #[inline(never)]
    pub fn expect(&mut self, mark: u8) -> Result<(), Fault> {
        if self.peek() != mark {
            return Err(self.fault(&format!("`{}`", char::from(mark))));
        }
        self.at += 1;
        Ok(())
    }

    /// Takes a word: `null`, `true` or `false`.
    #[inline(never)]
    pub fn word(&mut self, word: &str) -> Result<(), Fault> {
        self.peek();
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if !rest.starts_with(word.as_bytes()) {
            return Err(self.fault(word));
        }
        self.at += word.len();
        Ok(())
    }

    pub fn truth(&mut self) -> Result<bool, Fault> {
        let truth = self.peek() == b't';
        self.word(if truth { "true" } else { "false" })?;
        Ok(truth)
    }

    /// A whole number: almost all on our wire are.
    #[inline(never)]
    pub fn number(&mut self) -> Result<i64, Fault> {
        let number = self.digits_here().parse().ok();
        number.ok_or_else(|| self.fault("a whole number"))
    }

    /// A number with a fraction, or without: degrees.
    #[inline(never)]
    pub fn decimal(&mut self) -> Result<f64, Fault> {
        let number = crate::number::read(self.digits_here());
        number.ok_or_else(|| self.fault("a number"))
    }

    #[inline(never)]
    fn digits_here(&mut self) -> &'t str {
        self.peek();
        let from = self.at;
        while let b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9' = self.here() {
            self.at += 1;
        }
        let digits = self.bytes.get(from..self.at).unwrap_or_default();
        std::str::from_utf8(digits).unwrap_or_default()
    }

    /// Takes the name of a variant, and what leads to what it carries: its place among these, whether it carries something.
    #[inline(never)]
    pub fn variant(&mut self, names: &'static [&'static str]) -> Result<(usize, bool), Fault> {
        let carries = self.peek() == b'{';
        if carries {
            self.at += 1;
        }
        let name = self.string()?;
        if carries {
            self.expect(b':')?;
        }
        let place = names.iter().position(|known| *known == name);
        let place = place.ok_or_else(|| Fault::unknown_variant(&name, names))?;
        Ok((place, carries))
    }

    /// Whether another element stands before `closing`, which is taken, as is the comma.
    #[inline(never)]
    pub fn more(&mut self, first: bool, closing: u8) -> Result<bool, Fault> {
        if self.peek() == closing {
            self.at += 1;
            return Ok(false);
        }
        if !first {
            self.expect(b',')?;
        }
        Ok(true)
    }

    /// Nothing but space is left.
    #[inline(never)]
    pub fn end(&mut self) -> Result<(), Fault> {
        self.peek();
        if self.at < self.bytes.len() {
            return Err(self.fault("the end"));
        }
        Ok(())
    }

    #[inline(never)]
    pub fn string(&mut self) -> Result<String, Fault> {
        self.expect(b'"')?;
        let mut found = Vec::new();
        loop {
            let plain = self.at;
            while !matches!(self.here(), b'"' | b'\\' | 0..=0x1f) {
                self.at += 1;
            }
            found.extend_from_slice(self.bytes.get(plain..self.at).unwrap_or_default());
            match self.next() {
                b'"' => break,
                b'\\' => {
                    let mut room = [0; 4];
                    found.extend_from_slice(self.escaped()?.encode_utf8(&mut room).as_bytes());
                }
                _ => return Err(self.fault("`\"`")),
            }
        }
        String::from_utf8(found).map_err(|_| self.fault("UTF-8"))
    }

    fn escaped(&mut self) -> Result<char, Fault> {
        Ok(match self.next() {
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.coded(),
            mark @ (b'"' | b'\\' | b'/') => char::from(mark),
            _ => return Err(self.fault("an escape")),
        })
    }

    /// Four digits; twice four for what lies beyond them (RFC 8259, 7).
    fn coded(&mut self) -> Result<char, Fault> {
        let mut code = self.digits()?;
        if (0xd800..0xdc00).contains(&code) && self.next() == b'\\' && self.next() == b'u' {
            let low = self.digits()?;
            if (0xdc00..0xe000).contains(&low) {
                code = 0x1_0000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            }
        }
        char::from_u32(code).ok_or_else(|| self.fault("a character"))
    }

    fn digits(&mut self) -> Result<u32, Fault> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = char::from(self.next()).to_digit(16);
            code = code * 16 + digit.ok_or_else(|| self.fault("a digit"))?;
        }
        Ok(code)
    }

    /// Takes a value that nobody asked for, however deep.
    #[inline(never)]
    pub fn skip(&mut self) -> Result<(), Fault> {
        let mut depth = 0_usize;
        loop {
            match self.peek() {
                b'"' => drop(self.string()?),
                b'{' | b'[' => {
                    self.at += 1;
                    depth += 1;
                }
                b'}' | b']' if depth > 0 => {
                    self.at += 1;
                    depth -= 1;
                }
                b',' | b':' if depth > 0 => self.at += 1,
                b't' | b'f' => drop(self.truth()?),
                b'n' => self.word("null")?,
                b'-' | b'0'..=b'9' => {
                    while let b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9' = self.here() {
                        self.at += 1;
                    }
                }
                _ => return Err(self.fault("a value")),
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }
}
