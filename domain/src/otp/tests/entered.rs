//! Entering a code.

use super::*;
use crate::Error;

#[sqlx::test(migrations = "../migrations")]
async fn two_hundred_parallel_guesses_get_exactly_three_tries(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = taking(options).await;
    let made = s.ask(PHONE).await.unwrap();
    let code = s.code(made.id).await;
    let wrong = other(&code);
    let guesses = (0..200).map(|_| s.enter_code(made.id, &wrong));
    let answers = futures::future::join_all(guesses).await;
    let mut looked_at = Vec::new();
    for given in answers {
        let given = given.unwrap();
        if given.verdict == OtpVerdict::Wrong {
            looked_at.push(given.tries_left);
        } else {
            assert_eq!(given, answer(OtpVerdict::NoTries, 0));
        }
    }
    looked_at.sort_unstable();
    assert_eq!(looked_at, [0, 1, 2]);
    let view = s.view(made.id).await;
    assert_eq!((view.state, view.tries), (OtpState::Failed, 3));
    let late = s.enter_code(made.id, &code).await.unwrap();
    assert_eq!(late, answer(OtpVerdict::NoTries, 0), "the right one too");
    assert_eq!(s.audit("otp.failed").await.len(), 1);
    assert_eq!(s.audit("otp.verified").await.len(), 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn fifty_right_answers_at_once_are_one_success(_: PgPoolOptions, options: PgConnectOptions) {
    let s = taking(options).await;
    let made = s.ask(PHONE).await.unwrap();
    let code = s.code(made.id).await;
    let answers = (0..50).map(|_| s.enter_code(made.id, &code));
    let answers = futures::future::join_all(answers).await;
    let verdicts: Vec<_> = answers.into_iter().map(|a| a.unwrap().verdict).collect();
    let count = |of| verdicts.iter().filter(|verdict| **verdict == of).count();
    assert_eq!(count(OtpVerdict::Verified), 1, "{verdicts:?}");
    assert_eq!(count(OtpVerdict::Wrong), 0);
    assert_eq!(
        count(OtpVerdict::Used) + count(OtpVerdict::NoTries),
        49,
        "{verdicts:?}"
    );
    assert_eq!(s.audit("otp.verified").await.len(), 1);
    let again = s.enter_code(made.id, &code).await.unwrap();
    assert_eq!(again, answer(OtpVerdict::Used, 0));
}

#[sqlx::test(migrations = "../migrations")]
async fn the_third_try_may_be_the_right_one_and_a_fourth_is_none(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = taking(options).await;
    let lucky = s.ask(PHONE).await.unwrap();
    let code = s.code(lucky.id).await;
    let wrong = other(&code);
    for left in [2, 1] {
        let given = s.enter_code(lucky.id, &wrong).await.unwrap();
        assert_eq!(given, answer(OtpVerdict::Wrong, left));
        assert_eq!(s.view(lucky.id).await.tries_left, left);
    }
    let grouped = format!(" {} {}", &code[..3], &code[3..]);
    let given = s.enter_code(lucky.id, &grouped).await.unwrap();
    assert_eq!(given, answer(OtpVerdict::Verified, 0));
    let view = s.view(lucky.id).await;
    assert_eq!((view.state, view.tries_left), (OtpState::Verified, 0));

    let made = s.ask(PHONE).await.unwrap();
    let code = s.code(made.id).await;
    for left in [2, 1, 0] {
        let given = s.enter_code(made.id, &other(&code)).await.unwrap();
        assert_eq!(given, answer(OtpVerdict::Wrong, left));
    }
    let given = s.enter_code(made.id, &code).await.unwrap();
    assert_eq!(given, answer(OtpVerdict::NoTries, 0));
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_not_six_digits_is_no_try_and_what_is_expired_or_anothers_is_none_either(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = taking(options).await;
    let made = s.ask(PHONE).await.unwrap();
    let code = s.code(made.id).await;
    let long = "1".repeat(5_000);
    for odd in [
        "",
        "12345",
        "1234567",
        "12345a",
        "١٢٣٤٥٦",
        "\0",
        "------",
        &long,
    ] {
        let refused = s.enter_code(made.id, odd).await;
        assert!(
            matches!(refused, Err(Error::Invalid { field: "code", .. })),
            "{odd}"
        );
    }
    let two = testing::workspace(&s.env, "Two", Role::Owner).await;
    let foreign = entered(&s.env, &two, LIVE, made.id, &code).await;
    assert!(matches!(foreign, Err(Error::NotFound)));
    let nothing = s.enter_code(s.env.id(), &code).await;
    assert!(matches!(nothing, Err(Error::NotFound)));
    assert_eq!(s.view(made.id).await.tries, 0);

    s.clock.by(Duration::seconds(299));
    let given = s.enter_code(made.id, &other(&code)).await.unwrap();
    assert_eq!(given, answer(OtpVerdict::Wrong, 2));
    s.clock.by(Duration::seconds(2));
    let given = s.enter_code(made.id, &code).await.unwrap();
    assert_eq!(given, answer(OtpVerdict::Expired, 0));
    let view = s.view(made.id).await;
    assert_eq!((view.state, view.tries), (OtpState::Expired, 1));
    // The code of one challenge is none of another's.
    let next = s.ask(PHONE).await.unwrap();
    if s.code(next.id).await != code {
        let given = s.enter_code(next.id, &code).await.unwrap();
        assert_eq!(given, answer(OtpVerdict::Wrong, 2));
    }
}

/// What a process that dies after it took a try, and before it looked, leaves behind.
#[sqlx::test(migrations = "../migrations")]
async fn a_try_that_nobody_looked_at_is_used_up_and_makes_no_other_one(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = taking(options).await;
    let made = s.ask(PHONE).await.unwrap();
    let code = s.code(made.id).await;
    let mut tenant = s.enter().await;
    sqlx::query("UPDATE otp_challenge SET tries = 2")
        .execute(tenant.conn())
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let given = s.enter_code(made.id, &other(&code)).await.unwrap();
    assert_eq!(given, answer(OtpVerdict::Wrong, 0));
    let given = s.enter_code(made.id, &code).await.unwrap();
    assert_eq!(given, answer(OtpVerdict::NoTries, 0));
    // The database holds no fourth, whatever asks.
    let mut tenant = s.enter().await;
    let fourth = sqlx::query("UPDATE otp_challenge SET tries = 4")
        .execute(tenant.conn())
        .await;
    assert!(fourth.is_err());
}
