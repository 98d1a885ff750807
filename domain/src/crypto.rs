//! Sealing: AES-256-GCM under named keys, and keyed digests.

use crate::{Error, Result};
use aes_gcm::{
    Aes256Gcm, KeyInit as _,
    aead::{Aead as _, Payload},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError},
};
use subtle::ConstantTimeEq as _;
use time::OffsetDateTime;
use zeroize::Zeroizing;

/// A symmetric key; wiped from memory when dropped.
pub type Key = Zeroizing<[u8; 32]>;

/// A key of the configuration: its id stands in everything that it sealed or signed.
pub struct NamedKey {
    /// 1 to 32 characters.
    pub id: String,
    /// The key; for tokens it may be longer than 32 bytes.
    pub secret: Zeroizing<Vec<u8>>,
}

/// The keys that can rotate. In each ring the first is the newest; all of them open, or verify. Which one is used for new
/// things stands in the database, the same for every process.
#[derive(Default)]
pub struct Rings {
    /// Wrap data keys and seal what belongs to no workspace; 32 bytes each.
    pub master: Vec<NamedKey>,
    /// Sign access tokens; 32 bytes at least.
    pub token: Vec<NamedKey>,
}

/// Gives the rings anew when they have changed.
type Reread = Box<dyn Fn() -> Option<Rings> + Send + Sync>;

/// The token keys that the database says are retired, whether they are known here or not.
#[derive(Default)]
struct Retired {
    ids: HashSet<String>,
    /// When the database was asked.
    heard: Option<OffsetDateTime>,
}

/// The installation's keys.
pub struct Keys {
    // One lock for asking and replacing: who was told of newer rings is not overtaken by who was told before.
    rings: Mutex<Rings>,
    reread: Option<Reread>,
    retired: Mutex<Retired>,
    /// Mixed into passwords, short codes and digests; kept outside the database. It never changes: what was digested
    /// could not be recognised any more.
    pepper: Zeroizing<Vec<u8>>,
}

/// Where a sealed value lives. It is authenticated with it, so that a ciphertext moved elsewhere does not open.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// `table.column`.
    pub column: &'a str,
    /// The workspace; empty for the installation's own.
    pub workspace: &'a str,
    /// The row's id within it.
    pub row: &'a str,
}

impl Place<'_> {
    fn bytes(&self) -> Vec<u8> {
        // Lengths first: no two places can read alike.
        let mut bytes = Vec::with_capacity(96);
        for part in [self.column, self.workspace, self.row] {
            bytes.extend((part.len() as u64).to_be_bytes());
            bytes.extend(part.as_bytes());
        }
        bytes
    }
}

const VERSION: u8 = 1;
const NONCE: usize = 12;

/// Seals `plain` for `place`: version, key id, nonce, ciphertext with tag.
pub fn seal(
    key: &Key,
    key_id: &str,
    place: Place<'_>,
    nonce: [u8; NONCE],
    plain: &[u8],
) -> Result<Vec<u8>> {
    let id_len = u8::try_from(key_id.len()).map_err(|_| Error::internal("a key id is too long"))?;
    let sealed = cipher(key)
        .encrypt(
            &nonce.into(),
            Payload {
                msg: plain,
                aad: &place.bytes(),
            },
        )
        .map_err(|_| Error::internal("sealing failed"))?;
    let mut out = Vec::with_capacity(2 + key_id.len() + NONCE + sealed.len());
    out.extend([VERSION, id_len]);
    out.extend(key_id.as_bytes());
    out.extend(nonce);
    out.extend(sealed);
    Ok(out)
}

/// The id of the key that sealed `sealed`.
pub fn key_id(sealed: &[u8]) -> Result<&str> {
    split(sealed).map(|(id, _, _)| id)
}

/// Opens what [`seal`] made, for the same place only.
pub fn open(key: &Key, place: Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let (_, nonce, body) = split(sealed)?;
    cipher(key)
        .decrypt(
            &nonce.into(),
            Payload {
                msg: body,
                aad: &place.bytes(),
            },
        )
        .map(Zeroizing::new)
        .map_err(|_| Error::internal("a sealed value does not open: wrong key, place or bytes"))
}

/// What every value begins with that the key of that id sealed, and no other.
pub fn prefix(key_id: &str) -> Vec<u8> {
    let id_len = u8::try_from(key_id.len()).unwrap_or(u8::MAX);
    [&[VERSION, id_len], key_id.as_bytes()].concat()
}

