//! WhatsApp's own marks in a text: `*bold*`, `_italic_`, `~struck~`, `` `code` ``, lines that quote or are items of a list.
//! What is no mark stays as it was written.

use crate::letters::is_letter_or_digit;
use crate::ui::linked::address;

/// A part of a text that stands by itself.
#[derive(Debug, PartialEq, Eq)]
pub enum Block<'a> {
    /// Lines, with the breaks between them.
    Lines(Vec<Span<'a>>),
    /// Lines that began with `>`.
    Quote(Vec<Span<'a>>),
    /// Lines that began with `-` or `*`.
    List(Vec<Vec<Span<'a>>>),
    /// Between two times three backticks, over several lines.
    Fence(&'a str),
}

/// A piece of a line.
#[derive(Debug, PartialEq, Eq)]
pub enum Span<'a> {
    Text(&'a str),
    Link(&'a str),
    Bold(Vec<Span<'a>>),
    Italic(Vec<Span<'a>>),
    Struck(Vec<Span<'a>>),
    Code(&'a str),
}

const FENCE: &str = "```";
/// Marks within marks are read so deep.
const DEEPEST: usize = 4;

/// Reads a text.
pub fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((before, code, after)) = fenced(rest) {
        lines(before.trim_end_matches('\n'), &mut blocks);
        blocks.push(Block::Fence(code));
        rest = after;
    }
    lines(rest, &mut blocks);
    blocks
}

/// Reads a text for where it stands in one line: without its marks.
pub fn plain(text: &str) -> String {
    fn flat(spans: &[Span<'_>], plain: &mut String) {
        for span in spans {
            match span {
                Span::Text(text) | Span::Link(text) | Span::Code(text) => plain.push_str(text),
                Span::Bold(inner) | Span::Italic(inner) | Span::Struck(inner) => flat(inner, plain),
            }
        }
    }
    let mut plain = String::new();
    for block in blocks(text) {
        if !plain.is_empty() {
            plain.push(' ');
        }
        match block {
            Block::Lines(spans) | Block::Quote(spans) => flat(&spans, &mut plain),
            Block::List(items) => {
                for (n, item) in items.iter().enumerate() {
                    plain.push_str(if n == 0 { "" } else { ", " });
                    flat(item, &mut plain);
                }
            }
            Block::Fence(code) => plain.push_str(code),
        }
    }
    plain
}

/// The next fence with a line break in it; within a line it is a piece of that line.
fn fenced(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let open = from + text.get(from..)?.find(FENCE)?;
        let inside = open + FENCE.len();
        let close = inside + text.get(inside..)?.find(FENCE)?;
        let code = text.get(inside..close)?;
        let after = text.get(close + FENCE.len()..)?;
        if code.contains('\n') && !code.trim().is_empty() {
            let after = after.strip_prefix('\n').unwrap_or(after);
            return Some((text.get(..open)?, code.trim_matches('\n'), after));
        }
        from = close + FENCE.len();
    }
}

fn lines<'a>(text: &'a str, blocks: &mut Vec<Block<'a>>) {
    if text.is_empty() {
        return;
    }
    for line in text.split('\n') {
        if let Some(quoted) = line
            .strip_prefix("> ")
            .filter(|rest| !rest.trim().is_empty())
        {
            match blocks.last_mut() {
                Some(Block::Quote(spans)) => {
                    spans.push(Span::Text("\n"));
                    spans.extend(pieces(quoted));
                }
                _ => blocks.push(Block::Quote(pieces(quoted))),
            }
        } else if let Some(item) = item(line) {
            match blocks.last_mut() {
                Some(Block::List(items)) => items.push(pieces(item)),
                _ => blocks.push(Block::List(vec![pieces(item)])),
            }
        } else {
            match blocks.last_mut() {
                Some(Block::Lines(spans)) => {
                    spans.push(Span::Text("\n"));
                    spans.extend(pieces(line));
                }
                // The break after a list or a quote is its own end.
                _ => blocks.push(Block::Lines(pieces(line))),
            }
        }
    }
}

fn item(line: &str) -> Option<&str> {
    let rest = line
        .strip_prefix("- ")
        .or_else(|| line.strip_prefix("* "))?;
    (!rest.trim().is_empty()).then_some(rest)
}

fn pieces(line: &str) -> Vec<Span<'_>> {
    within(line, DEEPEST)
}

fn within(line: &str, depth: usize) -> Vec<Span<'_>> {
    let mut spans = Vec::new();
    // What was read and is no mark begins here.
    let mut plain = 0;
    let mut at = 0;
    // Marks without an end: they have none further on either.
    let mut endless = [false; 4];
    while let Some(c) = line.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = line.get(at..).unwrap_or_default();
        let found = match c {
            'h' => address(rest).map(|address| (Span::Link(address), address.len())),
            '`' => code(rest),
            '*' | '_' | '~' if depth > 0 && opens(line, at, c) => {
                let slot = match c {
                    '*' => 0,
                    '_' => 1,
                    _ => 2,
                };
                let end = if endless.get(slot) == Some(&false) {
                    end_of(rest, c)
                } else {
                    None
                };
                if end.is_none()
                    && let Some(endless) = endless.get_mut(slot)
                {
                    *endless = true;
                }
                end.and_then(|end| {
                    let inner = within(rest.get(1..end)?, depth - 1);
                    let span = match c {
                        '*' => Span::Bold(inner),
                        '_' => Span::Italic(inner),
                        _ => Span::Struck(inner),
                    };
                    Some((span, end + 1))
                })
            }
            _ => None,
        };
        match found {
            Some((span, long)) => {
                push_text(&mut spans, line.get(plain..at).unwrap_or_default());
                spans.push(span);
                at += long;
                plain = at;
            }
            None => at += c.len_utf8(),
        }
    }
    push_text(&mut spans, line.get(plain..).unwrap_or_default());
    spans
}

fn push_text<'a>(spans: &mut Vec<Span<'a>>, text: &'a str) {
    if !text.is_empty() {
        spans.push(Span::Text(text));
    }
}

/// `` `code` `` or ```` ```code``` ````, and how long it is with its marks.
fn code(rest: &str) -> Option<(Span<'_>, usize)> {
    let mark = if rest.starts_with(FENCE) { FENCE } else { "`" };
    let inside = rest.get(mark.len()..)?;
    let end = inside.find(mark)?;
    let code = inside.get(..end).filter(|code| !code.trim().is_empty())?;
    Some((Span::Code(code), end + 2 * mark.len()))
}

/// A mark opens before a character, and not within a word.
fn opens(line: &str, at: usize, mark: char) -> bool {
    let before = line.get(..at).and_then(|before| before.chars().next_back());
    let after = line.get(at + 1..).and_then(|after| after.chars().next());
    before.is_none_or(|c| !is_letter_or_digit(c))
        && after.is_some_and(|c| !c.is_whitespace() && c != mark)
}

/// Where the mark that `rest` begins with is closed: behind a character, and not within a word.
fn end_of(rest: &str, mark: char) -> Option<usize> {
    let mut before = mark;
    let mut marks = rest.char_indices().peekable();
    marks.next();
    while let Some((at, c)) = marks.next() {
        let after = marks.peek().map(|(_, c)| *c);
        if c == mark
            && !before.is_whitespace()
            && after.is_none_or(|c| !is_letter_or_digit(c) && c != mark)
        {
            return Some(at);
        }
        before = c;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Block::*, Span::*, *};

    fn line(text: &str) -> Vec<Span<'_>> {
        match blocks(text).pop() {
            Some(Lines(spans)) => spans,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn marks_are_read_as_whatsapp_reads_them() {
        for (text, expected) in [
            ("*bold*", vec![Bold(vec![Text("bold")])]),
            (
                "a _b_, ~c~!",
                vec![
                    Text("a "),
                    Italic(vec![Text("b")]),
                    Text(", "),
                    Struck(vec![Text("c")]),
                    Text("!"),
                ],
            ),
            ("*_both_*", vec![Bold(vec![Italic(vec![Text("both")])])]),
            ("`x` ```y z```", vec![Code("x"), Text(" "), Code("y z")]),
            (
                "*see https://a.example/b_c_d*",
                vec![Bold(vec![Text("see "), Link("https://a.example/b_c_d")])],
            ),
            ("(*so*)", vec![Text("("), Bold(vec![Text("so")]), Text(")")]),
            ("*é 👍*", vec![Bold(vec![Text("é 👍")])]),
        ] {
            assert_eq!(line(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_mark_stays_as_it_was_written() {
        for text in [
            "2 * 3 * 4",
            "snake_case_name",
            "2*3*4",
            "*not closed",
            "a * b*",
            "**",
            "****",
            "``",
            "`",
            "``````",
            "~~",
            ":-*",
            "a*b*c",
        ] {
            assert_eq!(line(text), [Text(text)], "{text}");
        }
    }

    #[test]
    fn an_address_is_a_link_and_its_marks_are_its_own() {
        assert_eq!(
            line("see https://a.example/b_c_d _now_"),
            [
                Text("see "),
                Link("https://a.example/b_c_d"),
                Text(" "),
                Italic(vec![Text("now")])
            ]
        );
        assert_eq!(
            line("hi javascript:alert(1)"),
            [Text("hi javascript:alert(1)")]
        );
    }

    #[test]
    fn lines_that_quote_or_are_items_stand_by_themselves() {
        assert_eq!(
            blocks("Hi\nall\n> a\n> *b*\n- one\n* two\nbye"),
            [
                Lines(vec![Text("Hi"), Text("\n"), Text("all")]),
                Quote(vec![Text("a"), Text("\n"), Bold(vec![Text("b")])]),
                List(vec![vec![Text("one")], vec![Text("two")]]),
                Lines(vec![Text("bye")]),
            ]
        );
        assert_eq!(
            blocks("so:\n```\nfn *x*\n\n  y\n```\nok"),
            [
                Lines(vec![Text("so:")]),
                Fence("fn *x*\n\n  y"),
                Lines(vec![Text("ok")])
            ]
        );
        assert_eq!(
            blocks(">x\n> \n-y"),
            [Lines(vec![
                Text(">x"),
                Text("\n"),
                Text("> "),
                Text("\n"),
                Text("-y")
            ])]
        );
        assert_eq!(blocks(""), []);
    }

    #[test]
    fn in_one_line_a_text_stands_without_its_marks() {
        for (text, expected) in [
            (
                "*Welcome!* We roast _every_ day:\n- one\n- *two*\n> until `six`",
                "Welcome! We roast every day: one, two until six",
            ),
            ("2 * 3 * 4", "2 * 3 * 4"),
            ("", ""),
        ] {
            assert_eq!(plain(text), expected);
        }
    }

    #[test]
    fn a_text_made_of_marks_is_read_in_no_time() {
        for text in [
            "*a ".repeat(20_000),
            "*_~".repeat(20_000),
            "```\n".repeat(20_001),
            "> ".repeat(20_000),
            "`".repeat(50_001),
        ] {
            assert!(!blocks(&text).is_empty());
        }
    }
}
