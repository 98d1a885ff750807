//! What the second factor of a deletion is, and that the password alone neither replaces nor makes one.

use super::*;
use crate::{
    account::erase,
    factor,
    testing::{
        self,
        passkey::{self as device, Device},
    },
};
use postern_types::EraseAccount;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use time::Duration;

const PASSWORD: &str = "correct horse";

async fn person(env: &Env) -> SessionId {
    let (_, session) = testing::person(env, "Ana").await;
    testing::set_password(env, session, PASSWORD).await;
    session
}

async fn proven(
    env: &Env,
    session: SessionId,
    code: &str,
    shown: Option<&PasskeyAnswer>,
) -> Result<()> {
    let mut global = env.db.global().await?;
    let signed = account::signed(global.conn(), session).await?;
    drop(global);
    prove(env, session, &signed, code, shown).await
}

fn refused(outcome: &Result<()>) -> &'static str {
    match outcome {
        Err(Error::Invalid { field, .. }) => field,
        Err(Error::Conflict(_)) => "conflict",
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_new_counts_only_where_nothing_stood_before_it_and_nothing_was_taken_away() {
    let now = OffsetDateTime::UNIX_EPOCH + Duration::days(100);
    let ago = |days| now - Duration::days(days);
    for (oldest, loosened, born, expected) in [
        (ago(30), false, ago(30), true),
        (ago(30), true, ago(30), true),
        (ago(30), false, ago(7), true),
        (ago(30), false, ago(6), false),
        (ago(3), false, ago(3), true),
        (ago(3), false, ago(3) + MOMENT, true),
        (ago(3), false, ago(2), false),
        (ago(3), true, ago(3), false),
    ] {
        let bounds = Bounds {
            oldest: Some(oldest),
            loosened,
        };
        let counts = bounds.count(now, born);
        assert_eq!(counts, expected, "{oldest} {loosened} {born}");
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn an_account_with_passkeys_alone_is_not_deleted_by_its_password_alone(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (_, session) = testing::person(&env, "Ana").await;
    testing::set_password(&env, session, PASSWORD).await;
    let mut global = env.db.global().await.unwrap();
    let signed = account::signed(global.conn(), session).await.unwrap();
    drop(global);
    let mut mine = Device::new(&env);
    device::add(&env, session, PASSWORD, &mut mine)
        .await
        .unwrap();
    let leaving = account::leaving(&env, session).await.unwrap();
    assert_eq!(leaving.factors, [FactorKind::Passkey, FactorKind::Recovery]);
    let form = |passkey| EraseAccount {
        email: signed.email.clone(),
        password: PASSWORD.to_owned(),
        code: String::new(),
        passkey,
    };
    let alone = erase(&env, session, &form(None)).await;
    assert_eq!(refused(&alone), "code");
    let asked = device::own(&env, session, "wrong horse", &mut mine).await;
    assert!(matches!(
        asked.map(drop),
        Err(Error::Invalid {
            field: "password",
            ..
        })
    ));
    let shown = device::own(&env, session, PASSWORD, &mut mine)
        .await
        .unwrap();
    erase(&env, session, &form(Some(shown))).await.unwrap();
    let over = account::now(&env, session).await;
    assert!(matches!(over.map(drop), Err(Error::Unauthorized)));
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_passkey_proves_it_once_to_the_session_that_asked_and_only_ones_own(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let (session, other) = (person(&env).await, person(&env).await);
    let (mut mine, mut strange) = (Device::new(&env), Device::new(&env));
    device::add(&env, session, PASSWORD, &mut mine)
        .await
        .unwrap();
    device::add(&env, other, PASSWORD, &mut strange)
        .await
        .unwrap();
    let shown = device::own(&env, session, PASSWORD, &mut mine)
        .await
        .unwrap();
    assert_eq!(
        refused(&proven(&env, other, "", Some(&shown)).await),
        "passkey"
    );
    proven(&env, session, "", Some(&shown)).await.unwrap();
    assert_eq!(
        refused(&proven(&env, session, "", Some(&shown)).await),
        "passkey"
    );
    let theirs = device::own(&env, session, PASSWORD, &mut strange)
        .await
        .unwrap();
    assert_eq!(
        refused(&proven(&env, session, "", Some(&theirs)).await),
        "passkey"
    );
    // Whoever signs in with one is asked something else.
    let browser = testing::browser(&env);
    let question = factor::passkey::begin_sign_in(&env, &browser)
        .await
        .unwrap();
    let loose = PasskeyAnswer {
        credential: mine.get(&question.options),
        ticket: question.ticket,
    };
    assert_eq!(
        refused(&proven(&env, session, "", Some(&loose)).await),
        "passkey"
    );
    let late = device::own(&env, session, PASSWORD, &mut mine)
        .await
        .unwrap();
    clock.by(Duration::minutes(5));
    assert_eq!(
        refused(&proven(&env, session, "", Some(&late)).await),
        "passkey"
    );
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn whoever_knows_the_password_alone_makes_no_factor_that_counts_before_its_letter_is_over(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let session = person(&env).await;
    let mut mine = Device::new(&env);
    device::add(&env, session, PASSWORD, &mut mine)
        .await
        .unwrap();
    let mut global = env.db.global().await.unwrap();
    sqlx::query("UPDATE session SET expires_at = expires_at + interval '90 days'")
        .execute(global.conn())
        .await
        .unwrap();
    global.commit().await.unwrap();
    clock.by(Duration::days(1));
    // A passkey of theirs, new codes: both with the password alone.
    let mut theirs = Device::new(&env);
    device::add(&env, session, PASSWORD, &mut theirs)
        .await
        .unwrap();
    let codes = factor::renew_recovery(&env, session, PASSWORD, "")
        .await
        .unwrap();
    let shown = device::own(&env, session, PASSWORD, &mut theirs)
        .await
        .unwrap();
    assert_eq!(
        refused(&proven(&env, session, "", Some(&shown)).await),
        "passkey"
    );
    assert_eq!(
        refused(&proven(&env, session, &codes[0], None).await),
        "code"
    );
    let shown = device::own(&env, session, PASSWORD, &mut mine)
        .await
        .unwrap();
    proven(&env, session, "", Some(&shown)).await.unwrap();
    // It was not used up by being refused, and counts once it is old.
    clock.by(Duration::days(7));
    proven(&env, session, &codes[0], None).await.unwrap();

    // Nor by taking away what there is.
    let passkeys = factor::show(&env, session).await.unwrap().passkeys;
    for one in passkeys {
        factor::passkey::remove(&env, session, one.id, PASSWORD)
            .await
            .unwrap();
    }
    assert_eq!(refused(&proven(&env, session, "", None).await), "conflict");
    let mut first = Device::new(&env);
    device::add(&env, session, PASSWORD, &mut first)
        .await
        .unwrap();
    let shown = device::own(&env, session, PASSWORD, &mut first)
        .await
        .unwrap();
    assert_eq!(
        refused(&proven(&env, session, "", Some(&shown)).await),
        "passkey"
    );
    clock.by(Duration::days(7));
    let shown = device::own(&env, session, PASSWORD, &mut first)
        .await
        .unwrap();
    proven(&env, session, "", Some(&shown)).await.unwrap();
}
