//! Calls that come once more, and calls that are too many.

use super::*;
use crate::{
    Env, Error, Tenant, key,
    testing::{self, Fixture, Moved},
};
use postern_types::{MadeKey, NewKey, Role, Scope};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::sync::Arc;
use time::Duration;

async fn house(options: PgConnectOptions) -> (Env, Arc<Moved>, Fixture, MadeKey) {
    let (env, clock) = testing::env(options);
    let owner = testing::workspace(&env, "Harbour", Role::Owner).await;
    let made = make(&env, &owner).await;
    (env, clock, owner, made)
}

async fn make(env: &Env, owner: &Fixture) -> MadeKey {
    let new = NewKey {
        name: "Shop".to_owned(),
        scopes: vec![Scope::MessagesWrite],
        networks: Vec::new(),
        days: None,
        test: false,
    };
    let mut tenant = owner.enter(env).await;
    let made = key::make(env, &mut tenant, &new).await.unwrap();
    tenant.commit().await.unwrap();
    made
}

async fn enter(env: &Env, made: &MadeKey) -> Tenant {
    let here = "203.0.113.7".parse().unwrap();
    let opened = key::open(env, &made.key, here).await.unwrap();
    opened.enter(env).await.unwrap()
}

/// Asks, and does it when it was not done.
async fn ask(env: &Env, made: &MadeKey, idem: &str, body: &[u8]) -> crate::Result<(bool, Answer)> {
    let mut tenant = enter(env, made).await;
    let asked = Asked::new(env, &tenant, idem, "POST", "/api/v1/labels", body)?;
    if let Before::Done(answer) = asked.before(env, &mut tenant).await? {
        return Ok((false, answer));
    }
    let id =
        crate::contact::label::make(env, &mut tenant, &String::from_utf8_lossy(body), 1).await?;
    let answer = Answer {
        status: 201,
        body: id.to_string().into_bytes(),
    };
    asked.keep(env, &mut tenant, &answer).await?;
    tenant.commit().await?;
    Ok((true, answer))
}

#[sqlx::test(migrations = "../migrations")]
async fn the_same_key_never_acts_twice_also_when_fifty_come_at_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _, owner, made) = house(options).await;
    let all = futures::future::join_all((0..50).map(|_| ask(&env, &made, "order-1", b"VIP"))).await;
    let all: Vec<_> = all.into_iter().map(Result::unwrap).collect();
    assert_eq!(all.iter().filter(|(acted, _)| *acted).count(), 1);
    assert!(all.iter().all(|(_, answer)| *answer == all[0].1));
    let mut tenant = owner.enter(&env).await;
    let labels: i64 = sqlx::query_scalar("SELECT count(*) FROM label")
        .fetch_one(tenant.conn())
        .await
        .unwrap();
    assert_eq!(labels, 1);
    // What was answered is sealed.
    let sealed: Vec<u8> = sqlx::query_scalar("SELECT sealed FROM api_call")
        .fetch_one(tenant.conn())
        .await
        .unwrap();
    assert!(!sealed.windows(8).any(|part| part == &all[0].1.body[..8]));
}

#[sqlx::test(migrations = "../migrations")]
async fn another_body_under_the_same_key_is_refused_and_does_nothing(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _, _, made) = house(options).await;
    assert!(ask(&env, &made, "order-1", b"VIP").await.unwrap().0);
    assert!(matches!(
        ask(&env, &made, "order-1", b"Late").await,
        Err(Error::Conflict(_))
    ));
    assert!(ask(&env, &made, "order-2", b"Late").await.unwrap().0);
    for bad in ["", "a\nb", "ä", &"x".repeat(256)] {
        assert!(matches!(
            ask(&env, &made, bad, b"x").await,
            Err(Error::Invalid {
                field: "Idempotency-Key",
                ..
            })
        ));
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn what_failed_may_be_tried_again_and_another_api_key_has_keys_of_its_own(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _, owner, made) = house(options).await;
    // No name: it fails, and is not kept.
    assert!(ask(&env, &made, "order-1", b"").await.is_err());
    assert!(ask(&env, &made, "order-1", b"VIP").await.unwrap().0);
    let second = make(&env, &owner).await;
    assert!(ask(&env, &second, "order-1", b"Other").await.unwrap().0);
}

#[sqlx::test(migrations = "../migrations")]
async fn answers_are_swept_after_a_day(_: PgPoolOptions, options: PgConnectOptions) {
    let (env, _, owner, made) = house(options.clone()).await;
    assert!(ask(&env, &made, "old", b"VIP").await.unwrap().0);
    assert!(ask(&env, &made, "new", b"Late").await.unwrap().0);
    testing::as_owner(
        &options,
        "api_call",
        "UPDATE api_call SET at = now() - interval '25 hours'
          WHERE at = (SELECT min(at) FROM api_call)",
    )
    .await;
    crate::job::sweep(&env).await.unwrap();
    let mut tenant = owner.enter(&env).await;
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM api_call")
        .fetch_one(tenant.conn())
        .await
        .unwrap();
    assert_eq!(left, 1);
}

/// Waits for the beginning of a minute by the moved clock.
fn to_a_minute(env: &Env, clock: &Moved) {
    let into = env.now().unix_timestamp().rem_euclid(60);
    clock.by(Duration::seconds(60 - into));
}

#[sqlx::test(migrations = "../migrations")]
async fn of_a_thousand_calls_at_once_exactly_the_plans_come_in(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock, owner, _) = house(options).await;
    to_a_minute(&env, &clock);
    let calls = (0..1000).map(|_| take(&env, owner.workspace, 120));
    let all = futures::future::join_all(calls).await;
    let all: Vec<_> = all.into_iter().map(Result::unwrap).collect();
    assert_eq!(all.iter().filter(|taken| taken.allowed).count(), 120);
    let mut left: Vec<_> = all
        .iter()
        .filter(|taken| taken.allowed)
        .map(|taken| taken.remaining)
        .collect();
    left.sort_unstable();
    assert_eq!(left, (0..120).collect::<Vec<_>>());
    assert!(all.iter().all(|taken| (1..=61).contains(&taken.reset_s)));
    // Another workspace has a window of its own.
    let other = testing::workspace(&env, "Other", Role::Owner).await;
    assert!(take(&env, other.workspace, 120).await.unwrap().allowed);
}

#[sqlx::test(migrations = "../migrations")]
async fn the_window_slides_and_no_edge_of_a_minute_lets_twice_as_many_in(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock, owner, _) = house(options).await;
    let burst = async || {
        let mut came = 0;
        for _ in 0..130 {
            came += u32::from(take(&env, owner.workspace, 120).await.unwrap().allowed);
        }
        came
    };
    to_a_minute(&env, &clock);
    clock.by(Duration::seconds(50));
    assert_eq!(burst().await, 120);
    let refused = take(&env, owner.workspace, 120).await.unwrap();
    assert!(!refused.allowed);
    // Just behind the edge there is hardly room; half a minute on, for half.
    to_a_minute(&env, &clock);
    clock.by(Duration::seconds(2));
    assert!(burst().await < 15);
    clock.by(Duration::seconds(28));
    let half = burst().await;
    assert!((40..=65).contains(&half), "{half}");
    // Two minutes on, all of it is forgotten.
    clock.by(Duration::minutes(2));
    assert_eq!(burst().await, 120);
    // Whoever waits as long as they are told comes in.
    let refused = take(&env, owner.workspace, 120).await.unwrap();
    clock.by(Duration::seconds(refused.reset_s.into()));
    assert!(take(&env, owner.workspace, 120).await.unwrap().allowed);
}
