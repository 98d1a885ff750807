//! Customers who write under any circumstances, and the count of what became of it.

use crate::{
    api::Api,
    town::{NUMBER, Town},
};
use postern_sim::{
    Form, SimHandle, escape,
    wire::{self, Person},
};
use serde_json::Value;
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinHandle;

/// What was written and acknowledged, by everybody.
#[derive(Default)]
pub struct Tally {
    /// Webhooks answered with 200.
    pub acknowledged: AtomicUsize,
    /// Posts that got another answer or none, and were tried again.
    pub retried: AtomicUsize,
    /// Replies that the product has confirmed.
    pub replied: AtomicUsize,
}

/// A customer's number.
pub fn customer(number: usize) -> Person {
    Person::named(format!("1555010{number:04}"), format!("Customer {number}"))
}

/// Writes `count` messages one after another as Meta would: each again until it is answered with 200, and every fifth
/// once more after that.
pub async fn write(meta: SimHandle, url: String, number: usize, count: usize, tally: Arc<Tally>) {
    let channel = meta.channel(NUMBER).expect("the number");
    let person = customer(number);
    for turn in 0..count {
        let id = format!("wamid.{number}.{turn}");
        let at = 1_700_000_000 + u64::try_from(turn).expect("small");
        let change = wire::text(&channel, &person, &id, now_like(at), &format!("{turn}"));
        let body = escape::bytes(&wire::envelope(&[change]), Form::Escaped);
        post(&meta, &url, &body, &tally).await;
        if turn % 5 == 0 {
            post(&meta, &url, &body, &tally).await;
        }
    }
}

/// Today, with the order kept: the window is open.
fn now_like(order: u64) -> u64 {
    let now = std::time::UNIX_EPOCH
        .elapsed()
        .expect("after 1970")
        .as_secs();
    now - 3600 + order % 3000
}

async fn post(meta: &SimHandle, url: &str, body: &[u8], tally: &Tally) {
    let deadline = Instant::now() + Duration::from_mins(2);
    loop {
        match meta.deliver(url, body.to_vec()).await {
            Ok(status) if status == 200 => break,
            _ => {
                assert!(Instant::now() < deadline, "a webhook is not taken");
                tally.retried.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(40)).await;
            }
        }
    }
    tally.acknowledged.fetch_add(1, Ordering::Relaxed);
}

/// Sets the load going: each customer writes, and each of their conversations is replied to.
pub async fn begin(
    town: &Town,
    api: &Api,
    (customers, messages, replies): (usize, usize, usize),
    tally: &Arc<Tally>,
) -> Vec<JoinHandle<()>> {
    let url = format!("{}/webhooks/whatsapp", town.url());
    let mut tasks: Vec<_> = (0..customers)
        .map(|number| {
            let (meta, url) = (town.meta.clone(), url.clone());
            tokio::spawn(write(meta, url, number, messages, Arc::clone(tally)))
        })
        .collect();
    until("every customer is heard", town, async || {
        api.conversations().await.len() == customers
    })
    .await;
    for row in api.conversations().await {
        let conversation = row["id"].as_str().expect("an id").to_owned();
        let replying = reply(api.clone(), conversation, replies, Arc::clone(tally));
        tasks.push(tokio::spawn(replying));
    }
    tasks
}

/// Replies to a conversation, each with one id until it is confirmed.
async fn reply(api: Api, conversation: String, count: usize, tally: Arc<Tally>) {
    for turn in 0..count {
        let id = reply_id(&conversation, turn);
        let deadline = Instant::now() + Duration::from_mins(2);
        while let Err(refusal) = api
            .reply(&id, &conversation, &format!("reply {turn}"))
            .await
        {
            assert!(Instant::now() < deadline, "a reply is not taken: {refusal}");
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
        tally.replied.fetch_add(1, Ordering::Relaxed);
    }
}

/// A message id that only this reply has.
fn reply_id(conversation: &str, turn: usize) -> String {
    format!("{}{:04x}", &conversation[..32], turn)
}

/// Waits until something is so.
pub async fn until(what: &str, town: &Town, mut so: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(150);
    while !so().await {
        assert!(
            Instant::now() < deadline,
            "{what}, but it is not so:\n{}",
            town.log()
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Each customer has one open conversation with exactly their messages in order, and each reply once, in order.
pub async fn check(
    api: &Api,
    customers: usize,
    messages: usize,
    replies: usize,
) -> HashMap<String, usize> {
    let rows = api.conversations().await;
    assert_eq!(rows.len(), customers, "one conversation for each customer");
    let mut statuses = HashMap::new();
    for row in rows {
        let thread = api.thread(row["id"].as_str().expect("an id")).await;
        let texts = |direction: &str| -> Vec<String> {
            let of = thread
                .iter()
                .filter(|message| message["direction"] == direction);
            of.map(|message| {
                message["content"]["text"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned()
            })
            .collect()
        };
        let expected: Vec<_> = (0..messages).map(|turn| turn.to_string()).collect();
        assert_eq!(
            texts("in"),
            expected,
            "nothing lost, nothing double, in order"
        );
        let expected: Vec<_> = (0..replies).map(|turn| format!("reply {turn}")).collect();
        assert_eq!(texts("out"), expected, "each reply once");
        for message in thread
            .iter()
            .filter(|message| message["direction"] == "out")
        {
            let status = message["status"].as_str().unwrap_or_default().to_owned();
            *statuses.entry(status).or_default() += 1;
        }
    }
    statuses
}

/// Whether every reply has come to an end. One whose sender was killed before Meta had it ends as unknown: it waits for
/// the agent's word, and what was written after it waits too. One that Meta has must not stay so.
pub async fn settled(api: &Api, meta: &SimHandle) -> bool {
    let ledger = meta.ledger();
    for row in api.conversations().await {
        let thread: Vec<Value> = api.thread(row["id"].as_str().expect("an id")).await;
        let mut held = false;
        for message in thread
            .iter()
            .filter(|message| message["direction"] == "out")
        {
            let id = message["id"].as_str().expect("an id");
            let ended = match message["status"].as_str() {
                Some("unknown") => {
                    held = true;
                    ledger.accepted(id) == 0
                }
                Some("queued") => held,
                Some("sending" | "accepted") => false,
                _ => true,
            };
            if !ended {
                return false;
            }
        }
    }
    true
}
