//! The line that the database holds, tried from the serving role.

use crate::{Error, conversation, member, testing, workspace};
use postern_types::{ConversationId, Role, WorkspaceId};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

#[sqlx::test(migrations = "../migrations")]
async fn every_table_is_a_tenants_under_a_forced_policy_or_on_the_reviewed_list(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    /// Tables without tenant rows, each for a reason.
    const GLOBAL: [&str; 8] = [
        "_sqlx_migrations", // the migrator's own
        "installation",     // facts about the whole
        "account",          // people are global
        "session",          // a person's browsers
        "session_spent",    // their old tokens, as hashes
        "account_audit",    // what happened to people
        "attempt",          // failed tries, by hashed key
        "quarantine",       // sealed, nobody's
    ];
    let (env, _) = testing::env(options);
    let mut global = env.db.global().await.unwrap();
    let tables: Vec<(String, bool, bool, bool, i64)> = sqlx::query_as(
        "SELECT c.relname::text, c.relrowsecurity, c.relforcerowsecurity,
                EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'workspace_id'
                           AND a.attnotnull AND NOT a.attisdropped),
                (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid
                    AND p.polqual IS NOT NULL AND p.polroles @> ARRAY['postern_app'::regrole::oid]
                    AND pg_get_expr(p.polqual, p.polrelid) LIKE '%app.workspace%'
                    AND pg_get_expr(p.polwithcheck, p.polrelid) LIKE '%app.workspace%')
           FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
          ORDER BY 1",
    )
    .fetch_all(global.conn())
    .await
    .unwrap();
    assert!(tables.len() > 15, "the schema is there: {tables:?}");
    for (table, enabled, forced, scoped, policies) in tables {
        if GLOBAL.contains(&table.as_str()) {
            assert!(!scoped, "{table} has a workspace, it is no global table");
        } else if table == "channel_route" {
            // Routing: the serving role has no right on it at all.
            assert!(enabled && forced && scoped && policies == 0, "{table}");
        } else {
            assert!(
                enabled && forced && scoped && policies == 1,
                "{table}: {enabled} {forced} {scoped} {policies}"
            );
        }
    }
    let open: Vec<(String,)> = sqlx::query_as(
        "SELECT c.relname::text FROM pg_class c
          WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'v'
            AND NOT coalesce(c.reloptions @> ARRAY['security_invoker=true'], false)",
    )
    .fetch_all(global.conn())
    .await
    .unwrap();
    assert!(open.is_empty(), "views that read as their owner: {open:?}");
}

#[sqlx::test(migrations = "../migrations")]
async fn definer_functions_are_the_listed_ones_and_belong_to_a_role_that_cannot_log_in(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    const LISTED: [&str; 14] = [
        "claim_jobs",
        "claim_number",
        "enter_channel",
        "enter_job",
        "enter_member",
        "enter_new_workspace",
        "enter_system",
        "my_memberships",
        "next_job_ms",
        "redeem_ticket",
        "redeem_ticket",
        "route_accounts",
        "route_callback",
        "route_numbers",
    ];
    let (env, _) = testing::env(options);
    let mut global = env.db.global().await.unwrap();
    let functions: Vec<(String, String, bool, bool, bool, bool)> = sqlx::query_as(
        "SELECT p.proname::text, r.rolname::text, r.rolcanlogin OR r.rolsuper OR r.rolbypassrls,
                coalesce(p.proconfig @> ARRAY['search_path=pg_catalog, pg_temp'], false), p.prosecdef,
                has_function_privilege('public', p.oid, 'execute')
           FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner
          WHERE p.pronamespace = 'public'::regnamespace ORDER BY 1",
    )
    .fetch_all(global.conn())
    .await
    .unwrap();
    let names: Vec<_> = functions
        .iter()
        .map(|function| function.0.as_str())
        .collect();
    assert_eq!(names, LISTED);
    for (name, owner, powerful, fixed_path, definer, public) in functions {
        assert_eq!(owner, "postern_definer", "{name}");
        assert!(!powerful && fixed_path && definer && !public, "{name}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn no_reference_between_tenant_tables_leaves_the_workspace_out(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let mut global = env.db.global().await.unwrap();
    let loose: Vec<(String,)> = sqlx::query_as(
        "SELECT k.conname::text FROM pg_constraint k
          WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace
            AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = k.confrelid AND a.attname = 'workspace_id')
            AND NOT EXISTS (SELECT FROM unnest(k.conkey, k.confkey) AS pair (own, other)
                              JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = pair.own
                              JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = pair.other
                             WHERE a.attname = 'workspace_id' AND b.attname = 'workspace_id')",
    )
    .fetch_all(global.conn())
    .await
    .unwrap();
    assert!(loose.is_empty(), "{loose:?}");
    let unscoped: Vec<(String,)> = sqlx::query_as(
        "SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
          WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace
            AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'workspace_id')
            AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = i.indkey[0]
                               AND a.attname = 'workspace_id')
            -- Routing tables are looked up before the workspace is known.
            AND c.relname NOT IN ('channel_route', 'live_ticket')",
    )
    .fetch_all(global.conn())
    .await
    .unwrap();
    assert!(
        unscoped.is_empty(),
        "unique keys that do not begin with the workspace: {unscoped:?}"
    );
}

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
    let changed = sqlx::query("UPDATE workspace SET name = 'taken' WHERE workspace_id = $1")
        .bind(two.workspace.0)
        .execute(tenant.conn())
        .await
        .unwrap();
    assert_eq!(changed.rows_affected(), 0);
    for attempt in [
        "UPDATE member SET workspace_id = $1",
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
    let mut dropped = 0_u32;
    for round in 0_u32..3000 {
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
        let mut request = std::pin::pin!(request);
        let mut looks = 0;
        while looks <= round % 61 && futures::poll!(&mut request).is_pending() {
            looks += 1;
            tokio::task::yield_now().await;
        }
        dropped += u32::from(looks > round % 61);
        if round % 10 == 0 {
            let mut global = env.db.global().await.unwrap();
            let leaked: Option<String> =
                sqlx::query_scalar("SELECT nullif(current_setting('app.workspace', true), '')")
                    .fetch_one(global.conn())
                    .await
                    .unwrap();
            assert_eq!(leaked, None, "round {round}");
            sqlx::query("INSERT INTO attempt (key, failures, last_at) VALUES ($1, 0, now())")
                .bind(format!("round {round}"))
                .execute(global.conn())
                .await
                .unwrap();
            global.commit().await.unwrap();
        }
    }
    assert!(dropped > 300, "requests were dropped in flight: {dropped}");
    let mut global = env.db.global().await.unwrap();
    let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM attempt")
        .fetch_one(global.conn())
        .await
        .unwrap();
    assert_eq!(kept, 300, "every write that was acknowledged stayed");
    println!("3000 requests, {dropped} dropped in flight, 0 leaks, {kept} of 300 writes kept");
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
