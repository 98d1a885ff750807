//! Order and rates.

use super::{NUMBER, scene};
use crate::{
    Env,
    env::Clock,
    job,
    rate::{self, Bucket},
    testing::{
        self,
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
use time::OffsetDateTime;

const HOUR: Duration = Duration::from_hours(1);

/// A clock that stands, so that no bucket gains anything.
struct Still(OffsetDateTime);

impl Clock for Still {
    fn now(&self) -> OffsetDateTime {
        self.0
    }
}

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

#[sqlx::test(migrations = "../migrations")]
async fn a_number_that_is_too_quick_holds_all_its_lanes_and_no_other_number(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    // Meta has enough of the number once, in the middle of it all.
    let s = scene(options, |request| match request.before {
        90 => refused(400, 130_429),
        nth => accepted(nth),
    })
    .await;
    let now = s.env.now();
    let at = |later: Duration| Env {
        clock: Arc::new(Still(now + later)),
        ..s.env.clone()
    };
    let still = at(Duration::ZERO);
    let mut lanes = vec![s.conversation];
    for digits in ["15550002222", "15550003333"] {
        lanes.push(thread::conversation(&still, &s.fixture, s.channel, digits).await);
    }
    for nth in 0..40 {
        for (lane, conversation) in lanes.iter().enumerate() {
            thread::write(&still, &s.fixture, *conversation, &format!("{lane} {nth}")).await;
        }
    }
    let second = testing::channel(&still, &s.fixture, "100000000000002").await;
    let elsewhere = thread::conversation(&still, &s.fixture, second, "15550004444").await;
    let posted = |number: &str| {
        let line = format!("POST /v24.0/{number}/messages");
        s.meta.seen().iter().filter(|one| one.line == line).count()
    };

    // 80 at once, and then all three lanes wait.
    while thread::work(&still).await > 0 {}
    assert_eq!(posted(NUMBER), 80);
    for lane in 0..3 {
        let texts = s.meta.texts();
        let sent = texts
            .iter()
            .filter(|text| text.starts_with(&format!("{lane} ")));
        assert!(sent.count() < 40, "lane {lane} waits too");
    }
    thread::write(&still, &s.fixture, elsewhere, "free").await;
    thread::work(&still).await;
    assert_eq!((posted(NUMBER), posted("100000000000002")), (80, 1));
    let wait = job::next(&still).await.unwrap().unwrap();
    assert!(
        !wait.is_zero() && wait < Duration::from_millis(600),
        "{wait:?}"
    );

    // An eighth of a second gives ten. The tenth is one too many for Meta: the number is shut for two seconds.
    let mut later = Duration::from_millis(125);
    for _ in 0..10 {
        while thread::work(&at(later)).await > 0 {}
        if posted(NUMBER) > 89 {
            break;
        }
        later += Duration::from_millis(125);
    }
    let refused_at = posted(NUMBER);
    assert!(refused_at > 89, "{refused_at}");
    let held = at(later + Duration::from_millis(900));
    while thread::work(&held).await > 0 {}
    assert_eq!(posted(NUMBER), refused_at, "none of its lanes moves");
    thread::write(&held, &s.fixture, elsewhere, "still free").await;
    thread::work(&held).await;
    assert_eq!(posted("100000000000002"), 2);
    let mut step = later;
    for _ in 0..100 {
        step += Duration::from_secs(1);
        while thread::work(&at(step)).await > 0 {}
    }
    assert_eq!(thread::jobs(&s.env, &s.fixture).await, 0);
    assert_eq!(
        posted(NUMBER),
        121,
        "each once, and once more what was refused"
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn a_clock_that_goes_before_the_others_puts_nothing_off(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |request| accepted(request.before)).await;
    let now = s.env.now();
    let early = Env {
        clock: Arc::new(Still(now + HOUR)),
        ..s.env.clone()
    };
    let id = thread::write(&early, &s.fixture, s.conversation, "now").await;
    thread::work(&s.env).await;
    assert_eq!(
        thread::read(&s.env, &s.fixture, id).await.status,
        Status::Accepted
    );

    let bucket = Bucket {
        name: "test".to_owned(),
        holds: 1.0,
        per_second: 1.0,
    };
    let at = |seconds: u64| Env {
        clock: Arc::new(Still(now + Duration::from_secs(seconds))),
        ..s.env.clone()
    };
    let mut tenant = s.fixture.enter(&s.env).await;
    assert_eq!(
        rate::take(&early, &mut tenant, &bucket).await.unwrap(),
        None
    );
    let wait = rate::take(&at(0), &mut tenant, &bucket).await.unwrap();
    assert!(wait.unwrap() - now < Duration::from_secs(2), "{wait:?}");
    rate::set_right(&at(0), &mut tenant, &bucket).await.unwrap();
    assert_eq!(
        rate::take(&at(1), &mut tenant, &bucket).await.unwrap(),
        None
    );
}
