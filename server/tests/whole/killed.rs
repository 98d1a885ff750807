//! The program is killed as it works.

use crate::{
    tally::{Size, Tally, begin, check, release, settled, twice, until},
    town::Town,
};
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

const SIZE: Size = Size {
    customers: 5,
    held: 3,
    messages: 40,
    replies: 12,
};
/// Longer than a kill takes.
const ANSWER: Duration = Duration::from_secs(2);
/// Longer than the dead program's claims last (60 s): by then whoever takes a message up that is being sent has nothing but
/// its own caution to keep it from going out once more.
const STATUS: Duration = Duration::from_secs(68);

#[tokio::test(flavor = "multi_thread")]
async fn killed_with_sigkill_under_load_nothing_acknowledged_is_lost_nothing_is_double_nothing_is_sent_twice()
 {
    let (mut town, api) = Town::found("killed").await;
    let tally = Arc::new(Tally::default());
    let mut load = begin(&town, &api, SIZE, &tally).await;
    for _ in 0..SIZE.held {
        // Meta has a message whose answer nobody will hear.
        load.catch(&town, &api, ANSWER, STATUS).await;
        town.kill();
        release(&town.meta);
        town.start().await;
    }
    load.end().await;
    until("every reply comes to an end", &town, async || {
        settled(&api, &town.meta).await
    })
    .await;
    let statuses = check(&api, SIZE).await;
    let ledger = town.meta.ledger();
    assert!(
        twice(&ledger).is_empty(),
        "sent twice: {:?}",
        twice(&ledger)
    );
    let retried = tally.retried.load(Ordering::Relaxed);
    assert!(retried > 0, "no webhook met a dead program");
    let everybody = SIZE.customers + SIZE.held;
    println!(
        "{} kills, each with a message at Meta and its answer on the way; {} webhooks acknowledged, {retried} posts \
         retried; {} messages and {} replies once each and in order; Meta took {} sends, 0 twice; replies ended as \
         {statuses:?}",
        SIZE.held,
        tally.acknowledged.load(Ordering::Relaxed),
        everybody * SIZE.messages,
        everybody * SIZE.replies,
        ledger.sent.len(),
    );
}
