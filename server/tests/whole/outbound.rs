//! Replies on their way out, with Meta at its worst.

use crate::{
    api::Api,
    tally::{customer, digits, nothing_twice, taken, until},
    town::{ACCOUNT, NUMBER, TOKEN, Town},
};
use postern_sim::{Chaos, Fault};
use serde_json::{Value, json};

/// A conversation with a customer of that number, who has just written.
async fn greeted(town: &Town, api: &Api, number: usize) -> String {
    town.meta
        .say(NUMBER, &customer(number), "Hello")
        .expect("the number is known");
    let name = format!("Customer {number}");
    let found = async || {
        let rows = api.conversations().await;
        let row = rows
            .iter()
            .find(|row| row["contact"]["name"] == name.as_str());
        row.map(|row| row["id"].as_str().expect("an id").to_owned())
    };
    until("the customer is heard", town, async || {
        found().await.is_some()
    })
    .await;
    found().await.expect("it was there")
}

fn id(nth: u8) -> String {
    format!("0192f000-0000-7000-8000-0000000000{nth:02x}")
}

async fn message(api: &Api, conversation: &str, id: &str) -> Value {
    let thread = api.thread(conversation).await;
    thread
        .into_iter()
        .find(|message| message["id"] == id)
        .expect("the message")
}

async fn becomes(town: &Town, api: &Api, conversation: &str, id: &str, status: &str) -> Value {
    let what = format!("{id} is {status}");
    until(&what, town, async || {
        message(api, conversation, id).await["status"] == status
    })
    .await;
    message(api, conversation, id).await
}

#[tokio::test(flavor = "multi_thread")]
async fn replies_arrive_once_and_in_order_whatever_meta_answers() {
    let (town, api) = Town::found("outbound").await;
    // All the while statuses come early, shuffled, doubled and not at all.
    town.meta.set_chaos(Chaos::storm(1));
    let one = greeted(&town, &api, 1).await;

    // Sent, with its statuses, and no answer, or none for as long as the program waits: the status settles it, and lets
    // the next one go when the wait is over.
    let faults = [
        (1, Fault::Cut),
        (2, Fault::Garbage),
        (3, Fault::Slow(300)),
        (4, Fault::Error(131_000)),
        (5, Fault::Error(130_429)),
        (9, Fault::Silent),
    ];
    for (nth, fault) in faults.clone() {
        town.meta.fail_next(1, fault);
        api.reply(&id(nth), &one, &format!("reply {nth}"))
            .await
            .expect("it is taken");
        api.reply(&id(nth + 16), &one, &format!("then {nth}"))
            .await
            .expect("it is taken");
        becomes(&town, &api, &one, &id(nth), "read").await;
        becomes(&town, &api, &one, &id(nth + 16), "read").await;
    }
    let expected: Vec<_> = faults
        .iter()
        .flat_map(|(nth, _)| [format!("reply {nth}"), format!("then {nth}")])
        .collect();
    assert_eq!(town.meta.ledger().texts_to(&digits(1)), expected);

    // Refused for good: told, with no second chance.
    town.meta.fail_next(1, Fault::Error(131_047));
    api.reply(&id(6), &one, "too late")
        .await
        .expect("it is taken");
    let failed = becomes(&town, &api, &one, &id(6), "failed").await;
    assert_eq!(
        (&failed["fault"]["code"], &failed["fault"]["retry"]),
        (&json!(131_047), &json!(false))
    );

    // A gateway's page: nobody can tell, so it is not sent again, and the agent is not asked before its time.
    town.meta.fail_next(1, Fault::Html502);
    api.reply(&id(7), &one, "lost?").await.expect("it is taken");
    let unknown = becomes(&town, &api, &one, &id(7), "unknown").await;
    assert!(unknown["ask_at"].is_i64());
    let early = api
        .call(
            "message/unknown",
            json!({ "id": id(7), "answer": "send_again" }),
        )
        .await;
    assert!(early.unwrap_err().starts_with("409"));

    // The token is withdrawn: the number says so, a retry waits for the admin, and then goes.
    let two = greeted(&town, &api, 2).await;
    town.meta.revoke(TOKEN);
    api.reply(&id(8), &two, "with the old token")
        .await
        .expect("it is taken");
    let failed = becomes(&town, &api, &two, &id(8), "failed").await;
    assert_eq!(failed["fault"]["retry"], true);
    let channels = api.call("channels/list", json!({})).await.expect("a list");
    assert_eq!(channels[0]["state"], "disconnected");
    assert!(channels[0]["state_reason"].is_string());
    town.meta.restore(TOKEN);
    api.connect(NUMBER, ACCOUNT, TOKEN).await;
    api.call("message/retry", json!({ "id": id(8) }))
        .await
        .expect("it is taken");
    becomes(&town, &api, &two, &id(8), "read").await;

    let ledger = town.meta.ledger();
    nothing_twice(&ledger);
    assert_eq!(taken(&ledger, &digits(1), "lost?"), 0);
    assert_eq!(taken(&ledger, &digits(2), "with the old token"), 1);
}
