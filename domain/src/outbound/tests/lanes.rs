//! Order and rates.

use super::scene;
use crate::{
    job,
    testing::{
        meta::{Reply, accepted, refused},
        thread,
    },
};
use postern_types::Status;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

const HOUR: Duration = Duration::from_hours(1);

#[sqlx::test(migrations = "../migrations")]
async fn replies_do_not_overtake_whatever_fails(_: PgPoolOptions, options: PgConnectOptions) {
    // Each message is refused up to twice, by a code that the dice name, and then taken.
    let taken: Arc<Mutex<Vec<String>>> = Arc::default();
    let (book, tries) = (taken.clone(), Mutex::new(HashMap::<String, usize>::new()));
    let s = scene(options, move |request| {
        let text = request.body["text"]["body"].as_str().unwrap().to_owned();
        let nth = text
            .split_whitespace()
            .last()
            .unwrap()
            .parse::<usize>()
            .unwrap();
        let mut tries = tries.lock().unwrap();
        let before = tries.entry(text.clone()).or_default();
        let dice = nth * 7 + *before * 3;
        *before += 1;
        if *before <= nth * 5 % 3 {
            return [
                refused(400, 130_429),
                refused(500, 131_000),
                refused(400, 131_056),
                refused(503, 2),
            ][dice % 4]
                .clone();
        }
        book.lock().unwrap().push(text);
        accepted(request.before)
    })
    .await;
    let other = thread::conversation(&s.env, &s.fixture, s.channel, "15550002222").await;
    let mut ids = Vec::new();
    for nth in 0..20 {
        ids.push(thread::write(&s.env, &s.fixture, s.conversation, &format!("a {nth}")).await);
        ids.push(thread::write(&s.env, &s.fixture, other, &format!("b {nth}")).await);
    }
    thread::drain(&s.env, &s.clock, HOUR).await;
    let taken = taken.lock().unwrap().clone();
    for lane in ["a", "b"] {
        let got: Vec<_> = taken
            .iter()
            .filter(|text| text.starts_with(lane))
            .cloned()
            .collect();
        let composed: Vec<_> = (0..20).map(|nth| format!("{lane} {nth}")).collect();
        assert_eq!(got, composed);
    }
    assert!(s.meta.seen().len() > 60, "some were refused on the way");
    for id in ids {
        assert_eq!(
            thread::read(&s.env, &s.fixture, id).await.status,
            Status::Accepted
        );
    }
    assert_eq!(thread::jobs(&s.env, &s.fixture).await, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn many_workers_keep_the_order_of_many_lanes(_: PgPoolOptions, options: PgConnectOptions) {
    let s = scene(options, |request| accepted(request.before)).await;
    let mut lanes = vec![s.conversation];
    for nth in 0..5 {
        let digits = format!("1555000300{nth}");
        lanes.push(thread::conversation(&s.env, &s.fixture, s.channel, &digits).await);
    }
    for nth in 0..10 {
        for (lane, conversation) in lanes.iter().enumerate() {
            thread::write(&s.env, &s.fixture, *conversation, &format!("{lane} {nth}")).await;
        }
    }
    let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
    while thread::jobs(&s.env, &s.fixture).await > 0 {
        assert!(tokio::time::Instant::now() < deadline, "they end");
        tokio::join!(
            thread::work(&s.env),
            thread::work(&s.env),
            thread::work(&s.env)
        );
        if let Some(wait) = job::next(&s.env).await.unwrap() {
            s.clock.by(wait.try_into().unwrap());
        }
    }
    let texts = s.meta.texts();
    assert_eq!(texts.len(), 60);
    for lane in 0..lanes.len() {
        let got: Vec<_> = texts
            .iter()
            .filter(|text| text.starts_with(&format!("{lane} ")))
            .cloned()
            .collect();
        let composed: Vec<_> = (0..10).map(|nth| format!("{lane} {nth}")).collect();
        assert_eq!(got, composed);
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn one_contact_gets_45_at_once_and_then_one_in_6_seconds(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |request| accepted(request.before)).await;
    for nth in 0..47 {
        thread::write(&s.env, &s.fixture, s.conversation, &nth.to_string()).await;
    }
    while thread::work(&s.env).await > 0 {}
    // A slow machine may have let the bucket gain one meanwhile.
    let sent = s.meta.seen().len();
    assert!((45..=46).contains(&sent), "{sent}");
    let wait = job::next(&s.env).await.unwrap().unwrap();
    assert!(wait <= Duration::from_millis(6001), "{wait:?}");
    assert!(!wait.is_zero());
    // The other contact has a bucket of its own.
    let other = thread::conversation(&s.env, &s.fixture, s.channel, "15550002222").await;
    let free = thread::write(&s.env, &s.fixture, other, "free").await;
    thread::work(&s.env).await;
    assert_eq!(
        thread::read(&s.env, &s.fixture, free).await.status,
        Status::Accepted
    );
    thread::drain(&s.env, &s.clock, HOUR).await;
    assert_eq!(s.meta.seen().len(), 48);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_pair_that_is_too_quick_for_meta_waits_without_the_others(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |request| match request.body["to"].as_str() {
        Some("+15550001111") if request.before == 0 => refused(400, 131_056),
        Some(_) => accepted(request.before),
        None => Reply::Cut,
    })
    .await;
    let other = thread::conversation(&s.env, &s.fixture, s.channel, "15550002222").await;
    let slow = thread::write(&s.env, &s.fixture, s.conversation, "slow").await;
    thread::work(&s.env).await;
    let quick = thread::write(&s.env, &s.fixture, other, "quick").await;
    thread::work(&s.env).await;
    assert_eq!(
        thread::read(&s.env, &s.fixture, slow).await.status,
        Status::Queued
    );
    assert_eq!(
        thread::read(&s.env, &s.fixture, quick).await.status,
        Status::Accepted
    );
    let wait = job::next(&s.env).await.unwrap().unwrap();
    assert!(
        wait > Duration::from_secs(3) && wait < Duration::from_millis(5100),
        "{wait:?}"
    );
    thread::drain(&s.env, &s.clock, HOUR).await;
    assert_eq!(
        thread::read(&s.env, &s.fixture, slow).await.status,
        Status::Accepted
    );
}
