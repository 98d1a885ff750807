//! Many lanes and many workspaces: what a claim costs, and who gets how much of it.

use super::*;
use sqlx::{Connection as _, PgConnection};
use std::collections::HashMap;

/// Puts a job into each of so many lanes of their own: a message to every contact there is.
async fn broadcast(env: &Env, fixture: &Fixture, lanes: i32, due: &str) {
    let mut tenant = fixture.enter(env).await;
    sqlx::query(
        "INSERT INTO job (workspace_id, id, kind, lane, run_at, sealed)
         SELECT $1, gen_random_uuid(), 'send', 'lane ' || n, now() + $3::interval, '' FROM generate_series(1, $2) n",
    )
    .bind(fixture.workspace.0)
    .bind(lanes)
    .bind(due)
    .execute(tenant.conn())
    .await
    .unwrap();
    tenant.commit().await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn a_claim_costs_what_it_takes_however_many_lanes_wait(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    const NEXT: &str = "SELECT next_job_ms(now())";
    const CLAIM: &str = "SELECT * FROM claim_jobs(gen_random_uuid(), 16, 60, now())";
    let (env, _) = testing::env_of_size(options.clone(), 1);
    // The plans of this connection are made while nobody has a job, and known to be so.
    let mut owner = PgConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql("VACUUM ANALYZE job")
        .execute(&mut owner)
        .await
        .unwrap();
    for _ in 0..8 {
        assert_eq!(claim(&env, 16, LEASE).await.unwrap(), []);
        assert_eq!(next(&env).await.unwrap(), None);
    }
    let mut cost = Vec::new();
    // The second has some that are not due, and are looked at no more often than the others.
    for (name, lanes) in [("Few", 100), ("Many", 10_000)] {
        let some = testing::workspace(&env, name, Role::Agent).await;
        broadcast(&env, &some, lanes, "-1 minute").await;
        put(&env, &some, "later", lanes / 100, "1 hour", "ready").await;
        cost.push((pages(&env, NEXT).await, pages(&env, CLAIM).await));
    }
    println!("next and claim, 100 lanes and 10,100: {cost:?}");
    let [few, many] = cost[..] else {
        unreachable!("two were measured");
    };
    // About 20 pages a job: found, looked at in its lane, locked, and written with three indexes. An index may have grown
    // by a level in between.
    assert!(many.0 <= 60 && many.1 <= 16 * 30, "{many:?}");
    assert!(many.1 <= few.1 + 16 * 8, "{few:?} {many:?}");
    assert_eq!(claim(&env, 16, LEASE).await.unwrap().len(), 16);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_workspace_with_thousands_due_leaves_the_others_their_share(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let flood = testing::workspace(&env, "Flood", Role::Agent).await;
    let some = testing::workspace(&env, "Some", Role::Agent).await;
    let single = testing::workspace(&env, "Single", Role::Agent).await;
    let idle = testing::workspace(&env, "Idle", Role::Agent).await;
    // It was there long before them.
    broadcast(&env, &flood, 3000, "-1 hour").await;
    broadcast(&env, &some, 40, "-1 second").await;
    broadcast(&env, &single, 1, "0 seconds").await;
    broadcast(&env, &idle, 10, "1 hour").await;
    let shares = |claims: &[crate::job::Claim]| {
        let mut shares = HashMap::new();
        for claim in claims {
            *shares.entry(claim.workspace).or_insert(0) += 1;
        }
        shares
    };
    let got = shares(&claim(&env, 16, LEASE).await.unwrap());
    assert_eq!(got.values().sum::<i32>(), 16, "no room is left empty");
    assert_eq!(got[&single.workspace], 1);
    assert_eq!(got[&some.workspace], 5, "a third of sixteen");
    assert_eq!(got[&flood.workspace], 10, "and what the others leave");

    // One at a time, as room is made by one that ends: the two that have some take turns by chance.
    broadcast(&env, &single, 200, "0 seconds").await;
    let mut claims = Vec::new();
    for _ in 0..200 {
        claims.extend(claim(&env, 1, LEASE).await.unwrap());
    }
    let got = shares(&claims);
    assert_eq!(claims.len(), 200);
    assert_eq!(got[&some.workspace], 35, "it has had all it wanted");
    assert!(
        got[&single.workspace] > 50 && got[&flood.workspace] > 50,
        "{got:?}"
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn what_no_walk_comes_by_is_done_all_the_same(_: PgPoolOptions, options: PgConnectOptions) {
    let (env, _) = testing::env(options);
    let mut all = Vec::new();
    for nth in 0..40 {
        let one = testing::workspace(&env, &nth.to_string(), Role::Agent).await;
        // Most have something that is not due, and stand in the way of a walk of some steps.
        let due = if nth < 5 { "-1 second" } else { "1 hour" };
        broadcast(&env, &one, 3, due).await;
        all.push(one);
    }
    let claims = claim(&env, 16, LEASE).await.unwrap();
    assert_eq!(claims.len(), 15);
    assert!(
        claims
            .iter()
            .all(|claim| all[..5].iter().any(|one| one.workspace == claim.workspace))
    );
    assert_eq!(claim(&env, 16, LEASE).await.unwrap(), []);
}
