//! New accounts, and what those try who should have none.

use super::*;
use crate::{invitation, testing};
use postern_types::{Invite, InviteLink, MemberState, Role};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::collections::HashSet;
use time::Duration;

const PASSWORD: &str = "correct horse";

fn form(email: &str) -> Register {
    Register {
        invitation: None,
        workspace_name: Some("Blue Door".into()),
        name: "Ana".into(),
        email: email.to_owned(),
        password: PASSWORD.into(),
    }
}

async fn begun(env: &Env, form: &Register) -> (String, String) {
    let sent = register(env, form, &testing::browser(env)).await.unwrap();
    let letters = testing::letters(env, &form.email).await;
    (sent.ticket, letters.last().unwrap().code())
}

fn given(ticket: &str, code: &str) -> Confirm {
    Confirm {
        ticket: ticket.to_owned(),
        code: code.to_owned(),
    }
}

fn other(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

async fn accounts(env: &Env) -> i64 {
    let mut global = env.db.global().await.unwrap();
    sqlx::query_scalar("SELECT count(*) FROM account")
        .fetch_one(global.conn())
        .await
        .unwrap()
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn who_confirms_their_address_owns_the_workspace_that_they_registered(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let email = testing::address(&env);
    let (ticket, code) = begun(&env, &form(&email)).await;
    assert_eq!(accounts(&env).await, 0, "nobody before the code came back");
    let spaced = format!(" {} {}", &code[..3], &code[3..]);
    let opened = confirm(
        &env,
        &given(&ticket, &spaced),
        &testing::browser(&env),
        None,
    )
    .await
    .unwrap();
    let me = opened.signed_in.me;
    assert_eq!((me.email, me.memberships.len()), (email, 1));
    assert_eq!(me.memberships[0].role, Role::Owner);
    assert_eq!(me.memberships[0].state, MemberState::Active);
    let again = confirm(&env, &given(&ticket, &code), &testing::browser(&env), None).await;
    assert!(matches!(again, Err(Error::NotFound)));
    assert_eq!(accounts(&env).await, 1);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn two_hundred_parallel_guesses_of_a_code_get_exactly_five_tries(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (ticket, code) = begun(&env, &form(&testing::address(&env))).await;
    let wrong = given(&ticket, &other(&code));
    let tries = futures::future::join_all((0..200).map(|_| async {
        // Each from elsewhere: the network alone would stop them sooner.
        let browser = testing::browser(&env);
        confirm(&env, &wrong, &browser, None).await.err()
    }))
    .await;
    let (mut looked_at, mut last) = (0, 0);
    for outcome in tries {
        match outcome {
            Some(Error::Invalid { field: "code", .. }) => looked_at += 1,
            Some(Error::NotFound) => last += 1,
            // The line for passwords and codes has an end.
            Some(Error::TooMany { .. } | Error::Unavailable) => {}
            other => panic!("{other:?}"),
        }
    }
    // The fifth wrong one is told that it is over, as all behind it are.
    assert_eq!(looked_at, 4, "and {last} that were told it is over");
    let mut global = env.db.global().await.unwrap();
    let counted: i16 = sqlx::query_scalar("SELECT tries FROM mailed_code")
        .fetch_one(global.conn())
        .await
        .unwrap();
    drop(global);
    assert_eq!(counted, 5);
    let right = confirm(&env, &given(&ticket, &code), &testing::browser(&env), None).await;
    assert!(
        matches!(right, Err(Error::NotFound)),
        "not even the right one"
    );
    assert_eq!(accounts(&env).await, 0);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn one_code_redeemed_fifty_times_at_once_makes_one_account(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (ticket, code) = begun(&env, &form(&testing::address(&env))).await;
    let right = given(&ticket, &code);
    let all = futures::future::join_all((0..50).map(|_| async {
        let browser = testing::browser(&env);
        confirm(&env, &right, &browser, None).await.is_ok()
    }))
    .await;
    assert_eq!(all.iter().filter(|made| **made).count(), 1);
    assert_eq!(accounts(&env).await, 1);
    let mut global = env.db.global().await.unwrap();
    let sessions: i64 = sqlx::query_scalar("SELECT count(*) FROM session")
        .fetch_one(global.conn())
        .await
        .unwrap();
    assert_eq!(sessions, 1);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_code_ends_after_ten_minutes_and_with_the_next_one(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let email = testing::address(&env);
    let (ticket, code) = begun(&env, &form(&email)).await;
    let newer = again(&env, &ticket, &testing::browser(&env)).await.unwrap();
    let old = confirm(&env, &given(&ticket, &code), &testing::browser(&env), None).await;
    assert!(matches!(old, Err(Error::NotFound)));
    let code = testing::letters(&env, &email).await[1].code();
    clock.by(Duration::minutes(10));
    let late = confirm(
        &env,
        &given(&newer.ticket, &code),
        &testing::browser(&env),
        None,
    )
    .await;
    assert!(matches!(late, Err(Error::NotFound)));
    let late = again(&env, &newer.ticket, &testing::browser(&env)).await;
    assert!(matches!(late, Err(Error::NotFound)));
    assert_eq!(accounts(&env).await, 0);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn an_address_that_has_an_account_is_answered_alike_and_told_by_letter(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (known, _) = testing::person(&env, "Bo").await;
    let email = format!("{known}@example.test");
    let sent = register(&env, &form(&email), &testing::browser(&env))
        .await
        .unwrap();
    assert_eq!(sent.ticket.len(), 43);
    let letters = testing::letters(&env, &email).await;
    assert_eq!(letters[0].subject, "You have an account already");
    assert!(
        !letters[0]
            .text
            .split_whitespace()
            .any(|word| word.len() == 6 && word.parse::<u32>().is_ok())
    );
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn bad_input_is_named_by_its_field_and_closed_registration_stays_closed(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (mut env, _) = testing::env(options);
    let email = testing::address(&env);
    let cases = [
        (
            Register {
                name: " ".into(),
                ..form(&email)
            },
            "name",
        ),
        (
            Register {
                email: "ana".into(),
                ..form(&email)
            },
            "email",
        ),
        (
            Register {
                password: "short".into(),
                ..form(&email)
            },
            "password",
        ),
        (
            Register {
                password: "blue-door-1".into(),
                ..form(&email)
            },
            "password",
        ),
        (
            Register {
                workspace_name: None,
                ..form(&email)
            },
            "workspace_name",
        ),
        (
            Register {
                workspace_name: Some("x".repeat(81)),
                ..form(&email)
            },
            "workspace_name",
        ),
    ];
    for (form, expected) in cases {
        match register(&env, &form, &testing::browser(&env)).await {
            Err(Error::Invalid { field, .. }) => assert_eq!(field, expected),
            other => panic!("{expected}: {:?}", other.err()),
        }
    }
    env.registration = Registration::Closed;
    let closed = register(&env, &form(&email), &testing::browser(&env)).await;
    assert!(matches!(
        closed,
        Err(Error::Invalid {
            field: "workspace_name",
            ..
        })
    ));
    let nothing = Register {
        invitation: Some("x".into()),
        ..form(&email)
    };
    let nothing = register(&env, &nothing, &testing::browser(&env)).await;
    assert!(matches!(nothing, Err(Error::NotFound)));
    assert!(testing::letters(&env, &email).await.is_empty());
}

/// Registers with an invitation, to the end.
async fn join(env: &Env, secret: &str, email: &str) -> Result<Opened> {
    let form = Register {
        invitation: Some(secret.to_owned()),
        workspace_name: None,
        ..form(email)
    };
    let sent = register(env, &form, &testing::browser(env)).await?;
    let code = testing::letters(env, email).await.last().unwrap().code();
    confirm(
        env,
        &given(&sent.ticket, &code),
        &testing::browser(env),
        None,
    )
    .await
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn an_invitation_is_used_once_and_by_its_own_address_and_whoever_comes_waits(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (mut env, clock) = testing::env(options);
    env.registration = Registration::Closed;
    let house = testing::workspace(&env, "Harbour", Role::Admin).await;
    let email = testing::address(&env);
    let invite = |email: &str| Invite {
        email: email.to_owned(),
        role: Role::Manager,
    };
    let mut tenant = house.enter(&env).await;
    invitation::mail(&env, &mut tenant, &invite(&email))
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let letter = &testing::letters(&env, &email).await[0];
    assert_eq!(letter.subject, "Join Harbour on Postern");
    let secret = letter.secret("invitation");

    let stranger = join(&env, &secret, &testing::address(&env)).await;
    assert!(matches!(
        stranger,
        Err(Error::Invalid { field: "email", .. })
    ));
    let opened = join(&env, &secret, &email).await.unwrap();
    let place = &opened.signed_in.me.memberships[0];
    assert_eq!(
        (place.role, place.state),
        (Role::Manager, MemberState::Waiting)
    );
    // They see nothing, whatever they ask.
    let entered = env
        .db
        .member(opened.session, house.workspace, Role::Agent)
        .await;
    assert!(matches!(entered, Err(Error::Forbidden)));
    assert!(matches!(
        join(&env, &secret, &email).await,
        Err(Error::NotFound)
    ));

    // One that was sent anew, withdrawn, or is a week old.
    let later = testing::address(&env);
    let mut tenant = house.enter(&env).await;
    invitation::mail(&env, &mut tenant, &invite(&later))
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let first = testing::letters(&env, &later).await[0].secret("invitation");
    let mut tenant = house.enter(&env).await;
    let id = crate::team::show(&env, &mut tenant)
        .await
        .unwrap()
        .invitations[0]
        .id;
    invitation::resend(&env, &mut tenant, id).await.unwrap();
    tenant.commit().await.unwrap();
    let second = testing::letters(&env, &later).await[1].secret("invitation");
    assert!(matches!(
        join(&env, &first, &later).await,
        Err(Error::NotFound)
    ));
    let mut tenant = house.enter(&env).await;
    invitation::withdraw(&env, &mut tenant, id).await.unwrap();
    tenant.commit().await.unwrap();
    assert!(matches!(
        join(&env, &second, &later).await,
        Err(Error::NotFound)
    ));
    let mut tenant = house.enter(&env).await;
    invitation::mail(&env, &mut tenant, &invite(&later))
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let third = testing::letters(&env, &later).await[2].secret("invitation");
    clock.by(Duration::days(7));
    assert!(matches!(
        join(&env, &third, &later).await,
        Err(Error::NotFound)
    ));
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_link_takes_everybody_of_its_domain_and_nobody_else(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let house = testing::workspace(&env, "Harbour", Role::Admin).await;
    let link = |domain: &str, days, role| InviteLink {
        role,
        domain: domain.to_owned(),
        days,
    };
    let mut tenant = house.enter(&env).await;
    for (form, field) in [
        (link("no domain", 7, Role::Agent), "domain"),
        (link("localhost", 7, Role::Agent), "domain"),
        (link("", 0, Role::Agent), "days"),
        (link("", 31, Role::Agent), "days"),
    ] {
        match invitation::link(&env, &mut tenant, &form).await {
            Err(Error::Invalid { field: found, .. }) => assert_eq!(found, field),
            other => panic!("{:?}", other.err()),
        }
    }
    let owner = invitation::link(&env, &mut tenant, &link("", 7, Role::Owner)).await;
    assert!(matches!(owner, Err(Error::Forbidden)));
    let made = invitation::link(&env, &mut tenant, &link("@Example.TEST", 7, Role::Agent))
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let secret = made
        .link
        .strip_prefix("https://inbox.example.test/invitation#")
        .unwrap();
    let shown = invitation::show(&env, secret).await.unwrap();
    assert_eq!(shown.domain.as_deref(), Some("example.test"));
    let elsewhere = join(&env, secret, "ana@example.test.evil.example").await;
    assert!(matches!(
        elsewhere,
        Err(Error::Invalid { field: "email", .. })
    ));
    let mut came = HashSet::new();
    for _ in 0..2 {
        let opened = join(&env, secret, &testing::address(&env)).await.unwrap();
        assert_eq!(
            opened.signed_in.me.memberships[0].state,
            MemberState::Waiting
        );
        came.insert(opened.signed_in.me.account);
    }
    assert_eq!(came.len(), 2);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn who_is_signed_in_accepts_with_their_own_address_and_of_fifty_at_once_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let house = testing::workspace(&env, "Harbour", Role::Admin).await;
    let (account, session) = testing::person(&env, "Bo").await;
    let (_, stranger) = testing::person(&env, "Eve").await;
    let email = format!("{account}@example.test");
    let mut tenant = house.enter(&env).await;
    let form = Invite {
        email: email.clone(),
        role: Role::Agent,
    };
    invitation::mail(&env, &mut tenant, &form).await.unwrap();
    tenant.commit().await.unwrap();
    let secret = testing::letters(&env, &email).await[0].secret("invitation");
    let wrong = invitation::accept(&env, stranger, &secret).await;
    assert!(matches!(wrong, Err(Error::Invalid { field: "email", .. })));
    let all = futures::future::join_all(
        (0..50).map(|_| async { invitation::accept(&env, session, &secret).await.is_ok() }),
    )
    .await;
    assert_eq!(all.iter().filter(|taken| **taken).count(), 1);
    let mut tenant = house.enter(&env).await;
    let team = crate::team::show(&env, &mut tenant).await.unwrap();
    assert_eq!(team.members.len(), 2);
    assert_eq!(
        team.members[0].state,
        MemberState::Waiting,
        "who waits stands first"
    );
    assert!(team.invitations.is_empty());
    let again = invitation::mail(&env, &mut tenant, &form).await;
    assert!(matches!(again, Err(Error::Conflict(_))));
    drop(tenant);
    // The admin was told.
    let mut global = env.db.global().await.unwrap();
    let told: i64 = sqlx::query_scalar("SELECT count(*) FROM mail")
        .fetch_one(global.conn())
        .await
        .unwrap();
    assert_eq!(told, 2);
}
