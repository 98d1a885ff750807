//! Wherever a password is set, the same ones are refused.

use crate::{
    Env, Error, Result,
    account::{self, Person},
    operator, registration, session, setup, testing,
};
use postern_types::{Credentials, Register, Reset, Role, SetUp};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

const GOOD: &str = "a quiet harbour 7";
/// Known from breaches; with the workspace's name in it.
const BAD: [&str; 3] = ["iloveyou1", "P@ssw0rd", "the-lantern-of-9"];

fn refused<T>(way: &str, outcome: Result<T>) {
    let error = outcome.err();
    let field = matches!(
        error,
        Some(Error::Invalid {
            field: "password",
            ..
        })
    );
    assert!(field, "{way}: {error:?}");
}

async fn session_of(env: &Env, email: &str) -> postern_types::SessionId {
    let credentials = Credentials {
        email: email.to_owned(),
        password: GOOD.to_owned(),
    };
    let browser = testing::browser(env);
    match session::sign_in(env, &credentials, &browser, None)
        .await
        .unwrap()
    {
        session::Entered::In(opened) => opened.session,
        session::Entered::Factor(_) => panic!("there is no factor"),
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn every_way_to_set_a_password_refuses_known_ones_and_the_workspaces_name(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let browser = testing::browser(&env);
    let ana = Person::new("Ana", "ana@example.test").unwrap();
    let ben = Person::new("Ben", "ben@example.test").unwrap();
    let name = "Lantern Works";
    for bad in BAD {
        let form = SetUp {
            token: setup::token(&env).await.unwrap().unwrap(),
            workspace_name: name.to_owned(),
            name: "Ana".to_owned(),
            email: "ana@example.test".to_owned(),
            password: bad.to_owned(),
        };
        refused("set-up", setup::run(&env, &form, &browser, None).await);
        refused(
            "a workspace",
            operator::add_workspace(&env, name, &ana, bad).await,
        );
        let form = Register {
            invitation: None,
            workspace_name: Some(name.to_owned()),
            name: "Ana".to_owned(),
            email: "ana@example.test".to_owned(),
            password: bad.to_owned(),
        };
        refused(
            "registration",
            registration::register(&env, &form, &browser).await,
        );
    }
    let (workspace, _) = operator::add_workspace(&env, name, &ana, GOOD)
        .await
        .unwrap();
    let session = session_of(&env, "ana@example.test").await;
    account::forgot(&env, "ana@example.test", &browser)
        .await
        .unwrap();
    let letters = testing::letters(&env, "ana@example.test").await;
    let token = letters.last().unwrap().secret("reset");
    for bad in BAD {
        let made = operator::add_member(&env, workspace, &ben, Role::Agent, bad).await;
        refused("a member", made);
        refused(
            "a change",
            account::change_password(&env, session, GOOD, bad).await,
        );
        let form = Reset {
            token: token.clone(),
            password: bad.to_owned(),
        };
        refused("a link", account::reset(&env, &form, &browser).await);
    }
    let form = Reset {
        token,
        password: "another harbour 8".to_owned(),
    };
    account::reset(&env, &form, &browser).await.unwrap();
}
