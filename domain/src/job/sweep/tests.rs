//! What is past its time goes, and nothing else, in every workspace alike.

use super::{batch, sweep};
use crate::{
    Env,
    testing::{self, Fixture},
};
use postern_types::Role;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

/// Per kind: how an old row is made, how a fresh one, and how many stay to be counted in its workspace. `$1` is the
/// workspace, `$2` its channel, `$3` its session, `$4` any id.
const KINDS: [(&str, &str, &str, &str); 9] = [
    (
        "status_early",
        "INSERT INTO status_early (workspace_id, channel_id, wamid, status, at, received_at)
         SELECT $1, $2, $4::text, 'sent', now(), now() - interval '8 days 1 minute' WHERE $3::uuid IS NOT NULL",
        "INSERT INTO status_early (workspace_id, channel_id, wamid, status, at, received_at)
         SELECT $1, $2, $4::text, 'sent', now() - interval '1 year', now() - interval '7 days' WHERE $3::uuid IS NOT NULL",
        "SELECT count(*) FROM status_early",
    ),
    (
        "job",
        "INSERT INTO job (workspace_id, id, kind, lane, run_at, sealed, state)
         SELECT $1, $4, 'send', 'x', now() - interval '30 days 1 minute', '', 'dead' WHERE ($2::uuid, $3::uuid) IS NOT NULL",
        "INSERT INTO job (workspace_id, id, kind, lane, run_at, sealed, state)
         SELECT $1, $4, 'send', 'x', now() - interval '1 year', '', 'ready' WHERE ($2::uuid, $3::uuid) IS NOT NULL",
        "SELECT count(*) FROM job",
    ),
    (
        "rate_bucket",
        "INSERT INTO rate_bucket (workspace_id, name, tokens, at)
         SELECT $1, $4::text, 1, now() - interval '1 day 1 minute' WHERE ($2::uuid, $3::uuid) IS NOT NULL",
        "INSERT INTO rate_bucket (workspace_id, name, tokens, at)
         SELECT $1, $4::text, -9, now() - interval '1 hour' WHERE ($2::uuid, $3::uuid) IS NOT NULL",
        "SELECT count(*) FROM rate_bucket",
    ),
    (
        "live_ticket",
        "INSERT INTO live_ticket (hash, workspace_id, session_id, expires_at)
         SELECT uuid_send($4), $1, $3, now() - interval '1 day 1 minute' WHERE $2::uuid IS NOT NULL",
        "INSERT INTO live_ticket (hash, workspace_id, session_id, expires_at)
         SELECT uuid_send($4), $1, $3, now() - interval '1 hour' WHERE $2::uuid IS NOT NULL",
        // The serving role may not look at them; the number that went tells enough.
        "SELECT 2::bigint",
    ),
    (
        "portal_session",
        // Ended, although it would still be good.
        "WITH contact AS (
            INSERT INTO contact (workspace_id, id, name, created_at) VALUES ($1, $4, 'Ana', now()) RETURNING id),
         link AS (
            INSERT INTO portal_link (workspace_id, id, contact_id, token_hash, pin_hash, pin_at, created_at)
            SELECT $1, $4, id, sha256(uuid_send($4)), '', now(), now() FROM contact RETURNING id)
         INSERT INTO portal_session (workspace_id, id, link_id, created_at, expires_at, seen_at, ended_at, network, browser)
         SELECT $1, $4, id, now(), now() + interval '1 year', now(), now() - interval '30 days 1 minute', '', ''
           FROM link WHERE ($2::uuid, $3::uuid) IS NOT NULL",
        // It ran out not long ago, and nobody ended it.
        "WITH contact AS (
            INSERT INTO contact (workspace_id, id, name, created_at) VALUES ($1, $4, 'Ana', now()) RETURNING id),
         link AS (
            INSERT INTO portal_link (workspace_id, id, contact_id, token_hash, pin_hash, pin_at, created_at)
            SELECT $1, $4, id, sha256(uuid_send($4)), '', now(), now() FROM contact RETURNING id)
         INSERT INTO portal_session (workspace_id, id, link_id, created_at, expires_at, seen_at, ended_at, network, browser)
         SELECT $1, $4, id, now(), now() - interval '29 days', now() - interval '1 year', NULL, '', ''
           FROM link WHERE ($2::uuid, $3::uuid) IS NOT NULL",
        "SELECT count(*) FROM portal_session",
    ),
    (
        "otp_challenge",
        "INSERT INTO otp_challenge (workspace_id, id, test, purpose, phone_hash, last_digits, code_hash, state, created_at, expires_at)
         SELECT $1, $4, true, 'x', 'x', '', '', 'verified', now() - interval '30 days 1 minute', now() WHERE ($2::uuid, $3::uuid) IS NOT NULL",
        "INSERT INTO otp_challenge (workspace_id, id, test, purpose, phone_hash, last_digits, code_hash, state, created_at, expires_at)
         SELECT $1, $4, true, 'x', 'x', '', '', 'verified', now() - interval '29 days', now() WHERE ($2::uuid, $3::uuid) IS NOT NULL",
        "SELECT count(*) FROM otp_challenge",
    ),
    (
        "otp_budget",
        "INSERT INTO otp_budget (workspace_id, name, at, used)
         SELECT $1, uuid_send($4), now() - interval '2 days 1 minute', 1 WHERE ($2::uuid, $3::uuid) IS NOT NULL",
        "INSERT INTO otp_budget (workspace_id, name, at, used)
         SELECT $1, uuid_send($4), now() - interval '47 hours', 1 WHERE ($2::uuid, $3::uuid) IS NOT NULL",
        "SELECT count(*) FROM otp_budget",
    ),
    (
        "test_message",
        "INSERT INTO test_message (workspace_id, id, kind, at, sealed)
         SELECT $1, $4, 'otp', now() - interval '30 days 1 minute', '' WHERE ($2::uuid, $3::uuid) IS NOT NULL",
        "INSERT INTO test_message (workspace_id, id, kind, at, sealed)
         SELECT $1, $4, 'otp', now() - interval '29 days', '' WHERE ($2::uuid, $3::uuid) IS NOT NULL",
        "SELECT count(*) FROM test_message",
    ),
    (
        "source_entry",
        "WITH source AS (
            INSERT INTO source (workspace_id, id, provider, token_hash, secret_sealed, created_at)
            VALUES ($1, $4, 'x', uuid_send($4), '', now()) RETURNING id)
         INSERT INTO source_entry (workspace_id, id, source_id, event_id, at, state, sealed)
         SELECT $1, $4, id, 'x', now() - interval '90 days 1 minute', 'waiting', ''
           FROM source WHERE ($2::uuid, $3::uuid) IS NOT NULL",
        "WITH source AS (
            INSERT INTO source (workspace_id, id, provider, token_hash, secret_sealed, created_at)
            VALUES ($1, $4, 'x', uuid_send($4), '', now()) RETURNING id)
         INSERT INTO source_entry (workspace_id, id, source_id, event_id, at, state, sealed)
         SELECT $1, $4, id, 'x', now() - interval '89 days', 'waiting', ''
           FROM source WHERE ($2::uuid, $3::uuid) IS NOT NULL",
        "SELECT count(*) FROM source_entry",
    ),
];

