//! When a key may go.

use super::*;
use crate::{
    session, token,
    vault::{
        agree, current::use_newest_master, current_token, hear_of_retired, retire_master,
        retire_token, rotate_master, use_newest_token,
    },
};
use postern_types::AccountId;
use std::pin::pin;
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
    let (env, _) = testing::env(options.clone());
    let old = with_masters(&env, &["m1"]);
    agree(&old).await.unwrap();
    full(&old, "One", "100").await;
    let both = with_masters(&env, &["m2", "m1"]);
    assert!(refused(retire_master(&both, "m1").await).contains("is in use"));
    assert!(refused(retire_master(&both, "m3").await).contains("there are m2, m1"));
    retire_master(&both, "m2").await.unwrap();

    // Cut off after the new one came into use: what still stands under the old one holds it.
    use_newest_master(&both).await.unwrap();
    let stand = async |words: &str| {
        let refused = refused(retire_master(&both, "m1").await);
        assert!(refused.starts_with(words), "{refused}");
    };
    stand("1 data keys (workspace_key) and 1 values of the installation").await;
    // Either of them holds it.
    let name = async |master: &str| {
        let sql = format!("UPDATE workspace_key SET master_id = '{master}'");
        testing::as_owner(&options, "workspace_key", &sql).await;
    };
    name("m2").await;
    stand("0 data keys (workspace_key) and 1 values of the installation").await;
    name("m1").await;
    let name = async |master: &str| {
        let mut global = both.db.global().await.unwrap();
        sqlx::query("UPDATE quarantine SET sealed = $1 || substr(sealed, 5)")
            .bind(crypto::prefix(master))
            .execute(global.conn())
            .await
            .unwrap();
        global.commit().await.unwrap();
    };
    name("m2").await;
    stand("1 data keys (workspace_key) and 0 values of the installation").await;
    name("m1").await;
    rotate_master(&both, &mut deaf).await.unwrap();
    retire_master(&both, "m1").await.unwrap();
    assert!(refused(retire_master(&both, "m2").await).contains("is in use"));
}

#[sqlx::test(migrations = "../migrations")]
async fn who_still_puts_a_data_key_under_a_master_key_is_waited_for_before_that_goes(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let old = with_masters(&env, &["m1"]);
    agree(&old).await.unwrap();
    let late = crate::workspace::create(&old, "Late").await.unwrap();
    let both = with_masters(&env, &["m2", "m1"]);
    use_newest_master(&both).await.unwrap();
    let retired = waits_for(&both, retire_master(&both, "m1"), late).await;
    assert!(refused(retired).starts_with("1 data keys"));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_master_key_stays_when_it_cannot_be_told_what_stands_under_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options.clone());
    let old = with_masters(&env, &["m1"]);
    agree(&old).await.unwrap();
    testing::workspace(&old, "One", Role::Owner).await;
    let both = with_masters(&env, &["m2", "m1"]);
    use_newest_master(&both).await.unwrap();
    let sql = "REVOKE EXECUTE ON FUNCTION enter_system FROM postern_app";
    testing::as_owner(&options, "workspace_key", sql).await;
    assert!(retire_master(&both, "m1").await.is_err());
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
    // Machines' clocks differ.
    clock.by(Duration::seconds(615));
    let words = refused(retire_token(&both, "t1", false).await);
    assert!(words.contains(" s, and it was kept"), "{words}");
    clock.by(Duration::seconds(16));
    assert!(refused(retire_token(&both, "t9", false).await).contains("no key \"t9\""));
    retire_token(&both, "t1", false).await.unwrap();
    retire_token(&both, "t1", true).await.unwrap();
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
    // Who does not know it any more may ask as well.
    retire_token(&new, "t1", false).await.unwrap();

    // The key that signs was lost: whoever starts signs with what it has, and is not retired.
    let lost = with_tokens(&env, &["t1", "t3"]);
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
    assert_eq!(retired(&both).await, ["t1"]);
    let started = with_tokens(&env, &["t1"]);
    agree(&started).await.unwrap();
    assert!(token::read(&started, &token).is_err());
    assert_eq!(started.keys.retired_ids(), ["t1"]);
}

/// The token keys that are retired, as they stand in the database.
async fn retired(env: &Env) -> Vec<String> {
    let mut global = env.db.global().await.unwrap();
    let retired = sqlx::query_scalar("SELECT token_retired FROM installation");
    retired.fetch_one(global.conn()).await.unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn a_token_key_that_comes_into_use_while_it_is_being_retired_stays(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let both = with_tokens(&env, &["t2", "t1"]);
    agree(&both).await.unwrap();
    let mut other = env.db.global().await.unwrap();
    sqlx::query("UPDATE installation SET token_id = 't1'")
        .execute(other.conn())
        .await
        .unwrap();
    let mut retiring = pin!(retire_token(&both, "t1", true));
    // It has seen that another one signs, and comes to write.
    let waits = "SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                                 WHERE NOT l.granted AND a.datname = current_database())";
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(20);
    while !sqlx::query_scalar::<_, bool>(waits)
        .fetch_one(other.conn())
        .await
        .unwrap()
    {
        assert!(futures::poll!(&mut retiring).is_pending());
        assert!(tokio::time::Instant::now() < deadline, "it never waits");
    }
    other.commit().await.unwrap();
    assert!(refused(retiring.await).contains("since a moment ago, and was kept"));
    assert_eq!(retired(&both).await, [""; 0]);
    let (browser, opened) = signed_in(&both).await;
    assert!(token::read(&both, &opened.signed_in.token).is_ok());
    session::refresh(&both, &opened.refresh, &browser)
        .await
        .unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn who_could_not_ask_which_keys_are_retired_asks_again_at_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options.clone());
    let old = with_tokens(&env, &["t1"]);
    agree(&old).await.unwrap();
    let token = signed_in(&old).await.1.signed_in.token;
    let both = with_tokens(&env, &["t2", "t1"]);
    use_newest_token(&both).await.unwrap();
    retire_token(&both, "t1", true).await.unwrap();
    clock.by(Duration::seconds(6));
    let nowhere = options.socket("/nowhere");
    let cut_off = Env {
        db: crate::Db::open(nowhere, 1, env.wake.clone()),
        ..old.clone()
    };
    assert!(hear_of_retired(&cut_off).await.is_err());
    hear_of_retired(&old).await.unwrap();
    assert!(token::read(&old, &token).is_err());
}
