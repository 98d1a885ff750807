//! Second factors: how they come, what they let in, and that nothing is good twice.

mod mailed;
mod passkeys;

use super::*;
use crate::{
    Error,
    account::{self, Person},
    password,
    session::{self, Browser, Entered},
    testing,
};
use postern_types::{Credentials, Factor, FactorKind, FactorStep};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use time::Duration;
use totp_rs::{Algorithm, Builder, Secret};

const PASSWORD: &str = "correct horse";

/// What an application would show now.
pub(crate) fn shown(env: &Env, seed: &str) -> String {
    let secret = Secret::try_from_base32(seed).unwrap();
    let totp = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_secret(secret)
        .build()
        .unwrap();
    let now = u64::try_from(env.now().unix_timestamp()).unwrap();
    totp.generate(now).to_string()
}

async fn person(env: &Env) -> (AccountId, Credentials) {
    let email = testing::address(env);
    let person = Person::new("Ana", &email).unwrap();
    let kept = password::hash(env, PASSWORD).await.unwrap();
    let mut global = env.db.global().await.unwrap();
    let account = account::create(env, global.conn(), &person, &kept)
        .await
        .unwrap();
    global.commit().await.unwrap();
    (
        account,
        Credentials {
            email,
            password: PASSWORD.into(),
        },
    )
}

async fn enter(env: &Env, credentials: &Credentials, browser: &Browser) -> Entered {
    session::sign_in(env, credentials, browser, None)
        .await
        .unwrap()
}

async fn asked(env: &Env, credentials: &Credentials, browser: &Browser) -> FactorStep {
    match enter(env, credentials, browser).await {
        Entered::Factor(step) => step,
        Entered::In(_) => panic!("a second factor is asked for"),
    }
}

fn factor(step: &FactorStep, kind: FactorKind, code: &str) -> Factor {
    Factor {
        ticket: step.ticket.clone(),
        kind,
        code: code.to_owned(),
        asked: None,
        trust: false,
    }
}

