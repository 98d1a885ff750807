//! What text a file is: its encoding, as its marks and bytes say, and the sign between its cells.

use super::split::Splitter;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use postern_types::{IMPORT_ENCODINGS, IMPORT_SEPARATORS};

/// Rows that are looked at to find out what parts cells.
const ROWS: usize = 50;

/// The encoding of that name, when it is one that may be chosen.
pub fn encoding(name: &str) -> Option<&'static Encoding> {
    let known = IMPORT_ENCODINGS.iter().any(|(known, _)| *known == name);
    known.then(|| Encoding::for_label(name.as_bytes()))?
}

/// The name of an encoding, as it is chosen by.
pub fn name_of(encoding: &'static Encoding) -> String {
    encoding.name().to_lowercase()
}

/// What a file is by its first bytes, if it is no text; what to do about it.
pub fn is_other(head: &[u8]) -> Option<&'static str> {
    let begins = |with: &[u8]| head.starts_with(with);
    if begins(b"PK\x03\x04") || begins(b"\xD0\xCF\x11\xE0") {
        return Some(
            "This is a workbook or an archive, and no text. Open it in your spreadsheet program, save it as “CSV UTF-8”, and \
             bring that.",
        );
    }
    if begins(b"%PDF") || begins(b"\x1F\x8B") || begins(b"\x89PNG") || begins(b"\xFF\xD8\xFF") {
        return Some(
            "This is no CSV. Save your list as CSV in your spreadsheet program, and bring that.",
        );
    }
    None
}

/// Finds out what encoding a file is in, as its bytes pass.
pub struct Guess {
    begin: Vec<u8>,
    /// What is left of a piece that ended within a sign.
    rest: Vec<u8>,
    /// Signs beyond ASCII that are UTF-8, and places that are not.
    good: u64,
    bad: u64,
    /// NUL bytes at even and at odd places, and all bytes.
    nuls: [u64; 2],
    bytes: u64,
}

impl Guess {
    pub fn new() -> Self {
        Self {
            begin: Vec::new(),
            rest: Vec::new(),
            good: 0,
            bad: 0,
            nuls: [0, 0],
            bytes: 0,
        }
    }

    /// Looks at the next bytes.
    pub fn push(&mut self, piece: &[u8]) {
        let missing = 4_usize.saturating_sub(self.begin.len());
        self.begin.extend(piece.iter().take(missing));
        for byte in piece {
            if *byte == 0 {
                let [even, odd] = &mut self.nuls;
                *(if self.bytes.is_multiple_of(2) {
                    even
                } else {
                    odd
                }) += 1;
            }
            self.bytes += 1;
        }
        let all = [std::mem::take(&mut self.rest).as_slice(), piece].concat();
        let mut from = all.as_slice();
        loop {
            match std::str::from_utf8(from) {
                Ok(text) => {
                    self.count(text);
                    return;
                }
                Err(error) => {
                    let (fine, behind) = from.split_at(error.valid_up_to());
                    self.count(std::str::from_utf8(fine).unwrap_or_default());
                    let Some(length) = error.error_len() else {
                        self.rest = behind.to_vec();
                        return;
                    };
                    self.bad += 1;
                    from = behind.get(length..).unwrap_or_default();
                }
            }
        }
    }

    fn count(&mut self, text: &str) {
        self.good += text.chars().filter(|sign| !sign.is_ascii()).count() as u64;
    }

    /// What it is; none when it is no text.
    pub fn end(&self) -> Option<&'static Encoding> {
        if let Some((marked, _)) = Encoding::for_bom(&self.begin) {
            return Some(marked);
        }
        let [even, odd] = self.nuls;
        if even + odd > 0 {
            // Of UTF-16 in most languages every other byte is a NUL somewhere: of a separator, a digit, a line's end.
            return match (even > odd * 20, odd > even * 20) {
                _ if (even + odd) * 20 < self.bytes => None,
                (true, _) => Some(UTF_16BE),
                (_, true) => Some(UTF_16LE),
                _ => None,
            };
        }
        let bad = self.bad + u64::from(!self.rest.is_empty());
        // A broken sign or two among many that are whole were broken on their way.
        let unicode = bad == 0 || self.good > bad * 10;
        Some(if unicode { UTF_8 } else { WINDOWS_1252 })
    }
}

