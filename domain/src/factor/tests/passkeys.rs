//! Passkeys: how they come and go, what they open, and what a thief of one would find.

use super::*;
use crate::testing::passkey::Device;
use postern_types::{PasskeyAnswer, PasskeyAsked, PasskeyId, Role};
use serde_json::Value;

/// Somebody who signed in.
async fn signed_in(env: &Env) -> (AccountId, Credentials, SessionId) {
    let (account, credentials) = person(env).await;
    let Entered::In(opened) = enter(env, &credentials, &testing::browser(env)).await else {
        panic!("nothing is asked for yet");
    };
    (account, credentials, opened.session)
}

/// Adds a passkey; the recovery codes that came with it.
async fn add(env: &Env, session: SessionId, device: &mut Device) -> Result<Vec<String>> {
    testing::passkey::add(env, session, PASSWORD, device).await
}

fn answer(asked: &PasskeyAsked, credential: String) -> PasskeyAnswer {
    PasskeyAnswer {
        ticket: asked.ticket.clone(),
        credential,
    }
}

/// Signs in with a passkey alone.
async fn alone(env: &Env, device: &mut Device, browser: &Browser) -> Result<session::Opened> {
    let asked = passkey::begin_sign_in(env, browser).await?;
    let shown = device.get(&asked.options);
    passkey::finish_sign_in(env, &answer(&asked, shown), browser, None).await
}

