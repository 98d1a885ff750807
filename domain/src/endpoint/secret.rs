//! Signing secrets, and what they sign (Standard Webhooks 1.0: `v1,` and base64 of HMAC-SHA-256).

use crate::{
    Env, Error, Result, Tenant, audit,
    signed::{self, Key},
    teams, vault,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use postern_types::{EndpointId, Right, SigningSecret};
use serde_json::json;
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

/// Where the key in use is sealed.
pub(crate) const SECRET: &str = "endpoint.secret_sealed";
/// Where the one before it is.
pub(crate) const OLD_SECRET: &str = "endpoint.old_sealed";

/// For how long a secret signs beside the one that followed it, unless somebody says otherwise.
pub const OVERLAP: Duration = Duration::hours(24);
/// The longest overlap.
const LONGEST: Duration = Duration::days(7);

pub(super) fn make(env: &Env) -> Key {
    Zeroizing::new(env.bytes::<32>().to_vec())
}

/// Reads a secret that a caller brings. [`Error::Invalid`] on `secret`.
pub(super) fn parse(secret: &str) -> Result<Key> {
    signed::key(secret.trim()).ok_or_else(|| {
        Error::invalid(
            "secret",
            "A secret is whsec_ and base64 of 24 to 64 random bytes. Leave it out, and one is made.",
        )
    })
}

pub(super) async fn seal(
    env: &Env,
    tenant: &mut Tenant,
    column: &str,
    id: EndpointId,
    key: &Key,
) -> Result<Vec<u8>> {
    vault::seal(env, tenant, column, &id.to_string(), key).await
}

/// Gives it another secret, shown now and never again. The one until now signs as well for `overlap` (24 hours by default, a
/// week at most, none at all when the old one is in wrong hands). [`Error::Invalid`] on `secret` or `overlap`.
pub async fn rotate(
    env: &Env,
    tenant: &mut Tenant,
    id: EndpointId,
    secret: Option<&str>,
    overlap: Duration,
) -> Result<SigningSecret> {
    teams::allowed(tenant, Right::Develop).await?;
    if overlap.is_negative() || overlap > LONGEST {
        return Err(Error::invalid(
            "overlap",
            "The old secret signs for a week more at most.",
        ));
    }
    let key = secret.map_or_else(|| Ok(make(env)), parse)?;
    let workspace = tenant.workspace();
    let old = sqlx::query_scalar!(
        "SELECT secret_sealed FROM endpoint WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NULL FOR UPDATE",
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let (old, until) = if overlap.is_zero() {
        (None, None)
    } else {
        let old = vault::open(env, tenant, SECRET, &id.to_string(), &old).await?;
        let old = seal(env, tenant, OLD_SECRET, id, &old).await?;
        (Some(old), Some(env.now() + overlap))
    };
    let sealed = seal(env, tenant, SECRET, id, &key).await?;
    sqlx::query!(
        "UPDATE endpoint SET secret_sealed = $3, old_sealed = $4, old_until = $5
          WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
        sealed,
        old,
        until,
    )
    .execute(tenant.conn())
    .await?;
    let told = json!({ "endpoint": id, "hours": overlap.whole_hours() });
    audit::record(env, tenant, "endpoint.secret_rotated", &told).await?;
    Ok(signed::shown(&key))
}

/// The keys that sign now: the one in use, then the one before it.
pub(crate) struct Signers(Vec<Key>);

impl Signers {
    pub(crate) async fn open(
        env: &Env,
        tenant: &mut Tenant,
        id: EndpointId,
        secret: &[u8],
        old: Option<(&[u8], OffsetDateTime)>,
    ) -> Result<Self> {
        let row = id.to_string();
        let mut keys = vec![vault::open(env, tenant, SECRET, &row, secret).await?];
        if let Some((old, until)) = old
            && until > env.now()
        {
            keys.push(vault::open(env, tenant, OLD_SECRET, &row, old).await?);
        }
        Ok(Self(keys))
    }

    /// The value of `webhook-signature`: one a key, with a space between two.
    pub(crate) fn sign(&self, id: &str, timestamp: i64, body: &str) -> String {
        let sign = |key: &Key| {
            let mac = signed::mac(key, id, &timestamp.to_string(), body.as_bytes());
            format!("v1,{}", STANDARD.encode(mac))
        };
        self.0.iter().map(sign).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_of_a_wrong_size_or_form_is_refused() {
        let of = |size: usize| format!("whsec_{}", STANDARD.encode(vec![7; size]));
        for size in [24, 32, 64] {
            let key = parse(&of(size)).unwrap();
            assert_eq!((key.len(), signed::shown(&key).0), (size, of(size)));
        }
        for wrong in [
            String::new(),
            "whsec_".to_owned(),
            of(23),
            of(65),
            of(0),
            of(32).replace("whsec_", ""),
            of(32).replace("whsec_", "WHSEC_"),
            "whsec_not base64 at all, whatever its length".to_owned(),
        ] {
            assert!(
                matches!(
                    parse(&wrong),
                    Err(Error::Invalid {
                        field: "secret",
                        ..
                    })
                ),
                "{wrong}"
            );
        }
    }

    // The example of the specification, signed by its own libraries.
    #[test]
    fn the_signature_is_that_of_the_specification() {
        let key = parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature = Signers(vec![key]).sign(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            "{\"test\": 2432232314}",
        );
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
