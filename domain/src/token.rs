//! Access tokens: ten-minute JWTs, signed with one key of the ring, read with any of them (RFC 8725).

use crate::{Env, Error, Result};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use postern_types::{AccountId, SessionId};
use serde::{Deserialize, Serialize};
use std::sync::Once;

/// Seconds that an access token lasts.
pub const LIFE_S: u32 = 600;

/// Who an access token speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// The person.
    pub account: AccountId,
    /// Their session. That it still lives is the database's to say.
    pub session: SessionId,
}

// One algorithm; kind, audience and issuer tell it from every other token that the same ring may sign.
pub(crate) const ALGORITHM: Algorithm = Algorithm::HS256;
const KIND: &str = "at+jwt";
const AUDIENCE: &str = "postern:agent";
pub(crate) const ISSUER: &str = "postern";
/// Machines that share a database may differ by this much.
pub(crate) const SKEW_S: i64 = 30;

/// Once is enough: it stays so until the process is started anew.
static TOLD: Once = Once::new();

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: AccountId,
    sid: SessionId,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// A token for `access`, good from now for [`LIFE_S`] seconds, signed with the key that [`signer`] names.
pub fn issue(env: &Env, agreed: Option<&str>, access: Access) -> Result<String> {
    let (key, id) = signer(env, agreed, |id| env.keys.token(id))?;
    let now = env.now().unix_timestamp();
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: access.account,
        sid: access.session,
        iat: now,
        nbf: now,
        exp: now + i64::from(LIFE_S),
    };
    let header = Header {
        typ: Some(KIND.to_owned()),
        kid: Some(id),
        ..Header::new(ALGORITHM)
    };
    jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(&key))
        .map_err(|error| Error::Internal(error.into()))
}

/// The key with which a token is signed, and its id: the one that all processes agreed upon. Where that one is not known (it
/// was lost, or this process was not restarted), and before there is one, the newest signs that is not retired.
pub(crate) fn signer<K>(
    env: &Env,
    agreed: Option<&str>,
    key: impl Fn(&str) -> Option<K>,
) -> Result<(K, String)> {
    let known = |id: String| Some((key(&id)?, id));
    let newest = || {
        if let Some(id) = agreed {
            TOLD.call_once(|| {
                tracing::warn!(
                    key.id = id,
                    "the key that signs access tokens is not known to this process: start it with that key"
                );
            });
        }
        env.keys.token_ids().into_iter().find_map(known)
    };
    agreed
        .map(str::to_owned)
        .and_then(known)
        .or_else(newest)
        .ok_or_else(|| {
            Error::internal(
                "this process knows no key that may sign access tokens: start it with the one in use",
            )
        })
}

/// Who `token` speaks for; [`Error::Unauthorized`] whatever is wrong with it.
pub fn read(env: &Env, token: &str) -> Result<Access> {
    let refused = |_| Error::Unauthorized;
    let header = jsonwebtoken::decode_header(token).map_err(refused)?;
    if header.typ.as_deref() != Some(KIND) {
        return Err(Error::Unauthorized);
    }
    // The id only looks up a key of our own ring.
    let key = env
        .keys
        .token(header.kid.as_deref().ok_or(Error::Unauthorized)?)
        .ok_or(Error::Unauthorized)?;
    let claims = jsonwebtoken::decode::<Claims>(
        token,
        &DecodingKey::from_secret(&key),
        &validation(AUDIENCE),
    )
    .map_err(refused)?
    .claims;
    let now = env.now().unix_timestamp();
    if claims.exp <= now || claims.nbf > now + SKEW_S {
        return Err(Error::Unauthorized);
    }
    Ok(Access {
        account: claims.sub,
        session: claims.sid,
    })
}

/// What is asked of a token of that audience.
pub(crate) fn validation(audience: &str) -> Validation {
    let mut validation = Validation::new(ALGORITHM);
    validation.set_audience(&[audience]);
    validation.set_issuer(&[ISSUER]);
    validation.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
    // Times are held against our own clock, which is an argument; the library would take the machine's.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation
}

#[cfg(test)]
mod tests;
