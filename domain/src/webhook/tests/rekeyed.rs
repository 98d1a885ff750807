//! Data keys rotate beside the short way, which seals with the key that it read with the number's route.

use super::{short::take, *};
use crate::{vault, webhook::intake::Taken};
use sqlx::postgres::PgPoolOptions;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

#[sqlx::test(migrations = "../migrations")]
async fn what_goes_the_short_way_while_data_keys_rotate_opens_afterwards(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    const ROUNDS: u64 = 3;
    let shop = shop(options).await;
    let at = recently(&shop.env);
    let said = |nth: u64| {
        let message = text("4915112345", &format!("w{nth}"), "hello", at);
        body(&[change(NUMBER, "messages", &[message])])
    };
    shop.deliver(&said(0)).await;
    let (rotated, taken) = (AtomicBool::new(false), AtomicU64::new(0));
    let write = async {
        // Some after the last rotation as well.
        let mut after = 0;
        while after < 5 {
            let nth = 1 + taken.fetch_add(1, Ordering::Relaxed);
            assert_eq!(take(&shop.env, &said(nth)).await.unwrap(), Taken::Applied);
            after += u64::from(rotated.load(Ordering::Relaxed));
        }
    };
    let rotate = async {
        for round in 1..=ROUNDS {
            // With messages before, between and after.
            while taken.load(Ordering::Relaxed) < 5 * round {
                tokio::task::yield_now().await;
            }
            let done = vault::rotate_data(&shop.env, None, &mut |_| {}).await;
            let done = done.unwrap();
            assert_eq!((done.keys, done.broken), (1, 0));
        }
        rotated.store(true, Ordering::Relaxed);
    };
    futures::join!(write, rotate);
    let standing = vault::verify(&shop.env, &mut |_| {}).await.unwrap();
    assert_eq!(standing.broken, 0);
    let number = (ROUNDS + 1).to_string();
    let [((_, newest), values)] = standing.data.iter().collect::<Vec<_>>()[..] else {
        panic!("one data key: {:?}", standing.data);
    };
    assert_eq!(*newest, number);
    assert!(*values > taken.load(Ordering::Relaxed), "each part opens");
}
