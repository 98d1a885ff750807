use super::*;
use crate::{testing, testing::Fixture};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

async fn drawn(env: &Env, one: &Fixture) -> String {
    let mut tenant = one.enter(env).await;
    let ticket = ticket(env, &mut tenant, one.session).await.unwrap();
    tenant.commit().await.unwrap();
    ticket
}

fn refused<T>(result: Result<T>) -> bool {
    matches!(result, Err(Error::Unauthorized))
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_ticket_is_good_once_for_thirty_seconds(_: PgPoolOptions, options: PgConnectOptions) {
    let (env, clock) = testing::env(options);
    let one = testing::workspace(&env, "One", Role::Agent).await;
    let early = drawn(&env, &one).await;
    clock.by(Duration::seconds(29));
    let pass = enter(&env, &early).await.unwrap();
    assert_eq!(
        (pass.session, pass.workspace, pass.member),
        (one.session, one.workspace, one.member)
    );
    assert!(refused(enter(&env, &early).await), "used");

    let late = drawn(&env, &one).await;
    clock.by(Duration::seconds(31));
    assert!(refused(enter(&env, &late).await), "too old");
    assert!(refused(enter(&env, "AAAA").await), "never drawn");
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_pass_holds_until_its_session_ends_by_a_word_or_by_itself(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let one = testing::workspace(&env, "One", Role::Agent).await;
    let two = testing::workspace(&env, "Two", Role::Agent).await;
    let ended = enter(&env, &drawn(&env, &one).await).await.unwrap();
    let aged = enter(&env, &drawn(&env, &two).await).await.unwrap();
    assert!(holds(&env, &ended).await.is_ok());
    // As another process would: no bell of this one rings.
    let mut global = env.db.global().await.unwrap();
    sqlx::query("UPDATE session SET ended_at = now(), end_reason = 'sign_out' WHERE id = $1")
        .bind(one.session.0)
        .execute(global.conn())
        .await
        .unwrap();
    global.commit().await.unwrap();
    assert!(refused(holds(&env, &ended).await));

    assert!(holds(&env, &aged).await.is_ok());
    clock.by(aged.ends_at - env.now());
    assert!(refused(holds(&env, &aged).await));

    let mut tenant = env.db.operator(two.workspace).await.unwrap();
    sqlx::query("UPDATE member SET removed_at = now() WHERE workspace_id = $1")
        .bind(two.workspace.0)
        .execute(tenant.conn())
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    clock.by(Duration::days(-1));
    assert!(matches!(holds(&env, &aged).await, Err(Error::Forbidden)));
}
