//! Taking a file in: it is hashed, measured, sealed and looked at while it passes, and never held whole but for a picture
//! or a voice note of ordinary size.

use super::{
    kind::{self, HEAD, Type},
    seal::{Seal, Variant},
    sound::{self, Heard},
    store::Writing,
    thumb::{self, LARGEST, Sight},
};
use crate::{Env, Error, Result, crypto::Key};
use postern_types::{FileId, WorkspaceId};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// Bytes of a file, at most: what Meta carries.
pub(super) const MOST: u64 = 100 * 1024 * 1024;

/// Last bytes that are enough to tell whether it ends in an archive: the archive's own end, the longest comment behind that,
/// and a little.
pub(super) const TAIL: usize = 22 + 65_535 + 64;

/// A file on its way into the store.
pub(super) struct Taking {
    workspace: WorkspaceId,
    file: FileId,
    key: Key,
    writing: Writing,
    hash: Sha256,
    size: u64,
    head: Vec<u8>,
    tail: Vec<u8>,
    /// All of it, as long as it may be looked at.
    whole: Option<Vec<u8>>,
}

/// A file that lies in the store; nothing names it yet.
pub(super) struct Taken {
    pub key: Key,
    pub object: String,
    pub size: u64,
    pub sha256: [u8; 32],
    pub head: Vec<u8>,
    /// Its last bytes, [`TAIL`] of them at least when it has as many.
    pub tail: Vec<u8>,
    whole: Option<Vec<u8>>,
}

/// What can be told of it without opening it again.
#[derive(Default)]
pub(super) struct Looks {
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub heard: Option<Heard>,
    pub thumb: Option<Thumb>,
}

/// A small picture that lies in the store.
pub(super) struct Thumb {
    pub object: String,
    pub size: u64,
    pub mime: &'static str,
}

impl Taking {
    pub fn begin(env: &Env, workspace: WorkspaceId, file: FileId) -> Self {
        let key: Key = Zeroizing::new(env.bytes());
        let seal = Seal::new(&key, workspace, file, Variant::Full);
        Self {
            workspace,
            file,
            writing: env.files.write(env, workspace, seal),
            key,
            hash: Sha256::new(),
            size: 0,
            head: Vec::new(),
            tail: Vec::new(),
            whole: Some(Vec::new()),
        }
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    /// Takes the next bytes; false when they are too many.
    pub async fn put(&mut self, bytes: &[u8]) -> Result<bool> {
        self.size += bytes.len() as u64;
        if self.size > MOST {
            return Ok(false);
        }
        self.hash.update(bytes);
        let missing = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend(bytes.iter().take(missing));
        self.end_with(bytes);
        self.keep(bytes);
        self.writing.put(bytes).await?;
        Ok(true)
    }

    /// Keeps the last bytes.
    fn end_with(&mut self, bytes: &[u8]) {
        self.tail
            .extend_from_slice(&bytes[bytes.len().saturating_sub(TAIL)..]);
        // Not at every piece: what is moved to the front is moved once for many.
        if self.tail.len() > 4 * TAIL {
            self.tail.drain(..self.tail.len() - TAIL);
        }
    }

    /// Keeps the bytes of what will be looked at: pictures and voice notes.
    fn keep(&mut self, bytes: &[u8]) {
        let Some(whole) = &mut self.whole else {
            return;
        };
        whole.extend_from_slice(bytes);
        let told = whole.len() >= HEAD;
        if whole.len() > LARGEST || (told && !is_looked_at(kind::sniff(&self.head))) {
            self.whole = None;
        }
    }

    pub async fn finish(self) -> Result<Taken> {
        Ok(Taken {
            object: self.writing.finish().await?,
            key: self.key,
            size: self.size,
            sha256: self.hash.finalize().into(),
            head: self.head,
            tail: self.tail,
            whole: self.whole,
        })
    }

    pub async fn abort(self) {
        tracing::debug!(file.id = %self.file, workspace.id = %self.workspace, "a file was not taken in whole");
        self.writing.abort().await;
    }
}

fn is_looked_at(found: Type) -> bool {
    found.family == kind::Family::Image || found.mime == "audio/ogg"
}

impl Taken {
    /// Whether all of it is at hand to be looked at.
    pub fn is_at_hand(&self) -> bool {
        self.whole.is_some()
    }

    /// Looks at a picture or listens to a voice note. Words when it is not kept.
    pub async fn look(
        &mut self,
        env: &Env,
        workspace: WorkspaceId,
        file: FileId,
        found: Type,
    ) -> Result<Result<Looks, String>> {
        let mut looks = Looks::default();
        let Some(whole) = self.whole.take().filter(|_| is_looked_at(found)) else {
            return Ok(Ok(looks));
        };
        if found.family != kind::Family::Image {
            looks.heard = sound::hear(&env.files.pictures, found, whole).await?;
            return Ok(Ok(looks));
        }
        match thumb::look(&env.files.pictures, found, whole, thumb::SIDE).await? {
            Sight::Seen(looked) => {
                looks.width = i32::try_from(looked.width).ok();
                looks.height = i32::try_from(looked.height).ok();
                let seal = Seal::new(&self.key, workspace, file, Variant::Thumb);
                let mut writing = env.files.write(env, workspace, seal);
                writing.put(&looked.thumb).await?;
                looks.thumb = Some(Thumb {
                    object: writing.finish().await?,
                    size: looked.thumb.len() as u64,
                    mime: kind::sniff(&looked.thumb).mime,
                });
                Ok(Ok(looks))
            }
            Sight::Bomb => Ok(Err(
                "It is a picture of more than 50 million pixels, too many to open. It was not kept.".to_owned(),
            )),
            Sight::Dark => Ok(Ok(looks)),
        }
    }

    /// Takes it out of the store again.
    pub async fn discard(self, env: &Env, looks: Option<Looks>) {
        let thumb = looks
            .and_then(|looks| looks.thumb)
            .map(|thumb| thumb.object);
        env.files
            .discard([self.object].into_iter().chain(thumb))
            .await;
    }
}

/// Whether a hash that was told, in base64 or in hex, is this one. What cannot be read as either is not held against it.
pub(super) fn agrees(told: &str, sha256: &[u8; 32]) -> bool {
    use base64::{
        Engine as _,
        engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
    };
    let told = told.trim();
    let bare = told.trim_end_matches('=');
    let read = [
        hex::decode(told).ok(),
        STANDARD_NO_PAD.decode(bare).ok(),
        URL_SAFE_NO_PAD.decode(bare).ok(),
    ];
    let mut read = read
        .into_iter()
        .flatten()
        .filter(|bytes| bytes.len() == 32)
        .peekable();
    read.peek().is_none() || read.any(|bytes| bytes == sha256)
}

/// A size as the database counts.
pub(super) fn count(size: u64) -> Result<i64> {
    i64::try_from(size).map_err(|_| Error::internal("a file is longer than can be counted"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine as _, engine::general_purpose::STANDARD};

    #[test]
    fn a_hash_is_read_in_either_writing_and_one_that_differs_is_told() {
        let hash = crate::crypto::sha256(b"a file");
        let other = crate::crypto::sha256(b"another");
        for told in [
            STANDARD.encode(hash),
            STANDARD.encode(hash).trim_end_matches('=').to_owned(),
            hex::encode(hash),
            hex::encode_upper(hash),
            String::new(),
            "no hash at all".to_owned(),
        ] {
            assert!(agrees(&told, &hash), "{told}");
        }
        for told in [STANDARD.encode(other), hex::encode(other)] {
            assert!(!agrees(&told, &hash), "{told}");
        }
    }
}
