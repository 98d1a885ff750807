use super::*;
use crate::{
    crypto::{Keys, NamedKey, Rings},
    testing,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sqlx::postgres::PgConnectOptions;
use std::sync::Arc;
use time::Duration;
use zeroize::Zeroizing;

// No database is reached; the environment merely needs one to be named.
fn env() -> (Env, Arc<testing::Moved>) {
    testing::env(PgConnectOptions::new())
}

fn access(env: &Env) -> Access {
    Access {
        account: env.id(),
        session: env.id(),
    }
}

fn ring(env: &Env, ids: &[(&str, u8)]) -> Env {
    let named = |(id, byte): &(&str, u8)| NamedKey {
        id: (*id).to_owned(),
        secret: Zeroizing::new(vec![*byte; 32]),
    };
    Env {
        keys: Arc::new(Keys::new(
            Rings {
                master: Vec::new(),
                token: ids.iter().map(named).collect(),
            },
            Zeroizing::new(vec![3; 32]),
        )),
        ..env.clone()
    }
}

#[tokio::test]
async fn a_token_speaks_for_its_session_until_it_expires() {
    let (env, clock) = env();
    let access = access(&env);
    let token = issue(&env, None, access).unwrap();
    assert_eq!(read(&env, &token).unwrap(), access);
    clock.by(Duration::seconds(599));
    assert_eq!(read(&env, &token).unwrap(), access);
    clock.by(Duration::seconds(1));
    assert!(matches!(read(&env, &token), Err(Error::Unauthorized)));
}

#[tokio::test]
async fn keys_rotate_by_id_without_signing_anybody_out() {
    let (env, _) = env();
    let old = ring(&env, &[("a", 7)]);
    let access = access(&env);
    let token = issue(&old, None, access).unwrap();
    let both = ring(&env, &[("b", 8), ("a", 7)]);
    assert_eq!(read(&both, &token).unwrap(), access);
    // The new one is known everywhere before it signs.
    let still = issue(&both, Some("a"), access).unwrap();
    assert_eq!(read(&old, &still).unwrap(), access);
    let renewed = issue(&both, Some("b"), access).unwrap();
    assert_eq!(read(&both, &renewed).unwrap(), access);
    let new = ring(&env, &[("b", 8)]);
    assert_eq!(read(&new, &renewed).unwrap(), access);
    assert!(
        matches!(read(&new, &token), Err(Error::Unauthorized)),
        "the old key is gone"
    );
}

#[tokio::test]
async fn every_token_that_is_not_exactly_ours_is_refused() {
    let (env, _) = env();
    let env = ring(&env, &[("t1", 2), ("t2", 5)]);
    let now = env.now().unix_timestamp();
    let claims = json!({
        "iss": "postern", "aud": "postern:agent", "sub": env.id::<AccountId>(), "sid": env.id::<SessionId>(),
        "iat": now, "nbf": now, "exp": now + 600,
    });
    let header = json!({ "alg": "HS256", "typ": "at+jwt", "kid": "t1" });
    let good = forge(&header, &claims, Algorithm::HS256, 2);
    assert!(read(&env, &good).is_ok(), "the forge makes good ones too");

    let with = |value: &Value, name: &str, to: Value| {
        let mut value = value.clone();
        value[name] = to;
        value
    };
    let without = |name: &str| {
        let mut claims = claims.clone();
        claims.as_object_mut().unwrap().remove(name);
        forge(&header, &claims, Algorithm::HS256, 2)
    };
    let head =
        |name: &str, to: Value| forge(&with(&header, name, to), &claims, Algorithm::HS256, 2);
    let claim =
        |name: &str, to: Value| forge(&header, &with(&claims, name, to), Algorithm::HS256, 2);
    let unsigned = {
        let parts: Vec<&str> = good.split('.').collect();
        format!(
            "{}.{}.",
            part(&with(&header, "alg", json!("none"))),
            parts[1]
        )
    };
    let tampered = {
        let parts: Vec<&str> = good.split('.').collect();
        let other = part(&with(&claims, "sub", json!(env.id::<AccountId>())));
        format!("{}.{other}.{}", parts[0], parts[2])
    };
    let cases = [
        ("empty", String::new()),
        ("no parts", "abc".to_owned()),
        ("alg none", unsigned),
        ("tampered", tampered),
        ("cut", good[..good.len() - 4].to_owned()),
        (
            "HS384, rightly signed",
            forge(
                &with(&header, "alg", json!("HS384")),
                &claims,
                Algorithm::HS384,
                2,
            ),
        ),
        (
            "HS512, rightly signed",
            forge(
                &with(&header, "alg", json!("HS512")),
                &claims,
                Algorithm::HS512,
                2,
            ),
        ),
        ("RS256 named", head("alg", json!("RS256"))),
        ("plain JWT", head("typ", json!("JWT"))),
        ("a portal token", head("typ", json!("portal+jwt"))),
        ("unknown key id", head("kid", json!("t9"))),
        ("no key id", head("kid", json!(null))),
        (
            "another key of the ring",
            forge(&header, &claims, Algorithm::HS256, 5),
        ),
        (
            "a stranger's key",
            forge(&header, &claims, Algorithm::HS256, 9),
        ),
        ("wrong audience", claim("aud", json!("postern:portal"))),
        ("wrong issuer", claim("iss", json!("elsewhere"))),
        ("expired", claim("exp", json!(now))),
        ("not yet good", claim("nbf", json!(now + 60))),
        ("a name instead of an id", claim("sub", json!("ana"))),
        ("no audience", without("aud")),
        ("no issuer", without("iss")),
        ("no expiry", without("exp")),
        ("no beginning", without("nbf")),
        ("no person", without("sub")),
        ("no session", without("sid")),
    ];
    for (name, token) in cases {
        assert!(
            matches!(read(&env, &token), Err(Error::Unauthorized)),
            "{name}"
        );
    }
}

/// Signs any header and claims, as an attacker's own program would.
fn forge(header: &Value, claims: &Value, algorithm: Algorithm, key: u8) -> String {
    let signed = format!("{}.{}", part(header), part(claims));
    let key = EncodingKey::from_secret(&[key; 32]);
    let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), &key, algorithm).unwrap();
    format!("{signed}.{signature}")
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}
