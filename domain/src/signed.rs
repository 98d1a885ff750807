//! Signing as Standard Webhooks 1.0 has it: secrets as they are written, and what they make of a request. And requests of machines
//! that hold a secret of the installation's: of now, and good for once.

use crate::{
    Env, Error, Result,
    attempt::{self, Subject},
    crypto,
    source::provider,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::Mac as _;
use postern_types::SigningSecret;
use reqwest::header::HeaderMap;
use std::fmt;
use zeroize::Zeroizing;

/// What signs.
pub type Key = Zeroizing<Vec<u8>>;

const PREFIX: &str = "whsec_";
/// Bytes of a key.
const SIZES: std::ops::RangeInclusive<usize> = 24..=64;

/// Reads `whsec_` and base64 of 24 to 64 bytes; none when it is none.
pub(crate) fn key(text: &str) -> Option<Key> {
    let key = Key::new(STANDARD.decode(text.strip_prefix(PREFIX)?).ok()?);
    SIZES.contains(&key.len()).then_some(key)
}

/// A key as it is shown.
pub(crate) fn shown(key: &Key) -> SigningSecret {
    SigningSecret(format!("{PREFIX}{}", STANDARD.encode(&**key)))
}

/// HMAC-SHA-256 over `id.seconds.body`.
pub(crate) fn mac(key: &[u8], id: &str, seconds: &str, body: &[u8]) -> [u8; 32] {
    let mut mac = crypto::mac(key);
    for part in [id.as_bytes(), b".", seconds.as_bytes(), b".", body] {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Seconds in which an id is good for once: longer than a signed time is believed, in both directions.
const REMEMBERED_S: i32 = 15 * 60;

/// What they sign with. It says nothing of itself in a log.
pub struct SigningKey(Key);

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("whsec_…")
    }
}

impl SigningKey {
    /// Reads `whsec_` and base64 of 24 to 64 bytes.
    pub fn parse(text: &str) -> Option<Self> {
        key(text.trim()).map(Self)
    }

    /// Lets a request in. [`Error::Unauthorized`] when it is not signed by this key, or of another time; [`Error::Conflict`] when
    /// its `webhook-id` came before.
    pub async fn admit(
        &self,
        env: &Env,
        purpose: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<()> {
        let id =
            provider::signed_id(headers, body, &self.0, env.now()).ok_or(Error::Unauthorized)?;
        let once = Subject::fixed(env, purpose, id.as_bytes(), 1, REMEMBERED_S);
        match attempt::begin(env, &[once]).await {
            Err(Error::TooMany { .. }) => Err(Error::conflict(
                "This request came before: nothing was done again. Sign a new one.",
            )),
            other => other,
        }
    }
}