/// The sign between cells, by the first rows: the one that parts most of them into as many cells as the headings.
pub fn separator(text: &str) -> char {
    if let Some(told) = told(text.lines().next().unwrap_or_default()) {
        return told;
    }
    let mut best = (0, 0, ',');
    for sign in IMPORT_SEPARATORS {
        let mut splitter = Splitter::new(sign);
        splitter.push(text);
        // The last one may be cut off, unless it is the only one.
        if splitter.ready.len() < 2 {
            splitter.finish();
        }
        let rows: Vec<_> = splitter
            .ready
            .iter()
            .filter(|row| !row.is_empty())
            .take(ROWS)
            .collect();
        let Some(columns) = rows.first().map(|first| first.cells.len()) else {
            continue;
        };
        if columns < 2 {
            continue;
        }
        let alike = rows.iter().filter(|row| row.cells.len() == columns).count();
        let share = alike * 10 / rows.len().max(1);
        if (share, columns) > (best.0, best.1) {
            best = (share, columns, sign);
        }
    }
    best.2
}

/// What a first line “sep=;” says, as one program writes it.
pub fn told(line: &str) -> Option<char> {
    let line = line.trim_matches(['"', '\u{FEFF}', '\r', '\n']);
    let mut signs = line.strip_prefix("sep=")?.chars();
    let sign = signs
        .next()
        .filter(|sign| IMPORT_SEPARATORS.contains(sign))?;
    signs
        .all(|rest| IMPORT_SEPARATORS.contains(&rest))
        .then_some(sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(bytes: &[u8]) -> Option<String> {
        let mut guess = Guess::new();
        for piece in bytes.chunks(3) {
            guess.push(piece);
        }
        guess.end().map(name_of)
    }

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        let units = text.encode_utf16();
        units
            .flat_map(|unit| {
                if big {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            })
            .collect()
    }

    #[test]
    fn an_encoding_is_told_by_its_mark_or_by_its_bytes() {
        let text = "Name;Phone\r\nJürgen;+49\r\n";
        let (western, _, _) = WINDOWS_1252.encode(text);
        let many = "ä".repeat(50);
        for (bytes, expected) in [
            (text.as_bytes().to_vec(), Some("utf-8")),
            ([b"\xEF\xBB\xBF", text.as_bytes()].concat(), Some("utf-8")),
            (
                [b"\xFF\xFE".to_vec(), utf16(text, false)].concat(),
                Some("utf-16le"),
            ),
            (
                [b"\xFE\xFF".to_vec(), utf16(text, true)].concat(),
                Some("utf-16be"),
            ),
            (utf16(text, false), Some("utf-16le")),
            (utf16(text, true), Some("utf-16be")),
            (western.to_vec(), Some("windows-1252")),
            (b"plain".to_vec(), Some("utf-8")),
            // A sign that was broken on its way is one of a text that is Unicode all the same.
            ([many.as_bytes(), b"\xFF"].concat(), Some("utf-8")),
            ([many.as_bytes(), b"\xC3"].concat(), Some("utf-8")),
            (b"a\0b\x01\x02\x03\0\0\0x".to_vec(), None),
            (
                b"Name,Phone\nAna,+49 151 234567890\0 and more of the same text".to_vec(),
                None,
            ),
        ] {
            assert_eq!(guess(&bytes).as_deref(), expected, "{bytes:?}");
        }
    }

    #[test]
    fn a_separator_is_the_one_that_makes_rows_alike() {
        for (text, expected) in [
            ("name,phone\na,1\nb,2\n", ','),
            ("name;phone\na,x;1\nb,y;2\n", ';'),
            ("name\tphone\na, x\t1\n", '\t'),
            ("name|phone\na|1\n", '|'),
            // In quotes it parts nothing.
            ("\"name; first\",phone\n\"a; b\",1\n", ','),
            ("phone\n+49\n", ','),
            // Mixed: most rows are like the headings.
            ("a;b;c\n1;2;3\n1;2;3\n1,2,3\n", ';'),
            ("sep=|\na|b\n", '|'),
            ("\u{FEFF}sep=;\r\na;b\r\n", ';'),
            ("", ','),
        ] {
            assert_eq!(separator(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_no_text_is_told_by_its_beginning() {
        assert!(is_other(b"PK\x03\x04\x14\0").is_some());
        assert!(is_other(b"\xD0\xCF\x11\xE0\xA1\xB1").is_some());
        assert!(is_other(b"%PDF-1.7").is_some());
        assert!(is_other(b"Name,Phone").is_none());
        for (name, _) in IMPORT_ENCODINGS {
            let encoding = encoding(name).unwrap();
            assert_eq!(name_of(encoding), name);
        }
        assert!(encoding("utf-7").is_none() && encoding("x-user-defined").is_none());
    }
}
