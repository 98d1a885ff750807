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
async fn a_flood_of_subjects_bars_nobody_else_and_gives_a_guesser_no_further_try(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let guesser = [subject(&env)];
    let mut taken = 0;
    for round in 0..3 {
        // More than this process holds, each time: whoever was counted here is forgotten.
        for stranger in 0..21_000 {
            for _ in 0..2 {
                let key = format!("flood:{round}:{stranger}");
                local::take(&key, 5, env.now()).expect("a new one is let through");
            }
        }
        for _ in 0..3 {
            taken += usize::from(begin(&env, &guesser).await.is_ok());
        }
        let somebody = begin(&env, &[subject(&env)]).await;
        assert_eq!(waits(somebody), None, "no part of the flood");
    }
    assert_eq!(taken, 5);
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
async fn an_address_does_a_thing_so_often_in_a_window_and_then_no_more_until_it_is_over(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let address = testing::browser(&env).address;
    let subjects = [Subject::address(&env, "test", address, 10, 900)];
    let tries =
        futures::future::join_all((0..30).map(|_| async { begin(&env, &subjects).await.is_ok() }))
            .await;
    assert_eq!(tries.iter().filter(|taken| **taken).count(), 10);
    clock.by(Duration::minutes(10));
    let left = waits(begin(&env, &subjects).await).expect("it must wait");
    assert!((290..=301).contains(&left), "{left}");
    clock.by(Duration::minutes(6));
    assert_eq!(waits(begin(&env, &subjects).await), None);
    // A good one is given back.
    for _ in 0..20 {
        let mut global = env.db.global().await.unwrap();
        succeeded(&env, global.conn(), &subjects).await.unwrap();
        global.commit().await.unwrap();
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

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_networks_ways_are_given_back_one_by_one_and_forgotten_with_their_hour(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let address = "198.51.100.9".parse().unwrap();
    let ways = || [Subject::ways(&env, "test-ways", address)];
    // An hour begins.
    clock.by(Duration::seconds(3600 - env.now().unix_timestamp() % 3600));
    // They come in, one after the other, and hold up nobody.
    for _ in 0..250 {
        begin(&env, &ways()).await.unwrap();
        let mut global = env.db.global().await.unwrap();
        succeeded(&env, global.conn(), &ways()).await.unwrap();
        global.commit().await.unwrap();
    }
    for left_open in 0..200 {
        let begun = begin(&env, &ways()).await;
        assert_eq!(waits(begun), None, "{left_open}");
    }
    assert!(waits(begin(&env, &ways()).await).is_some());
    // The network is never quiet for an hour; what was left open is forgotten all the same.
    clock.by(Duration::minutes(59));
    let _ = begin(&env, &ways()).await;
    clock.by(Duration::minutes(1));
    assert_eq!(waits(begin(&env, &ways()).await), None);
    // What was begun in the hour before gives nothing but its own back.
    let mut global = env.db.global().await.unwrap();
    for _ in 0..3 {
        succeeded(&env, global.conn(), &ways()).await.unwrap();
    }
    let left: i32 = sqlx::query_scalar("SELECT failures FROM attempt WHERE key = $1")
        .bind(&ways()[0].key)
        .fetch_one(global.conn())
        .await
        .unwrap();
    assert_eq!(left, 0);
}
