//! Media: what customers sent and what was uploaded, where it lies and for how long.

use std::collections::HashMap;

use axum::body::Bytes;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::ids;
use crate::sample::{self, Sample};

const MINUTE_MS: u64 = 60_000;
const DAY_MS: u64 = 24 * 60 * MINUTE_MS;
/// So long can a file be fetched from its address.
const ADDRESS_MS: u64 = 5 * MINUTE_MS;

/// What is odd about a file, from [`Attachment::odd`] or the control API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quirk {
    /// The hash told is another file's.
    WrongSha,
    /// The size told is a thousand bytes too much.
    WrongSize,
    /// So many milliseconds pass in the middle of the download.
    Slow(u64),
    /// The connection is cut in the middle of the download.
    CutOff,
    /// Whatever address is asked for: nothing is there.
    Gone,
    /// It has so many bytes, all of them zero.
    Large(u64),
    /// The download leads to this address.
    Redirect(String),
    /// The download calls itself this media type.
    Served(String),
}

/// A file that goes with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// The media id.
    pub id: String,
    /// What it says it is.
    pub mime: String,
    /// What it is.
    pub bytes: Bytes,
    /// Whether the message carries an address too, as since November 2025.
    pub linked: bool,
    /// What is odd about it.
    pub quirk: Option<Quirk>,
}

impl Attachment {
    /// A file of our own, under its true media type.
    pub fn new(sample: Sample) -> Self {
        Self::from_bytes(sample.mime(), sample.bytes())
    }

    /// A JPEG in one of several lights.
    pub fn photo(light: usize) -> Self {
        Self::from_bytes(Sample::Jpeg.mime(), sample::photo(light))
    }

    /// Any bytes, and what they say they are.
    pub fn from_bytes(mime: &str, bytes: impl Into<Bytes>) -> Self {
        Self {
            id: ids::media(),
            mime: mime.to_owned(),
            bytes: bytes.into(),
            linked: false,
            quirk: None,
        }
    }

    /// Called another media type than it has.
    pub fn claiming(mut self, mime: &str) -> Self {
        mime.clone_into(&mut self.mime);
        self
    }

    /// With an address in the message.
    pub fn linked(mut self) -> Self {
        self.linked = true;
        self
    }

    /// With something odd about it.
    pub fn odd(mut self, quirk: Quirk) -> Self {
        self.quirk = Some(quirk);
        self
    }

    /// The object of a message that carries it, without the address.
    pub fn object(&self) -> Value {
        json!({
            "id": self.id,
            "mime_type": self.mime,
            "sha256": told_hash(&self.bytes, self.quirk.as_ref()),
        })
    }
}

/// A file that Meta holds.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) waba_id: String,
    pub(crate) file: Attachment,
    /// Uploaded by the business, not sent by a customer.
    pub(crate) uploaded: bool,
    since_ms: u64,
}

impl Stored {
    fn lives(&self, now: u64) -> bool {
        let days = if self.uploaded { 30 } else { 7 };
        now < self.since_ms + days * DAY_MS
    }

    /// How many bytes Meta says there are.
    fn told_size(&self) -> u64 {
        let size = self.file.bytes.len() as u64;
        match self.file.quirk {
            Some(Quirk::Large(size)) => size,
            Some(Quirk::WrongSize) => size + 1000,
            _ => size,
        }
    }
}

/// All files, and the addresses at which they can be fetched for a while. Times are milliseconds.
#[derive(Debug, Default)]
pub(crate) struct Media {
    stored: HashMap<String, Stored>,
    addresses: HashMap<String, (String, u64)>,
}

impl Media {
    pub(crate) fn keep(&mut self, waba_id: &str, file: Attachment, uploaded: bool, now: u64) {
        let stored = Stored {
            waba_id: waba_id.to_owned(),
            file,
            uploaded,
            since_ms: now,
        };
        self.stored.insert(stored.file.id.clone(), stored);
    }

    pub(crate) fn get(&self, id: &str, now: u64) -> Option<&Stored> {
        self.stored.get(id).filter(|stored| stored.lives(now))
    }