/// Somebody who has set it up, with its seed and the codes to write down.
async fn enrolled(
    env: &Env,
    clock: &testing::Moved,
) -> (AccountId, Credentials, String, Vec<String>, SessionId) {
    let (account, credentials) = person(env).await;
    let Entered::In(opened) = enter(env, &credentials, &testing::browser(env)).await else {
        panic!("nothing is asked for yet");
    };
    let seed = begin_totp(env, opened.session, PASSWORD).await.unwrap();
    let code = shown(env, &seed.secret);
    let codes = confirm_totp(env, opened.session, &code).await.unwrap();
    // The code that confirmed it is used up.
    clock.by(Duration::seconds(30));
    (account, credentials, seed.secret, codes, opened.session)
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn the_application_is_set_up_with_the_password_and_a_code_and_ends_the_other_sessions(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (_, credentials) = person(&env).await;
    let Entered::In(laptop) = enter(&env, &credentials, &testing::browser(&env)).await else {
        panic!();
    };
    let Entered::In(phone) = enter(&env, &credentials, &testing::browser(&env)).await else {
        panic!();
    };
    let wrong = begin_totp(&env, laptop.session, "wrong horse").await;
    assert!(matches!(
        wrong,
        Err(Error::Invalid {
            field: "password",
            ..
        })
    ));
    let seed = begin_totp(&env, laptop.session, PASSWORD).await.unwrap();
    assert_eq!(seed.secret.len(), 32);
    let side = seed.squares.len().isqrt();
    assert_eq!(side * side, seed.squares.len());
    assert!(side >= 25);
    // It is not in force yet.
    let Entered::In(_) = enter(&env, &credentials, &testing::browser(&env)).await else {
        panic!("nothing is confirmed");
    };
    let code = shown(&env, &seed.secret);
    let other = if code == "000000" { "000001" } else { "000000" };
    let wrong = confirm_totp(&env, laptop.session, other).await;
    assert!(matches!(wrong, Err(Error::Invalid { field: "code", .. })));
    let codes = confirm_totp(&env, laptop.session, &code).await.unwrap();
    assert_eq!(codes.len(), 10);
    assert!(codes.iter().all(|code| code.len() == 14));
    let shown = show(&env, laptop.session).await.unwrap();
    assert_eq!(
        (shown.totp, shown.recovery, shown.required),
        (true, 10, false)
    );
    assert!(matches!(
        show(&env, phone.session).await,
        Err(Error::Unauthorized)
    ));
    let twice = begin_totp(&env, laptop.session, PASSWORD).await;
    assert!(matches!(twice, Err(Error::Conflict(_))));
    let kept = testing::letters(&env, &credentials.email).await;
    assert!(
        kept.iter()
            .any(|letter| letter.subject == "Two-step sign-in is on")
    );
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn the_second_step_takes_each_code_once_and_only_in_the_browser_that_gave_the_password(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let (account, credentials, seed, _, _) = enrolled(&env, &clock).await;
    let laptop = testing::browser(&env);
    let step = asked(&env, &credentials, &laptop).await;
    assert_eq!(
        step.kinds,
        [FactorKind::Totp, FactorKind::Recovery, FactorKind::Email]
    );
    let code = shown(&env, &seed);
    let right = factor(&step, FactorKind::Totp, &code);
    let elsewhere = finish(&env, &right, &testing::browser(&env), None).await;
    assert!(matches!(elsewhere, Err(Error::NotFound)));
    let all = futures::future::join_all(
        (0..50).map(|_| async { finish(&env, &right, &laptop, None).await.is_ok() }),
    )
    .await;
    assert_eq!(all.iter().filter(|opened| **opened).count(), 1);
    // The same code in another step.
    let step = asked(&env, &credentials, &laptop).await;
    let again = finish(&env, &factor(&step, FactorKind::Totp, &code), &laptop, None).await;
    assert!(matches!(again, Err(Error::Invalid { field: "code", .. })));
    clock.by(Duration::minutes(10));
    let code = shown(&env, &seed);
    let late = finish(&env, &factor(&step, FactorKind::Totp, &code), &laptop, None).await;
    assert!(matches!(late, Err(Error::NotFound)));
    let mut global = env.db.global().await.unwrap();
    let sessions: i64 =
        sqlx::query_scalar("SELECT count(*) FROM session WHERE account_id = $1 AND device = $2")
            .bind(account.0)
            .bind(&laptop.device()[..])
            .fetch_one(global.conn())
            .await
            .unwrap();
    assert_eq!(sessions, 1);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn two_hundred_parallel_guesses_of_a_factor_get_five_tries(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let (account, credentials, seed, _, _) = enrolled(&env, &clock).await;
    let laptop = testing::browser(&env);
    let step = asked(&env, &credentials, &laptop).await;
    let code = shown(&env, &seed);
    let wrong = if code.starts_with('0') {
        "999999"
    } else {
        "000000"
    };
    let wrong = factor(&step, FactorKind::Totp, wrong);
    let all = futures::future::join_all(
        (0..200).map(|_| async { finish(&env, &wrong, &laptop, None).await.err() }),
    )
    .await;
    let looked_at = all
        .iter()
        .filter(|error| matches!(error, Some(Error::Invalid { .. })));
    assert_eq!(looked_at.count(), 5);
    let right = finish(&env, &factor(&step, FactorKind::Totp, &code), &laptop, None).await;
    assert!(
        matches!(right, Err(Error::NotFound)),
        "not even the right one"
    );
    // Another step, and another: the account waits.
    let step = asked(&env, &credentials, &laptop).await;
    let next = finish(&env, &factor(&step, FactorKind::Totp, &code), &laptop, None).await;
    assert!(matches!(next, Err(Error::TooMany { .. })));
    let mut global = env.db.global().await.unwrap();
    let written: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM account_audit WHERE account_id = $1 AND action = 'factor_refused'",
    )
    .bind(account.0)
    .fetch_one(global.conn())
    .await
    .unwrap();
    assert_eq!(written, 5);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_recovery_code_is_good_once_and_new_ones_void_the_old(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let (_, credentials, seed, codes, session) = enrolled(&env, &clock).await;
    let laptop = testing::browser(&env);
    let step = asked(&env, &credentials, &laptop).await;
    let typed = codes[0].to_uppercase().replace('-', " ");
    finish(
        &env,
        &factor(&step, FactorKind::Recovery, &typed),
        &laptop,
        None,
    )
    .await
    .unwrap();
    assert_eq!(show(&env, session).await.unwrap().recovery, 9);
    let step = asked(&env, &credentials, &laptop).await;
    for spent in [&codes[0], &"aaaa-aaaa-aaaa".to_owned()] {
        let again = finish(
            &env,
            &factor(&step, FactorKind::Recovery, spent),
            &laptop,
            None,
        )
        .await;
        assert!(matches!(again, Err(Error::Invalid { field: "code", .. })));
    }
    clock.by(Duration::seconds(30));
    let newer = renew_recovery(&env, session, PASSWORD, &shown(&env, &seed))
        .await
        .unwrap();
    let old = finish(
        &env,
        &factor(&step, FactorKind::Recovery, &codes[1]),
        &laptop,
        None,
    )
    .await;
    assert!(matches!(old, Err(Error::Invalid { .. })));
    finish(
        &env,
        &factor(&step, FactorKind::Recovery, &newer[0]),
        &laptop,
        None,
    )
    .await
    .unwrap();
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_trusted_browser_is_not_asked_for_thirty_days_and_no_other_is_trusted(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let (_, credentials, seed, _, _) = enrolled(&env, &clock).await;
    let laptop = testing::browser(&env);
    let step = asked(&env, &credentials, &laptop).await;
    let trusted = Factor {
        trust: true,
        ..factor(&step, FactorKind::Totp, &shown(&env, &seed))
    };
    finish(&env, &trusted, &laptop, None).await.unwrap();
    assert!(matches!(
        enter(&env, &credentials, &laptop).await,
        Entered::In(_)
    ));
    asked(&env, &credentials, &testing::browser(&env)).await;
    // A browser without its cookie is nobody's.
    let bare = Browser {
        returning: false,
        ..laptop.clone()
    };
    asked(&env, &credentials, &bare).await;
    clock.by(Duration::days(30));
    asked(&env, &credentials, &laptop).await;
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn the_factor_goes_with_password_and_code_alone_and_stays_where_it_is_required(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let (account, credentials, seed, _, session) = enrolled(&env, &clock).await;
    let code = shown(&env, &seed);
    let wrong = remove_totp(&env, session, "wrong horse", &code).await;
    assert!(matches!(
        wrong,
        Err(Error::Invalid {
            field: "password",
            ..
        })
    ));
    let other = if code.starts_with('0') {
        "999999"
    } else {
        "000000"
    };
    let wrong = remove_totp(&env, session, PASSWORD, other).await;
    assert!(matches!(wrong, Err(Error::Invalid { field: "code", .. })));
    let house = testing::workspace(&env, "Harbour", postern_types::Role::Owner).await;
    let mut tenant = env.db.operator(house.workspace).await.unwrap();
    crate::member::add(&env, &mut tenant, account, postern_types::Role::Owner)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let require = |required| {
        let (env, workspace) = (&env, house.workspace);
        async move {
            let mut tenant = env
                .db
                .member(session, workspace, postern_types::Role::Owner)
                .await?;
            crate::workspace::require_factor(env, &mut tenant, required).await?;
            tenant.commit().await
        }
    };
    require(true).await.unwrap();
    assert!(show(&env, session).await.unwrap().required);
    let kept = remove_totp(&env, session, PASSWORD, &code).await;
    assert!(matches!(kept, Err(Error::Conflict(_))));
    require(false).await.unwrap();
    clock.by(Duration::seconds(30));
    remove_totp(&env, session, PASSWORD, &shown(&env, &seed))
        .await
        .unwrap();
    assert!(matches!(
        enter(&env, &credentials, &testing::browser(&env)).await,
        Entered::In(_)
    ));
    assert!(!show(&env, session).await.unwrap().totp);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_new_password_ends_the_steps_that_wait_and_trusts_no_browser_any_more(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let (_, credentials, seed, codes, _) = enrolled(&env, &clock).await;
    let (thief, laptop) = (testing::browser(&env), testing::browser(&env));
    let step = asked(&env, &credentials, &laptop).await;
    let code = shown(&env, &seed);
    let trusting = Factor {
        trust: true,
        ..factor(&step, FactorKind::Totp, &code)
    };
    finish(&env, &trusting, &laptop, None).await.unwrap();
    let waiting = asked(&env, &credentials, &thief).await;

    account::forgot(&env, &credentials.email, &laptop)
        .await
        .unwrap();
    let link = testing::letters(&env, &credentials.email)
        .await
        .pop()
        .unwrap()
        .secret("reset");
    let form = postern_types::Reset {
        token: link,
        password: "a lighthouse at dusk".into(),
    };
    account::reset(&env, &form, &laptop).await.unwrap();
    let late = finish(
        &env,
        &factor(&waiting, FactorKind::Recovery, &codes[0]),
        &thief,
        None,
    )
    .await;
    assert!(matches!(late, Err(Error::NotFound)));
    let changed = Credentials {
        password: form.password,
        ..credentials
    };
    asked(&env, &changed, &laptop).await;
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_seed_waits_a_quarter_of_an_hour_for_its_first_code(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let (_, credentials) = person(&env).await;
    let Entered::In(laptop) = enter(&env, &credentials, &testing::browser(&env)).await else {
        panic!();
    };
    let seed = begin_totp(&env, laptop.session, PASSWORD).await.unwrap();
    clock.by(Duration::minutes(15));
    let late = confirm_totp(&env, laptop.session, &shown(&env, &seed.secret)).await;
    assert!(matches!(late, Err(Error::Invalid { field: "code", .. })));
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn whoever_knows_the_password_alone_keeps_nobody_out_of_the_second_step(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let (_, credentials, seed, codes, _) = enrolled(&env, &clock).await;
    let own = testing::browser(&env);
    let step = asked(&env, &credentials, &own).await;
    finish(
        &env,
        &factor(&step, FactorKind::Recovery, &codes[0]),
        &own,
        None,
    )
    .await
    .unwrap();
    let thief = testing::browser(&env);
    for _ in 0..2 {
        let step = asked(&env, &credentials, &thief).await;
        for _ in 0..5 {
            let wrong = factor(&step, FactorKind::Recovery, "aaaa-aaaa-aaaa");
            assert!(finish(&env, &wrong, &thief, None).await.is_err());
        }
    }
    let step = asked(&env, &credentials, &own).await;
    let code = shown(&env, &seed);
    finish(&env, &factor(&step, FactorKind::Totp, &code), &own, None)
        .await
        .unwrap();
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn what_cannot_be_undone_takes_a_code_that_was_not_used_of_the_application_or_written_down(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let (_, _, seed, codes, session) = enrolled(&env, &clock).await;
    let mut global = env.db.global().await.unwrap();
    let signed = account::signed(global.conn(), session).await.unwrap();
    drop(global);
    let code = shown(&env, &seed);
    for (code, right) in [
        ("", false),
        (code.as_str(), true),
        (code.as_str(), false),
        (codes[3].as_str(), true),
        (codes[3].as_str(), false),
    ] {
        let proven = prove(&env, session, &signed, code, None).await;
        assert_eq!(proven.is_ok(), right, "{proven:?}");
        if !right {
            assert!(matches!(proven, Err(Error::Invalid { field: "code", .. })));
        }
    }
    // Without one nothing is asked for.
    let (_, credentials) = person(&env).await;
    let Entered::In(opened) = enter(&env, &credentials, &testing::browser(&env)).await else {
        panic!();
    };
    let mut global = env.db.global().await.unwrap();
    let signed = account::signed(global.conn(), opened.session)
        .await
        .unwrap();
    drop(global);
    prove(&env, opened.session, &signed, "", None)
        .await
        .unwrap();
}
