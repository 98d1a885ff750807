//! The ID token: who it is about, once everything about it was looked at (OpenID Connect Core 1.0, 3.1.3.7).

use super::{Vouched, exchange::Told, provider::Client};
use crate::{Env, account};
use jsonwebtoken::{Algorithm, Validation};
use postern_types::Provider;
use serde::Deserialize;
use serde_json::Value;
use subtle::ConstantTimeEq as _;

/// Clocks may differ by this much.
const SKEW_S: i64 = 60;
/// A token that was made longer ago was not made for this way.
const OLD_S: i64 = 600;

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nbf: Option<i64>,
    nonce: String,
    name: Option<String>,
    email: Option<String>,
    email_verified: Option<Value>,
    /// Google's: the domain that runs the account.
    hd: Option<String>,
    /// Microsoft's: the tenant.
    tid: Option<String>,
    /// Microsoft's: whether the address's domain is that of the tenant.
    xms_edov: Option<Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Whom the token vouches for; or what is wrong with it.
pub(super) async fn read(env: &Env, client: &Client, token: &str, nonce: &str) -> Told<Vouched> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| "the token cannot be read")?;
    if header.alg != Algorithm::RS256 {
        return Err("the token is not signed with RS256");
    }
    let id = header.kid.ok_or("the token names no key")?;
    let known = client.known(env, Some(&id)).await?;
    let key = known
        .key(&id)
        .ok_or("the token's key is not the provider's")?;
    let claims = jsonwebtoken::decode::<Claims>(token, &key.decoding, &validation())
        .map_err(|_| "the token's signature or a claim of it is wrong")?
        .claims;
    let tenant = claims.tid.as_deref();
    if !known.is_issuer(&claims.iss, tenant) || !key.is_for(&claims.iss, tenant) {
        return Err("the token is another issuer's");
    }
    check(
        &claims,
        &client.settings.client_id,
        nonce,
        env.now().unix_timestamp(),
    )?;
    Ok(vouched(claims, client.settings.provider))
}

fn validation() -> Validation {
    // The algorithm is pinned; everything else is looked at here, times against our own clock.
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_required_spec_claims::<&str>(&[]);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}

fn check(claims: &Claims, us: &str, nonce: &str, now: i64) -> Told<()> {
    let ours = match &claims.aud {
        Audience::One(one) => one == us,
        // Nobody else is trusted with what is for us.
        Audience::Many(many) => many.len() == 1 && many[0] == us,
    };
    if !ours || claims.azp.as_ref().is_some_and(|party| party != us) {
        return Err("the token is for somebody else");
    }
    if claims.exp <= now - SKEW_S {
        return Err("the token has expired");
    }
    let early = claims.iat.max(claims.nbf.unwrap_or(i64::MIN)) > now + SKEW_S;
    if early || claims.iat < now - OLD_S - SKEW_S {
        return Err("the token was not made just now");
    }
    if !bool::from(claims.nonce.as_bytes().ct_eq(nonce.as_bytes())) {
        return Err("the token is for another way than this one");
    }
    let plain =
        |text: &str| !text.is_empty() && text.len() <= 255 && !text.contains(char::is_control);
    if !plain(&claims.sub) || !plain(&claims.iss) {
        return Err("the token's subject is none");
    }
    Ok(())
}

fn vouched(claims: Claims, provider: Provider) -> Vouched {
    let email = claims.email.as_deref().and_then(account::sought);
    let verified = match provider {
        // Of an address that it does not run itself Google knows only that it was somebody's once
        // (developers.google.com/identity/openid-connect/openid-connect: `email_verified`, `hd`).
        Provider::Google => {
            let runs = claims.hd.is_some_and(|domain| !domain.is_empty())
                || email
                    .as_ref()
                    .is_some_and(|email| email.ends_with("@gmail.com"));
            runs && is_yes(claims.email_verified.as_ref())
        }
        // Whoever runs a tenant writes what they like into `email`; this claim alone says that the domain is theirs.
        Provider::Microsoft => is_yes(claims.xms_edov.as_ref()),
    };
    Vouched {
        issuer: claims.iss,
        subject: claims.sub,
        verified: verified && email.is_some(),
        email,
        name: name(claims.name.as_deref().unwrap_or_default()),
    }
}

fn is_yes(claim: Option<&Value>) -> bool {
    match claim {
        Some(Value::Bool(yes)) => *yes,
        Some(Value::String(word)) => word == "true" || word == "1",
        Some(Value::Number(number)) => number.as_i64() == Some(1),
        _ => false,
    }
}

/// As much of a name as a form can begin with.
fn name(told: &str) -> String {
    let line = told.chars().filter(|c| !c.is_control()).take(80);
    line.collect::<String>().trim().to_owned()
}
