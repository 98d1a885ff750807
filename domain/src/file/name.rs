//! A file's name as its sender wrote it, made harmless: it is shown, and given to browsers to save under.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// Characters of a name.
const MOST: usize = 120;
/// Marks on one letter: more are drawn over what stands around it.
const MARKS: usize = 2;

/// What is left of a name: its last part, without anything that steers a screen, a path or a shell. None when nothing is.
pub(super) fn harmless(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut marks = 0;
    let shown: String = last
        .nfc()
        .filter(|c| {
            marks = if is_combining_mark(*c) { marks + 1 } else { 0 };
            marks <= MARKS && !is_unseen(*c)
        })
        .map(|c| {
            if matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*') {
                '_'
            } else {
                c
            }
        })
        .collect();
    let shown = shown.trim_matches(|c: char| c == '.' || c.is_whitespace());
    let whole = shown.chars().count();
    if whole <= MOST {
        return Some(shown.to_owned()).filter(|shown| !shown.is_empty());
    }
    // What it ends with says what it is.
    let end = shown
        .rsplit_once('.')
        .map(|(_, end)| end)
        .filter(|end| end.chars().count() <= 10);
    let end = end.map(|end| format!(".{end}")).unwrap_or_default();
    let begin: String = shown.chars().take(MOST - end.chars().count()).collect();
    Some(begin + &end)
}

/// Controls, what turns the direction of writing, and what has no width.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// What the name says the file is: the letters after its last dot, in lower case.
pub(super) fn extension(name: &str) -> Option<String> {
    let (_, end) = name.rsplit_once('.')?;
    Some(end.trim().to_ascii_lowercase()).filter(|end| !end.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_loses_what_steers_and_keeps_what_is_read() {
        for (written, shown) in [
            ("invoice.pdf", Some("invoice.pdf")),
            ("../../etc/passwd", Some("passwd")),
            ("C:\\Windows\\evil.docx", Some("evil.docx")),
            ("invoice\u{202e}fdp.exe", Some("invoicefdp.exe")),
            ("a\0b\r\nc\tname.txt", Some("abcname.txt")),
            ("\u{200b}.\u{feff}..", None),
            ("", None),
            ("a<b>:\"|?*.png", Some("a_b______.png")),
            ("  .hidden. ", Some("hidden")),
            ("صورة العائلة.jpg", Some("صورة العائلة.jpg")),
            (
                "Z\u{334}\u{335}\u{336}\u{337}\u{338}algo.txt",
                Some("Z\u{334}\u{335}algo.txt"),
            ),
            ("e\u{301}te\u{301}.pdf", Some("été.pdf")),
            ("\u{1f4c4} plan.pdf", Some("\u{1f4c4} plan.pdf")),
        ] {
            assert_eq!(harmless(written).as_deref(), shown, "{written:?}");
        }
        let long = harmless(&format!("{}.xlsx", "x".repeat(500))).unwrap();
        assert!(
            long.chars().count() == MOST && long.ends_with("x.xlsx"),
            "{long}"
        );
        let odd = harmless(&format!("a.{}", "y".repeat(500))).unwrap();
        assert_eq!(odd.chars().count(), MOST);
    }
}
