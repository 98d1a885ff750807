//! Requests of machines that hold a secret of the installation's: signed as Standard Webhooks 1.0 has it, of now, and good for
//! once.

use crate::{
    Env, Error, Result,
    attempt::{self, Subject},
    source::provider,
};
use reqwest::header::HeaderMap;
use std::fmt;
use zeroize::Zeroizing;

/// Seconds in which an id is good for once: longer than a signed time is believed, in both directions.
const REMEMBERED_S: i32 = 15 * 60;

/// What they sign with. It says nothing of itself in a log.
pub struct SigningKey(Zeroizing<Vec<u8>>);

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("whsec_…")
    }
}

impl SigningKey {
    /// Reads `whsec_` and base64 of 24 to 64 bytes.
    pub fn parse(text: &str) -> Option<Self> {
        provider::signing_key(text.trim()).map(Self)
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
