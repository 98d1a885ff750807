//! Comma-separated values (RFC 4180), whose cells no spreadsheet takes for a formula.
//!
//! A cell that begins with a sign that a spreadsheet acts upon gets an apostrophe before it; so does one that begins with an
//! apostrophe, so that it can be taken away again.

use std::io::{self, BufRead};

/// What a formula begins with, and the sign that disarms it (OWASP, *CSV Injection*).
pub(crate) const ARMED: [char; 8] = ['=', '+', '-', '@', '\t', '\r', '\n', '\''];

/// Writes one record.
pub(crate) fn write<'a>(out: &mut String, cells: impl IntoIterator<Item = &'a str>) {
    for (nth, cell) in cells.into_iter().enumerate() {
        if nth > 0 {
            out.push(',');
        }
        let sign = if cell.starts_with(ARMED) { "'" } else { "" };
        if cell.contains(['"', ',', '\r', '\n']) {
            out.push('"');
            out.push_str(sign);
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(sign);
            out.push_str(cell);
        }
    }
    out.push_str("\r\n");
}

/// Reads one record; none at the end. What was put before a cell by [`write`] is taken away.
pub(super) fn read(from: &mut impl BufRead) -> io::Result<Option<Vec<String>>> {
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
        if cell.starts_with('\'') {
            cell.remove(0);
        }
    }
    cells
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
            ("\t=1", "'\t=1"),
            ("\r=1", "\"'\r=1\""),
            ("\n=1", "\"'\n=1\""),
            ("'tis", "''tis"),
            ("=HYPERLINK(\"x\",1)", "\"'=HYPERLINK(\"\"x\"\",1)\""),
            ("a=1", "a=1"),
            ("", ""),
        ] {
            assert_eq!(written(&[cell]), format!("{expected}\r\n"), "{cell:?}");
        }
    }

    #[test]
    fn what_was_written_is_read_as_it_was() {
        let records: [&[&str]; 5] = [
            &["a", "b,c", "d \"e\" f", ""],
            &["=1", "'x", "''", "\"", "\"\"", ","],
            &["two\r\nlines", "one\n", "\r", "é, 日本語"],
            &["", ""],
            &["-1", "plain"],
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

    #[test]
    fn what_is_no_text_is_a_fault_and_an_open_quote_ends_with_the_file() {
        assert!(read(&mut &b"\xff\xfe,a\n"[..]).is_err());
        let cells = read(&mut &b"a,\"b\nc"[..]).unwrap().unwrap();
        assert_eq!(cells, ["a", "b\nc"]);
    }
}