/// The words of a refusal on `passkey`.
fn refused<T>(outcome: Result<T>) -> String {
    match outcome {
        Err(Error::Invalid {
            field: "passkey",
            reason,
        }) => reason.into_owned(),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was let in"),
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn the_first_passkey_takes_the_password_brings_recovery_codes_and_ends_the_other_sessions(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let (account, credentials, session) = signed_in(&env).await;
    let Entered::In(phone) = enter(&env, &credentials, &testing::browser(&env)).await else {
        panic!();
    };
    let wrong = passkey::begin_enrol(&env, session, "wrong horse").await;
    assert!(matches!(
        wrong,
        Err(Error::Invalid {
            field: "password",
            ..
        })
    ));

    let asked = passkey::begin_enrol(&env, session, PASSWORD).await.unwrap();
    let told: Value = serde_json::from_str(&asked.options).unwrap();
    assert_eq!(told["rp"]["id"], "inbox.example.test");
    assert_eq!(told["user"]["name"], credentials.email);
    assert_eq!(told["attestation"], "none");
    let selection = &told["authenticatorSelection"];
    assert_eq!(selection["residentKey"], "required");
    assert_eq!(selection["userVerification"], "required");

    // A name that is none is told before the answer is used up.
    let mut laptop = Device::new(&env);
    let made = answer(&asked, laptop.create(&asked.options));
    for name in ["", "  ", "a\nb", &"x".repeat(81)] {
        let nameless = passkey::finish_enrol(&env, session, &made, name).await;
        assert!(matches!(
            nameless,
            Err(Error::Invalid {
                field: "passkey_name",
                ..
            })
        ));
    }
    // Another session of the same person has asked for nothing.
    refused(passkey::finish_enrol(&env, phone.session, &made, "Phone").await);
    let codes = passkey::finish_enrol(&env, session, &made, " My laptop ").await;
    assert_eq!(codes.unwrap().len(), 10);
    refused(passkey::finish_enrol(&env, session, &made, "Again").await);
    let factors = show(&env, session).await.unwrap();
    assert_eq!((factors.totp, factors.recovery), (false, 10));
    assert_eq!(factors.passkeys.len(), 1);
    assert_eq!(factors.passkeys[0].name, "My laptop");
    assert_eq!(factors.passkeys[0].used, None);
    let ended = show(&env, phone.session).await;
    assert!(matches!(ended, Err(Error::Unauthorized)));

    // A further one brings nothing new and ends nothing; a device that has one is not asked for another.
    let again = passkey::begin_enrol(&env, session, PASSWORD).await.unwrap();
    let told: Value = serde_json::from_str(&again.options).unwrap();
    assert_eq!(told["excludeCredentials"].as_array().unwrap().len(), 1);
    let mut twice = Device::new(&env);
    twice.id.clone_from(&laptop.id);
    refused(
        passkey::finish_enrol(
            &env,
            session,
            &answer(&again, twice.create(&again.options)),
            "Twice",
        )
        .await,
    );
    let mut phone = Device::new(&env);
    assert_eq!(add(&env, session, &mut phone).await.unwrap().len(), 0);
    let late = passkey::begin_enrol(&env, session, PASSWORD).await.unwrap();
    clock.by(Duration::minutes(5));
    let made = answer(&late, Device::new(&env).create(&late.options));
    refused(passkey::finish_enrol(&env, session, &made, "Late").await);

    // What is somebody's is nobody else's.
    let (_, _, other) = signed_in(&env).await;
    let taken = add(&env, other, &mut phone).await;
    assert!(matches!(taken, Err(Error::Conflict(_))));
    let id = show(&env, session).await.unwrap().passkeys[0].id;
    let not_theirs = passkey::rename(&env, other, id, "Mine").await;
    assert!(matches!(not_theirs, Err(Error::NotFound)));
    let not_theirs = passkey::remove(&env, other, id, PASSWORD).await;
    assert!(matches!(not_theirs, Err(Error::NotFound)));
    passkey::rename(&env, session, id, " Old laptop ")
        .await
        .unwrap();
    let factors = show(&env, session).await.unwrap();
    assert_eq!(factors.passkeys[0].name, "Old laptop");
    let letters = testing::letters(&env, &credentials.email).await;
    let told = letters
        .iter()
        .filter(|letter| letter.subject == "A passkey was added");
    assert_eq!(told.count(), 2);
    let mut global = env.db.global().await.unwrap();
    let written: Vec<String> = sqlx::query_scalar(
        "SELECT action FROM account_audit WHERE account_id = $1 AND action <> 'sign_in' ORDER BY at, id",
    )
    .bind(account.0)
    .fetch_all(global.conn())
    .await
    .unwrap();
    assert_eq!(written, ["passkey_added", "factor_on", "passkey_added"]);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_new_passkey_is_made_by_our_page_and_with_its_owner_before_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (_, _, session) = signed_in(&env).await;
    let with = |change: fn(&mut Device)| {
        let mut device = Device::new(&env);
        change(&mut device);
        device
    };
    for mut device in [
        with(|device| device.origin = "https://inbox.example.test.evil.example"),
        with(|device| device.origin = "http://inbox.example.test"),
        with(|device| device.origin = "https://inbox.example.test:8443"),
        with(|device| device.verifies = false),
    ] {
        refused(add(&env, session, &mut device).await);
    }
    let asked = passkey::begin_enrol(&env, session, PASSWORD).await.unwrap();
    for nonsense in ["", "{}", "null", &"[".repeat(40_000)] {
        let asked = passkey::begin_enrol(&env, session, PASSWORD).await.unwrap();
        let made = answer(&asked, nonsense.to_owned());
        refused(passkey::finish_enrol(&env, session, &made, "None").await);
    }
    // The answer to another question.
    let mut device = Device::new(&env);
    let other = passkey::begin_enrol(&env, session, PASSWORD).await.unwrap();
    let made = answer(&asked, device.create(&other.options));
    refused(passkey::finish_enrol(&env, session, &made, "Other").await);
    let kept = show(&env, session).await.unwrap().passkeys;
    assert!(kept.is_empty(), "{kept:?}");
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_passkey_alone_signs_in_once_an_answer_and_in_the_browser_that_asked(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let (account, _, session) = signed_in(&env).await;
    let mut device = Device::new(&env);
    add(&env, session, &mut device).await.unwrap();
    let browser = testing::browser(&env);
    let asked = passkey::begin_sign_in(&env, &browser).await.unwrap();
    let told: Value = serde_json::from_str(&asked.options).unwrap();
    assert_eq!(told["rpId"], "inbox.example.test");
    assert_eq!(told["userVerification"], "required");
    assert_eq!(told["allowCredentials"], serde_json::json!([]));
    let shown = answer(&asked, device.get(&asked.options));
    let elsewhere = testing::browser(&env);
    refused(passkey::finish_sign_in(&env, &shown, &elsewhere, None).await);
    let all = futures::future::join_all((0..20).map(|_| async {
        passkey::finish_sign_in(&env, &shown, &browser, None)
            .await
            .is_ok()
    }))
    .await;
    assert_eq!(all.iter().filter(|opened| **opened).count(), 1);
    let factors = show(&env, session).await.unwrap();
    assert!(factors.passkeys[0].used.is_some());

    let asked = passkey::begin_sign_in(&env, &browser).await.unwrap();
    clock.by(Duration::minutes(5));
    let late = answer(&asked, device.get(&asked.options));
    refused(passkey::finish_sign_in(&env, &late, &browser, None).await);
    // A question of adding one, or of a second step, is none of signing in.
    let asked = passkey::begin_enrol(&env, session, PASSWORD).await.unwrap();
    let other = passkey::begin_sign_in(&env, &browser).await.unwrap();
    let mixed = answer(&asked, device.get(&other.options));
    refused(passkey::finish_sign_in(&env, &mixed, &browser, None).await);
    let opened = alone(&env, &mut device, &browser).await.unwrap();
    assert_eq!(opened.signed_in.me.account, account);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_passkey_that_is_copied_unproven_unknown_or_of_a_disabled_account_opens_nothing(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (account, _, session) = signed_in(&env).await;
    let (other, _, _) = signed_in(&env).await;
    let mut device = Device::new(&env);
    add(&env, session, &mut device).await.unwrap();
    let browser = testing::browser(&env);
    device.verifies = false;
    refused(alone(&env, &mut device, &browser).await);
    device.verifies = true;
    device.origin = "https://evil.example";
    refused(alone(&env, &mut device, &browser).await);
    device.origin = "https://inbox.example.test";
    // It names nobody, or somebody else.
    let mine = device.user.take();
    refused(alone(&env, &mut device, &browser).await);
    device.user = Some(other.0.as_bytes().to_vec());
    refused(alone(&env, &mut device, &browser).await);
    device.user = mine;
    // Another key under the same id.
    let mut forged = Device::new(&env);
    forged.id.clone_from(&device.id);
    forged.user.clone_from(&device.user);
    forged.counter = 100;
    refused(alone(&env, &mut forged, &browser).await);
    alone(&env, &mut device, &browser).await.unwrap();
    // A copy, whose counter stayed behind.
    device.counter = 0;
    refused(alone(&env, &mut device, &browser).await);
    device.counter = 50;
    alone(&env, &mut device, &browser).await.unwrap();

    let mut unknown = Device::new(&env);
    unknown.user = Some(account.0.as_bytes().to_vec());
    let nobody = refused(alone(&env, &mut unknown, &browser).await);
    let mut global = env.db.global().await.unwrap();
    sqlx::query("UPDATE account SET disabled_at = now() WHERE id = $1")
        .bind(account.0)
        .execute(global.conn())
        .await
        .unwrap();
    global.commit().await.unwrap();
    let disabled = refused(alone(&env, &mut device, &browser).await);
    assert_eq!(nobody, disabled, "told alike");
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_network_that_asks_passkeys_again_and_again_waits_and_whoever_comes_in_does_not(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (_, _, session) = signed_in(&env).await;
    let mut device = Device::new(&env);
    add(&env, session, &mut device).await.unwrap();
    let browser = testing::browser(&env);
    for _ in 0..220 {
        alone(&env, &mut device, &browser).await.unwrap();
    }
    for _ in 0..200 {
        passkey::begin_sign_in(&env, &browser).await.unwrap();
    }
    let more = passkey::begin_sign_in(&env, &browser).await;
    assert!(matches!(more, Err(Error::TooMany { .. })));
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_passkey_is_the_second_step_after_the_password_and_only_ones_own(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (_, credentials, session) = signed_in(&env).await;
    let (_, _, other) = signed_in(&env).await;
    let (mut device, mut strange) = (Device::new(&env), Device::new(&env));
    add(&env, session, &mut device).await.unwrap();
    add(&env, other, &mut strange).await.unwrap();
    let laptop = testing::browser(&env);
    let step = asked(&env, &credentials, &laptop).await;
    assert_eq!(
        step.kinds,
        [FactorKind::Passkey, FactorKind::Recovery, FactorKind::Email]
    );
    let elsewhere = passkey::begin_factor(&env, &step.ticket, &testing::browser(&env)).await;
    assert!(matches!(elsewhere, Err(Error::NotFound)));
    let show_it = |question: &PasskeyAsked, device: &mut Device| Factor {
        asked: Some(question.ticket.clone()),
        ..factor(&step, FactorKind::Passkey, &device.get(&question.options))
    };
    let question = passkey::begin_factor(&env, &step.ticket, &laptop)
        .await
        .unwrap();
    let told: Value = serde_json::from_str(&question.options).unwrap();
    let allowed = told["allowCredentials"].as_array().unwrap();
    assert_eq!(allowed.len(), 1);
    assert_eq!(allowed[0]["transports"], serde_json::json!(["internal"]));
    // Of somebody else, and the answer is used up with it.
    refused(finish(&env, &show_it(&question, &mut strange), &laptop, None).await);
    refused(finish(&env, &show_it(&question, &mut device), &laptop, None).await);
    // A question that was asked without a password.
    let loose = passkey::begin_sign_in(&env, &laptop).await.unwrap();
    refused(finish(&env, &show_it(&loose, &mut device), &laptop, None).await);
    // Some devices do not say whom it belongs to when they are asked for it by its id.
    device.user = None;
    let question = passkey::begin_factor(&env, &step.ticket, &laptop)
        .await
        .unwrap();
    let right = Factor {
        trust: true,
        ..show_it(&question, &mut device)
    };
    finish(&env, &right, &laptop, None).await.unwrap();
    assert!(matches!(
        enter(&env, &credentials, &laptop).await,
        Entered::In(_)
    ));
    let over = passkey::begin_factor(&env, &step.ticket, &laptop).await;
    assert!(matches!(over, Err(Error::NotFound)));
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_removed_passkey_opens_nothing_and_the_last_factor_stays_where_one_is_required(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let (account, credentials, seed, codes, session) = enrolled(&env, &clock).await;
    let mut device = Device::new(&env);
    // It comes beside the application: nothing new is made.
    assert_eq!(add(&env, session, &mut device).await.unwrap(), [""; 0]);
    let house = testing::workspace(&env, "Harbour", Role::Owner).await;
    let mut tenant = env.db.operator(house.workspace).await.unwrap();
    crate::member::add(&env, &mut tenant, account, Role::Owner)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    // The application goes; the passkey is factor enough for the workspace, and the codes that were written down stay good.
    remove_totp(&env, session, PASSWORD, &shown(&env, &seed))
        .await
        .unwrap();
    let mut tenant = env
        .db
        .member(session, house.workspace, Role::Owner)
        .await
        .unwrap();
    crate::workspace::require_factor(&env, &mut tenant, true)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let mut tenant = env
        .db
        .member(session, house.workspace, Role::Agent)
        .await
        .unwrap();
    let team = crate::team::show(&env, &mut tenant).await.unwrap();
    let mine = team.members.iter().find(|member| member.you).unwrap();
    assert!(mine.factor);
    tenant.commit().await.unwrap();
    let factors = show(&env, session).await.unwrap();
    assert_eq!((factors.recovery, factors.required), (10, true));
    let id = factors.passkeys[0].id;
    let kept = passkey::remove(&env, session, id, PASSWORD).await;
    assert!(matches!(kept, Err(Error::Conflict(_))));

    let mut second = Device::new(&env);
    add(&env, session, &mut second).await.unwrap();
    let wrong = passkey::remove(&env, session, id, "wrong horse").await;
    assert!(matches!(
        wrong,
        Err(Error::Invalid {
            field: "password",
            ..
        })
    ));
    // A question that was asked before it went.
    let browser = testing::browser(&env);
    let asked_before = passkey::begin_sign_in(&env, &browser).await.unwrap();
    passkey::remove(&env, session, id, PASSWORD).await.unwrap();
    let shown = answer(&asked_before, device.get(&asked_before.options));
    refused(passkey::finish_sign_in(&env, &shown, &browser, None).await);
    refused(alone(&env, &mut device, &browser).await);
    alone(&env, &mut second, &browser).await.unwrap();

    // New codes take the password alone: there is no application to show a code of.
    let wrong = renew_recovery(&env, session, "wrong horse", "").await;
    assert!(matches!(wrong, Err(Error::Invalid { .. })));
    let newer = renew_recovery(&env, session, PASSWORD, "").await.unwrap();
    let step = asked(&env, &credentials, &browser).await;
    let old = factor(&step, FactorKind::Recovery, &codes[0]);
    assert!(finish(&env, &old, &browser, None).await.is_err());

    let mut tenant = env
        .db
        .member(session, house.workspace, Role::Owner)
        .await
        .unwrap();
    crate::workspace::require_factor(&env, &mut tenant, false)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let last: PasskeyId = show(&env, session).await.unwrap().passkeys[0].id;
    passkey::remove(&env, session, last, PASSWORD)
        .await
        .unwrap();
    let factors = show(&env, session).await.unwrap();
    assert_eq!((factors.passkeys.len(), factors.recovery), (0, 0));
    assert!(matches!(
        enter(&env, &credentials, &testing::browser(&env)).await,
        Entered::In(_)
    ));
    assert_eq!(newer.len(), 10);
    let none = renew_recovery(&env, session, PASSWORD, "").await;
    assert!(matches!(none, Err(Error::Conflict(_))));
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn who_was_let_in_by_mistake_keeps_no_passkey(_: PgPoolOptions, options: PgConnectOptions) {
    let (env, clock) = testing::env(options);
    let (_, credentials, session) = signed_in(&env).await;
    let mut mine = Device::new(&env);
    add(&env, session, &mut mine).await.unwrap();
    clock.by(Duration::hours(1));
    // Somebody else is in, and adds one of their own.
    let mut theirs = Device::new(&env);
    add(&env, session, &mut theirs).await.unwrap();
    let letters = testing::letters(&env, &credentials.email).await;
    let letter = letters
        .iter()
        .rfind(|letter| letter.subject == "A passkey was added");
    let secret = letter.expect("a letter").secret("not-me");
    let browser = testing::browser(&env);
    account::not_me(&env, &secret, &browser).await.unwrap();
    refused(alone(&env, &mut theirs, &browser).await);
    let opened = alone(&env, &mut mine, &browser).await.unwrap();
    assert_eq!(show(&env, opened.session).await.unwrap().passkeys.len(), 1);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn an_address_that_is_a_number_has_no_passkeys_and_says_so(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (mut env, _) = testing::env(options);
    env.post.origin = "http://127.0.0.1:3000".into();
    let (_, _, session) = signed_in(&env).await;
    let none = passkey::begin_enrol(&env, session, PASSWORD).await;
    assert!(matches!(none, Err(Error::Conflict(_))));
    let none = passkey::begin_sign_in(&env, &testing::browser(&env)).await;
    assert!(matches!(none, Err(Error::Conflict(_))));
}
