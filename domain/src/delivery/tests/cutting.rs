//! Whoever dies between two steps loses and doubles nothing.

use super::*;
use crate::event;
use cut::{More, page};
use std::sync::atomic::{AtomicBool, Ordering};

#[sqlx::test(migrations = "../migrations")]
async fn cutting_that_dies_before_its_commit_or_happens_twice_doubles_nothing(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options, |_| Reply::ok()).await;
    let amira = h.talk("Amira").await;
    for n in 1..=3 {
        h.note(amira, &n.to_string()).await;
    }
    let workspace = h.owner.workspace;
    let enter = async || h.env.db.operator(workspace).await.unwrap();
    // Until the events stand below the horizon; each time it dies.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    loop {
        let mut tenant = enter().await;
        page(&h.env, &mut tenant).await.unwrap();
        let cut: i64 = sqlx::query_scalar("SELECT count(*) FROM delivery")
            .fetch_one(tenant.conn())
            .await
            .unwrap();
        drop(tenant);
        assert!(h.rows().await.is_empty(), "nothing is left of it");
        if cut == 3 {
            break;
        }
        assert!(std::time::Instant::now() < deadline);
        tokio::task::yield_now().await;
    }
    // Two at the same moment: the second finds the place moved.
    let mut one = enter().await;
    page(&h.env, &mut one).await.unwrap();
    let second = tokio::spawn({
        let env = h.env.clone();
        async move {
            let mut two = env.db.operator(workspace).await.unwrap();
            let more = page(&env, &mut two).await;
            two.commit().await.unwrap();
            more
        }
    });
    one.commit().await.unwrap();
    let more = second.await.unwrap();
    assert!(
        matches!(
            more,
            Err(Error::NotFound) | Ok(Some(More::No | More::Later))
        ),
        "{more:?}"
    );
    assert_eq!(h.rows().await.len(), 3);
    h.until(DeliveryState::Delivered, 3).await;
    // The place put back, as by a backup; the events are known.
    let mut tenant = enter().await;
    let oldest = event::beginning(&mut tenant, h.env.now() - KEPT)
        .await
        .unwrap();
    sqlx::query("UPDATE endpoint_feed SET cursor = $1")
        .bind(&oldest.0)
        .execute(tenant.conn())
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    h.note(amira, "4").await;
    h.until(DeliveryState::Delivered, 4).await;
    assert_eq!(h.hook.texts(), ["1", "2", "3", "4"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_place_of_another_life_of_the_feed_is_noted_and_cutting_goes_on_from_the_oldest_event(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options, |_| Reply::ok()).await;
    let amira = h.talk("Amira").await;
    h.note(amira, "1").await;
    h.until(DeliveryState::Delivered, 1).await;
    let mut tenant = h.env.db.operator(h.owner.workspace).await.unwrap();
    sqlx::query("UPDATE endpoint_feed SET cursor = 'b3RoZXIuMS4x'")
        .execute(tenant.conn())
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    h.note(amira, "2").await;
    h.until(DeliveryState::Delivered, 2).await;
    assert_eq!(h.hook.texts(), ["1", "2"]);
    let mut tenant = h.enter().await;
    let lost: i64 =
        sqlx::query_scalar("SELECT count(*) FROM audit WHERE action = 'endpoint.feed_lost'")
            .fetch_one(tenant.conn())
            .await
            .unwrap();
    assert_eq!(lost, 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_delivery_whose_worker_died_is_sent_again_under_the_same_id(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    static ALIVE: AtomicBool = AtomicBool::new(false);
    let h = house(options, |_| {
        if ALIVE.load(Ordering::SeqCst) {
            Reply::ok()
        } else {
            Reply::Silent
        }
    })
    .await;
    let amira = h.talk("Amira").await;
    h.note(amira, "1").await;
    h.note(amira, "2").await;
    let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
    while h.hook.seen().is_empty() {
        super::super::wake(&h.env, None).await.unwrap();
        for claim in job::claim(&h.env, 20, LEASE).await.unwrap() {
            let env = h.env.clone();
            let work = tokio::spawn(async move { job::attend(&env, claim).await });
            while !work.is_finished() {
                if !h.hook.seen().is_empty() {
                    // It is on its way: its worker dies.
                    work.abort();
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        }
        assert!(std::time::Instant::now() < deadline);
    }
    // As long as its lease lasts nobody touches it.
    h.work().await;
    assert_eq!(h.hook.texts(), ["1"]);
    ALIVE.store(true, Ordering::SeqCst);
    h.leases_end().await;
    h.until(DeliveryState::Delivered, 2).await;
    assert_eq!(h.hook.texts(), ["1", "1", "2"]);
    let ids = h.hook.ids();
    assert_eq!(ids[0], ids[1]);
    let mut tenant = h.enter().await;
    let view = show(&h.env, &mut tenant, h.rows().await[0].id)
        .await
        .unwrap();
    assert_eq!(view.attempts.len(), 2, "the attempt that died stands there");
    assert_eq!(
        (view.attempts[0].status, view.attempts[0].duration_ms),
        (None, None)
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn what_comes_while_a_feed_is_cut_is_not_left_lying_and_without_endpoints_nobody_cuts(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options, |_| Reply::ok()).await;
    let amira = h.talk("Amira").await;
    // The job runs and rests for an hour; when a bell rings meanwhile, it is due at once.
    for rings in [true, false] {
        let claims = job::claim(&h.env, 20, LEASE).await.unwrap();
        assert_eq!(claims.len(), 1, "it is due");
        let mut tenant = claims[0].enter(&h.env).await.unwrap();
        let opened = job::open(&h.env, &mut tenant, claims[0]).await.unwrap();
        tenant.commit().await.unwrap();
        if rings {
            super::super::wake(&h.env, Some(&[h.owner.workspace]))
                .await
                .unwrap();
        }
        let mut tenant = claims[0].enter(&h.env).await.unwrap();
        let now = h.env.now();
        job::rest(&mut tenant, &opened, now + Duration::hours(1), now)
            .await
            .unwrap();
        tenant.commit().await.unwrap();
    }
    assert!(job::claim(&h.env, 20, LEASE).await.unwrap().is_empty());
    h.note(amira, "1").await;
    h.until(DeliveryState::Delivered, 1).await;
    // Nothing rings: it looks by itself within a minute.
    h.note(amira, "2").await;
    let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
    while h.hook.texts().len() < 2 {
        h.clock.by(Duration::seconds(61));
        h.work().await;
        assert!(std::time::Instant::now() < deadline);
    }
    let mut tenant = h.enter().await;
    endpoint::delete(&h.env, &mut tenant, h.made.id)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    for _ in 0..4 {
        h.work().await;
    }
    let mut tenant = h.enter().await;
    let left: (i64, i64, i64, i64) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM endpoint), (SELECT count(*) FROM delivery), (SELECT count(*) FROM endpoint_feed),
                (SELECT count(*) FROM job)",
    )
    .fetch_one(tenant.conn())
    .await
    .unwrap();
    assert_eq!(left, (0, 0, 0, 0));
    tenant.commit().await.unwrap();
    // Another one begins where the feed is then.
    h.note(amira, "3").await;
    let second = Hook::start(|_| Reply::ok()).await;
    open(&h.env, &h.owner, &second.url).await;
    h.note(amira, "4").await;
    h.until_seen(&second, 1).await;
    assert_eq!(second.texts().last().map(String::as_str), Some("4"));
}
