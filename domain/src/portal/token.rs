//! The token of a browser behind the PIN: a JWT under a key of the portal's own (RFC 8725), which no agent's token fits.

use super::Visit;
use crate::{
    Env, Error, Result,
    token::{ALGORITHM, ISSUER, SKEW_S, signer, validation},
};
use jsonwebtoken::{DecodingKey, EncodingKey, Header};
use postern_types::{PortalSessionId, WorkspaceId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use zeroize::Zeroizing;

const KIND: &str = "portal+jwt";
const AUDIENCE: &str = "postern:portal";
/// From a key of the ring to the portal's.
pub(super) const PURPOSE: &str = "portal token";

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: PortalSessionId,
    wsp: WorkspaceId,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// A token for `visit` until `expires_at`.
pub(super) fn issue(
    env: &Env,
    agreed: Option<&str>,
    visit: Visit,
    expires_at: OffsetDateTime,
) -> Result<Zeroizing<String>> {
    let (key, id) = signer(env, agreed, |id| env.keys.token_for(id, PURPOSE))?;
    let now = env.now().unix_timestamp();
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: visit.session,
        wsp: visit.workspace,
        iat: now,
        nbf: now,
        exp: expires_at.unix_timestamp(),
    };
    let header = Header {
        typ: Some(KIND.to_owned()),
        kid: Some(id),
        ..Header::new(ALGORITHM)
    };
    jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(&*key))
        .map(Zeroizing::new)
        .map_err(|error| Error::Internal(error.into()))
}

/// Whose token it is; [`Error::Unauthorized`] whatever is wrong with it. Whether the session still lives is found out on the
/// way in ([`super::enter`]). Whoever asks has [heard of retired keys](crate::vault::hear_of_retired).
pub fn read(env: &Env, token: &str) -> Result<Visit> {
    let refused = |_| Error::Unauthorized;
    let header = jsonwebtoken::decode_header(token).map_err(refused)?;
    if header.typ.as_deref() != Some(KIND) {
        return Err(Error::Unauthorized);
    }
    // The id only looks up a key of our own ring.
    let key = env
        .keys
        .token_for(header.kid.as_deref().ok_or(Error::Unauthorized)?, PURPOSE)
        .ok_or(Error::Unauthorized)?;
    let key = DecodingKey::from_secret(&*key);
    let claims = jsonwebtoken::decode::<Claims>(token, &key, &validation(AUDIENCE))
        .map_err(refused)?
        .claims;
    let now = env.now().unix_timestamp();
    if claims.exp <= now || claims.nbf > now + SKEW_S {
        return Err(Error::Unauthorized);
    }
    Ok(Visit {
        workspace: claims.wsp,
        session: claims.sub,
    })
}
