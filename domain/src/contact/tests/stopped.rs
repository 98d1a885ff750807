//! A wish for no marketing, of two who are made one and parted again.

use super::*;
use crate::payload::{Person, Preference};
use time::OffsetDateTime;

const ANA: &str = "4915112345";
const BO: &str = "4915112346";
const CLEO: &str = "4915112347";

/// Since when somebody wants no marketing, and when they said so or the opposite.
type Says = (Option<OffsetDateTime>, Option<OffsetDateTime>);

const NOTHING: Says = (None, None);

fn at(second: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_750_000_000 + second).unwrap()
}

fn stop(second: i64) -> Says {
    (Some(at(second)), Some(at(second)))
}

fn start(second: i64) -> Says {
    (None, Some(at(second)))
}

impl Shop {
    async fn called(&self, phone: &str) -> ContactId {
        let wamid = format!("w{phone}");
        self.hear("100", &wamid, &json!({"phone":phone})).await
    }

    /// Whoever has the number says that marketing is to stop, or that it may come again.
    async fn prefer(&self, phone: &str, stop: bool, second: i64) {
        let preference = Preference {
            who: Person {
                phone: Some(phone.to_owned()),
                ..Person::default()
            },
            stop,
            at: at(second),
        };
        let mut tenant = self.enter().await;
        prefer(&mut tenant, "waba-1", &preference).await.unwrap();
        tenant.commit().await.unwrap();
    }

    async fn says(&self, contact: ContactId) -> Says {
        let mut tenant = self.enter().await;
        sqlx::query_as("SELECT marketing_stopped_at, marketing_told_at FROM contact WHERE id = $1")
            .bind(contact.0)
            .fetch_one(tenant.conn())
            .await
            .unwrap()
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_stop_that_was_told_to_two_as_one_holds_for_both_once_they_are_parted(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let (ana, bo) = (shop.called(ANA).await, shop.called(BO).await);
    let merged = shop.merge(ana, bo).await.unwrap();
    shop.prefer(BO, true, 10).await;
    assert_eq!(shop.says(ana).await, stop(10));
    assert_eq!(shop.undo(merged).await.unwrap(), bo);
    assert_eq!(shop.says(ana).await, stop(10));
    assert_eq!(shop.says(bo).await, stop(10));
    // An older word comes late: it frees nobody. From now on each speaks for themselves.
    shop.prefer(BO, false, 9).await;
    assert_eq!(shop.says(bo).await, stop(10));
    shop.prefer(BO, false, 20).await;
    assert_eq!(shop.says(bo).await, start(20));
    assert_eq!(shop.says(ana).await, stop(10));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_stop_that_was_told_to_three_as_one_holds_for_each_of_them(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let (ana, bo) = (shop.called(ANA).await, shop.called(BO).await);
    let cleo = shop.called(CLEO).await;
    let first = shop.merge(ana, bo).await.unwrap();
    let second = shop.merge(cleo, ana).await.unwrap();
    shop.prefer(BO, true, 10).await;
    assert_eq!(shop.says(cleo).await, stop(10));
    shop.undo(second).await.unwrap();
    shop.undo(first).await.unwrap();
    for contact in [ana, bo, cleo] {
        assert_eq!(shop.says(contact).await, stop(10));
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_stop_is_taken_over_with_its_time_and_what_is_older_does_not_end_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let (ana, bo) = (shop.called(ANA).await, shop.called(BO).await);
    shop.prefer(BO, true, 10).await;
    for (before, said) in [(None, NOTHING), (Some(5), start(5))] {
        if let Some(second) = before {
            shop.prefer(ANA, false, second).await;
        }
        let merged = shop.merge(ana, bo).await.unwrap();
        assert_eq!(shop.says(ana).await, stop(10));
        // Delivered once more, or late.
        shop.prefer(ANA, false, 5).await;
        assert_eq!(shop.says(ana).await, stop(10));
        shop.undo(merged).await.unwrap();
        assert_eq!(shop.says(ana).await, said);
        assert_eq!(shop.says(bo).await, stop(10));
    }
    // The newer word holds; a merge alone frees nobody of a stop.
    shop.prefer(ANA, false, 20).await;
    for (kept, gone, says) in [(ana, bo, start(20)), (bo, ana, stop(10))] {
        let merged = shop.merge(kept, gone).await.unwrap();
        assert_eq!(shop.says(kept).await, says);
        shop.undo(merged).await.unwrap();
        assert_eq!(shop.says(ana).await, start(20));
        assert_eq!(shop.says(bo).await, stop(10));
    }
}
