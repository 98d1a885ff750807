//! Once more, and no more after 30 days.

use super::{
    super::{replay, replay_failed, replay_range},
    *,
};
use std::sync::atomic::{AtomicBool, Ordering};

#[sqlx::test(migrations = "../migrations")]
async fn one_delivery_all_failed_ones_or_those_of_a_time_go_out_once_more_under_their_ids(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    static DOWN: AtomicBool = AtomicBool::new(false);
    let h = house(options, |_| {
        if DOWN.load(Ordering::SeqCst) {
            Reply::status(410)
        } else {
            Reply::ok()
        }
    })
    .await;
    let (amira, bo) = (h.talk("Amira").await, h.talk("Bo").await);
    h.note(amira, "1").await;
    h.until(DeliveryState::Delivered, 1).await;
    h.clock.by(Duration::hours(1));
    let between = h.env.now();
    h.clock.by(Duration::hours(1));
    h.note(amira, "2").await;
    h.note(bo, "3").await;
    h.until(DeliveryState::Delivered, 3).await;
    let rows = h.rows().await;
    // One.
    let mut tenant = h.enter().await;
    replay(&h.env, &mut tenant, rows[0].id).await.unwrap();
    tenant.commit().await.unwrap();
    h.until(DeliveryState::Delivered, 3).await;
    assert_eq!(h.hook.texts().last().unwrap(), "1");
    assert_eq!(h.hook.ids()[0], h.hook.ids()[3]);
    let mut tenant = h.enter().await;
    let view = show(&h.env, &mut tenant, rows[0].id).await.unwrap();
    let numbers: Vec<_> = view.attempts.iter().map(|attempt| attempt.number).collect();
    assert_eq!(numbers, [1, 2], "the log goes on");
    // Those of a time.
    let now = h.env.now() + Duration::seconds(1);
    let wrong = replay_range(&h.env, &mut tenant, h.made.id, now, between).await;
    assert!(matches!(wrong, Err(Error::Invalid { field: "until", .. })));
    let many = replay_range(&h.env, &mut tenant, h.made.id, between, now)
        .await
        .unwrap();
    assert_eq!(many, 2);
    tenant.commit().await.unwrap();
    h.until(DeliveryState::Delivered, 3).await;
    let mut last = h.hook.texts().split_off(4);
    last.sort();
    assert_eq!(last, ["2", "3"]);
    // All that failed.
    DOWN.store(true, Ordering::SeqCst);
    h.note(amira, "4").await;
    h.until(DeliveryState::Failed, 1).await;
    DOWN.store(false, Ordering::SeqCst);
    let mut tenant = h.enter().await;
    endpoint::resume(&h.env, &mut tenant, h.made.id, endpoint::Waiting::Send)
        .await
        .unwrap();
    assert_eq!(
        replay_failed(&h.env, &mut tenant, h.made.id).await.unwrap(),
        1
    );
    assert_eq!(
        replay_failed(&h.env, &mut tenant, h.made.id).await.unwrap(),
        0
    );
    tenant.commit().await.unwrap();
    h.until(DeliveryState::Delivered, 4).await;
    let ids = h.hook.ids();
    assert_eq!(ids[6], ids[7], "the same event");
    assert_eq!(h.hook.texts()[6..], ["4", "4"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn deliveries_and_their_attempts_are_swept_out_after_thirty_days_and_no_sooner(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options.clone(), |_| Reply::ok()).await;
    let amira = h.talk("Amira").await;
    for text in ["1", "2"] {
        h.note(amira, text).await;
    }
    h.until(DeliveryState::Delivered, 2).await;
    let rows = h.rows().await;
    for (row, days) in rows.iter().zip([31, 29]) {
        let sql = format!(
            "UPDATE delivery SET cut_at = now() - interval '{days} days' WHERE id = '{}'",
            row.id
        );
        testing::as_owner(&options, "delivery", &sql).await;
    }
    job::sweep(&h.env).await.unwrap();
    let left = h.rows().await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].id, rows[1].id);
    let mut tenant = h.enter().await;
    let attempts: i64 = sqlx::query_scalar("SELECT count(*) FROM delivery_attempt")
        .fetch_one(tenant.conn())
        .await
        .unwrap();
    assert_eq!(attempts, 1);
}
