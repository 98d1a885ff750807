use super::*;
use crate::testing;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use time::Duration;

fn subject(env: &Env) -> Subject {
    // A name of its own: the local counters are the process's.
    Subject::secret(env, "test", &[&env.bytes::<16>()])
}

fn waits(result: Result<()>) -> Option<u32> {
    match result {
        Ok(()) => None,
        Err(Error::TooMany { retry_after_s }) => Some(retry_after_s),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn an_address_counts_for_its_network() {
    for (address, expected) in [
        ("203.0.113.77", "203.0.113.0/24"),
        ("::ffff:203.0.113.9", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("::1", "::/48"),
    ] {
        assert_eq!(network(address.parse().unwrap()), expected, "{address}");
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn after_five_failures_every_further_try_waits_longer(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let subjects = [subject(&env)];
    for _ in 0..5 {
        assert_eq!(waits(begin(&env, &subjects).await), None);
    }
    let mut seen = Vec::new();
    for _ in 0..11 {
        let wait = waits(begin(&env, &subjects).await).expect("it must wait");
        seen.push(wait);
        clock.by(Duration::seconds(i64::from(wait)));
        assert_eq!(waits(begin(&env, &subjects).await), None, "after the wait");
    }
    assert_eq!(seen, [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn two_hundred_parallel_guesses_get_exactly_five_tries(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let subjects = [subject(&env)];
    let tries =
        futures::future::join_all((0..200).map(|_| async { begin(&env, &subjects).await.is_ok() }))
            .await;
    assert_eq!(tries.iter().filter(|taken| **taken).count(), 5);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_success_forgets_the_persons_failures_and_a_day_forgets_all(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let subjects = [subject(&env)];
    for _ in 0..5 {
        begin(&env, &subjects).await.unwrap();
    }
    let mut global = env.db.global().await.unwrap();
    succeeded(&env, global.conn(), &subjects).await.unwrap();
    global.commit().await.unwrap();
    for _ in 0..5 {
        assert_eq!(waits(begin(&env, &subjects).await), None);
    }
    assert!(waits(begin(&env, &subjects).await).is_some());
    clock.by(Duration::hours(25));
    for _ in 0..5 {
        assert_eq!(waits(begin(&env, &subjects).await), None);
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_subject_that_waits_costs_the_others_nothing(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (first, second) = (subject(&env), subject(&env));
    for _ in 0..5 {
        begin(&env, std::slice::from_ref(&first)).await.unwrap();
    }
    // The second is taken first and given back when the first refuses.
    for _ in 0..10 {
        assert!(waits(begin(&env, &[second.clone(), first.clone()]).await).is_some());
    }
    let mut global = env.db.global().await.unwrap();
    let counted: Option<i32> = sqlx::query_scalar("SELECT failures FROM attempt WHERE key = $1")
        .bind(&second.key)
        .fetch_optional(global.conn())
        .await
        .unwrap();
    assert_eq!(counted, None);
}

#[tokio::test]
async fn without_the_database_nothing_passes_and_the_local_limit_still_counts() {
    // No server listens there.
    let (env, clock) = testing::env(
        PgConnectOptions::new()
            .host("/nonexistent")
            .port(1)
            .database("none"),
    );
    let subjects = [subject(&env)];
    for _ in 0..20 {
        assert!(matches!(
            begin(&env, &subjects).await,
            Err(Error::Unavailable)
        ));
    }
    assert!(waits(begin(&env, &subjects).await).is_some_and(|wait| wait <= 61));
    clock.by(Duration::minutes(2));
    assert!(matches!(
        begin(&env, &subjects).await,
        Err(Error::Unavailable)
    ));
}
