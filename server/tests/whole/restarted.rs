//! The database goes away as the program works.

use crate::{
    api::Api,
    tally::{Size, begin, release, until},
    town::Town,
};
use serde_json::{Value, json};
use std::time::Duration;

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
    let mut load = begin(&town, &api, SIZE).await;
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
    let ended = load.end(&town, &api).await;
    assert!(ended.retried > 0, "no webhook met a dead database");
    println!("kills of PostgreSQL: {ended}");
}

/// What became of the first reply in a conversation; none when nobody can say now.
async fn first_reply(api: &Api, conversation: &str) -> Option<Value> {
    let request = json!({ "id": conversation, "before": null });
    let page = api.call("conversation/thread", request).await.ok()?;
    let mut thread = page["messages"].as_array()?.iter();
    let reply = thread.find(|message| message["direction"] == "out")?;
    Some(reply["status"].clone())
}
