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

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn the_right_password_opens_a_session_whatever_the_case_of_the_address(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (account, mut credentials) = person(&env).await;
    credentials.email = format!(" {} ", credentials.email.to_uppercase());
    let opened = sign_in(&env, &credentials, &browser("laptop"), None)
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
        let answer = sign_in(&env, &credentials, &browser("laptop"), None)
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
    sign_in(&env, &credentials, &browser("own laptop"), None)
        .await
        .unwrap();
    let wrong = Credentials {
        password: "a guess".into(),
        ..credentials.clone()
    };
    for _ in 0..5 {
        let guess = sign_in(&env, &wrong, &browser("stranger"), None).await;
        assert!(matches!(guess, Err(Error::Invalid { .. })));
    }
    let right = sign_in(&env, &credentials, &browser("stranger"), None).await;
    assert!(
        matches!(right, Err(Error::TooMany { retry_after_s }) if retry_after_s <= 3),
        "even the right password waits"
    );
    let updated = Browser {
        agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/141.0".to_owned(),
        ..browser("own laptop")
    };
    assert!(
        sign_in(&env, &credentials, &updated, None).await.is_ok(),
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
    let owner = sign_in(&env, &credentials, &new, None).await;
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
async fn a_session_ends_seven_days_after_its_sign_in_however_often_it_is_renewed(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let (account, _) = person(&env).await;
    let laptop = browser("laptop");
    let first = opened(&env, account, &laptop).await;
    let mut token = first.refresh;
    for _ in 0..6 {
        clock.by(Duration::days(1));
        let renewed = refresh(&env, &token, &laptop).await.unwrap();
        assert_eq!(renewed.expires_at, first.expires_at);
        assert_ne!(renewed.refresh, token);
        token = renewed.refresh;
    }
    clock.by(Duration::days(1));
    assert!(refused(refresh(&env, &token, &laptop).await));
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn of_fifty_browsers_with_one_token_one_wins_and_the_theft_ends_everything(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (account, _) = person(&env).await;
    let phone = opened(&env, account, &browser("phone")).await;
    let token = opened(&env, account, &browser("0")).await.refresh;
    let won = futures::future::join_all((0..50).map(|n| {
        let (env, token) = (&env, &token);
        async move {
            refresh(env, token, &browser(&n.to_string()))
                .await
                .ok()
                .map(|opened| (n, opened.refresh))
        }
    }))
    .await;
    let won: Vec<_> = won.into_iter().flatten().collect();
    assert_eq!(won.len(), 1, "one compare-and-swap succeeds");
    assert_eq!(live_sessions(&env, account).await, 0);
    assert!(refused(
        refresh(&env, &won[0].1, &browser(&won[0].0.to_string())).await
    ));
    assert!(refused(
        refresh(&env, &phone.refresh, &browser("phone")).await
    ));
    assert_eq!(
        deeds(&env, account).await,
        ["session_replay"],
        "answered once"
    );
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn of_fifty_tabs_with_one_token_exactly_one_ends_up_with_the_token_in_force(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (account, _) = person(&env).await;
    let laptop = browser("laptop");
    let token = opened(&env, account, &laptop).await.refresh;
    let renewed = futures::future::join_all((0..50).map(|_| refresh(&env, &token, &laptop))).await;
    let tokens: HashSet<String> = renewed
        .into_iter()
        .map(|renewed| renewed.unwrap().refresh.to_string())
        .collect();
    assert_eq!(tokens.len(), 50);
    assert_eq!(live_sessions(&env, account).await, 1);
    let mut in_force = 0;
    for token in &tokens {
        let mut global = env.db.global().await.unwrap();
        let found: i64 = sqlx::query_scalar("SELECT count(*) FROM session WHERE token_hash = $1")
            .bind(&hash(token)[..])
            .fetch_one(global.conn())
            .await
            .unwrap();
        in_force += found;
    }
    assert_eq!(in_force, 1);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn the_grace_replaces_the_successor_which_is_then_spent(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let (account, _) = person(&env).await;
    let laptop = browser("laptop");
    let first = opened(&env, account, &laptop).await.refresh;
    let lost = refresh(&env, &first, &laptop).await.unwrap().refresh;
    clock.by(Duration::seconds(9));
    let again = refresh(&env, &first, &laptop).await.unwrap().refresh;
    assert!(refused(refresh(&env, &lost, &laptop).await));
    assert_eq!(live_sessions(&env, account).await, 0);
    assert!(refused(refresh(&env, &again, &laptop).await));
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn the_grace_does_not_move_with_its_use_and_ends_when_the_successor_is_used(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let (account, _) = person(&env).await;
    let laptop = browser("laptop");

    let first = opened(&env, account, &laptop).await.refresh;
    refresh(&env, &first, &laptop).await.unwrap();
    clock.by(Duration::seconds(6));
    refresh(&env, &first, &laptop).await.unwrap();
    clock.by(Duration::seconds(6));
    assert!(refused(refresh(&env, &first, &laptop).await), "12 s later");

    let first = opened(&env, account, &laptop).await.refresh;
    let second = refresh(&env, &first, &laptop).await.unwrap().refresh;
    refresh(&env, &second, &laptop).await.unwrap();
    assert!(refused(refresh(&env, &first, &laptop).await), "used");
    assert_eq!(live_sessions(&env, account).await, 0);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_replay_ends_every_session_of_that_person_and_of_nobody_else_and_rings(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let ((account, _), (other, _)) = (person(&env).await, person(&env).await);
    let laptop = browser("laptop");
    let first = opened(&env, account, &laptop).await;
    opened(&env, account, &browser("phone")).await;
    opened(&env, other, &browser("other")).await;
    let second = refresh(&env, &first.refresh, &laptop).await.unwrap();
    refresh(&env, &second.refresh, &laptop).await.unwrap();
    // Days later it is still known.
    clock.by(Duration::days(5));
    let mut bells = env.wake.listen();
    assert!(refused(refresh(&env, &first.refresh, &laptop).await));
    assert_eq!(live_sessions(&env, account).await, 0);
    assert_eq!(live_sessions(&env, other).await, 1);
    assert_eq!(deeds(&env, account).await, ["session_replay"]);
    let mut rung = HashSet::new();
    while let Ok(signal) = bells.try_recv() {
        rung.insert(signal);
    }
    let session = token::read(
        &Env {
            clock: std::sync::Arc::new(crate::env::Real),
            ..env.clone()
        },
        &first.signed_in.token,
    )
    .unwrap()
    .session;
    assert!(rung.contains(&Signal::Session(session)) && rung.contains(&Signal::Account(account)));
    assert_eq!(rung.len(), 3, "two sessions and the person");

    // The theft was answered: the thief cannot go on ending what is opened after it.
    opened(&env, account, &laptop).await;
    assert!(refused(refresh(&env, &first.refresh, &laptop).await));
    assert_eq!(live_sessions(&env, account).await, 1);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn the_grace_from_another_device_is_a_replay(_: PgPoolOptions, options: PgConnectOptions) {
    let (env, _) = testing::env(options);
    let (account, _) = person(&env).await;
    let first = opened(&env, account, &browser("laptop")).await.refresh;
    refresh(&env, &first, &browser("laptop")).await.unwrap();
    assert!(refused(refresh(&env, &first, &browser("thief")).await));
    assert_eq!(live_sessions(&env, account).await, 0);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn replays_of_two_sessions_at_once_do_not_wait_for_each_other(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    for _ in 0..10 {
        let (account, _) = person(&env).await;
        let laptop = browser("laptop");
        let mut spent = Vec::new();
        for _ in 0..6 {
            let first = opened(&env, account, &laptop).await.refresh;
            refresh(&env, &first, &laptop).await.unwrap();
            spent.push(first);
        }
        let thief = browser("thief");
        let answers =
            futures::future::join_all(spent.iter().map(|token| refresh(&env, token, &thief))).await;
        assert!(answers.into_iter().all(refused));
        assert_eq!(live_sessions(&env, account).await, 0);
    }
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
    let refused_in = sign_in(&env, &wrong, &laptop, Some(&left.refresh)).await;
    assert!(refused_in.is_err());
    assert_eq!(live_sessions(&env, other).await, 1, "nobody came in");

    sign_in(&env, &credentials, &laptop, Some(&left.refresh))
        .await
        .unwrap();
    assert_eq!(live_sessions(&env, other).await, 0);
    assert_eq!(live_sessions(&env, account).await, 1);
    assert_eq!(deeds(&env, other).await, ["sign_out"]);
    let session = token::read(&env, &left.signed_in.token).unwrap().session;
    assert_eq!(bells.try_recv().unwrap(), Signal::Session(session));
    assert!(refused(refresh(&env, &left.refresh, &laptop).await));
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_replay_does_not_wait_for_somebody_who_is_signing_out_and_waits_for_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (account, _) = person(&env).await;
    let (laptop, phone) = (browser("laptop"), browser("phone"));
    let first = opened(&env, account, &laptop).await.refresh;
    refresh(&env, &first, &laptop).await.unwrap();
    let leaving = opened(&env, account, &phone).await;
    let session = token::read(&env, &leaving.signed_in.token).unwrap().session;

    // The first half of a sign-out: it holds its session, and has not written the audit yet.
    let mut out = env.db.global().await.unwrap();
    sqlx::query("UPDATE session SET ended_at = now(), end_reason = 'sign_out' WHERE id = $1")
        .bind(session.0)
        .execute(out.conn())
        .await
        .unwrap();
    let replay = tokio::spawn({
        let (env, first) = (env.clone(), first.clone());
        async move { refresh(&env, &first, &browser("thief")).await }
    });
    // Until the replay holds the account and waits for that session.
    let mut watch = env.db.global().await.unwrap();
    loop {
        let waiting: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM pg_stat_activity
                             WHERE datname = current_database() AND wait_event_type = 'Lock')",
        )
        .fetch_one(watch.conn())
        .await
        .unwrap();
        if waiting {
            break;
        }
        assert!(!replay.is_finished(), "it must wait for the session");
        // Within a transaction the view stands still.
        sqlx::query("SELECT pg_stat_clear_snapshot()")
            .execute(watch.conn())
            .await
            .unwrap();
    }
    let audited = account::audit(&env, out.conn(), account, Deed::SignOut, None).await;
    assert!(audited.is_ok(), "a deadlock: {:?}", audited.err());
    out.commit().await.unwrap();
    assert!(refused(replay.await.unwrap()), "answered, and no fault");
    assert_eq!(live_sessions(&env, account).await, 0);
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
