//! When a key may go.

use super::*;
use crate::{
    session, token,
    vault::{
        agree, current_token, hear_of_retired, retire_master, retire_token, rotate_master,
        use_newest_token,
    },
};
use postern_types::AccountId;
use time::Duration;

fn refused(result: crate::Result<()>) -> String {
    match result {
        Err(crate::Error::Conflict(words)) => words.into_owned(),
        other => panic!("it is refused: {other:?}"),
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_master_key_goes_when_it_is_not_in_use_and_nothing_stands_under_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let old = with_masters(&env, &["m1"]);
    agree(&old).await.unwrap();
    full(&old, "One", "100").await;
    let both = with_masters(&env, &["m2", "m1"]);
    assert!(refused(retire_master(&both, "m1").await).contains("is in use"));
    assert!(refused(retire_master(&both, "m3").await).contains("there are m2, m1"));
    retire_master(&both, "m2").await.unwrap();

    // Cut off after the new one came into use: what still stands under the old one holds it.
    super::super::current::use_newest_master(&both)
        .await
        .unwrap();
    let words = refused(retire_master(&both, "m1").await);
    assert!(
        words.starts_with("1 data keys (workspace_key) and 1 pieces (quarantine)"),
        "{words}"
    );
    rotate_master(&both, &mut deaf).await.unwrap();
    retire_master(&both, "m1").await.unwrap();
    assert!(refused(retire_master(&both, "m2").await).contains("is in use"));
}

/// The environment with these token keys, the newest first.
fn with_tokens(env: &Env, ids: &[&str]) -> Env {
    let named = |id: &&str| NamedKey {
        id: (*id).to_owned(),
        secret: Zeroizing::new(crypto::sha256(id.as_bytes()).to_vec()),
    };
    Env {
        keys: Arc::new(Keys::new(
            Rings {
                master: vec![named(&"m1")],
                token: ids.iter().map(named).collect(),
            },
            Zeroizing::new(vec![3; 32]),
        )),
        ..env.clone()
    }
}

/// Somebody who signed in there, with the browser they did it in.
async fn signed_in(env: &Env) -> (session::Browser, session::Opened) {
    let browser = session::Browser {
        address: "203.0.113.7".parse().unwrap(),
        agent: "Firefox/140.0".to_owned(),
        device: "laptop".to_owned(),
        returning: true,
    };
    let (account, _): (AccountId, _) = testing::person(env, "Ana").await;
    let mut global = env.db.global().await.unwrap();
    let opened = session::open(env, global.conn(), account, &browser).await;
    global.commit().await.unwrap();
    (browser, opened.unwrap())
}

#[sqlx::test(migrations = "../migrations")]
async fn a_token_key_rotates_by_steps_and_nobody_is_signed_out(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let old = with_tokens(&env, &["t1"]);
    agree(&old).await.unwrap();
    let (browser, opened) = signed_in(&old).await;
    let token = opened.signed_in.token;

    // Known: processes that know both still sign with the old one, so that those who do not know the new one read it.
    let both = with_tokens(&env, &["t2", "t1"]);
    agree(&both).await.unwrap();
    let second = session::refresh(&both, &opened.refresh, &browser)
        .await
        .unwrap();
    assert!(token::read(&old, &second.signed_in.token).is_ok());
    assert!(refused(retire_token(&both, "t1", false).await).contains("signs access tokens"));
    assert!(refused(retire_token(&both, "t1", true).await).contains("signs access tokens"));

    // Used: what was signed before holds as long as it would have.
    assert_eq!(
        use_newest_token(&both).await.unwrap(),
        ("t2".to_owned(), true)
    );
    assert_eq!(
        use_newest_token(&both).await.unwrap(),
        ("t2".to_owned(), false)
    );
    let third = session::refresh(&both, &second.refresh, &browser)
        .await
        .unwrap();
    let new = with_tokens(&env, &["t2"]);
    for held in [&token, &second.signed_in.token, &third.signed_in.token] {
        assert!(token::read(&both, held).is_ok());
    }
    assert!(
        token::read(&new, &third.signed_in.token).is_ok(),
        "signed under the new key"
    );

    // Retired once nobody can hold a token of it any more.
    let words = refused(retire_token(&both, "t1", false).await);
    assert!(words.contains(" s, and it was kept"), "{words}");
    retire_token(&both, "t1", true).await.unwrap();
    clock.by(Duration::seconds(631));
    retire_token(&both, "t1", false).await.unwrap();
    assert!(
        token::read(&both, &second.signed_in.token).is_err(),
        "expired by itself"
    );
    let fourth = session::refresh(&new, &third.refresh, &browser)
        .await
        .unwrap();
    assert!(token::read(&new, &fourth.signed_in.token).is_ok());
    let mut global = new.db.global().await.unwrap();
    assert_eq!(
        current_token(&new, global.conn()).await.unwrap().as_deref(),
        Some("t2")
    );
    global.commit().await.unwrap();

    // The key that signs was lost: whoever starts signs with what it has.
    let lost = with_tokens(&env, &["t3"]);
    agree(&lost).await.unwrap();
    let fifth = session::refresh(&lost, &fourth.refresh, &browser)
        .await
        .unwrap();
    assert!(token::read(&lost, &fifth.signed_in.token).is_ok());
    assert!(refused(retire_token(&lost, "t3", true).await).contains("signs access tokens"));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_retired_token_key_is_refused_by_a_process_that_still_knows_it_and_signs_nothing_there(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    // Its keys are settings, and it is not restarted.
    let old = with_tokens(&env, &["t1"]);
    agree(&old).await.unwrap();
    let (browser, opened) = signed_in(&old).await;
    let token = opened.signed_in.token;
    let both = with_tokens(&env, &["t2", "t1"]);
    use_newest_token(&both).await.unwrap();
    // It cannot sign with the new one, and nobody has to sign in again meanwhile.
    let second = session::refresh(&old, &opened.refresh, &browser)
        .await
        .unwrap();
    hear_of_retired(&old).await.unwrap();
    assert!(token::read(&old, &second.signed_in.token).is_ok());

    retire_token(&both, "t1", true).await.unwrap();
    assert!(token::read(&both, &token).is_err(), "here at once");
    clock.by(Duration::seconds(6));
    hear_of_retired(&old).await.unwrap();
    for held in [&token, &second.signed_in.token] {
        assert!(matches!(
            token::read(&old, held),
            Err(crate::Error::Unauthorized)
        ));
    }
    let refused = session::refresh(&old, &second.refresh, &browser).await;
    assert!(
        refused.err().unwrap().to_string().contains("start it with"),
        "it signs with no retired key"
    );
    // An older setting does not bring it back either, and taking it out once more is no fault.
    let refused = use_newest_token(&old).await;
    assert!(matches!(refused, Err(crate::Error::Conflict(_))));
    retire_token(&both, "t1", true).await.unwrap();
    let started = with_tokens(&env, &["t1"]);
    agree(&started).await.unwrap();
    assert!(token::read(&started, &token).is_err());
    assert_eq!(started.keys.retired_ids(), ["t1"]);
}
