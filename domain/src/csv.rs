//! Comma-separated values (RFC 4180), whose cells no spreadsheet takes for a formula.
//!
//! A cell that a spreadsheet would act upon gets an apostrophe before it; so does one that stands behind apostrophes already,
//! so that one can be taken away again and what was written is there. A phone number in E.164 begins with such a sign: it is
//! written as `'+49…`. The same goes for what stands within a cell behind a sign at which some spreadsheets part cells: where
//! the list separator is `;`, a quotation mark within what is a cell there guards nothing.

use std::{
    borrow::Cow,
    io::{self, BufRead},
};

/// The mark by which a spreadsheet knows UTF-8; before the first record of a file.
pub(crate) const MARK: char = '\u{FEFF}';

/// What a formula begins with (OWASP, *CSV Injection*), in each width that a spreadsheet may take for the same sign.
const SIGNS: [char; 13] = [
    '=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫', '−',
];

/// What is not seen before it.
const UNSEEN: [char; 7] = [
    '\u{200B}', '\u{200C}', '\u{200D}', '\u{200E}', '\u{200F}', '\u{2060}', '\u{FEFF}',
];

/// At which a spreadsheet may part cells, whatever stands in quotation marks. The comma parts them as it should.
const PARTED: [char; 5] = [';', '|', '\t', '\r', '\n'];

/// Where in a cell a spreadsheet could begin to act, whatever number of apostrophes stands there: at its beginning, or behind
/// what parts cells; the last place first.
fn armed(cell: &str) -> Vec<usize> {
    let mut places = Vec::new();
    // Of what stands behind a place: whether it begins with a break, and whether the first sign that is seen makes a formula.
    let (mut breaks, mut acts) = (false, false);
    for (at, sign) in cell.char_indices().rev() {
        if acts && PARTED.contains(&sign) {
            places.push(at + sign.len_utf8());
        }
        if sign != '\'' {
            breaks = matches!(sign, '\t' | '\r' | '\n');
        }
        if SIGNS.contains(&sign) {
            acts = true;
        } else if !(sign.is_whitespace()
            || sign.is_control()
            || UNSEEN.contains(&sign)
            || sign == '\'')
        {
            acts = false;
        }
    }
    if breaks || acts {
        places.push(0);
    }
    places
}

/// Writes one record.
pub(crate) fn write<'a>(out: &mut String, cells: impl IntoIterator<Item = &'a str>) {
    for (nth, cell) in cells.into_iter().enumerate() {
        if nth > 0 {
            out.push(',');
        }
        let mut cell = Cow::Borrowed(cell);
        for at in armed(&cell) {
            cell.to_mut().insert(at, '\'');
        }
        if cell.contains(['"', ',', ';', '|', '\t', '\r', '\n']) {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(&cell);
        }
    }
    out.push_str("\r\n");
}

/// Reads one record; none at the end. What was put before a cell by [`write`] is taken away.
pub(crate) fn read(from: &mut impl BufRead) -> io::Result<Option<Vec<String>>> {
    let (mut line, mut open) = (Vec::new(), false);
    loop {
        let begun = line.len();
        if from.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        // Within quotes a line may end: so far they are odd in number then.
        for byte in &line[begun..] {
            open ^= *byte == b'"';
        }
        if !open {
            break;
        }
    }
    if line.is_empty() {
        return Ok(None);
    }
    let text = String::from_utf8(line).map_err(|_| io::ErrorKind::InvalidData)?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    Ok(Some(cells(text)))
}

