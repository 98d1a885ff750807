//! Webhooks as somebody else's back-end reads them: in another language, by the standard's own library.

use crate::{
    api::Api,
    outward::{Expected, Outward},
    tally::{customer, until},
    town::{NUMBER, Town},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use postern_server::config::os_random;
use postern_sim::{Form, escape, wire};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
};

/// What is easily signed in one form and sent in another.
const TEXTS: [&str; 6] = [
    "Grüße aus Zürich, 你好, שלום",
    "🦑 👩‍👩‍👧‍👦 e\u{301} \u{1f1e8}\u{1f1ed}",
    "\"quoted\" \\ / \\u0041 {\"type\":\"message.received\"}",
    "\u{2028}\u{2029}\u{feff}\u{200f}end",
    "tab\tand\nline\r\nand \u{1}\u{7f}",
    "1e400 -0 1.0 12345678901234567890",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_webhook_verifies_by_the_library_of_the_standard_in_python_and_no_forged_one_does() {
    let (town, api) = Town::found("verified").await;
    let mut key = [0; 32];
    os_random(&mut key);
    let secret = format!("whsec_{}", STANDARD.encode(key));
    let receiver = Receiver::start(&secret);
    let outward = Outward::of(&town, &api).await;
    let since = outward.open(&receiver.url, Some(&secret)).await;
    live_a_day(&town, &api).await;

    let mut expected = Vec::new();
    until("every event arrives", &town, async || {
        let heard = receiver.heard();
        expected = outward.expected(&since).await;
        let ids: BTreeSet<_> = heard
            .iter()
            .filter_map(|line| line["id"].as_str())
            .collect();
        let read = expected.iter().any(|event| event.kind == "message.status");
        read && ids == expected.iter().map(|event| event.id.as_str()).collect()
    })
    .await;
    let heard = receiver.heard();
    for line in &heard {
        assert_eq!(line["ok"], true, "{line}");
        assert_eq!(line["read"]["type"], kind(&expected, line), "{line}");
    }
    let kinds: BTreeSet<_> = expected.iter().map(|event| event.kind).collect();
    for kind in [
        "message.received",
        "message.sent",
        "message.status",
        "message.noted",
        "conversation.changed",
        "contact.changed",
        "task.changed",
    ] {
        assert!(kinds.contains(kind), "{kind} was not sent: {kinds:?}");
    }
    // Each word came through as it was written.
    let texts: BTreeSet<_> = heard
        .iter()
        .filter(|line| line["read"]["type"] == "message.received")
        .filter_map(|line| line["read"]["data"]["message"]["text"].as_str())
        .collect();
    assert!(texts.contains(TEXTS[0]), "{texts:?}");

    forge(&receiver, &heard[0]).await;
    println!("{} webhooks of {} kinds verified", heard.len(), kinds.len());
}

/// Something of every kind that a member or a customer makes happen.
async fn live_a_day(town: &Town, api: &Api) {
    let url = format!("{}/webhooks/whatsapp", town.url());
    let channel = town.meta.channel(NUMBER).expect("the number");
    let at = std::time::UNIX_EPOCH
        .elapsed()
        .expect("after 1970")
        .as_secs();
    for (turn, text) in TEXTS.into_iter().enumerate() {
        let id = format!("wamid.verified.{turn}");
        let change = wire::text(&channel, &customer(0), &id, at, text);
        let body = escape::bytes(&wire::envelope(&[change]), Form::Escaped);
        assert_eq!(town.meta.deliver(&url, body).await.expect("an answer"), 200);
    }
    let row = api.conversations().await.remove(0);
    let (id, contact) = (&row["id"], &row["contact"]["id"]);
    let compose = |note: bool, text: &str, nth: usize| {
        let line = format!("0192f000-0000-7000-8000-00000000000{nth}");
        json!({ "line": { "id": line, "conversation": id, "text": text, "note": note } })
    };
    let task = json!({
        "contact": contact, "message": null, "title": TEXTS[0], "description": TEXTS[4], "due": "2026-01-31", "owner": null,
        "shared": true,
    });
    for (function, arguments) in [
        ("message/compose", compose(false, TEXTS[1], 1)),
        ("message/compose", compose(true, TEXTS[2], 2)),
        (
            "contact/rename",
            json!({ "id": contact, "name": "Ж \"Ines\" 🦑" }),
        ),
        ("conversation/close", json!({ "id": id })),
        ("conversation/reopen", json!({ "id": id })),
        ("task/create", json!({ "task": task })),
    ] {
        let done = api.call(function, arguments).await;
        done.unwrap_or_else(|fault| panic!("{function}: {fault}"));
    }
}

fn kind(expected: &[Expected], line: &Value) -> &'static str {
    let event = expected
        .iter()
        .find(|event| line["id"] == event.id.as_str());
    event.expect("an event of the feed").kind
}

/// What nobody signed is refused there, so that what is taken means something.
async fn forge(receiver: &Receiver, line: &Value) {
    let text = |name: &str| line[name].as_str().expect(name).to_owned();
    let (id, timestamp, signature) = (text("id"), text("timestamp"), text("signature"));
    let body = text("body");
    let earlier = (timestamp.parse::<u64>().expect("seconds") - 1).to_string();
    let http = reqwest::Client::builder().no_proxy().build();
    let http = http.expect("a client");
    for (id, timestamp, body, status) in [
        (id.as_str(), timestamp.as_str(), body.clone(), 204),
        (id.as_str(), timestamp.as_str(), format!("{body} "), 400),
        (id.as_str(), earlier.as_str(), body.clone(), 400),
        ("evt_another", timestamp.as_str(), body.clone(), 400),
    ] {
        let asked = http
            .post(&receiver.url)
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", &signature)
            .body(body);
        let answer = asked.send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), status, "{id} {timestamp}");
    }
}

/// The program in Python.
struct Receiver {
    url: String,
    child: Child,
    heard: Arc<Mutex<Vec<Value>>>,
}

impl Receiver {
    fn start(secret: &str) -> Self {
        let python = std::env::var("POSTERN_TEST_PYTHON").expect(
            "POSTERN_TEST_PYTHON must name a Python that has standardwebhooks: `cargo xtask test --only http` makes one",
        );
        let program = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../xtask/tools/callers/receiver.py"
        );
        let mut child = Command::new(python)
            .arg(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts");
        let mut input = child.stdin.take().expect("a pipe");
        writeln!(input, "{secret}").expect("it reads");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let port = lines.next().expect("a line").expect("its port");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let list = Arc::clone(&heard);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let line = serde_json::from_str(&line).expect("JSON");
                list.lock().expect("the list").push(line);
            }
        });
        Self {
            url: format!("http://127.0.0.1:{port}/hooks"),
            child,
            heard,
        }
    }

    /// A line for each webhook.
    fn heard(&self) -> Vec<Value> {
        self.heard.lock().expect("the list").clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
