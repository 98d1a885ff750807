//! A code by mail as the second factor: the last one that is offered, and none beside a mailed link.

use super::*;
use postern_types::Reset;

/// Asks for a code in that step: what it is asked by, and the code.
async fn mailed(env: &Env, step: &FactorStep, email: &str, browser: &Browser) -> (String, String) {
    let sent = mail_code(env, &step.ticket, browser).await.unwrap();
    let letters = testing::letters(env, email).await;
    let letter = letters
        .iter()
        .rfind(|letter| letter.subject == "Your code to sign in");
    (sent.ticket, letter.expect("a letter").code())
}

fn typed(step: &FactorStep, asked: &str, code: &str) -> Factor {
    Factor {
        asked: Some(asked.to_owned()),
        ..factor(step, FactorKind::Email, code)
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_mailed_code_is_good_once_and_in_the_step_that_asked_for_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let (_, credentials, _, _, _) = enrolled(&env, &clock).await;
    let laptop = testing::browser(&env);
    let step = asked(&env, &credentials, &laptop).await;
    assert_eq!(step.kinds.last(), Some(&FactorKind::Email));
    let elsewhere = mail_code(&env, &step.ticket, &testing::browser(&env)).await;
    assert!(matches!(elsewhere, Err(Error::NotFound)));
    let (first, old) = mailed(&env, &step, &credentials.email, &laptop).await;
    let (ticket, code) = mailed(&env, &step, &credentials.email, &laptop).await;
    // The one before it is void.
    let void = finish(&env, &typed(&step, &first, &old), &laptop, None).await;
    assert!(matches!(void, Err(Error::Invalid { field: "code", .. })));
    // In another step of the same person, in the same browser.
    let other = asked(&env, &credentials, &laptop).await;
    let there = finish(&env, &typed(&other, &ticket, &code), &laptop, None).await;
    assert!(matches!(there, Err(Error::Invalid { field: "code", .. })));
    // Nothing was asked for.
    let none = finish(
        &env,
        &factor(&step, FactorKind::Email, &code),
        &laptop,
        None,
    )
    .await;
    assert!(matches!(none, Err(Error::Invalid { field: "code", .. })));
    let right = typed(&step, &ticket, &code);
    let all = futures::future::join_all(
        (0..3).map(|_| async { finish(&env, &right, &laptop, None).await.is_ok() }),
    )
    .await;
    assert_eq!(all.iter().filter(|opened| **opened).count(), 1);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_mailed_code_has_five_tries_and_ten_minutes_and_few_letters_are_sent(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let (_, credentials, _, _, _) = enrolled(&env, &clock).await;
    let laptop = testing::browser(&env);
    let step = asked(&env, &credentials, &laptop).await;
    let (ticket, code) = mailed(&env, &step, &credentials.email, &laptop).await;
    let wrong = if code.starts_with('0') {
        "999999"
    } else {
        "000000"
    };
    let wrong = typed(&step, &ticket, wrong);
    for _ in 0..5 {
        let refused = finish(&env, &wrong, &laptop, None).await;
        assert!(matches!(refused, Err(Error::Invalid { field: "code", .. })));
    }
    let right = finish(&env, &typed(&step, &ticket, &code), &laptop, None).await;
    assert!(
        matches!(right, Err(Error::NotFound)),
        "not even the right one"
    );
    clock.by(Duration::minutes(16));
    let step = asked(&env, &credentials, &laptop).await;
    let (ticket, code) = mailed(&env, &step, &credentials.email, &laptop).await;
    clock.by(Duration::minutes(10));
    let late = finish(&env, &typed(&step, &ticket, &code), &laptop, None).await;
    assert!(matches!(late, Err(Error::NotFound)));
    let late = mail_code(&env, &step.ticket, &laptop).await;
    assert!(matches!(late, Err(Error::NotFound)));
    let step = asked(&env, &credentials, &laptop).await;
    for _ in 0..3 {
        mail_code(&env, &step.ticket, &laptop).await.unwrap();
    }
    let sixth = mail_code(&env, &step.ticket, &laptop).await;
    assert!(matches!(sixth, Err(Error::TooMany { .. })));
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn whoever_reads_the_mail_does_not_come_in_by_a_mailed_link_and_a_mailed_code(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    const NEW: &str = "a lighthouse at dusk";
    let (env, clock) = testing::env(options);
    let (_, credentials, seed, _, _) = enrolled(&env, &clock).await;
    let laptop = testing::browser(&env);
    // A step that is open does not outlive it.
    let open = asked(&env, &credentials, &laptop).await;
    account::forgot(&env, &credentials.email, &laptop)
        .await
        .unwrap();
    let letters = testing::letters(&env, &credentials.email).await;
    let letter = letters
        .iter()
        .rfind(|letter| letter.subject == "Set a new password");
    let form = Reset {
        token: letter.expect("a letter").secret("reset"),
        password: NEW.into(),
    };
    account::reset(&env, &form, &laptop).await.unwrap();
    let credentials = Credentials {
        password: NEW.into(),
        ..credentials
    };
    let step = asked(&env, &credentials, &laptop).await;
    assert_eq!(step.kinds, [FactorKind::Totp, FactorKind::Recovery]);
    let mailed_here = mail_code(&env, &step.ticket, &laptop).await;
    assert!(matches!(mailed_here, Err(Error::Conflict(_))));
    let mailed_there = mail_code(&env, &open.ticket, &laptop).await;
    assert!(matches!(mailed_there, Err(Error::NotFound)));
    // Who shows more with that password has it for good.
    let right = factor(&step, FactorKind::Totp, &shown(&env, &seed));
    finish(&env, &right, &laptop, None).await.unwrap();
    let step = asked(&env, &credentials, &laptop).await;
    let (ticket, code) = mailed(&env, &step, &credentials.email, &laptop).await;
    finish(&env, &typed(&step, &ticket, &code), &laptop, None)
        .await
        .unwrap();
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn who_knows_the_password_elsewhere_uses_up_no_letter_and_voids_no_code_of_the_owner(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let (_, credentials, _, _, _) = enrolled(&env, &clock).await;
    let (laptop, stranger) = (testing::browser(&env), testing::browser(&env));
    let step = asked(&env, &credentials, &laptop).await;
    let (ticket, code) = mailed(&env, &step, &credentials.email, &laptop).await;
    let theirs = asked(&env, &credentials, &stranger).await;
    for _ in 0..5 {
        mail_code(&env, &theirs.ticket, &stranger).await.unwrap();
    }
    let sixth = mail_code(&env, &theirs.ticket, &stranger).await;
    assert!(matches!(sixth, Err(Error::TooMany { .. })));
    finish(&env, &typed(&step, &ticket, &code), &laptop, None)
        .await
        .expect("the owner's code is still good");
    // A code that was right gives its letter back: whoever comes in with one each time does not run out of them.
    for _ in 0..6 {
        let step = asked(&env, &credentials, &laptop).await;
        let (ticket, code) = mailed(&env, &step, &credentials.email, &laptop).await;
        finish(&env, &typed(&step, &ticket, &code), &laptop, None)
            .await
            .unwrap();
        // A step that is over has no letter sent.
        let over = mail_code(&env, &step.ticket, &laptop).await;
        assert!(matches!(over, Err(Error::NotFound)));
    }
}
