//! Sessions that are ended from outside: by their owner, by a new password, by a letter that told of somebody else.

use super::*;
use crate::account::{begin_email, change_password, confirm_email, forgot, not_me, reset};
use postern_types::{Confirm, Ended, Reset};
use time::Duration;

async fn alive(env: &Env, opened: &Opened) -> bool {
    let mut global = env.db.global().await.unwrap();
    lives(global.conn(), opened.session).await.unwrap()
}

/// Sets a new password by what the letter's link gave.
async fn set_anew(env: &Env, ended: Ended, credentials: Credentials) -> Credentials {
    let form = Reset {
        token: ended.reset.expect("a secret"),
        password: "a lighthouse at dusk".to_owned(),
    };
    reset(env, &form, &testing::browser(env)).await.unwrap();
    Credentials {
        password: form.password,
        ..credentials
    }
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
    let ended = not_me(&env, &secret, &testing::browser(&env))
        .await
        .unwrap();
    assert!(!alive(&env, &again).await);
    assert_eq!(live_sessions(&env, account).await, 0);
    let twice = not_me(&env, &secret, &testing::browser(&env)).await;
    assert!(matches!(twice, Err(Error::NotFound)));

    let credentials = set_anew(&env, ended, credentials).await;
    enter(&env, &credentials, &browser("phone"), None)
        .await
        .unwrap();
    let letters = testing::letters(&env, &credentials.email).await;
    let told = letters.last().unwrap();
    assert_eq!(told.subject, "New sign-in to your account");
    clock.by(Duration::days(7));
    let late = not_me(&env, &told.secret("not-me"), &testing::browser(&env)).await;
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
        // Five letters to one address are enough for whoever asks, whether somebody has it or not.
        let (mut waits, here) = (0, testing::browser(&env));
        for _ in 0..7 {
            match forgot(&env, email, &here).await {
                Ok(()) => {}
                Err(Error::TooMany { .. }) => waits += 1,
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!(waits, 2, "{email}");
    }
    assert_eq!(testing::letters(&env, &credentials.email).await.len(), 5);
    // And they use up nobody else's.
    forgot(&env, &nobody, &testing::browser(&env))
        .await
        .unwrap();
    assert!(testing::letters(&env, &nobody).await.is_empty());
    let mut global = env.db.global().await.unwrap();
    let rows: (i64, i64) = sqlx::query_as(
        "SELECT count(*) FILTER (WHERE dead_at IS NULL), count(*) FILTER (WHERE dead_at IS NOT NULL) FROM mail",
    )
    .fetch_one(global.conn())
    .await
    .unwrap();
    assert_eq!(rows, (5, 6), "a letter each");
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn another_address_is_confirmed_by_its_code_told_to_the_old_one_and_voids_what_was_mailed_there(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (ana, credentials) = person(&env).await;
    let (taken, _) = person(&env).await;
    let laptop = opened(&env, ana, &browser("laptop")).await;
    let phone = opened(&env, ana, &browser("phone")).await;
    let new = testing::address(&env);
    let wrong = begin_email(&env, laptop.session, &new, "wrong horse").await;
    assert!(matches!(
        wrong,
        Err(Error::Invalid {
            field: "password",
            ..
        })
    ));
    let same = begin_email(&env, laptop.session, &credentials.email, PASSWORD).await;
    assert!(matches!(same, Err(Error::Invalid { field: "email", .. })));
    // An address that has an account is answered alike, and gets no code.
    let mut global = env.db.global().await.unwrap();
    let theirs: String = sqlx::query_scalar("SELECT email FROM account WHERE id = $1")
        .bind(taken.0)
        .fetch_one(global.conn())
        .await
        .unwrap();
    drop(global);
    let alike = begin_email(&env, laptop.session, &theirs, PASSWORD)
        .await
        .unwrap();
    assert_eq!(alike.ticket.len(), 43);
    let letters = testing::letters(&env, &theirs).await;
    assert_eq!(letters[0].subject, "This address has an account already");

    let sent = begin_email(&env, laptop.session, &new, PASSWORD)
        .await
        .unwrap();
    let code = testing::letters(&env, &new).await[0].code();
    // Somebody else's session does not confirm it.
    let eve = opened(&env, taken, &browser("else")).await;
    let confirm = Confirm {
        ticket: sent.ticket,
        code,
    };
    let foreign = confirm_email(&env, eve.session, &confirm).await;
    assert!(matches!(foreign, Err(Error::NotFound)));
    forgot(&env, &credentials.email, &testing::browser(&env))
        .await
        .unwrap();
    let link = testing::letters(&env, &credentials.email).await[0].secret("reset");
    let me = confirm_email(&env, laptop.session, &confirm).await.unwrap();
    assert_eq!(me.email, new);
    let twice = confirm_email(&env, laptop.session, &confirm).await;
    assert!(matches!(twice, Err(Error::NotFound)));
    assert!(alive(&env, &laptop).await && !alive(&env, &phone).await);
    let told = testing::letters(&env, &credentials.email)
        .await
        .pop()
        .unwrap();
    assert_eq!(told.subject, "Your address was changed");
    // Who reads the old mailbox sets no password.
    let form = Reset {
        token: link,
        password: "a lighthouse at dusk".into(),
    };
    let late = reset(&env, &form, &testing::browser(&env)).await;
    assert!(matches!(late, Err(Error::NotFound)));
    let there = Credentials {
        email: new,
        ..credentials
    };
    enter(&env, &there, &browser("laptop"), None).await.unwrap();
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_browser_that_was_shut_out_comes_back_as_a_stranger(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (_, credentials) = person(&env).await;
    let thief = browser("thief");
    enter(&env, &credentials, &thief, None).await.unwrap();
    let letters = testing::letters(&env, &credentials.email).await;
    let ended = not_me(&env, &letters[0].secret("not-me"), &testing::browser(&env))
        .await
        .unwrap();
    let credentials = set_anew(&env, ended, credentials).await;
    enter(&env, &credentials, &thief, None).await.unwrap();
    let letters = testing::letters(&env, &credentials.email).await;
    let told = letters
        .iter()
        .filter(|letter| letter.subject == "New sign-in to your account");
    assert_eq!(told.count(), 2, "it is told of again");
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_sign_in_with_the_old_password_that_is_under_way_opens_nothing_once_it_is_changed(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (ana, credentials) = person(&env).await;
    let laptop = opened(&env, ana, &browser("laptop")).await;
    for round in 0..6 {
        let (old, new) = (
            format!("harbour number {round}"),
            format!("harbour number {}", round + 1),
        );
        let old = if round == 0 { PASSWORD.to_owned() } else { old };
        let known = Credentials {
            email: credentials.email.clone(),
            password: old.clone(),
        };
        let phone = browser("phone");
        let entering = async {
            let mut last = Vec::new();
            for _ in 0..3 {
                last.extend(enter(&env, &known, &phone, None).await.ok());
            }
            last
        };
        let (opened, changed) =
            tokio::join!(entering, change_password(&env, laptop.session, &old, &new));
        changed.unwrap();
        for session in opened {
            assert!(
                !alive(&env, &session).await,
                "round {round}: the old password's session lives"
            );
        }
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_trusted_browser_without_a_session_is_listed_and_forgotten_by_its_owner_alone(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let (ana, _) = person(&env).await;
    let (eve, _) = person(&env).await;
    let laptop = opened(&env, ana, &browser_at("laptop", "203.0.113.7")).await;
    let hers = opened(&env, eve, &browser("else")).await;
    let until = Some(env.now() + Duration::days(30));
    let phone = browser_at("phone", "198.51.100.9");
    let global = env.db.global().await.unwrap();
    let phone = come_in(&env, global, ana, &phone, None, until)
        .await
        .unwrap();
    assert!(
        trusted(&env, laptop.session).await.unwrap().is_empty(),
        "it is signed in"
    );
    sign_out(&env, &phone.refresh, &browser_at("phone", "198.51.100.9"))
        .await
        .unwrap();
    let seen = trusted(&env, laptop.session).await.unwrap();
    assert_eq!(seen.len(), 1);
    assert_eq!(
        (seen[0].label.as_str(), seen[0].network.as_str()),
        ("Firefox on Linux", "198.51.100.0/24")
    );
    assert!(trusted(&env, hers.session).await.unwrap().is_empty());
    let foreign = forget_trusted(&env, hers.session, seen[0].id).await;
    assert!(matches!(foreign, Err(Error::NotFound)));
    forget_trusted(&env, laptop.session, seen[0].id)
        .await
        .unwrap();
    assert!(trusted(&env, laptop.session).await.unwrap().is_empty());
    let again = forget_trusted(&env, laptop.session, seen[0].id).await;
    assert!(matches!(again, Err(Error::NotFound)));

    // What ran out is not listed, and is nobody's to forget.
    let global = env.db.global().await.unwrap();
    let phone = come_in(
        &env,
        global,
        ana,
        &browser_at("phone", "198.51.100.9"),
        None,
        until,
    )
    .await
    .unwrap();
    sign_out(&env, &phone.refresh, &browser_at("phone", "198.51.100.9"))
        .await
        .unwrap();
    clock.by(Duration::days(31));
    let laptop = opened(&env, ana, &browser_at("laptop", "203.0.113.7")).await;
    assert!(trusted(&env, laptop.session).await.unwrap().is_empty());
}
