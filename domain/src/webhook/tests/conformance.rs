//! Payloads written by others, when the folder with them is there.

use super::*;
use sqlx::postgres::PgPoolOptions;
use std::{collections::BTreeSet, path::Path};

#[sqlx::test(migrations = "../migrations")]
async fn every_known_payload_is_accounted_for_in_full(_: PgPoolOptions, options: PgConnectOptions) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/payloads");
    let Ok(manifest) = std::fs::read_to_string(folder.join("MANIFEST.tsv")) else {
        println!(
            "no payloads: {} is not there; nothing was checked",
            folder.display()
        );
        return;
    };
    let (env, _) = testing::env(options.clone());
    let (mut files, mut messages, mut statuses, mut elsewhere) = (0, 0, 0, 0);
    for line in manifest.lines().skip(1) {
        let columns: Vec<_> = line.split('\t').collect();
        if columns[4] != "webhook" {
            continue;
        }
        files += 1;
        let name = columns[0];
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let payload: Value = serde_json::from_slice(&bytes).unwrap();
        // A workspace of its own for each, which has every number that the payload names.
        let fixture = testing::workspace(&env, name, Role::Agent).await;
        let told = Told::of(&payload);
        for number in &told.numbers {
            testing::channel(&env, &fixture, number).await;
        }
        let receipt = deliver(&env, &bytes)
            .await
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut tenant = fixture.enter(&env).await;
        assert_eq!(receipt.kept, 0, "{name}: something was not understood");
        let lines = count(&mut tenant, "message").await;
        assert_eq!(
            lines,
            told.messages.len() as i64,
            "{name}: a bubble for each message"
        );
        let kept = count(&mut tenant, "status_early").await;
        assert_eq!(
            kept,
            told.statuses.len() as i64,
            "{name}: each status waits for its message"
        );
        if receipt.applied == 0 {
            assert!(
                receipt.quarantined > 0,
                "{name}: neither applied nor quarantined"
            );
            elsewhere += 1;
        }
        messages += lines;
        statuses += kept;
        tenant.commit().await.unwrap();
        // The number is free for the next one.
        testing::as_owner(&options, "channel", "DELETE FROM channel").await;
    }
    assert!(files > 0);
    println!(
        "{files} webhooks: {messages} messages and {statuses} statuses understood; {elsewhere} webhooks, of accounts \
         that nobody has, quarantined"
    );
}

/// What a payload says, counted by other means than the parser's.
#[derive(Default)]
struct Told {
    numbers: BTreeSet<String>,
    messages: BTreeSet<String>,
    statuses: BTreeSet<(String, String)>,
}

impl Told {
    fn of(payload: &Value) -> Self {
        let mut told = Self::default();
        for envelope in each(payload) {
            told.number(envelope);
            for change in each(&envelope["entry"])
                .iter()
                .flat_map(|entry| each(&entry["changes"]))
            {
                let value = &change["value"];
                told.number(value);
                for list in ["message_echoes", "calls"] {
                    for element in each(&value[list]) {
                        told.messages.insert(element["id"].to_string());
                    }
                }
                if change["field"] == "calls" {
                    for status in each(&value["statuses"]) {
                        told.messages.insert(status["id"].to_string());
                    }
                }
                if change["field"] != "messages" {
                    continue;
                }
                // What is written in a group is nobody's conversation: it stands with the number's events.
                let own =
                    |message: &&&Value| message["group_id"].as_str().is_none_or(str::is_empty);
                for message in each(&value["messages"]).iter().filter(own) {
                    told.messages.insert(message["id"].to_string());
                }
                for status in each(&value["statuses"]) {
                    let word = status["status"].as_str().unwrap();
                    if ["sent", "delivered", "read", "played", "failed"].contains(&word) {
                        told.statuses
                            .insert((status["id"].to_string(), word.to_owned()));
                    }
                }
            }
        }
        told
    }

    fn number(&mut self, value: &Value) {
        if let Some(number) = value["metadata"]["phone_number_id"].as_str() {
            self.numbers.insert(number.to_owned());
        }
    }
}

fn each(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(values) => values.iter().collect(),
        Value::Null => Vec::new(),
        other => vec![other],
    }
}
