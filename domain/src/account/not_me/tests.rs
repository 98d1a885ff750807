//! What the link of a letter undoes, what it leaves alone, and that the old password opens nothing after it.

use super::*;
use crate::{
    Error,
    account::{Person, begin_email, change_password, confirm_email, erase, reset},
    password,
    session::{Entered, Opened, sign_in},
    testing::{
        self,
        passkey::{self, Device},
    },
};
use postern_types::{
    Confirm, Credentials, EraseAccount, Factor, FactorKind, FactorStep, Reset, SessionId,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

const PASSWORD: &str = "correct horse";
const NEW: &str = "a lighthouse at dusk";

async fn person(env: &Env) -> (AccountId, Credentials) {
    let email = testing::address(env);
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

async fn enter(env: &Env, credentials: &Credentials, browser: &Browser) -> Result<Entered> {
    sign_in(env, credentials, browser, None).await
}

async fn opened(env: &Env, credentials: &Credentials) -> Opened {
    match enter(env, credentials, &testing::browser(env))
        .await
        .unwrap()
    {
        Entered::In(opened) => opened,
        Entered::Factor(_) => panic!("no second factor is asked for"),
    }
}

async fn asked(env: &Env, credentials: &Credentials, browser: &Browser) -> FactorStep {
    match enter(env, credentials, browser).await.unwrap() {
        Entered::Factor(step) => step,
        Entered::In(_) => panic!("a second factor is asked for"),
    }
}

/// The secret of the link in the last letter called so.
async fn letter(env: &Env, credentials: &Credentials, subject: &str) -> String {
    let letters = testing::letters(env, &credentials.email).await;
    let letter = letters.iter().rfind(|letter| letter.subject == subject);
    letter.expect(subject).secret("not-me")
}

/// A link as a letter that is written now would hold.
async fn written(env: &Env, account: AccountId, credentials: &Credentials) -> String {
    let mut global = env.db.global().await.unwrap();
    let link = not_me_link(env, global.conn(), account, &credentials.email)
        .await
        .unwrap();
    global.commit().await.unwrap();
    link.split_once('#').unwrap().1.to_owned()
}

async fn set(env: &Env, ended: Ended, credentials: Credentials) -> Credentials {
    let form = Reset {
        token: ended.reset.expect("a secret"),
        password: NEW.to_owned(),
    };
    reset(env, &form, &testing::browser(env)).await.unwrap();
    let again = reset(env, &form, &testing::browser(env)).await;
    assert!(matches!(again, Err(Error::NotFound)), "once");
    Credentials {
        password: form.password,
        ..credentials
    }
}

/// Sets an application up; its seed and the recovery codes.
async fn app(env: &Env, session: SessionId) -> (String, Vec<String>) {
    let seed = factor::begin_totp(env, session, PASSWORD).await.unwrap();
    let code = factor::shown(env, &seed.secret);
    let codes = factor::confirm_totp(env, session, &code).await.unwrap();
    (seed.secret, codes)
}

fn given(step: &FactorStep, kind: FactorKind, code: &str) -> Factor {
    Factor {
        ticket: step.ticket.clone(),
        kind,
        code: code.to_owned(),
        asked: None,
        trust: false,
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn an_application_and_codes_that_an_intruder_set_up_go_with_their_access(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let (account, credentials) = person(&env).await;
    let thief = opened(&env, &credentials).await;
    let secret = letter(&env, &credentials, "New sign-in to your account").await;
    clock.by(Duration::days(6));
    let (_, codes) = app(&env, thief.session).await;
    assert_eq!(codes.len(), 10);
    let browser = testing::browser(&env);
    let waiting = asked(&env, &credentials, &browser).await;

    let ended = not_me(&env, &secret, &testing::browser(&env))
        .await
        .unwrap();
    // Neither the session, nor the sign-in that was half-way, nor the password that the thief knows.
    let over = factor::show(&env, thief.session).await;
    assert!(matches!(over, Err(Error::Unauthorized)));
    let late = factor::finish(
        &env,
        &given(&waiting, FactorKind::Recovery, &codes[0]),
        &browser,
        None,
    )
    .await;
    assert!(matches!(late.map(drop), Err(Error::NotFound)));
    let stolen = enter(&env, &credentials, &browser).await;
    assert!(matches!(
        stolen.map(drop),
        Err(Error::Invalid {
            field: "password",
            ..
        })
    ));
    let owner = opened(&env, &set(&env, ended, credentials.clone()).await).await;
    let shown = factor::show(&env, owner.session).await.unwrap();
    assert_eq!((shown.totp, shown.recovery), (false, 0));
    let mut global = env.db.global().await.unwrap();
    let deeds: Vec<String> = sqlx::query_scalar(
        "SELECT action FROM account_audit WHERE account_id = $1 AND action IN
            ('factor_on', 'factor_off', 'recovery_codes_ended', 'not_me') ORDER BY at, id",
    )
    .bind(account.0)
    .fetch_all(global.conn())
    .await
    .unwrap();
    assert_eq!(
        deeds,
        ["factor_on", "factor_off", "recovery_codes_ended", "not_me"]
    );
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn whoever_merely_reads_the_mail_takes_no_factor_away_that_stood_before_the_letter(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let (account, credentials) = person(&env).await;
    let owner = opened(&env, &credentials).await;
    let (seed, codes) = app(&env, owner.session).await;
    let mut device = Device::new(&env);
    passkey::add(&env, owner.session, PASSWORD, &mut device)
        .await
        .unwrap();
    clock.by(Duration::minutes(2));
    let secret = written(&env, account, &credentials).await;

    let ended = not_me(&env, &secret, &testing::browser(&env))
        .await
        .unwrap();
    let told = testing::letters(&env, &credentials.email).await;
    let told = &told.last().unwrap().text;
    for part in [
        "1 passkey, an authenticator application, 10 recovery codes",
        "/settings/account",
    ] {
        assert!(told.contains(part), "{told}");
    }
    let changed = set(&env, ended, credentials).await;
    let browser = testing::browser(&env);
    let step = asked(&env, &changed, &browser).await;
    // A mailed code would show the same mailbox once more.
    assert_eq!(
        step.kinds,
        [FactorKind::Passkey, FactorKind::Totp, FactorKind::Recovery]
    );
    let code = factor::shown(&env, &seed);
    factor::finish(&env, &given(&step, FactorKind::Totp, &code), &browser, None)
        .await
        .unwrap();
    let step = asked(&env, &changed, &browser).await;
    let code = given(&step, FactorKind::Recovery, &codes[0]);
    factor::finish(&env, &code, &browser, None).await.unwrap();
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn new_recovery_codes_are_told_by_mail_and_undone_by_that_letter_while_the_factor_stays(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let (_, credentials) = person(&env).await;
    let owner = opened(&env, &credentials).await;
    let (seed, _) = app(&env, owner.session).await;
    clock.by(Duration::hours(1));
    let code = factor::shown(&env, &seed);
    let stolen = factor::renew_recovery(&env, owner.session, PASSWORD, &code)
        .await
        .unwrap();
    let secret = letter(&env, &credentials, "New recovery codes were made").await;
    let ended = not_me(&env, &secret, &testing::browser(&env))
        .await
        .unwrap();
    let changed = set(&env, ended, credentials).await;
    let browser = testing::browser(&env);
    let step = asked(&env, &changed, &browser).await;
    assert_eq!(step.kinds, [FactorKind::Totp], "there are no codes");
    let spent = given(&step, FactorKind::Recovery, &stolen[0]);
    let spent = factor::finish(&env, &spent, &browser, None).await.map(drop);
    assert!(matches!(spent, Err(Error::Invalid { .. })));
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn the_link_is_good_once_however_often_it_is_pressed_and_for_seven_days(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let (account, credentials) = person(&env).await;
    let (first, second) = (
        written(&env, account, &credentials).await,
        written(&env, account, &credentials).await,
    );
    let browser = testing::browser(&env);
    let all = futures::future::join_all(
        (0..20).map(|_| async { not_me(&env, &first, &browser).await.is_ok() }),
    )
    .await;
    assert_eq!(all.iter().filter(|ended| **ended).count(), 1);
    clock.by(LIFE);
    let late = not_me(&env, &second, &browser).await;
    assert!(matches!(late, Err(Error::NotFound)));
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_letter_to_an_address_that_was_left_ends_the_access_and_sets_no_password(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (_, credentials) = person(&env).await;
    let thief = opened(&env, &credentials).await;
    let new = testing::address(&env);
    let sent = begin_email(&env, thief.session, &new, PASSWORD)
        .await
        .unwrap();
    let code = testing::letters(&env, &new).await[0].code();
    let ticket = sent.ticket;
    confirm_email(&env, thief.session, &Confirm { ticket, code })
        .await
        .unwrap();
    let secret = letter(&env, &credentials, "Your address was changed").await;
    let ended = not_me(&env, &secret, &testing::browser(&env))
        .await
        .unwrap();
    assert!(ended.reset.is_none());
    let there = Credentials {
        email: new,
        ..credentials
    };
    let over = enter(&env, &there, &testing::browser(&env)).await;
    assert!(matches!(over.map(drop), Err(Error::Invalid { .. })));
    let over = factor::show(&env, thief.session).await;
    assert!(matches!(over, Err(Error::Unauthorized)));
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_password_that_is_good_no_more_opens_nothing_and_each_try_counts(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let (account, credentials) = person(&env).await;
    let owner = opened(&env, &credentials).await;
    let mut device = Device::new(&env);
    passkey::add(&env, owner.session, PASSWORD, &mut device)
        .await
        .unwrap();
    clock.by(Duration::hours(1));
    let secret = written(&env, account, &credentials).await;
    not_me(&env, &secret, &testing::browser(&env))
        .await
        .unwrap();
    // The passkey signs in still.
    let browser = testing::browser(&env);
    let question = factor::passkey::begin_sign_in(&env, &browser)
        .await
        .unwrap();
    let shown = postern_types::PasskeyAnswer {
        credential: device.get(&question.options),
        ticket: question.ticket,
    };
    let session = factor::passkey::finish_sign_in(&env, &shown, &browser, None)
        .await
        .unwrap()
        .session;
    for password in [PASSWORD, ""] {
        let form = Credentials {
            password: password.to_owned(),
            ..credentials.clone()
        };
        let refused = enter(&env, &form, &testing::browser(&env)).await.map(drop);
        assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
    }
    let form = EraseAccount {
        email: credentials.email.clone(),
        password: String::new(),
        code: String::new(),
        passkey: None,
    };
    let wrong = |outcome: Result<()>| {
        assert!(matches!(outcome, Err(Error::Invalid { .. })), "{outcome:?}");
    };
    wrong(change_password(&env, session, "", NEW).await);
    wrong(change_password(&env, session, PASSWORD, NEW).await);
    wrong(erase(&env, session, &form).await);
    wrong(factor::begin_totp(&env, session, "").await.map(drop));
    wrong(
        factor::passkey::begin_own(&env, session, "")
            .await
            .map(drop),
    );
    let more = change_password(&env, session, "", NEW).await;
    assert!(matches!(more, Err(Error::TooMany { .. })), "{more:?}");
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_new_password_is_told_with_the_other_ways_that_open_the_account(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (account, credentials) = person(&env).await;
    let owner = opened(&env, &credentials).await;
    change_password(&env, owner.session, PASSWORD, NEW)
        .await
        .unwrap();
    let told = |letters: Vec<testing::Letter>| {
        let letter = letters
            .into_iter()
            .rfind(|letter| letter.subject == "Your password was changed");
        letter.expect("a letter").text
    };
    let plain = told(testing::letters(&env, &credentials.email).await);
    assert!(!plain.contains("still open"), "{plain}");

    for _ in 0..2 {
        let mut device = Device::new(&env);
        passkey::add(&env, owner.session, NEW, &mut device)
            .await
            .unwrap();
    }
    let mut global = env.db.global().await.unwrap();
    sqlx::query("INSERT INTO account_identity VALUES ('https://accounts.google.com', '1', 'google', $1, '', now())")
        .bind(account.0)
        .execute(global.conn())
        .await
        .unwrap();
    global.commit().await.unwrap();
    let ways = "second step: 2 passkeys, Google, 10 recovery codes.";
    change_password(&env, owner.session, NEW, PASSWORD)
        .await
        .unwrap();
    let changed = told(testing::letters(&env, &credentials.email).await);
    account::forgot(&env, &credentials.email, &testing::browser(&env))
        .await
        .unwrap();
    let letters = testing::letters(&env, &credentials.email).await;
    let form = Reset {
        token: letters.last().unwrap().secret("reset"),
        password: NEW.to_owned(),
    };
    reset(&env, &form, &testing::browser(&env)).await.unwrap();
    let set = told(testing::letters(&env, &credentials.email).await);
    for text in [changed, set] {
        assert!(text.contains(ways), "{text}");
        assert!(
            text.contains("https://inbox.example.test/settings/account"),
            "{text}"
        );
    }
}
