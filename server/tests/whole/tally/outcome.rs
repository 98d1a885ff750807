//! What must be so at the end of a load.

use super::{Load, Size, until};
use crate::{api::Api, town::Town};
use postern_sim::{Ledger, SimHandle};
use serde_json::Value;
use std::{collections::HashMap, fmt, sync::atomic::Ordering};

/// What came of everybody's work, for whoever reads the test's output.
pub struct Outcome {
    /// Posts of webhooks that got another answer or none, and were tried again.
    pub retried: usize,
    size: Size,
    acknowledged: usize,
    sends: usize,
    /// How many replies ended as what.
    statuses: HashMap<String, usize>,
}

impl Load {
    /// Waits until everybody has written and replied and every reply has come to an end; then nothing is lost, nothing is
    /// double, and Meta took nothing twice.
    pub async fn end(self, town: &Town, api: &Api) -> Outcome {
        for task in self.tasks {
            task.await.expect("they go on through it all");
        }
        until("every reply comes to an end", town, async || {
            settled(api, &town.meta).await
        })
        .await;
        let statuses = check(api, self.size).await;
        let ledger = town.meta.ledger();
        nothing_twice(&ledger);
        Outcome {
            retried: self.tally.retried.load(Ordering::Relaxed),
            size: self.size,
            acknowledged: self.tally.acknowledged.load(Ordering::Relaxed),
            sends: ledger.sent.len(),
            statuses,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let everybody = self.size.customers + self.size.held;
        write!(
            f,
            "{} messages caught at Meta, their answers on the way; {} webhooks acknowledged, {} posts retried; {} messages \
             and {} replies once each and in order; Meta took {} sends, 0 twice; replies ended as {:?}",
            self.size.held,
            self.acknowledged,
            self.retried,
            everybody * self.size.messages,
            everybody * self.size.replies,
            self.sends,
            self.statuses,
        )
    }
}

/// Each customer has one open conversation with exactly their messages in order, and each reply once, in order.
async fn check(api: &Api, size: Size) -> HashMap<String, usize> {
    let rows = api.conversations().await;
    assert_eq!(
        rows.len(),
        size.customers + size.held,
        "one conversation for each customer"
    );
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
        let expected: Vec<_> = (0..size.messages).map(|turn| turn.to_string()).collect();
        assert_eq!(
            texts("in"),
            expected,
            "nothing lost, nothing double, in order"
        );
        let expected: Vec<_> = (0..size.replies)
            .map(|turn| format!("reply {turn}"))
            .collect();
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
async fn settled(api: &Api, meta: &SimHandle) -> bool {
    let ledger = meta.ledger();
    for row in api.conversations().await {
        let thread: Vec<Value> = api.thread(row["id"].as_str().expect("an id")).await;
        let mut held = false;
        let phone = row["contact"]["phone"].as_str().expect("a number");
        let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
        for message in thread
            .iter()
            .filter(|message| message["direction"] == "out")
        {
            let text = message["content"]["text"].as_str().expect("a text");
            let ended = match message["status"].as_str() {
                Some("unknown") => {
                    held = true;
                    taken(&ledger, &digits, text) == 0
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

/// How often Meta took a text for a customer, whatever id it went by.
pub fn taken(ledger: &Ledger, digits: &str, text: &str) -> usize {
    let texts = ledger.texts_to(digits);
    texts.into_iter().filter(|taken| *taken == text).count()
}

/// Meta took nothing more than once for a customer. Only for texts that each customer is sent once.
pub fn nothing_twice(ledger: &Ledger) {
    let mut all: Vec<_> = ledger
        .sent
        .iter()
        .map(|sent| (sent.to.as_str(), sent.text.as_deref().unwrap_or_default()))
        .collect();
    all.sort_unstable();
    let again = all.windows(2).filter(|two| two[0] == two[1]);
    let twice: Vec<_> = again.map(|two| two[0]).collect();
    assert!(twice.is_empty(), "sent twice: {twice:?}");
}
