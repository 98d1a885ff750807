//! Processes share a limit through the database, a new one goes on with it, and without it nothing is let through that
//! guesses.

use super::*;
use crate::{
    env::{Clock, Real},
    testing,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::sync::{Arc, Mutex};

/// It stands until it is moved: nothing fills up while a test takes its time.
struct Still(Mutex<OffsetDateTime>);

impl Still {
    fn by(&self, duration: time::Duration) {
        *self.0.lock().unwrap() += duration;
    }
}

impl Clock for Still {
    fn now(&self) -> OffsetDateTime {
        *self.0.lock().unwrap()
    }
}

/// An environment on that database with a clock that stands.
fn still(options: PgConnectOptions) -> (Env, Arc<Still>) {
    let clock = Arc::new(Still(Mutex::new(Real.now())));
    let (env, _) = testing::env(options);
    let env = Env {
        clock: clock.clone(),
        ..env
    };
    (env, clock)
}

fn rates() -> Rates {
    Rates {
        sign_in: 10,
        page: 100,
        ..Rates::default()
    }
}

fn someone(class: Class) -> Subject {
    Subject::address(class, "203.0.113.7".parse().unwrap())
}

/// How many of so many pass.
async fn passes(limiter: &Limiter, env: &Env, subject: Subject, of: usize) -> usize {
    let mut passed = 0;
    for _ in 0..of {
        match limiter.take(env, subject).await {
            Ok(()) => passed += 1,
            Err(Error::TooMany { retry_after_s }) => assert!((1..=60).contains(&retry_after_s)),
            Err(other) => panic!("{other:?}"),
        }
    }
    passed
}

async fn buckets(options: &PgConnectOptions) -> Vec<Vec<u8>> {
    let mut owner = sqlx::ConnectOptions::connect(options).await.unwrap();
    sqlx::query_scalar("SELECT key FROM limit_bucket")
        .fetch_all(&mut owner)
        .await
        .unwrap()
}

#[test]
fn an_address_counts_by_itself_and_an_ipv6_one_by_its_64() {
    let same = |one: &str, other: &str| {
        household(one.parse().unwrap()) == household(other.parse().unwrap())
    };
    for (one, other, expected) in [
        ("203.0.113.7", "203.0.113.7", true),
        ("203.0.113.7", "203.0.113.8", false),
        ("203.0.113.7", "::ffff:203.0.113.7", true),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2:ffff::1", true),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
        ("::1", "127.0.0.1", false),
    ] {
        assert_eq!(same(one, other), expected, "{one} {other}");
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn processes_on_one_database_share_a_limit_and_a_new_one_goes_on_with_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (one, clock) = still(options.clone());
    let other = Env {
        clock: clock.clone(),
        ..still(options.clone()).0
    };
    let (here, there) = (Limiter::new(rates()), Limiter::new(rates()));
    let subject = someone(Class::SignIn);
    assert_eq!(passes(&here, &one, subject, 6).await, 6);
    assert_eq!(passes(&there, &other, subject, 6).await, 4);
    assert_eq!(passes(&here, &one, subject, 3).await, 0);
    // After a restart it knows nothing and is told.
    let restarted = Limiter::new(rates());
    assert_eq!(passes(&restarted, &other, subject, 3).await, 0);
    // Other addresses and other classes are not held up by it.
    let neighbour = Subject::address(Class::SignIn, "203.0.113.8".parse().unwrap());
    assert_eq!(passes(&here, &one, neighbour, 1).await, 1);
    assert_eq!(passes(&here, &one, someone(Class::Page), 1).await, 1);
    // Six seconds fill it by one, wherever it is asked for.
    clock.by(time::Duration::seconds(6));
    assert_eq!(passes(&Limiter::new(rates()), &one, subject, 3).await, 1);
    // What stands in the database names nobody.
    let kept = buckets(&options).await;
    assert_eq!(kept.len(), 2, "a page's single request is not written");
    assert!(kept.iter().all(|key| !key.starts_with(&subject.whose[..4])));
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn parallel_tries_get_no_more_than_patient_ones(_: PgPoolOptions, options: PgConnectOptions) {
    let (env, _) = still(options);
    let limiters: Vec<Limiter> = (0..20).map(|_| Limiter::new(rates())).collect();
    let tries = futures::future::join_all(limiters.iter().flat_map(|limiter| {
        (0..10).map(|_| async { limiter.take(&env, someone(Class::SignIn)).await.is_ok() })
    }))
    .await;
    assert_eq!(tries.iter().filter(|passed| **passed).count(), 10);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_flood_of_pages_writes_once_in_a_few_and_another_process_learns_of_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = still(options.clone());
    let subject = someone(Class::Page);
    let here = Limiter::new(rates());
    assert_eq!(passes(&here, &env, subject, 4).await, 4);
    assert!(buckets(&options).await.is_empty(), "four of a hundred");
    assert_eq!(passes(&here, &env, subject, 1000).await, 96);
    // The other one has its few before it asks.
    let there = Limiter::new(rates());
    assert_eq!(passes(&there, &env, subject, 1000).await, 5);
    assert!(there.look(&env, subject).is_err());
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_bucket_that_is_full_again_is_swept_and_the_serving_role_reaches_none(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = still(options.clone());
    let limiter = Limiter::new(rates());
    for class in [Class::SignIn, Class::Webhook] {
        for _ in 0..6 {
            limiter.take(&env, someone(class)).await.unwrap();
        }
    }
    assert_eq!(buckets(&options).await.len(), 2);
    let mut owner = sqlx::ConnectOptions::connect(&options).await.unwrap();
    sqlx::query(
        "UPDATE limit_bucket SET full_at = now() - interval '61 minutes'
          WHERE key = (SELECT key FROM limit_bucket LIMIT 1)",
    )
    .execute(&mut owner)
    .await
    .unwrap();
    crate::job::sweep(&env).await.unwrap();
    assert_eq!(buckets(&options).await.len(), 1);
    let mut conn = env.db.alone().await.unwrap();
    for sql in ["SELECT FROM limit_bucket", "DELETE FROM limit_bucket"] {
        let refused = sqlx::query(sql).execute(&mut *conn).await.unwrap_err();
        let refused = refused.into_database_error().unwrap();
        let code = refused.code();
        assert_eq!(code.as_deref(), Some("42501"), "{sql}");
    }
}

#[tokio::test]
async fn without_the_database_credentials_are_refused_and_counted_and_pages_go_on_alone() {
    // No server listens there.
    let options = PgConnectOptions::new();
    let (env, clock) = still(options.host("/nonexistent").port(1).database("none"));
    let limiter = Limiter::new(rates());
    let told = async |subject| limiter.take(&env, subject).await;
    for _ in 0..10 {
        assert!(matches!(
            told(someone(Class::SignIn)).await,
            Err(Error::Unavailable)
        ));
    }
    // Ten a minute, none of which came through; then not even that answer.
    assert!(matches!(
        told(someone(Class::SignIn)).await,
        Err(Error::TooMany {
            retry_after_s: 1..=6
        })
    ));
    clock.by(time::Duration::minutes(2));
    assert!(matches!(
        told(someone(Class::SignIn)).await,
        Err(Error::Unavailable)
    ));
    for class in Class::ALL {
        assert_eq!(
            class.away() == Away::Closed,
            matches!(class, Class::SignIn | Class::Cookie),
            "{class:?}"
        );
    }
    assert_eq!(
        passes(&limiter, &env, someone(Class::Page), 1000).await,
        100
    );
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_cookie_is_counted_by_itself_and_made_up_ones_write_nothing(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = still(options.clone());
    let limiter = Limiter::new(rates());
    for n in 0..200 {
        let made_up = Subject::cookie(&format!("made-up-{n}"));
        assert_eq!(passes(&limiter, &env, made_up, 2).await, 2);
    }
    assert!(buckets(&options).await.is_empty());
    let (one, other) = (Subject::cookie("one"), Subject::cookie("other"));
    assert_eq!(passes(&limiter, &env, one, 100).await, 60);
    assert_eq!(passes(&limiter, &env, other, 100).await, 60);
    let restarted = Limiter::new(rates());
    assert_eq!(passes(&restarted, &env, one, 100).await, 3);
    env.db.close().await;
    let third = Subject::cookie("third");
    for _ in 0..2 {
        limiter.take(&env, third).await.unwrap();
    }
    let closed = limiter.take(&env, third).await;
    assert!(matches!(closed, Err(Error::Unavailable)), "{closed:?}");
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_clock_that_ran_ahead_shuts_nobody_out_for_longer_than_a_bucket_takes_to_fill(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (ahead, fast) = still(options.clone());
    fast.by(time::Duration::hours(1));
    let (env, clock) = still(options.clone());
    for (class, most, step) in [(Class::SignIn, 10, 6_000), (Class::Page, 100, 600)] {
        let subject = someone(class);
        assert_eq!(
            passes(&Limiter::new(rates()), &ahead, subject, 1000).await,
            most
        );
        let here = Limiter::new(rates());
        passes(&here, &env, subject, 1000).await;
        assert_eq!(passes(&here, &env, subject, 3).await, 0, "{class:?}");
        clock.by(time::Duration::milliseconds(step));
        assert_eq!(passes(&here, &env, subject, 3).await, 1, "{class:?}");
    }
    // What lies within a second's difference of clocks stays as it is.
    let close = Subject::address(Class::SignIn, "203.0.113.9".parse().unwrap());
    let (near, near_clock) = still(options);
    *near_clock.0.lock().unwrap() = env.now() + time::Duration::milliseconds(900);
    assert_eq!(passes(&Limiter::new(rates()), &near, close, 20).await, 10);
    assert_eq!(passes(&Limiter::new(rates()), &env, close, 1).await, 0);
    clock.by(time::Duration::seconds(6));
    assert_eq!(passes(&Limiter::new(rates()), &env, close, 1).await, 0);
    clock.by(time::Duration::seconds(1));
    assert_eq!(passes(&Limiter::new(rates()), &env, close, 1).await, 1);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn who_is_refused_touches_no_row_and_who_is_not_waits_for_no_disk(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = still(options.clone());
    let subject = someone(Class::SignIn);
    let row = async || -> (String, String) {
        let mut owner = sqlx::ConnectOptions::connect(&options).await.unwrap();
        sqlx::query_as("SELECT ctid::text, xmax::text FROM limit_bucket")
            .fetch_one(&mut owner)
            .await
            .unwrap()
    };
    assert_eq!(passes(&Limiter::new(rates()), &env, subject, 10).await, 10);
    let before = row().await;
    for _ in 0..3 {
        assert_eq!(passes(&Limiter::new(rates()), &env, subject, 1).await, 0);
    }
    assert_eq!(row().await, before);
    let mut conn = env.db.alone().await.unwrap();
    let show = "SELECT current_setting('synchronous_commit')";
    let take = "SELECT take_limit(decode(repeat('00', 16), 'hex'), 1, 1000, 1000, now())::text";
    let mut told = Vec::new();
    for sql in [
        "SET synchronous_commit TO on",
        "BEGIN",
        take,
        show,
        "COMMIT",
        show,
    ] {
        let rows: Vec<(String,)> = sqlx::query_as(sql).fetch_all(&mut *conn).await.unwrap();
        told.extend(rows.into_iter().filter(|_| sql == show).map(|row| row.0));
    }
    assert_eq!(told, ["off", "on"]);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_slow_database_is_waited_for_where_nothing_passes_without_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = still(options.clone());
    let limiter = Limiter::new(rates());
    // Each bucket is written before: what is slow is to write it again.
    for class in [Class::Page, Class::SignIn] {
        limiter.take(&env, someone(class)).await.unwrap();
    }
    let mut owner = sqlx::ConnectOptions::connect(&options).await.unwrap();
    sqlx::query("BEGIN").execute(&mut owner).await.unwrap();
    sqlx::query("LOCK TABLE limit_bucket")
        .execute(&mut owner)
        .await
        .unwrap();
    let released = async {
        tokio::time::sleep(2 * PATIENCE).await;
        sqlx::query("COMMIT").execute(&mut owner).await.unwrap();
    };
    let sign_in = async {
        // Others gave it up meanwhile.
        assert_eq!(passes(&limiter, &env, someone(Class::Page), 99).await, 99);
        assert!(limiter.away_until.load(Ordering::Relaxed) > 0);
        assert_eq!(passes(&limiter, &env, someone(Class::SignIn), 1).await, 1);
    };
    tokio::join!(released, sign_in);
}
