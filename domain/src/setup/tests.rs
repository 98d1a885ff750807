use super::*;
use crate::testing;
use postern_types::Role;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

/// Each from a network of its own: the local counters are the process's.
fn browser(env: &Env) -> Browser {
    let address: [u8; 4] = env.bytes();
    Browser {
        address: address.into(),
        agent: "test".into(),
        device: "device".into(),
        returning: false,
    }
}

async fn form(env: &Env) -> SetUp {
    SetUp {
        token: token(env).await.unwrap().unwrap(),
        workspace_name: "Blue Door".into(),
        name: "Ana".into(),
        email: "Ana@example.test".into(),
        password: "correct horse".into(),
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn of_twenty_at_once_one_becomes_the_owner_of_one_workspace(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let form = form(&env).await;
    let answers = futures::future::join_all((0..20).map(|n| {
        let (env, browser) = (&env, browser(&env));
        let form = SetUp {
            email: format!("ana{n}@example.test"),
            ..form.clone()
        };
        async move { run(env, &form, &browser, None).await }
    }))
    .await;
    let mut won = Vec::new();
    for answer in answers {
        match answer {
            Ok(opened) => won.push(opened.signed_in.me),
            Err(Error::Conflict(_)) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    let [me] = won.as_slice() else {
        panic!("{} owners", won.len())
    };
    assert_eq!(me.memberships.len(), 1);
    assert_eq!(me.memberships[0].role, Role::Owner);
    assert_eq!(me.memberships[0].workspace_name, "Blue Door");
    let mut global = env.db.global().await.unwrap();
    let accounts: i64 = sqlx::query_scalar("SELECT count(*) FROM account")
        .fetch_one(global.conn())
        .await
        .unwrap();
    assert_eq!(accounts, 1, "the others left nothing behind");
    assert_eq!(token(&env).await.unwrap(), None, "no link any more");
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn each_unacceptable_field_is_named_and_leaves_the_installation_fresh(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let good = form(&env).await;
    let cases = [
        (
            "token",
            SetUp {
                token: "A".repeat(22),
                ..good.clone()
            },
        ),
        (
            "token",
            SetUp {
                token: String::new(),
                ..good.clone()
            },
        ),
        (
            "name",
            SetUp {
                name: " ".into(),
                ..good.clone()
            },
        ),
        (
            "email",
            SetUp {
                email: "ana".into(),
                ..good.clone()
            },
        ),
        (
            "workspace_name",
            SetUp {
                workspace_name: String::new(),
                ..good.clone()
            },
        ),
        (
            "password",
            SetUp {
                password: "short".into(),
                ..good.clone()
            },
        ),
        (
            "password",
            SetUp {
                password: "blue-door-1234".into(),
                ..good.clone()
            },
        ),
    ];
    for (expected, form) in cases {
        match run(&env, &form, &browser(&env), None).await.err() {
            Some(Error::Invalid { field, .. }) => assert_eq!(field, expected),
            other => panic!("{expected}: {other:?}"),
        }
    }
    assert!(!installation::find(&env).await.unwrap().set_up);
    assert!(run(&env, &good, &browser(&env), None).await.is_ok());
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn guessing_at_the_code_is_slowed_down(_: PgPoolOptions, options: PgConnectOptions) {
    let (env, _) = testing::env(options);
    let (good, browser) = (form(&env).await, browser(&env));
    let guess = SetUp {
        token: "A".repeat(22),
        ..good
    };
    let mut refusals = 0;
    for _ in 0..30 {
        if let Err(Error::TooMany { .. }) = run(&env, &guess, &browser, None).await {
            refusals += 1;
        }
    }
    assert_eq!(refusals, 5, "25 are free");
}
