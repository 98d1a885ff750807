//! Rows and cells (RFC 4180, and what programs make of it): pushed in as text in pieces of any length, taken out as records.
//!
//! A quotation mark opens a cell at its beginning alone; within, a doubled one is one. What stands behind a closing one
//! belongs to the cell. A row ends with LF, CR or both. No more of a cell or row is held than may be in it.

use std::collections::VecDeque;

/// Bytes of a cell.
pub const CELL: usize = 10_000;
/// Columns.
pub const COLUMNS: usize = 200;

/// A row as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Which one, the first is 1: as spreadsheets count, empty ones too.
    pub row: u32,
    /// Its cells; of more than may be, one more than may be.
    pub cells: Vec<String>,
    /// Which cell has more bytes than one may have; it is cut off there.
    pub long: Option<usize>,
    /// Whether the file ended within quotation marks.
    pub open: bool,
}

impl Record {
    /// Whether nothing stands in it.
    pub fn is_empty(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    /// Before the first sign of a cell.
    Begin,
    Plain,
    Quoted,
    /// Behind a quotation mark within quotes: the end, or the first of two.
    Mark,
}

/// What parts text into records.
pub struct Splitter {
    separator: char,
    at: At,
    /// Behind a CR, which an LF may follow.
    returned: bool,
    cell: String,
    record: Record,
    rows: u32,
    /// Those that are whole.
    pub ready: VecDeque<Record>,
}

impl Splitter {
    /// For cells that are parted by that sign.
    pub fn new(separator: char) -> Self {
        Self {
            separator,
            at: At::Begin,
            returned: false,
            cell: String::new(),
            record: Record::default(),
            rows: 0,
            ready: VecDeque::new(),
        }
    }

    /// Parts more of the text.
    pub fn push(&mut self, text: &str) {
        for sign in text.chars() {
            let returned = std::mem::take(&mut self.returned);
            if returned && sign == '\n' && self.at == At::Begin {
                continue;
            }
            match (self.at, sign) {
                (At::Begin, '"') => self.at = At::Quoted,
                (At::Quoted, '"') => self.at = At::Mark,
                (At::Quoted, sign) => self.add(sign),
                (At::Mark, '"') => {
                    self.add('"');
                    self.at = At::Quoted;
                }
                (_, '\n' | '\r') => {
                    self.returned = sign == '\r';
                    self.end_row();
                }
                (_, sign) if sign == self.separator => self.end_cell(),
                (_, sign) => {
                    self.add(sign);
                    self.at = At::Plain;
                }
            }
        }
    }

    /// Ends the last row, which needs no end of its own.
    pub fn finish(&mut self) {
        self.record.open = self.at == At::Quoted;
        let begun = self.at != At::Begin || !self.record.cells.is_empty();
        if begun {
            self.end_row();
        }
    }

    fn add(&mut self, sign: char) {
        if self.cell.len() + sign.len_utf8() <= CELL {
            self.cell.push(sign);
        } else if self.record.long.is_none() {
            self.record.long = Some(self.record.cells.len());
        }
    }

    fn end_cell(&mut self) {
        let cell = std::mem::take(&mut self.cell);
        if self.record.cells.len() <= COLUMNS {
            self.record.cells.push(cell);
        }
        self.at = At::Begin;
    }

    fn end_row(&mut self) {
        self.end_cell();
        self.rows = self.rows.saturating_add(1);
        let mut record = std::mem::take(&mut self.record);
        record.row = self.rows;
        self.ready.push_back(record);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split(separator: char, text: &str, piece: usize) -> Vec<Record> {
        let mut splitter = Splitter::new(separator);
        let signs: Vec<char> = text.chars().collect();
        for piece in signs.chunks(piece.max(1)) {
            splitter.push(&piece.iter().collect::<String>());
        }
        splitter.finish();
        splitter.ready.into_iter().collect()
    }

    fn cells(separator: char, text: &str) -> Vec<Vec<String>> {
        let records = split(separator, text, 3).into_iter();
        records.map(|record| record.cells).collect()
    }

    #[test]
    fn rows_and_cells_are_what_programs_write() {
        for (separator, text, expected) in [
            (',', "a,b\r\nc,d\r\n", vec![vec!["a", "b"], vec!["c", "d"]]),
            (';', "a,b;c\nd;e", vec![vec!["a,b", "c"], vec!["d", "e"]]),
            // A mark begins a cell, or is one of its signs.
            (',', "\"a,b\",c", vec![vec!["a,b", "c"]]),
            (',', "\"a\"\"b\",c\"d\"", vec![vec!["a\"b", "c\"d\""]]),
            (',', "\"a\"b,c", vec![vec!["ab", "c"]]),
            (
                ',',
                "\"two\r\nlines\",x\ry",
                vec![vec!["two\r\nlines", "x"], vec!["y"]],
            ),
            (
                '\t',
                "a\t\tb\n\nc",
                vec![vec!["a", "", "b"], vec![""], vec!["c"]],
            ),
            ('|', "a|", vec![vec!["a", ""]]),
            (',', "", vec![]),
            (',', "\n", vec![vec![""]]),
            (',', "=1+1,@x", vec![vec!["=1+1", "@x"]]),
        ] {
            assert_eq!(cells(separator, text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_cell_or_row_that_is_too_long_is_held_no_longer_than_it_may_be() {
        let text = format!("a,{},b\nc", "ä".repeat(CELL));
        let records = split(',', &text, 777);
        assert_eq!(records[0].long, Some(1));
        assert_eq!(records[0].cells[1].len(), CELL);
        assert_eq!(records[1].cells, ["c"]);
        let records = split(',', &"x,".repeat(5_000), 777);
        assert_eq!(records[0].cells.len(), COLUMNS + 1);
        let just = format!("{}\n", "x".repeat(CELL));
        assert_eq!(split(',', &just, 777)[0].long, None);
    }

    #[test]
    fn quotation_marks_that_are_never_closed_are_told_of() {
        let records = split(',', "a,b\nc,\"d\ne,f\n", 5);
        assert_eq!(records.len(), 2);
        assert!(!records[0].open && records[1].open);
        assert_eq!(records[1].cells[1], "d\ne,f\n");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_in_pieces_of_any_length(
            rows in proptest::collection::vec(proptest::collection::vec("[a;,\"\r\n\t= é]{0,6}", 1..4), 1..5),
            piece in 1usize..9,
        ) {
            let mut text = String::new();
            for row in &rows {
                let quoted: Vec<String> = row.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
                text += &quoted.join(";");
                text += "\r\n";
            }
            let read: Vec<_> = split(';', &text, piece).into_iter().map(|record| record.cells).collect();
            prop_assert_eq!(read, rows);
        }

        #[test]
        fn nothing_breaks_it(text in "[a;,\"\r\n]{0,40}", piece in 1usize..9) {
            let whole = split(',', &text, 99);
            prop_assert_eq!(split(',', &text, piece), whole);
        }
    }
}