    pub(crate) fn forget(&mut self, id: &str) -> bool {
        self.stored.remove(id).is_some()
    }

    /// Another oddity, or none, from now on; false for an unknown file.
    pub(crate) fn set_quirk(&mut self, id: &str, quirk: Option<Quirk>) -> bool {
        let stored = self.stored.get_mut(id);
        stored.map(|stored| stored.file.quirk = quirk).is_some()
    }

    /// A fresh path at which the file can be fetched.
    pub(crate) fn path(&mut self, id: &str, now: u64) -> String {
        let token = ids::secret();
        self.addresses.retain(|_, (_, until)| now < *until);
        self.addresses
            .insert(token.clone(), (id.to_owned(), now + ADDRESS_MS));
        format!("/media/{token}")
    }

    /// The file that lies at an address, as long as it does.
    pub(crate) fn at(&self, token: &str, now: u64) -> Option<&Stored> {
        let (id, until) = self.addresses.get(token)?;
        (now < *until).then(|| self.get(id, now)).flatten()
    }

    /// What `GET /{media_id}` tells.
    pub(crate) fn info(&mut self, base: &str, id: &str, now: u64) -> Option<Value> {
        let stored = self.get(id, now)?;
        let mut info = json!({
            "messaging_product": "whatsapp",
            "mime_type": stored.file.mime,
            "sha256": told_hash(&stored.file.bytes, stored.file.quirk.as_ref()),
            "file_size": stored.told_size(),
            "id": id,
        });
        info["url"] = json!(format!("{base}{}", self.path(id, now)));
        Some(info)
    }

    /// What the control API lists.
    pub(crate) fn list(&self) -> Vec<Value> {
        let line = |stored: &Stored| {
            json!({
                "id": stored.file.id,
                "waba_id": stored.waba_id,
                "mime_type": stored.file.mime,
                "file_size": stored.file.bytes.len(),
                "uploaded": stored.uploaded,
                "quirk": stored.file.quirk,
            })
        };
        self.stored.values().map(line).collect()
    }
}

/// In base64, as webhooks have it.
fn told_hash(bytes: &[u8], quirk: Option<&Quirk>) -> String {
    let hash = if quirk == Some(&Quirk::WrongSha) {
        Sha256::digest(b"another file")
    } else {
        Sha256::digest(bytes)
    };
    STANDARD.encode(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_lives_five_minutes_and_a_file_its_days() {
        let mut media = Media::default();
        let (sent, uploaded) = (Attachment::photo(0), Attachment::photo(1));
        let (sent_id, uploaded_id) = (sent.id.clone(), uploaded.id.clone());
        media.keep("1", sent, false, 0);
        media.keep("1", uploaded, true, 0);
        let path = media.path(&sent_id, 1000);
        let token = path.strip_prefix("/media/").unwrap();
        assert!(media.at(token, 1000 + ADDRESS_MS - 1).is_some());
        assert!(media.at(token, 1000 + ADDRESS_MS).is_none());
        assert!(media.get(&sent_id, 7 * DAY_MS - 1).is_some());
        assert!(media.get(&sent_id, 7 * DAY_MS).is_none());
        assert!(media.get(&uploaded_id, 30 * DAY_MS - 1).is_some());
        assert!(media.get(&uploaded_id, 30 * DAY_MS).is_none());
    }

    #[test]
    fn a_quirk_shows_in_what_is_told() {
        let mut media = Media::default();
        let file = Attachment::photo(0);
        let (id, size) = (file.id.clone(), file.bytes.len() as u64);
        media.keep("1", file, false, 0);
        let honest = media.info("", &id, 1).unwrap();
        assert_eq!(honest["file_size"], size);
        assert!(media.set_quirk(&id, Some(Quirk::WrongSha)));
        assert_ne!(media.info("", &id, 1).unwrap()["sha256"], honest["sha256"]);
        media.set_quirk(&id, Some(Quirk::Large(1 << 30)));
        assert_eq!(media.info("", &id, 1).unwrap()["file_size"], 1u64 << 30);
        assert!(media.forget(&id) && !media.forget(&id));
    }
}
