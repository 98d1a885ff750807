//! The token of a browser behind the PIN: a JWT under a key of the portal's own (RFC 8725), which no agent's token fits.

use super::Visit;
use crate::{
    Env, Result,
    token::{Use, open, sign},
};
use postern_types::{PortalSessionId, WorkspaceId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use zeroize::Zeroizing;

/// From a key of the ring to the portal's.
pub(super) const PURPOSE: &str = "portal token";

const PORTAL: Use = Use {
    kind: "portal+jwt",
    audience: "postern:portal",
    key: |keys, id| {
        let key = keys.token_for(id, PURPOSE)?;
        Some(Zeroizing::new(key.to_vec()))
    },
};

#[derive(Serialize, Deserialize)]
struct Who {
    sub: PortalSessionId,
    wsp: WorkspaceId,
}

/// A token for `visit` until `expires_at`.
pub(super) fn issue(
    env: &Env,
    agreed: Option<&str>,
    visit: Visit,
    expires_at: OffsetDateTime,
) -> Result<Zeroizing<String>> {
    let who = Who {
        sub: visit.session,
        wsp: visit.workspace,
    };
    sign(env, agreed, &PORTAL, who, expires_at.unix_timestamp()).map(Zeroizing::new)
}

/// Whose token it is; [`Error::Unauthorized`](crate::Error::Unauthorized) whatever is wrong with it. Whether the session still
/// lives is found out on the way in ([`super::enter`]). Whoever asks has [heard of retired
/// keys](crate::vault::hear_of_retired).
pub fn read(env: &Env, token: &str) -> Result<Visit> {
    let who: Who = open(env, token, &PORTAL)?;
    Ok(Visit {
        workspace: who.wsp,
        session: who.sub,
    })
}