fn cells(text: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let (mut quoted, mut signs) = (false, text.chars().peekable());
    while let Some(sign) = signs.next() {
        let cell = cells.last_mut().expect("there is one");
        match sign {
            '"' if quoted && signs.peek() == Some(&'"') => {
                signs.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            other => cell.push(other),
        }
    }
    for cell in &mut cells {
        if let Cow::Owned(bare) = bare(cell) {
            *cell = bare;
        }
    }
    cells
}

/// A cell without what [`write`] puts into it.
pub(crate) fn bare(cell: &str) -> Cow<'_, str> {
    let mut bare = Cow::Borrowed(cell);
    for at in armed(cell) {
        if cell.as_bytes().get(at) == Some(&b'\'') {
            bare.to_mut().remove(at);
        }
    }
    bare
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(cells: &[&str]) -> String {
        let mut out = String::new();
        write(&mut out, cells.iter().copied());
        out
    }

    #[test]
    fn a_formula_is_disarmed() {
        for (cell, expected) in [
            ("=1+1", "'=1+1"),
            ("+49 151", "'+49 151"),
            ("-2", "'-2"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "\"'\t'=1\""),
            ("\t", "\"'\t\""),
            ("  =1", "'  =1"),
            ("\u{A0}+1", "'\u{A0}+1"),
            ("\u{200B}@x", "'\u{200B}@x"),
            ("\u{FEFF}=1", "'\u{FEFF}=1"),
            ("\0=1", "'\0=1"),
            ("＝1+1", "'＝1+1"),
            ("＋49", "'＋49"),
            ("－2", "'－2"),
            ("＠x", "'＠x"),
            (" \"=1", "\" \"\"=1\""),
            ("'=1", "''=1"),
            ("' =1", "'' =1"),
            ("\r=1", "\"'\r'=1\""),
            ("\n=1", "\"'\n'=1\""),
            ("'tis", "'tis"),
            ("a;=1", "\"a;'=1\""),
            ("a;'=1;\u{200B}+2", "\"a;''=1;'\u{200B}+2\""),
            ("hi\n=cmd|' /C calc'!A0", "\"hi\n'=cmd|' /C calc'!A0\""),
            ("hi\r\n\t@x", "\"hi\r'\n'\t'@x\""),
            ("a|-1", "\"a|'-1\""),
            ("a; b|c\td", "\"a; b|c\td\""),
            ("=HYPERLINK(\"x\",1)", "\"'=HYPERLINK(\"\"x\"\",1)\""),
            ("a=1", "a=1"),
            ("", ""),
        ] {
            assert_eq!(written(&[cell]), format!("{expected}\r\n"), "{cell:?}");
        }
    }

    #[test]
    fn what_was_written_is_read_as_it_was() {
        let records: [&[&str]; 7] = [
            &["a", "b,c", "d \"e\" f", ""],
            &["=1", "'x", "''", "\"", "\"\"", ","],
            &["'=1", "''=1", "'", "' -", "'t Hooft", "\t"],
            &["two\r\nlines", "one\n", "\r", "é, 日本語"],
            &["", ""],
            &["-1", "plain"],
            &["a;=1", "a;'=1", "\n\n=\n'=", "x|\t'\t;\r\n"],
        ];
        let text: String = records.iter().map(|record| written(record)).collect();
        for text in [text.clone(), text.trim_end_matches("\r\n").to_owned()] {
            let mut from = text.as_bytes();
            for record in records {
                let read = read(&mut from).unwrap().unwrap();
                assert_eq!(read, record);
            }
            assert!(read(&mut from).unwrap().is_none());
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_was_written_is_read_as_it_was_and_no_cell_acts(
            cells in proptest::collection::vec("[=+@\\-'\"a,;| \t\r\n＝\u{200B}é]{0,8}", 1..6),
        ) {
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            // A record of one empty cell cannot be told from no record at the end of a file.
            proptest::prop_assume!(cells != [""]);
            let text = written(&cells);
            let read = read(&mut text.as_bytes()).unwrap().unwrap();
            proptest::prop_assert_eq!(read, cells.clone());
            for cell in cells {
                let alone = written(&[cell]);
                let alone = alone.strip_prefix('"').unwrap_or(&alone);
                for shown in alone.split([';', '|', '\t', '\r', '\n']) {
                    let shown = shown.trim_start_matches([' ', '\u{200B}']);
                    proptest::prop_assert!(!shown.starts_with(['=', '+', '-', '@', '＝']), "{:?}", alone);
                }
            }
        }
    }

    #[test]
    fn what_is_no_text_is_a_fault_and_an_open_quote_ends_with_the_file() {
        assert!(read(&mut &b"\xff\xfe,a\n"[..]).is_err());
        let cells = read(&mut &b"a,\"b\nc"[..]).unwrap().unwrap();
        assert_eq!(cells, ["a", "b\nc"]);
    }
}
