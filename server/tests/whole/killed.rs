//! The program is killed as it works.

use crate::{
    tally::{Tally, check, reply, settled, until, write},
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
    let url = format!("{}/webhooks/whatsapp", town.url());
    let tally = Arc::new(Tally::default());
    let writers: Vec<_> = (0..CUSTOMERS)
        .map(|number| {
            tokio::spawn(write(
                town.meta.clone(),
                url.clone(),
                number,
                MESSAGES,
                Arc::clone(&tally),
            ))
        })
        .collect();
    until("every customer is heard", &town, async || {
        api.conversations().await.len() == CUSTOMERS
    })
    .await;
    let conversations: Vec<String> = api
        .conversations()
        .await
        .iter()
        .map(|row| row["id"].as_str().expect("an id").to_owned())
        .collect();
    let repliers: Vec<_> = conversations
        .into_iter()
        .map(|conversation| {
            tokio::spawn(reply(
                api.clone(),
                conversation,
                REPLIES,
                Arc::clone(&tally),
            ))
        })
        .collect();
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
    for task in writers.into_iter().chain(repliers) {
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
