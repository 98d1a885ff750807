//! What somebody typed into a field, as it goes into a code.

use crate::{Error, Result};

/// A text of one line, at most so many characters long; it may be empty. Control characters, which would begin another line
/// of a card or end a text early, are refused and named by their field.
pub(super) fn line(field: &'static str, text: &str, most: usize) -> Result<String> {
    let text = text.trim();
    if text.chars().any(|c| c.is_control() || is_break(c)) {
        return Err(Error::invalid(
            field,
            "This is one line of text. Take out line breaks and characters that cannot be seen.",
        ));
    }
    short(field, text, most)?;
    Ok(text.to_owned())
}

/// The same of several lines; each ends with `\n`, however it was typed.
pub(super) fn lines(field: &'static str, text: &str, most: usize) -> Result<String> {
    let text = text.replace("\r\n", "\n");
    let text = text.trim();
    if text
        .chars()
        .any(|c| c != '\n' && (c.is_control() || is_break(c)))
    {
        return Err(Error::invalid(
            field,
            "There is a character in it that cannot be seen, such as a tab. Take it out.",
        ));
    }
    short(field, text, most)?;
    Ok(text.to_owned())
}

/// What must not be empty.
pub(super) fn needed(field: &'static str, text: &str, words: &'static str) -> Result<()> {
    if text.is_empty() {
        return Err(Error::invalid(field, words));
    }
    Ok(())
}

fn short(field: &'static str, text: &str, most: usize) -> Result<()> {
    if text.chars().count() > most {
        return Err(Error::invalid(
            field,
            format!("This is too long for a code that a phone reads: up to {most} characters."),
        ));
    }
    Ok(())
}

/// What some readers take for the end of a line.
fn is_break(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}