fn split(sealed: &[u8]) -> Result<(&str, [u8; NONCE], &[u8])> {
    let broken = || Error::internal("a sealed value is cut short");
    let [VERSION, id_len, rest @ ..] = sealed else {
        return Err(Error::internal("a sealed value is of an unknown version"));
    };
    let (id, rest) = rest
        .split_at_checked(usize::from(*id_len))
        .ok_or_else(broken)?;
    let (nonce, body) = rest.split_first_chunk::<NONCE>().ok_or_else(broken)?;
    let id = std::str::from_utf8(id).map_err(|_| broken())?;
    Ok((id, *nonce, body))
}

fn cipher(key: &Key) -> Aes256Gcm {
    Aes256Gcm::new(&(**key).into())
}

impl Keys {
    /// Keys that stay as they are.
    pub fn new(rings: Rings, pepper: Zeroizing<Vec<u8>>) -> Self {
        Self {
            rings: Mutex::new(rings),
            reread: None,
            retired: Mutex::default(),
            pepper,
        }
    }

    /// Keys that another process may change. `reread` is asked whenever one is looked for: it has to be quick, and gives
    /// none as long as nothing has changed.
    pub fn reread(self, reread: impl Fn() -> Option<Rings> + Send + Sync + 'static) -> Self {
        Self {
            reread: Some(Box::new(reread)),
            ..self
        }
    }

    /// The master key of that id.
    pub fn master(&self, id: &str) -> Result<Key> {
        self.look(|rings| {
            let key = rings.master.iter().find(|key| key.id == id);
            let key = key.ok_or_else(|| {
                Error::internal(format!(
                    "this process does not know the master key {id:?}: start it with that key"
                ))
            })?;
            as_key(&key.secret)
        })
    }

    /// The ids of the master keys, the newest first.
    pub fn master_ids(&self) -> Vec<String> {
        self.look(|rings| ids(&rings.master))
    }

    /// The token key of that id, unless it is retired.
    pub fn token(&self, id: &str) -> Option<Zeroizing<Vec<u8>>> {
        if self.retired().ids.contains(id) {
            return None;
        }
        self.look(|rings| {
            let key = rings.token.iter().find(|key| key.id == id);
            key.map(|key| key.secret.clone())
        })
    }

    /// A key for one purpose that stands and falls with the token key of that id: what the one signed, the other never
    /// verifies.
    pub fn token_for(&self, id: &str, purpose: &str) -> Option<Key> {
        Some(expand(&self.token(id)?, purpose))
    }

    /// Takes in which token keys are retired, as the database says at `now`.
    pub fn retire_tokens(&self, ids: Vec<String>, now: OffsetDateTime) {
        let mut retired = self.retired();
        // Once retired, retired for ever: who was told before others overtakes nobody.
        retired.ids.extend(ids);
        retired.heard = Some(now);
    }

    /// The ids of the token keys that are retired.
    pub fn retired_ids(&self) -> Vec<String> {
        self.retired().ids.iter().cloned().collect()
    }

    /// True when the database was not asked after `since` which token keys are retired. Whoever is told so asks; others
    /// go on meanwhile with what was known.
    pub(crate) fn is_to_ask(&self, since: OffsetDateTime, now: OffsetDateTime) -> bool {
        let mut retired = self.retired();
        let old = retired.heard.is_none_or(|heard| heard <= since);
        if old {
            retired.heard = Some(now);
        }
        old
    }

    /// The database did not answer: the next one asks.
    pub(crate) fn unheard(&self) {
        self.retired().heard = None;
    }

    fn retired(&self) -> MutexGuard<'_, Retired> {
        self.retired.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The ids of the token keys, the newest first; also of retired ones that are still known.
    pub fn token_ids(&self) -> Vec<String> {
        self.look(|rings| ids(&rings.token))
    }

    fn look<T>(&self, at: impl FnOnce(&Rings) -> T) -> T {
        let mut rings = self.rings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(newer) = self.reread.as_ref().and_then(|reread| reread()) {
            *rings = newer;
        }
        at(&rings)
    }

