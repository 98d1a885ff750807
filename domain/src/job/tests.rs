//! What the queue costs, and who of a lane is next.

mod marks;
mod shares;

use super::{LEASE, claim, next};
use crate::{
    Env,
    testing::{self, Fixture},
};
use postern_types::Role;
use sqlx::{
    AssertSqlSafe,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::time::Duration;

/// Puts `count` jobs into a lane, due at that distance from now.
async fn put(env: &Env, fixture: &Fixture, lane: &str, count: i32, due: &str, state: &str) {
    let mut tenant = fixture.enter(env).await;
    sqlx::query(
        "INSERT INTO job (workspace_id, id, kind, lane, run_at, state, worker, claimed_until, sealed)
         SELECT $1, gen_random_uuid(), $2 || n, $2, now() + $4::interval, $5,
                CASE WHEN $5 = 'running' THEN gen_random_uuid() END,
                CASE WHEN $5 = 'running' THEN now() + $4::interval END, ''
           FROM generate_series(1, $3) n",
    )
    .bind(fixture.workspace.0)
    .bind(lane)
    .bind(count)
    .bind(due)
    .bind(state)
    .execute(tenant.conn())
    .await
    .unwrap();
    tenant.commit().await.unwrap();
}

/// The pages that a statement of the worker's touches.
async fn pages(env: &Env, sql: &str) -> i64 {
    let mut global = env.db.global().await.unwrap();
    let mut pages = 0;
    // The first time also fills the connection's caches.
    for _ in 0..2 {
        let plan: serde_json::Value = sqlx::query_scalar(AssertSqlSafe(format!(
            "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}"
        )))
        .fetch_one(global.conn())
        .await
        .unwrap();
        let plan = &plan[0]["Plan"];
        pages = plan["Shared Hit Blocks"].as_i64().unwrap()
            + plan["Shared Read Blocks"].as_i64().unwrap();
    }
    pages
}

#[sqlx::test(migrations = "../migrations")]
async fn a_lane_of_thousands_costs_what_a_lane_of_one_costs(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    // One connection: what was only measured is undone before anybody looks again.
    let (env, _) = testing::env_of_size(options, 1);
    let one = testing::workspace(&env, "One", Role::Agent).await;
    for lane in ["a", "b", "c", "d"] {
        put(&env, &one, lane, 1, "-1 minute", "ready").await;
    }
    // Long before all others, and behind one that nobody may touch.
    put(&env, &one, "flood", 1, "1 hour", "running").await;
    put(&env, &one, "flood", 5000, "-1 hour", "ready").await;
    let wait = pages(&env, "SELECT next_job_ms(now())").await;
    let claims = pages(
        &env,
        "SELECT * FROM claim_jobs(gen_random_uuid(), 2, 60, now())",
    )
    .await;
    println!("5001 jobs in a lane and four beside it: next {wait} pages, claim {claims} pages");
    assert!(wait < 100 && claims < 200, "{wait} {claims}");
    let claimed = claim(&env, 16, LEASE).await.unwrap();
    assert_eq!(
        claimed.len(),
        4,
        "nobody else's sending waits for the flood"
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn only_the_first_of_a_lane_that_lives_is_due(_: PgPoolOptions, options: PgConnectOptions) {
    let (env, clock) = testing::env(options);
    let one = testing::workspace(&env, "One", Role::Agent).await;
    let two = testing::workspace(&env, "Two", Role::Agent).await;
    assert_eq!(next(&env).await.unwrap(), None);
    // The dead hold nobody up; who waits for its time holds up all behind it.
    put(&env, &one, "dead", 3, "-1 hour", "dead").await;
    put(&env, &one, "dead", 2, "-1 minute", "ready").await;
    put(&env, &one, "later", 1, "10 minutes", "ready").await;
    put(&env, &one, "later", 1, "-1 hour", "ready").await;
    // A lease that ran out frees its job, and no other; one that lasts holds the lane. Lanes are each workspace's own.
    put(&env, &one, "lost", 1, "-1 second", "running").await;
    put(&env, &one, "lost", 1, "-1 hour", "ready").await;
    put(&env, &one, "held", 1, "5 minutes", "running").await;
    put(&env, &one, "held", 1, "-1 hour", "ready").await;
    put(&env, &two, "held", 2, "-2 minutes", "ready").await;
    assert_eq!(next(&env).await.unwrap(), Some(Duration::ZERO));
    let claims = claim(&env, 16, LEASE).await.unwrap();
    assert_eq!(claims.len(), 3);
    assert_eq!(
        claims
            .iter()
            .filter(|claim| claim.workspace == two.workspace)
            .count(),
        1
    );
    let mut tenant = one.enter(&env).await;
    let kinds: Vec<String> =
        sqlx::query_scalar("SELECT kind FROM job WHERE worker = $1 ORDER BY 1")
            .bind(claims[0].worker)
            .fetch_all(tenant.conn())
            .await
            .unwrap();
    assert_eq!(kinds, ["dead1", "lost1"]);
    tenant.commit().await.unwrap();
    assert_eq!(claim(&env, 16, LEASE).await.unwrap(), []);
    let wait = next(&env).await.unwrap().unwrap();
    assert!(
        wait > Duration::from_secs(50) && wait <= LEASE,
        "the next lease to run out: {wait:?}"
    );
    clock.by(time::Duration::minutes(11));
    assert_eq!(next(&env).await.unwrap(), Some(Duration::ZERO));
    assert_eq!(claim(&env, 16, LEASE).await.unwrap().len(), 1);
}