#[sqlx::test(migrations = "../migrations")]
async fn what_is_past_its_time_goes_in_batches_from_every_workspace_and_nothing_else_does(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let one = testing::workspace(&env, "One", Role::Owner).await;
    let two = testing::workspace(&env, "Two", Role::Owner).await;
    let channels = [
        testing::channel(&env, &one, "100").await,
        testing::channel(&env, &two, "200").await,
    ];
    for (kind, old, fresh, count) in KINDS {
        for (fixture, channel) in [&one, &two].into_iter().zip(channels) {
            for sql in [old, old, old, fresh, fresh] {
                let mut tenant = fixture.enter(&env).await;
                sqlx::query(sql)
                    .bind(fixture.workspace.0)
                    .bind(channel.0)
                    .bind(fixture.session.0)
                    .bind(env.id::<uuid::Uuid>())
                    .execute(tenant.conn())
                    .await
                    .unwrap();
                tenant.commit().await.unwrap();
            }
        }
        assert_eq!(batch(&env, 4).await.unwrap(), 4, "{kind}");
        assert_eq!(batch(&env, 4).await.unwrap(), 2, "{kind}");
        assert_eq!(batch(&env, 4).await.unwrap(), 0, "{kind}");
        for fixture in [&one, &two] {
            assert_eq!(number(&env, fixture, count).await, 2, "{kind}");
        }
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn an_expired_session_goes_after_its_spent_tokens_and_the_last_of_a_browser_stays(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (account, live) = testing::person(&env, "Amira").await;
    let mut global = env.db.global().await.unwrap();
    // A phone with two old sessions, and the browser of the live one with an old session too.
    for (nth, device) in [(1_u8, "phone"), (2, "phone"), (3, "")] {
        sqlx::query(
            "WITH s AS (INSERT INTO session (id, account_id, token_hash, rotated_at, device, label, created_at,
                                             expires_at, seen_at)
                        VALUES ($1, $2, $3, now(), $4, $5, now(), now() - interval '2 days', now()) RETURNING id)
             SELECT FROM s",
        )
        .bind(uuid::Uuid::from_u128(nth.into()))
        .bind(account.0)
        .bind(&[nth][..])
        .bind(device.as_bytes())
        .bind(nth.to_string())
        .execute(global.conn())
        .await
        .unwrap();
        for spent in 0..3_u8 {
            spend(
                &mut global,
                &[nth, spent],
                uuid::Uuid::from_u128(nth.into()),
            )
            .await;
        }
    }
    spend(&mut global, &[0], live.0).await;
    global.commit().await.unwrap();

    // While it has any, it waits for them.
    assert_eq!(batch(&env, 5).await.unwrap(), 5);
    sweep(&env).await.unwrap();
    let mut global = env.db.global().await.unwrap();
    let labels: Vec<String> = sqlx::query_scalar("SELECT label FROM session ORDER BY label")
        .fetch_all(global.conn())
        .await
        .unwrap();
    assert_eq!(labels, ["2", "test"]);
    let spent: Vec<Vec<u8>> = sqlx::query_scalar("SELECT token_hash FROM session_spent")
        .fetch_all(global.conn())
        .await
        .unwrap();
    assert_eq!(spent, [vec![0]]);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_large_heap_goes_in_one_sweep_and_two_sweeps_do_not_meet(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let one = testing::workspace(&env, "One", Role::Owner).await;
    let mut tenant = one.enter(&env).await;
    sqlx::query(
        "INSERT INTO rate_bucket (workspace_id, name, tokens, at)
         SELECT $1, n::text, 1, now() - interval '2 days' FROM generate_series(1, 2500) n",
    )
    .bind(one.workspace.0)
    .execute(tenant.conn())
    .await
    .unwrap();
    tenant.commit().await.unwrap();
    let mut other = env.db.global().await.unwrap();
    let gone: i64 = sqlx::query_scalar("SELECT sweep(1)")
        .fetch_one(other.conn())
        .await
        .unwrap();
    assert_eq!(gone, 1);
    assert_eq!(batch(&env, 10).await.unwrap(), 0, "another one sweeps");
    other.commit().await.unwrap();
    sweep(&env).await.unwrap();
    let left = number(&env, &one, "SELECT count(*) FROM rate_bucket").await;
    assert_eq!(left, 0);
}

async fn number(env: &Env, fixture: &Fixture, sql: &'static str) -> i64 {
    let mut tenant = fixture.enter(env).await;
    sqlx::query_scalar(sql)
        .fetch_one(tenant.conn())
        .await
        .unwrap()
}

async fn spend(global: &mut crate::db::Global, hash: &[u8], session: uuid::Uuid) {
    sqlx::query("INSERT INTO session_spent (token_hash, session_id) VALUES ($1, $2)")
        .bind(hash)
        .bind(session)
        .execute(global.conn())
        .await
        .unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn codes_links_and_letters_go_a_while_after_they_are_over(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (account, _) = testing::person(&env, "Ana").await;
    let mut global = env.db.global().await.unwrap();
    for (row, days) in [(1_i32, 40_f64), (2, 2.0), (3, 0.5), (4, -1.0)] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
            "INSERT INTO mailed_code (id, ticket_hash, purpose, code_hash, sealed, expires_at)
                 VALUES (gen_random_uuid(), '{row}', 'register', '', '', now() - interval '{days} days');
             INSERT INTO account_link (token_hash, purpose, account_id, email, expires_at)
                 VALUES ('{row}', 'reset', '{account}', 'a@b.c', now() - interval '{days} days');
             INSERT INTO factor_step (ticket_hash, account_id, device, expires_at)
                 VALUES ('{row}', '{account}', '', now() - interval '{days} days');
             INSERT INTO passkey_state (id, ticket_hash, purpose, device, sealed, expires_at)
                 VALUES (gen_random_uuid(), '{row}', 'sign_in', '', '', now() - interval '{days} days');
             INSERT INTO mail (id, sealed, created_at, run_at, dead_at)
                 VALUES (gen_random_uuid(), '', now(), now(), now() - interval '{days} days')"
        )))
        .execute(global.conn())
        .await
        .unwrap();
    }
    global.commit().await.unwrap();
    sweep(&env).await.unwrap();
    let mut global = env.db.global().await.unwrap();
    let left: (i64, i64, i64, i64, i64) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM mailed_code), (SELECT count(*) FROM account_link),
                (SELECT count(*) FROM factor_step), (SELECT count(*) FROM passkey_state),
                (SELECT count(*) FROM mail)",
    )
    .fetch_one(global.conn())
    .await
    .unwrap();
    assert_eq!(left, (2, 2, 2, 2, 3));
}
