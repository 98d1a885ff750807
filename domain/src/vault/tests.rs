//! A data key that is moved elsewhere does not open there.

use super::{open, seal};
use crate::testing;
use postern_types::Role;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

#[sqlx::test(migrations = "../migrations")]
async fn a_wrapped_key_that_is_known_here_opens_nothing_in_another_workspace(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options.clone());
    let one = testing::workspace(&env, "One", Role::Owner).await;
    let two = testing::workspace(&env, "Two", Role::Owner).await;
    // Unwrapped in its own workspace, so that it is kept.
    let mut tenant = one.enter(&env).await;
    let sealed = seal(&env, &mut tenant, "a.b", "1", b"text").await.unwrap();
    assert_eq!(
        &*open(&env, &mut tenant, "a.b", "1", &sealed).await.unwrap(),
        b"text"
    );
    tenant.commit().await.unwrap();
    let sql = format!(
        "UPDATE workspace_key SET wrapped = (SELECT wrapped FROM workspace_key WHERE workspace_id = '{}')
          WHERE workspace_id = '{}'",
        one.workspace, two.workspace
    );
    testing::as_owner(&options, "workspace_key", &sql).await;
    let mut tenant = two.enter(&env).await;
    assert!(seal(&env, &mut tenant, "a.b", "1", b"text").await.is_err());
}
