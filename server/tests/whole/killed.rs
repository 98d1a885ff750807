//! The program is killed as it works.

use crate::{
    tally::{Tally, begin, check, settled, until},
    town::Town,
};
use std::sync::{Arc, atomic::Ordering};

const CUSTOMERS: usize = 5;
const MESSAGES: usize = 40;
const REPLIES: usize = 12;

#[tokio::test(flavor = "multi_thread")]
async fn killed_with_sigkill_under_load_nothing_acknowledged_is_lost_nothing_is_double_nothing_is_sent_twice()
 {
    let (mut town, api) = Town::found("killed").await;
    let tally = Arc::new(Tally::default());
    let tasks = begin(&town, &api, (CUSTOMERS, MESSAGES, REPLIES), &tally).await;
    let mut kills = 0;
    for at in [60, 110, 160] {
        until("the load goes on", &town, async || {
            tally.acknowledged.load(Ordering::Relaxed) >= at
        })
        .await;
        town.kill();
        kills += 1;
        town.start().await;
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
        "{kills} kills; {} webhooks acknowledged, {} posts retried; {} messages and {} replies once each and in \
         order; Meta took {} sends, 0 twice; replies ended as {statuses:?}",
        tally.acknowledged.load(Ordering::Relaxed),
        tally.retried.load(Ordering::Relaxed),
        CUSTOMERS * MESSAGES,
        CUSTOMERS * REPLIES,
        ledger.sent.len(),
    );
}
