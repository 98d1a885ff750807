//! Sessions that are ended from outside: by their owner, by a new password, by a letter that told of somebody else.

use super::*;
use crate::account::{change_password, forgot, not_me, reset};
use postern_types::Reset;
use time::Duration;

async fn alive(env: &Env, opened: &Opened) -> bool {
    let mut global = env.db.global().await.unwrap();
    lives(global.conn(), opened.session).await.unwrap()
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn sessions_are_listed_and_ended_by_their_owner_and_by_nobody_else(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (ana, _) = person(&env).await;
    let (eve, _) = person(&env).await;
    let laptop = opened(&env, ana, &browser_at("laptop", "203.0.113.7")).await;
    let phone = opened(&env, ana, &browser_at("phone", "198.51.100.9")).await;
    let hers = opened(&env, eve, &browser("else")).await;
    let list_of = |opened: &Opened| {
        let (env, session) = (env.clone(), opened.session);
        async move { list(&env, session).await.unwrap() }
    };
    let seen = list_of(&laptop).await;
    assert_eq!(seen.len(), 2);
    assert_eq!((seen[0].id, seen[0].current), (laptop.session, true));
    assert_eq!(seen[0].network, "203.0.113.0/24");
    assert_eq!(seen[1].network, "198.51.100.0/24");
    assert_eq!(seen[1].label, "Firefox on Linux");

    let foreign = revoke(&env, hers.session, phone.session).await;
    assert!(matches!(foreign, Err(Error::NotFound)));
    let mut bells = env.wake.listen();
    revoke(&env, laptop.session, phone.session).await.unwrap();
    assert_eq!(bells.try_recv().unwrap(), Signal::Session(phone.session));
    assert!(refused(
        refresh(&env, &phone.refresh, &browser("phone")).await
    ));
    let over = revoke(&env, laptop.session, phone.session).await;
    assert!(matches!(over, Err(Error::NotFound)));
    assert!(refused(list(&env, phone.session).await));

    opened(&env, ana, &browser("tablet")).await;
    opened(&env, ana, &browser("desktop")).await;
    assert_eq!(revoke_others(&env, laptop.session).await.unwrap(), 2);
    assert_eq!(list_of(&laptop).await.len(), 1);
    assert!(alive(&env, &hers).await);
    assert_eq!(live_sessions(&env, ana).await, 1);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_browser_that_the_account_has_not_seen_is_told_of_once_and_can_be_shut_out(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let (account, credentials) = person(&env).await;
    let laptop = browser("laptop");
    enter(&env, &credentials, &laptop, None).await.unwrap();
    let letters = testing::letters(&env, &credentials.email).await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].subject, "New sign-in to your account");
    for told in ["Firefox on Linux", "203.0.113.0/24"] {
        assert!(letters[0].text.contains(told), "{}", letters[0].text);
    }
    let again = enter(&env, &credentials, &laptop, None).await.unwrap();
    assert_eq!(testing::letters(&env, &credentials.email).await.len(), 1);

    let secret = letters[0].secret("not-me");
    not_me(&env, &secret, &testing::browser(&env))
        .await
        .unwrap();
    assert!(!alive(&env, &again).await);
    assert_eq!(live_sessions(&env, account).await, 0);
    let twice = not_me(&env, &secret, &testing::browser(&env)).await;
    assert!(matches!(twice, Err(Error::NotFound)));

    enter(&env, &credentials, &browser("phone"), None)
        .await
        .unwrap();
    let letters = testing::letters(&env, &credentials.email).await;
    clock.by(Duration::days(30));
    let late = not_me(&env, &letters[1].secret("not-me"), &testing::browser(&env)).await;
    assert!(matches!(late, Err(Error::NotFound)));
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_changed_password_ends_the_other_sessions_and_takes_the_old_one(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (ana, credentials) = person(&env).await;
    let laptop = opened(&env, ana, &browser("laptop")).await;
    let phone = opened(&env, ana, &browser("phone")).await;
    let new = "a lighthouse at dusk";
    let wrong = change_password(&env, laptop.session, "wrong horse", new).await;
    assert!(matches!(wrong, Err(Error::Invalid { field: "old", .. })));
    let weak = change_password(&env, laptop.session, PASSWORD, "short").await;
    assert!(matches!(
        weak,
        Err(Error::Invalid {
            field: "password",
            ..
        })
    ));
    assert!(alive(&env, &phone).await);
    change_password(&env, laptop.session, PASSWORD, new)
        .await
        .unwrap();
    assert!(alive(&env, &laptop).await && !alive(&env, &phone).await);
    let old = enter(&env, &credentials, &browser("laptop"), None).await;
    assert!(matches!(old, Err(Error::Invalid { .. })));
    let changed = Credentials {
        password: new.into(),
        ..credentials
    };
    enter(&env, &changed, &browser("laptop"), None)
        .await
        .unwrap();
    assert!(refused(
        change_password(&env, phone.session, new, PASSWORD).await
    ));
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_forgotten_password_is_set_by_a_link_once_within_half_an_hour_and_ends_every_session(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let (ana, credentials) = person(&env).await;
    let laptop = opened(&env, ana, &browser("laptop")).await;
    let form = |secret: &str, password: &str| Reset {
        token: secret.to_owned(),
        password: password.to_owned(),
    };
    for _ in 0..2 {
        forgot(&env, &credentials.email, &testing::browser(&env))
            .await
            .unwrap();
    }
    let letters = testing::letters(&env, &credentials.email).await;
    let (first, second) = (letters[0].secret("reset"), letters[1].secret("reset"));
    let weak = reset(&env, &form(&first, "short"), &testing::browser(&env)).await;
    assert!(
        matches!(
            weak,
            Err(Error::Invalid {
                field: "password",
                ..
            })
        ),
        "still good"
    );
    let all = futures::future::join_all((0..20).map(|_| async {
        let browser = testing::browser(&env);
        reset(&env, &form(&first, "a lighthouse at dusk"), &browser)
            .await
            .is_ok()
    }))
    .await;
    assert_eq!(all.iter().filter(|set| **set).count(), 1);
    assert!(!alive(&env, &laptop).await);
    for over in [first, second] {
        let over = reset(
            &env,
            &form(&over, "another one here"),
            &testing::browser(&env),
        )
        .await;
        assert!(
            matches!(over, Err(Error::NotFound)),
            "the others are void, too"
        );
    }
    forgot(&env, &credentials.email, &testing::browser(&env))
        .await
        .unwrap();
    let third = testing::letters(&env, &credentials.email)
        .await
        .pop()
        .unwrap();
    assert_eq!(third.subject, "Set a new password");
    let third = third.secret("reset");
    // The link of one purpose is none of another.
    let crossed = not_me(&env, &third, &testing::browser(&env)).await;
    assert!(matches!(crossed, Err(Error::NotFound)));
    clock.by(Duration::minutes(30));
    let late = reset(
        &env,
        &form(&third, "another one here"),
        &testing::browser(&env),
    )
    .await;
    assert!(matches!(late, Err(Error::NotFound)));
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn an_unknown_address_is_answered_alike_with_as_much_work_and_no_letter(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (_, credentials) = person(&env).await;
    let nobody = testing::address(&env);
    for email in [&credentials.email, &nobody] {
        // Six letters to one address are enough for a day, whether somebody has it or not.
        let mut waits = 0;
        for _ in 0..7 {
            match forgot(&env, email, &testing::browser(&env)).await {
                Ok(()) => {}
                Err(Error::TooMany { .. }) => waits += 1,
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!(waits, 2, "{email}");
    }
    assert_eq!(testing::letters(&env, &credentials.email).await.len(), 5);
    assert!(testing::letters(&env, &nobody).await.is_empty());
    let mut global = env.db.global().await.unwrap();
    let rows: (i64, i64) = sqlx::query_as(
        "SELECT count(*) FILTER (WHERE dead_at IS NULL), count(*) FILTER (WHERE dead_at IS NOT NULL) FROM mail",
    )
    .fetch_one(global.conn())
    .await
    .unwrap();
    assert_eq!(rows, (5, 5), "a letter each");
}
