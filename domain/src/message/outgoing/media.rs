//! What Meta takes of files.

use crate::{Error, Result};
use postern_types::{FileView, NOT_TAKEN, media_kind};
use serde_json::{Map, Value, json};

/// The message that takes this file.
pub(super) fn media(words: &str, file: &FileView, voice: bool) -> Result<(&'static str, Value)> {
    let kind = media_kind(&file.mime).ok_or_else(|| Error::invalid("file", NOT_TAKEN))?;
    if file.size.is_none_or(|size| size > kind.most) {
        return Err(Error::invalid("file", kind.too_large));
    }
    if file.size == Some(0) {
        return Err(Error::invalid("file", "This file is empty."));
    }
    let mut content = Map::new();
    content.insert("id".into(), json!({ "file": file.id }));
    if !kind.caption && !words.is_empty() {
        return Err(Error::invalid(
            "text",
            "Sound and stickers have no caption: send the text after them.",
        ));
    }
    match kind.word {
        // Only what every WhatsApp plays as a voice note is sent as one.
        "audio" if voice && file.mime.starts_with("audio/ogg") => {
            content.insert("voice".into(), true.into());
        }
        "document" => {
            if let Some(name) = &file.name {
                content.insert("filename".into(), name.as_str().into());
            }
        }
        _ => {}
    }
    if !words.is_empty() {
        if words.chars().count() > 1024 {
            return Err(Error::invalid(
                "text",
                "A caption has at most 1024 characters: shorten it, or send it as a message of its own.",
            ));
        }
        content.insert("caption".into(), words.into());
    }
    Ok((kind.word, Value::Object(content)))
}
