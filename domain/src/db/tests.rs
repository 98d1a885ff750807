//! The line that the database holds, tried from the serving role.

mod catalogue;
mod client;
mod gone;
mod statements;

use crate::{Error, conversation, member, testing, workspace};
use postern_types::{ConversationId, Role, WorkspaceId};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

#[sqlx::test(migrations = "../migrations")]
async fn without_a_workspace_no_row_is_seen_and_none_is_written(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env_of_size(options, 1);
    let one = testing::workspace(&env, "One", Role::Owner).await;
    // The same connection, after a tenant used it: the setting reads '' there, and not NULL.
    let mut global = env.db.global().await.unwrap();
    let seen: i64 = sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM member) + (SELECT count(*) FROM workspace)",
    )
    .fetch_one(global.conn())
    .await
    .unwrap();
    assert_eq!(seen, 0);
    let refused = sqlx::query(
        "INSERT INTO rate_bucket (workspace_id, name, tokens, at) VALUES ($1, 'x', 1, now())",
    )
    .bind(one.workspace.0)
    .execute(global.conn())
    .await;
    assert!(
        refused
            .unwrap_err()
            .to_string()
            .contains("row-level security")
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn a_tenant_neither_reads_nor_moves_nor_plants_rows_of_another(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let one = testing::workspace(&env, "One", Role::Owner).await;
    let two = testing::workspace(&env, "Two", Role::Owner).await;
    let mut tenant = one.enter(&env).await;
    let names: Vec<String> = sqlx::query_scalar("SELECT name FROM workspace")
        .fetch_all(tenant.conn())
        .await
        .unwrap();
    assert_eq!(names, ["One"]);
    assert_eq!(member::list(&mut tenant).await.unwrap().len(), 1);
    let bucket =
        "INSERT INTO rate_bucket (workspace_id, name, tokens, at) VALUES ($1, 'b', 1, now())";
    let mut theirs = two.enter(&env).await;
    for (workspace, entered) in [(one.workspace, &mut tenant), (two.workspace, &mut theirs)] {
        sqlx::query(bucket)
            .bind(workspace.0)
            .execute(entered.conn())
            .await
            .unwrap();
    }
    theirs.commit().await.unwrap();
    let changed = sqlx::query("UPDATE rate_bucket SET tokens = 9 WHERE workspace_id = $1")
        .bind(two.workspace.0)
        .execute(tenant.conn())
        .await
        .unwrap();
    assert_eq!(changed.rows_affected(), 0);
    for attempt in [
        "UPDATE rate_bucket SET workspace_id = $1",
        "INSERT INTO rate_bucket (workspace_id, name, tokens, at) VALUES ($1, 'x', 1, now())",
        "INSERT INTO event (workspace_id, at, body) VALUES ($1, now(), '{}')",
    ] {
        tenant.mark().await.unwrap();
        let refused = sqlx::query(attempt)
            .bind(two.workspace.0)
            .execute(tenant.conn())
            .await;
        assert!(
            refused
                .unwrap_err()
                .to_string()
                .contains("row-level security"),
            "{attempt}"
        );
        tenant.undo().await.unwrap();
    }
    // A reference across is refused by the key itself, and answers as if it were not there.
    let refused = member::add(&env, &mut tenant, env.id(), Role::Agent).await;
    assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_person_enters_where_they_belong_with_the_rank_they_have(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let one = testing::workspace(&env, "One", Role::Agent).await;
    let two = testing::workspace(&env, "Two", Role::Owner).await;
    let enter = |session, workspace, role| env.db.member(session, workspace, role);
    let mut tenant = enter(one.session, one.workspace, Role::Agent)
        .await
        .unwrap();
    assert_eq!(tenant.actor().await.unwrap(), one.member);
    tenant.commit().await.unwrap();
    let refusal =
        |outcome: crate::Result<crate::Tenant>| outcome.err().map(|error| error.to_string());
    for (session, workspace, role, expected) in [
        (one.session, one.workspace, Role::Admin, Error::Forbidden),
        (one.session, two.workspace, Role::Agent, Error::NotFound),
        (
            one.session,
            WorkspaceId(uuid::Uuid::nil()),
            Role::Agent,
            Error::NotFound,
        ),
        (env.id(), one.workspace, Role::Agent, Error::Unauthorized),
    ] {
        assert_eq!(
            refusal(enter(session, workspace, role).await),
            Some(expected.to_string())
        );
    }
    let mut global = env.db.global().await.unwrap();
    sqlx::query("UPDATE session SET ended_at = now() WHERE id = $1")
        .bind(one.session.0)
        .execute(global.conn())
        .await
        .unwrap();
    global.commit().await.unwrap();
    let ended = refusal(enter(one.session, one.workspace, Role::Agent).await);
    assert_eq!(ended, Some(Error::Unauthorized.to_string()));
}

/// Requests that are dropped at any point, over a pool of two: whoever comes next on their connection must see their
/// own tenant, and what they write must stay.
#[sqlx::test(migrations = "../migrations")]
async fn thousands_of_cancelled_requests_leak_no_tenant_and_lose_no_write(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env_of_size(options, 2);
    let one = testing::workspace(&env, "One", Role::Owner).await;
    let two = testing::workspace(&env, "Two", Role::Owner).await;
    let (mut round, mut dropped, mut written) = (0_u32, 0_u32, 0_i64);
    while dropped < 2000 {
        assert!(round < 100_000, "hardly a request is dropped: {dropped}");
        round += 1;
        let (fixture, name) = if round.is_multiple_of(2) {
            (&one, "One")
        } else {
            (&two, "Two")
        };
        let request = async {
            let mut tenant = fixture.enter(&env).await;
            let seen: String = sqlx::query_scalar("SELECT name FROM workspace")
                .fetch_one(tenant.conn())
                .await
                .unwrap();
            assert_eq!(seen, name, "round {round}");
            tenant.commit().await.unwrap();
        };
        // Left after a number of looks at it: some before the first round trip, most in the middle of one.
        let mut request = Box::pin(request);
        let mut looks = 0;
        while looks <= round % 61 && futures::poll!(&mut request).is_pending() {
            looks += 1;
            tokio::task::yield_now().await;
        }
        dropped += u32::from(looks > round % 61);
        drop(request);
        if round % 10 == 0 {
            // A statement by itself: inside a transaction that somebody left behind it would be lost, and say nothing.
            sqlx::query("INSERT INTO attempt (key, failures, last_at) VALUES ($1, 0, now())")
                .bind(format!("round {round}"))
                .execute(&env.db.pool)
                .await
                .unwrap();
            written += 1;
            let mut global = env.db.global().await.unwrap();
            let leaked: Option<String> =
                sqlx::query_scalar("SELECT nullif(current_setting('app.workspace', true), '')")
                    .fetch_one(global.conn())
                    .await
                    .unwrap();
            assert_eq!(leaked, None, "round {round}");
        }
    }
    let mut global = env.db.global().await.unwrap();
    let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM attempt")
        .fetch_one(global.conn())
        .await
        .unwrap();
    assert_eq!(kept, written, "every write that was acknowledged stayed");
    println!(
        "{round} requests, {dropped} dropped in flight, 0 leaks, {kept} of {written} writes kept"
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn who_is_refused_costs_no_connection(_: PgPoolOptions, options: PgConnectOptions) {
    let (env, _) = testing::env_of_size(options, 1);
    let one = testing::workspace(&env, "One", Role::Agent).await;
    let backend = async || {
        let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()")
            .fetch_one(&env.db.pool)
            .await
            .unwrap();
        pid
    };
    let before = backend().await;
    for _ in 0..3 {
        let refused = env.db.member(env.id(), one.workspace, Role::Agent).await;
        assert!(matches!(refused.err(), Some(Error::Unauthorized)));
    }
    assert_eq!(backend().await, before, "the same connection, cleaned");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_rank_that_nobody_knows_enters_nowhere(_: PgPoolOptions, options: PgConnectOptions) {
    let (env, _) = testing::env(options.clone());
    let one = testing::workspace(&env, "One", Role::Agent).await;
    let enter = async |role: Option<&str>| {
        let mut global = env.db.global().await.unwrap();
        sqlx::query("SELECT enter_member($1, $2, $3)")
            .bind(one.session.0)
            .bind(one.workspace.0)
            .bind(role)
            .execute(global.conn())
            .await
            .map(drop)
            .map_err(|error| error.to_string())
    };
    assert_eq!(enter(Some("agent")).await, Ok(()));
    for role in [Some("emperor"), Some(""), None, Some("owner")] {
        let refused = enter(role).await.unwrap_err();
        assert!(refused.contains("higher role"), "{role:?}: {refused}");
    }
    // A role that a later version knows: it ranks nowhere here.
    let sql = "ALTER TABLE member DROP CONSTRAINT member_role; UPDATE member SET role = 'guest'";
    testing::as_owner(&options, "member", sql).await;
    assert!(enter(Some("agent")).await.is_err());
}

#[sqlx::test(migrations = "../migrations")]
async fn a_workspace_is_made_once_and_a_foreign_conversation_is_not_found(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let one = testing::workspace(&env, "One", Role::Owner).await;
    assert!(matches!(
        env.db.new_workspace(one.workspace).await.err(),
        Some(Error::NotFound)
    ));
    assert!(matches!(
        workspace::create(&env, "  ").await.err(),
        Some(Error::Invalid { .. })
    ));
    let mut tenant = one.enter(&env).await;
    let missing: ConversationId = env.id();
    assert!(matches!(
        conversation::row(&mut tenant, missing).await,
        Err(Error::NotFound)
    ));
}

#[test]
fn the_driver_writes_no_statement_into_the_log() {
    let loud = PgConnectOptions::new();
    let levels = |options: &PgConnectOptions| format!("{options:?}").matches("Off").count();
    assert_eq!(levels(&super::quiet(loud.clone())), levels(&loud) + 2);
}
