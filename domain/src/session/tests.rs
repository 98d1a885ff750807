//! Who comes in, who stays in, and what ends it.

mod entered;
mod renewed;
mod replayed;
mod revoked;

use super::*;
use crate::{Env, account::Person, testing};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::collections::HashSet;

const PASSWORD: &str = "correct horse";

fn browser(device: &str) -> Browser {
    Browser {
        address: "203.0.113.7".parse().unwrap(),
        agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0".to_owned(),
        device: device.to_owned(),
        returning: true,
    }
}

/// The same somewhere else.
fn browser_at(device: &str, address: &str) -> Browser {
    Browser {
        address: address.parse().unwrap(),
        ..browser(device)
    }
}

/// Somebody with an address and a password; every person of every test has another one.
async fn person(env: &Env) -> (AccountId, Credentials) {
    let email = format!("{}@example.test", hex::encode(env.bytes::<8>()));
    let person = Person::new("Ana", &email).unwrap();
    let kept = password::hash(env, PASSWORD).await.unwrap();
    let mut global = env.db.global().await.unwrap();
    let account = account::create(env, global.conn(), &person, &kept)
        .await
        .unwrap();
    global.commit().await.unwrap();
    let password = PASSWORD.to_owned();
    (account, Credentials { email, password })
}

/// Signs in somebody who has no second factor.
async fn enter(
    env: &Env,
    credentials: &Credentials,
    browser: &Browser,
    replaced: Option<&str>,
) -> Result<Opened> {
    match sign_in(env, credentials, browser, replaced).await? {
        Entered::In(opened) => Ok(opened),
        Entered::Factor(_) => panic!("nobody asked for a second factor"),
    }
}

/// An open session without the cost of a password.
async fn opened(env: &Env, account: AccountId, browser: &Browser) -> Opened {
    let mut global = env.db.global().await.unwrap();
    let opened = open(env, global.conn(), account, browser).await.unwrap();
    global.commit().await.unwrap();
    opened
}

async fn live_sessions(env: &Env, account: AccountId) -> i64 {
    let mut global = env.db.global().await.unwrap();
    sqlx::query_scalar("SELECT count(*) FROM session WHERE account_id = $1 AND ended_at IS NULL")
        .bind(account.0)
        .fetch_one(global.conn())
        .await
        .unwrap()
}

async fn deeds(env: &Env, account: AccountId) -> Vec<String> {
    let mut global = env.db.global().await.unwrap();
    sqlx::query_scalar("SELECT action FROM account_audit WHERE account_id = $1 ORDER BY id")
        .bind(account.0)
        .fetch_all(global.conn())
        .await
        .unwrap()
}

fn refused<T>(result: Result<T>) -> bool {
    matches!(result, Err(Error::Unauthorized))
}

#[test]
fn a_browser_is_named_as_a_person_would() {
    for (agent, expected) in [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/140.0 Safari/537.36",
            "Chrome on Linux",
        ),
        ("curl/8", "Unknown browser"),
    ] {
        assert_eq!(label(agent), expected, "{agent}");
    }
}
