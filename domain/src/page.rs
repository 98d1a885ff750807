//! Keys of pages: where one page ends and the next begins, opaque to those who hand them back; and what is looked for.

use crate::{Error, Result};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use time::OffsetDateTime;

/// A key from a time and what breaks its ties.
pub fn key(at: OffsetDateTime, tie: impl std::fmt::Display) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}.{tie}", at.unix_timestamp_nanos() / 1000))
}

/// What [`key`] was made from.
pub fn parse<T: std::str::FromStr>(key: &str) -> Result<(OffsetDateTime, T)> {
    let bytes = URL_SAFE_NO_PAD.decode(key).map_err(|_| refused())?;
    let text = String::from_utf8(bytes).map_err(|_| refused())?;
    let (micros, tie) = text.split_once('.').ok_or_else(refused)?;
    let micros: i64 = micros.parse().map_err(|_| refused())?;
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1000)
        .map_err(|_| refused())?;
    Ok((at, tie.parse().map_err(|_| refused())?))
}

/// A key from a word and what breaks its ties.
pub fn word_key(word: &str, tie: impl std::fmt::Display) -> String {
    URL_SAFE_NO_PAD.encode(format!("{tie}.{word}"))
}

/// What [`word_key`] was made from.
pub fn parse_word<T: std::str::FromStr>(key: &str) -> Result<(String, T)> {
    let bytes = URL_SAFE_NO_PAD.decode(key).map_err(|_| refused())?;
    let text = String::from_utf8(bytes).map_err(|_| refused())?;
    let (tie, word) = text.split_once('.').ok_or_else(refused)?;
    // PostgreSQL takes none in a text.
    if word.contains('\0') {
        return Err(refused());
    }
    Ok((word.to_owned(), tie.parse().map_err(|_| refused())?))
}

fn refused() -> Error {
    Error::invalid(
        "page",
        "This page does not exist; read the list from its beginning.",
    )
}

/// Letters that are looked for, at most.
const LONGEST: usize = 200;

/// What is looked for, without space around it. [`Error::Invalid`] on `field` for more than a person types.
pub fn sought<'a>(field: &'static str, text: &'a str) -> Result<&'a str> {
    let text = text.trim();
    if text.chars().count() > LONGEST {
        return Err(Error::invalid(
            field,
            format!("This is too long to look for: up to {LONGEST} letters."),
        ));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_comes_back_as_it_was_and_rubbish_is_refused() {
        let at = OffsetDateTime::from_unix_timestamp_nanos(1_700_000_000_123_456_000).unwrap();
        assert_eq!(parse::<i64>(&key(at, 42)).unwrap(), (at, 42));
        for rubbish in ["", "!", "MQ", "MS54", "OTk5OTk5OTk5OTk5OTk5OTk5OS4x"] {
            assert!(parse::<i64>(rubbish).is_err(), "{rubbish}");
        }
        for word in ["", "ana", "a.b", "ünï"] {
            let read = parse_word::<i64>(&word_key(word, 7)).unwrap();
            assert_eq!(read, (word.to_owned(), 7));
        }
        for rubbish in ["", "!", "MQ", "MS4A"] {
            let read = parse_word::<i64>(rubbish);
            assert!(read.is_err(), "{rubbish}: {read:?}");
        }
    }
}