    /// A keyed hash of `parts`, for recognising something again without keeping it. One `purpose`, one keyspace.
    pub fn digest(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        let key = self.derive(purpose);
        let mut mac = mac(key.as_ref());
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// What is `told`, with a proof that it was told here, for an address that somebody is given. One `purpose`, one kind of
    /// address.
    pub fn attest(&self, purpose: &str, told: &[u8]) -> String {
        let proof = self.digest(purpose, &[told]);
        URL_SAFE_NO_PAD.encode([told, &proof].concat())
    }

    /// What was told, `length` bytes; none when that is no such address, or was made elsewhere.
    pub fn attested(&self, purpose: &str, length: usize, token: &str) -> Option<Vec<u8>> {
        let mut bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (told, proof) = bytes.split_at_checked(length)?;
        let right = self.digest(purpose, &[told]);
        if !bool::from(right.as_slice().ct_eq(proof)) {
            return None;
        }
        bytes.truncate(length);
        Some(bytes)
    }

    /// A key for one purpose, derived from the pepper (HKDF-SHA-256, RFC 5869).
    pub fn derive(&self, purpose: &str) -> Key {
        expand(&self.pepper, purpose)
    }
}

fn expand(secret: &[u8], purpose: &str) -> Key {
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(None, secret)
        .expand(purpose.as_bytes(), key.as_mut())
        .expect("32 bytes are within what HKDF gives");
    key
}

/// HMAC-SHA-256 (RFC 2104), ready to be fed.
pub fn mac(key: &[u8]) -> Hmac<Sha256> {
    <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).expect("HMAC takes a key of any length")
}

/// SHA-256, for long random secrets that are looked up by their hash.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The bytes of an id that follows from what it is about, and is the same for the same.
pub(crate) fn id_bytes(about: &str) -> [u8; 16] {
    let [bytes @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = sha256(about.as_bytes());
    bytes
}

fn ids(keys: &[NamedKey]) -> Vec<String> {
    keys.iter().map(|key| key.id.clone()).collect()
}

fn as_key(bytes: &[u8]) -> Result<Key> {
    let bytes: [u8; 32] = bytes
        .try_into()
        .map_err(|_| Error::internal("a master key is not 32 bytes"))?;
    Ok(Zeroizing::new(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place<'static> = Place {
        column: "channel.token",
        workspace: "w",
        row: "1",
    };

    fn key(byte: u8) -> Key {
        Zeroizing::new([byte; 32])
    }

    #[test]
    fn what_was_sealed_opens_in_its_place_only() {
        let sealed = seal(&key(1), "k1", PLACE, [9; 12], b"token").unwrap();
        assert_eq!(key_id(&sealed).unwrap(), "k1");
        assert!(sealed.starts_with(&prefix("k1")) && !sealed.starts_with(&prefix("k")));
        assert_eq!(&**open(&key(1), PLACE, &sealed).unwrap(), b"token");
        for elsewhere in [
            Place {
                column: "channel.app_secret",
                ..PLACE
            },
            Place {
                workspace: "v",
                ..PLACE
            },
            Place { row: "2", ..PLACE },
            Place {
                column: "channel.toke",
                workspace: "nw",
                ..PLACE
            },
        ] {
            assert!(open(&key(1), elsewhere, &sealed).is_err(), "{elsewhere:?}");
        }
        assert!(open(&key(2), PLACE, &sealed).is_err());
    }

    #[test]
    fn a_changed_byte_anywhere_does_not_open_and_does_not_panic() {
        let sealed = seal(&key(1), "k1", PLACE, [9; 12], b"token").unwrap();
        for at in 0..sealed.len() {
            // The key's id is only a look-up; what it finds then fails to open.
            if (2..4).contains(&at) {
                continue;
            }
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(open(&key(1), PLACE, &changed).is_err(), "byte {at}");
        }
        for len in 0..sealed.len() {
            assert!(
                open(&key(1), PLACE, &sealed[..len]).is_err(),
                "cut to {len}"
            );
        }
    }

    #[test]
    fn what_was_said_of_retired_keys_is_never_taken_back_and_not_asked_for_twice_at_once() {
        let keys = Keys::new(
            Rings {
                master: Vec::new(),
                token: vec![NamedKey {
                    id: "t1".to_owned(),
                    secret: Zeroizing::new(vec![1; 32]),
                }],
            },
            Zeroizing::new(vec![3; 32]),
        );
        let now = OffsetDateTime::UNIX_EPOCH;
        let earlier = now - time::Duration::seconds(5);
        assert!(keys.token("t1").is_some() && keys.is_to_ask(earlier, now));
        assert!(!keys.is_to_ask(earlier, now), "somebody asks already");
        keys.retire_tokens(vec!["t1".to_owned()], now);
        // An answer from before comes late.
        keys.retire_tokens(Vec::new(), now);
        assert!(keys.token("t1").is_none());
        assert_eq!(keys.retired_ids(), ["t1"]);
    }
}
