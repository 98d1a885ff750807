//! Signing in and out.

use super::*;

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn the_right_password_opens_a_session_whatever_the_case_of_the_address(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (account, mut credentials) = person(&env).await;
    credentials.email = format!(" {} ", credentials.email.to_uppercase());
    let opened = enter(&env, &credentials, &browser("laptop"), None)
        .await
        .unwrap();
    assert_eq!(opened.refresh.len(), 43, "256 bits");
    assert_eq!(opened.signed_in.me.account, account);
    let access = token::read(&env, &opened.signed_in.token).unwrap();
    assert_eq!(access.account, account);
    let mut global = env.db.global().await.unwrap();
    assert!(lives(global.conn(), access.session).await.unwrap());
    assert_eq!(deeds(&env, account).await, ["sign_in"]);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn unknown_wrong_and_disabled_are_answered_alike(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (_, credentials) = person(&env).await;
    let (disabled, gone) = person(&env).await;
    let mut global = env.db.global().await.unwrap();
    sqlx::query("UPDATE account SET disabled_at = now() WHERE id = $1")
        .bind(disabled.0)
        .execute(global.conn())
        .await
        .unwrap();
    global.commit().await.unwrap();
    let unknown = |email: &str| Credentials {
        email: email.to_owned(),
        password: PASSWORD.into(),
    };
    let long = format!("{}@example.test", "x".repeat(100_000));
    let wrong = Credentials {
        password: "wrong horse".into(),
        ..credentials
    };
    let mut answers = HashSet::new();
    for credentials in [
        unknown("nobody@example.test"),
        // PostgreSQL takes no NUL; what no account can have is not even asked for.
        unknown("nobody\0@example.test"),
        unknown(&long),
        unknown(""),
        wrong,
        gone,
    ] {
        let answer = enter(&env, &credentials, &browser("laptop"), None)
            .await
            .err();
        answers.insert(format!("{answer:?}"));
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert!(
        answers
            .iter()
            .next()
            .unwrap()
            .contains("field: \"password\"")
    );
    let mut global = env.db.global().await.unwrap();
    // The same is written for each, so that the time it takes says nothing; and each was counted.
    let refused: (i64, i64) = sqlx::query_as(
        "SELECT count(*), count(account_id) FROM account_audit WHERE action = 'sign_in_refused'",
    )
    .fetch_one(global.conn())
    .await
    .unwrap();
    assert_eq!(refused, (6, 1), "of an account that is found: one");
    let counted: i32 = sqlx::query_scalar("SELECT failures FROM attempt WHERE key = $1")
        .bind("sign-in:203.0.113.0/24")
        .fetch_one(global.conn())
        .await
        .unwrap();
    assert_eq!(counted, 6);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn strangers_who_guess_wait_while_the_owners_own_browser_gets_in(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (_, credentials) = person(&env).await;
    enter(&env, &credentials, &browser("own laptop"), None)
        .await
        .unwrap();
    let wrong = Credentials {
        password: "a guess".into(),
        ..credentials.clone()
    };
    for _ in 0..5 {
        let guess = enter(&env, &wrong, &browser("stranger"), None).await;
        assert!(matches!(guess, Err(Error::Invalid { .. })));
    }
    let right = enter(&env, &credentials, &browser("stranger"), None).await;
    assert!(
        matches!(right, Err(Error::TooMany { retry_after_s }) if retry_after_s <= 3),
        "even the right password waits"
    );
    let updated = Browser {
        agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/141.0".to_owned(),
        ..browser("own laptop")
    };
    assert!(
        enter(&env, &credentials, &updated, None).await.is_ok(),
        "it is known by its cookie, whatever it calls itself since its last update"
    );
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn strangers_of_one_network_do_not_make_the_owner_wait_on_a_new_browser_elsewhere(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (_, credentials) = person(&env).await;
    let email = Some(credentials.email.as_str());
    let tries_from = |address: String| {
        let subjects = subjects(&env, email, &browser_at("stranger", &address), false);
        let env = &env;
        async move { attempt::begin(env, &subjects).await }
    };
    // Nobody is patient: everything that waits is refused and comes again.
    for _ in 0..50 {
        let _ = tries_from("198.51.100.7".into()).await;
    }
    let stranger = tries_from("198.51.100.8".into()).await;
    assert!(
        matches!(stranger, Err(Error::TooMany { .. })),
        "a neighbour"
    );
    let new = browser_at("new phone", "192.0.2.9");
    let owner = enter(&env, &credentials, &new, None).await;
    assert!(owner.is_ok(), "{:?}", owner.err());

    // Many networks together are held up all the same.
    let mut taken = 0;
    for network in 0..40 {
        for _ in 0..5 {
            let tried = tries_from(format!("10.0.{network}.1")).await;
            taken += usize::from(tried.is_ok());
        }
    }
    assert!(
        (90..=110).contains(&taken),
        "{taken} guesses from everywhere"
    );
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn signing_out_ends_that_session_and_no_other(_: PgPoolOptions, options: PgConnectOptions) {
    let (env, _) = testing::env(options);
    let (account, _) = person(&env).await;
    let (laptop, phone) = (browser("laptop"), browser("phone"));
    let here = opened(&env, account, &laptop).await;
    let there = opened(&env, account, &phone).await;
    let mut bells = env.wake.listen();
    sign_out(&env, &here.refresh, &laptop).await.unwrap();
    let session = token::read(&env, &here.signed_in.token).unwrap().session;
    assert_eq!(bells.try_recv().unwrap(), Signal::Session(session));
    assert!(bells.try_recv().is_err(), "nobody else need look");
    let mut global = env.db.global().await.unwrap();
    assert!(!lives(global.conn(), session).await.unwrap());
    assert!(refused(refresh(&env, &here.refresh, &laptop).await));
    assert!(refresh(&env, &there.refresh, &phone).await.is_ok());
    // Nothing to end: no fault either.
    sign_out(&env, "not a token", &laptop).await.unwrap();
    assert_eq!(deeds(&env, account).await, ["sign_out"]);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn signing_in_again_ends_the_session_whose_cookie_is_replaced_and_rings(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (account, credentials) = person(&env).await;
    let (other, _) = person(&env).await;
    let laptop = browser("laptop");
    let left = opened(&env, other, &laptop).await;
    let mut bells = env.wake.listen();
    let wrong = Credentials {
        password: "wrong horse".into(),
        ..credentials.clone()
    };
    let refused_in = enter(&env, &wrong, &laptop, Some(&left.refresh)).await;
    assert!(refused_in.is_err());
    assert_eq!(live_sessions(&env, other).await, 1, "nobody came in");

    enter(&env, &credentials, &laptop, Some(&left.refresh))
        .await
        .unwrap();
    assert_eq!(live_sessions(&env, other).await, 0);
    assert_eq!(live_sessions(&env, account).await, 1);
    assert_eq!(deeds(&env, other).await, ["sign_out"]);
    let session = token::read(&env, &left.signed_in.token).unwrap().session;
    assert_eq!(bells.try_recv().unwrap(), Signal::Session(session));
    assert!(refused(refresh(&env, &left.refresh, &laptop).await));
}
