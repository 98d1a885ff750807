//! Access tokens: ten-minute JWTs, signed with one key of the ring, read with any of them (RFC 8725).

use crate::{Env, Error, Result, crypto::Keys};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use postern_types::{AccountId, SessionId};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::sync::Once;
use zeroize::Zeroizing;

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

// One algorithm; kind and audience tell each use from every other that the same ring may sign.
const ALGORITHM: Algorithm = Algorithm::HS256;
const ISSUER: &str = "postern";
/// Machines that share a database may differ by this much.
const SKEW_S: i64 = 30;

/// What tells the tokens of one use from those of every other.
pub(crate) struct Use {
    /// The header's `typ`.
    pub kind: &'static str,
    /// Whom they are for.
    pub audience: &'static str,
    /// The key of that id, as this use takes it.
    pub key: fn(&Keys, &str) -> Option<Zeroizing<Vec<u8>>>,
}

const AGENT: Use = Use {
    kind: "at+jwt",
    audience: "postern:agent",
    key: Keys::token,
};

/// Once is enough: it stays so until the process is started anew.
static TOLD: Once = Once::new();

#[derive(Serialize, Deserialize)]
struct Claims<T> {
    iss: String,
    aud: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    /// Whom it speaks for, `sub` and what belongs to it.
    #[serde(flatten)]
    who: T,
}

#[derive(Serialize, Deserialize)]
struct Who {
    sub: AccountId,
    sid: SessionId,
}

/// A token for `access`, good from now for [`LIFE_S`] seconds.
pub fn issue(env: &Env, agreed: Option<&str>, access: Access) -> Result<String> {
    let who = Who {
        sub: access.account,
        sid: access.session,
    };
    let until = env.now().unix_timestamp() + i64::from(LIFE_S);
    sign(env, agreed, &AGENT, who, until)
}

/// Who `token` speaks for; [`Error::Unauthorized`] whatever is wrong with it.
pub fn read(env: &Env, token: &str) -> Result<Access> {
    let who: Who = open(env, token, &AGENT)?;
    Ok(Access {
        account: who.sub,
        session: who.sid,
    })
}

/// A token of that use for `who`, good from now until `exp`, in seconds since 1970. It is signed with the key that all processes
/// agreed upon. Where that one is not known (it was lost, or this process was not restarted), and before there is one, the newest
/// signs that is not retired.
pub(crate) fn sign<T: Serialize>(
    env: &Env,
    agreed: Option<&str>,
    used: &Use,
    who: T,
    exp: i64,
) -> Result<String> {
    let known = |id: String| Some(((used.key)(&env.keys, &id)?, id));
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
    let (key, id) = agreed
        .map(str::to_owned)
        .and_then(known)
        .or_else(newest)
        .ok_or_else(|| {
            Error::internal(
                "this process knows no key that may sign access tokens: start it with the one in use",
            )
        })?;
    let now = env.now().unix_timestamp();
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: used.audience.to_owned(),
        iat: now,
        nbf: now,
        exp,
        who,
    };
    let header = Header {
        typ: Some(used.kind.to_owned()),
        kid: Some(id),
        ..Header::new(ALGORITHM)
    };
    jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(&key))
        .map_err(|error| Error::Internal(error.into()))
}

/// Whom a token of that use speaks for; [`Error::Unauthorized`] whatever is wrong with it.
pub(crate) fn open<T: DeserializeOwned>(env: &Env, token: &str, used: &Use) -> Result<T> {
    let refused = |_| Error::Unauthorized;
    let header = jsonwebtoken::decode_header(token).map_err(refused)?;
    if header.typ.as_deref() != Some(used.kind) {
        return Err(Error::Unauthorized);
    }
    // The id only looks up a key of our own ring.
    let id = header.kid.as_deref().ok_or(Error::Unauthorized)?;
    let key = (used.key)(&env.keys, id).ok_or(Error::Unauthorized)?;
    let claims = jsonwebtoken::decode::<Claims<T>>(
        token,
        &DecodingKey::from_secret(&key),
        &validation(used.audience),
    )
    .map_err(refused)?
    .claims;
    let now = env.now().unix_timestamp();
    if claims.exp <= now || claims.nbf > now + SKEW_S {
        return Err(Error::Unauthorized);
    }
    Ok(claims.who)
}

/// What is asked of a token of that audience.
fn validation(audience: &str) -> Validation {
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
