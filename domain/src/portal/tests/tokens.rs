//! Tokens that are not exactly the portal's.

use super::*;
use crate::token::{self as agents, Access};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use sqlx::postgres::PgConnectOptions;

// No database is reached; the environment merely needs one to be named.
fn env() -> (Env, Arc<Moved>) {
    testing::env(PgConnectOptions::new())
}

fn visit(env: &Env) -> Visit {
    Visit {
        workspace: env.id(),
        session: env.id(),
    }
}

#[tokio::test]
async fn a_token_speaks_for_its_visit_until_it_expires() {
    let (env, clock) = env();
    let visit = visit(&env);
    let token = super::super::token::issue(&env, None, visit, env.now() + LIFE).unwrap();
    assert_eq!(read(&env, &token).unwrap(), visit);
    clock.by(LIFE - Duration::seconds(2));
    assert_eq!(read(&env, &token).unwrap(), visit);
    clock.by(Duration::seconds(3));
    assert!(matches!(read(&env, &token), Err(Error::Unauthorized)));
}

#[tokio::test]
async fn no_portal_token_is_an_agents_and_no_agents_token_is_a_portals() {
    let (env, _) = env();
    let portals = super::super::token::issue(&env, None, visit(&env), env.now() + LIFE).unwrap();
    let access = Access {
        account: env.id(),
        session: env.id(),
    };
    let agents_own = agents::issue(&env, None, access).unwrap();
    assert!(matches!(
        agents::read(&env, &portals),
        Err(Error::Unauthorized)
    ));
    assert!(matches!(read(&env, &agents_own), Err(Error::Unauthorized)));
    // Not even with the other's kind and audience: the keys are two.
    let now = env.now().unix_timestamp();
    let claims = |aud: &str| {
        json!({
            "iss": "postern", "aud": aud, "sub": env.id::<PortalSessionId>(), "wsp": env.id::<WorkspaceId>(),
            "sid": env.id::<PortalSessionId>(), "iat": now, "nbf": now, "exp": now + 600,
        })
    };
    let header = |typ: &str| json!({ "alg": "HS256", "typ": typ, "kid": "t1" });
    let portal_key = *env
        .keys
        .token_for("t1", super::super::token::PURPOSE)
        .unwrap();
    let agent_key = env.keys.token("t1").unwrap();
    let forged =
        |key: &[u8], typ: &str, aud: &str| forge(&header(typ), &claims(aud), Algorithm::HS256, key);
    let (portal, agent) = (
        ("portal+jwt", "postern:portal"),
        ("at+jwt", "postern:agent"),
    );
    assert!(read(&env, &forged(&portal_key, portal.0, portal.1)).is_ok());
    assert!(read(&env, &forged(&agent_key, portal.0, portal.1)).is_err());
    assert!(agents::read(&env, &forged(&agent_key, agent.0, agent.1)).is_ok());
    assert!(agents::read(&env, &forged(&portal_key, agent.0, agent.1)).is_err());
}

#[tokio::test]
async fn every_token_that_is_not_exactly_the_portals_is_refused() {
    let (env, _) = env();
    let key = *env
        .keys
        .token_for("t1", super::super::token::PURPOSE)
        .unwrap();
    let now = env.now().unix_timestamp();
    let claims = json!({
        "iss": "postern", "aud": "postern:portal", "sub": env.id::<PortalSessionId>(), "wsp": env.id::<WorkspaceId>(),
        "iat": now, "nbf": now, "exp": now + 600,
    });
    let header = json!({ "alg": "HS256", "typ": "portal+jwt", "kid": "t1" });
    let good = forge(&header, &claims, Algorithm::HS256, &key);
    assert!(read(&env, &good).is_ok(), "the forge makes good ones too");
    let with = |value: &Value, name: &str, to: Value| {
        let mut value = value.clone();
        value[name] = to;
        value
    };
    let head =
        |name: &str, to: Value| forge(&with(&header, name, to), &claims, Algorithm::HS256, &key);
    let claim =
        |name: &str, to: Value| forge(&header, &with(&claims, name, to), Algorithm::HS256, &key);
    let without = |name: &str| {
        let mut claims = claims.clone();
        claims.as_object_mut().unwrap().remove(name);
        forge(&header, &claims, Algorithm::HS256, &key)
    };
    let parts: Vec<&str> = good.split('.').collect();
    let unsigned = format!(
        "{}.{}.",
        part(&with(&header, "alg", json!("none"))),
        parts[1]
    );
    let other = part(&with(&claims, "sub", json!(env.id::<PortalSessionId>())));
    let tampered = format!("{}.{other}.{}", parts[0], parts[2]);
    let other = part(&with(&claims, "wsp", json!(env.id::<WorkspaceId>())));
    let moved = format!("{}.{other}.{}", parts[0], parts[2]);
    let signed =
        |name: &str, algorithm| forge(&with(&header, "alg", json!(name)), &claims, algorithm, &key);
    let cases = [
        ("empty", String::new()),
        ("no parts", "abc".to_owned()),
        ("alg none", unsigned),
        ("another session", tampered),
        ("another workspace", moved),
        ("cut", good[..good.len() - 4].to_owned()),
        ("HS384, rightly signed", signed("HS384", Algorithm::HS384)),
        ("HS512, rightly signed", signed("HS512", Algorithm::HS512)),
        ("RS256 named", head("alg", json!("RS256"))),
        ("plain JWT", head("typ", json!("JWT"))),
        ("an access token", head("typ", json!("at+jwt"))),
        ("unknown key id", head("kid", json!("t9"))),
        ("no key id", head("kid", json!(null))),
        (
            "a stranger's key",
            forge(&header, &claims, Algorithm::HS256, &[9; 32]),
        ),
        ("agents' audience", claim("aud", json!("postern:agent"))),
        ("wrong issuer", claim("iss", json!("elsewhere"))),
        ("expired", claim("exp", json!(now))),
        ("not yet good", claim("nbf", json!(now + 60))),
        ("a name instead of an id", claim("sub", json!("ana"))),
        ("no audience", without("aud")),
        ("no issuer", without("iss")),
        ("no expiry", without("exp")),
        ("no beginning", without("nbf")),
        ("no session", without("sub")),
        ("no workspace", without("wsp")),
    ];
    for (name, token) in cases {
        let answer = read(&env, &token);
        assert!(matches!(answer, Err(Error::Unauthorized)), "{name}");
    }
    // With the key that signed it, its tokens end.
    env.keys.retire_tokens(vec!["t1".to_owned()], env.now());
    assert!(matches!(read(&env, &good), Err(Error::Unauthorized)));
}

fn forge(header: &Value, claims: &Value, algorithm: Algorithm, key: &[u8]) -> String {
    let signed = format!("{}.{}", part(header), part(claims));
    let key = EncodingKey::from_secret(key);
    let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), &key, algorithm).unwrap();
    format!("{signed}.{signature}")
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}
