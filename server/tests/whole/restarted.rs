//! The database goes away as the program works.

use crate::{
    tally::{Tally, begin, check, settled, until},
    town::Town,
};
use std::sync::{Arc, atomic::Ordering};

const CUSTOMERS: usize = 4;
const MESSAGES: usize = 40;
const REPLIES: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_killed_under_load_comes_back_and_nothing_acknowledged_is_lost() {
    let (town, api) = Town::found("restarted").await;
    let tally = Arc::new(Tally::default());
    let tasks = begin(&town, &api, (CUSTOMERS, MESSAGES, REPLIES), &tally).await;
    let mut kills = 0;
    for at in [50, 100] {
        until("the load goes on", &town, async || {
            tally.acknowledged.load(Ordering::Relaxed) >= at
        })
        .await;
        town.kill_postgres().await;
        kills += 1;
    }
    for task in tasks {
        task.await.expect("they go on through it all");
    }
    until("every reply comes to an end", &town, async || {
        settled(&api, &town.meta).await
    })
    .await;
    let statuses = check(&api, CUSTOMERS, MESSAGES, REPLIES).await;
    let ledger = town.meta.ledger();
    assert!(
        ledger.doubled().is_empty(),
        "sent twice: {:?}",
        ledger.doubled()
    );
    println!(
        "{kills} kills of PostgreSQL; {} webhooks acknowledged, {} posts retried; {} messages and {} replies once each \
         and in order; replies ended as {statuses:?}",
        tally.acknowledged.load(Ordering::Relaxed),
        tally.retried.load(Ordering::Relaxed),
        CUSTOMERS * MESSAGES,
        CUSTOMERS * REPLIES,
    );
}
