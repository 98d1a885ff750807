//! The database goes away as the program works.

use crate::{
    api::Api,
    tally::{Size, Tally, begin, check, release, settled, twice, until},
    town::Town,
};
use serde_json::{Value, json};
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

const SIZE: Size = Size {
    customers: 4,
    held: 2,
    messages: 40,
    replies: 8,
};
/// Longer than the program keeps on trying to store an answer (30 s): what is known before is known by the answer.
const STATUS: Duration = Duration::from_secs(40);

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_killed_under_load_comes_back_and_nothing_acknowledged_is_lost() {
    let (town, api) = Town::found("restarted").await;
    let tally = Arc::new(Tally::default());
    let mut load = begin(&town, &api, SIZE, &tally).await;
    // The answer comes while the database is away, and when it is there again.
    for answer in [100, 3000] {
        let answer = Duration::from_millis(answer);
        let caught = load.catch(&town, &api, answer, STATUS).await;
        town.kill_postgres().await;
        release(&town.meta);
        until("Meta's answer is stored", &town, async || {
            match first_reply(&api, &caught).await {
                // Not there yet, or the database is not.
                None => false,
                Some(status) if status == "sending" => false,
                Some(status) => {
                    assert_eq!(status, "accepted");
                    true
                }
            }
        })
        .await;
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
    assert!(retried > 0, "no webhook met a dead database");
    let everybody = SIZE.customers + SIZE.held;
    println!(
        "{} kills of PostgreSQL, each with a message at Meta and its answer on the way; {} webhooks acknowledged, \
         {retried} posts retried; {} messages and {} replies once each and in order; replies ended as {statuses:?}",
        SIZE.held,
        tally.acknowledged.load(Ordering::Relaxed),
        everybody * SIZE.messages,
        everybody * SIZE.replies,
    );
}

/// What became of the first reply in a conversation; none when nobody can say now.
async fn first_reply(api: &Api, conversation: &str) -> Option<Value> {
    let request = json!({ "id": conversation, "before": null });
    let page = api.call("conversation/thread", request).await.ok()?;
    let mut thread = page["messages"].as_array()?.iter();
    let reply = thread.find(|message| message["direction"] == "out")?;
    Some(reply["status"].clone())
}
