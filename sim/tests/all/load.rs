//! Load against a callback that judges each signature, as the product's does.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use postern_sim::load::{Load, run};
use postern_sim::sign;
use serde_json::{Value, json};
use tokio::net::TcpListener;

const SECRET: &str = "the app's secret";

/// What came, and how long each answer is to take.
#[derive(Clone, Default)]
struct Judge {
    got: Arc<Mutex<Vec<(Bytes, bool)>>>,
    pause: Duration,
}

impl Judge {
    async fn start(pause: Duration) -> (Self, String) {
        let judge = Self {
            pause,
            ..Self::default()
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let routes = Router::new()
            .route("/hook", post(take))
            .with_state(judge.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        (judge, url)
    }

    fn got(&self) -> Vec<(Bytes, bool)> {
        self.got.lock().unwrap().clone()
    }
}

async fn take(State(judge): State<Judge>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let good = headers["x-hub-signature-256"] == sign(SECRET, &body).as_str();
    judge.got.lock().unwrap().push((body, good));
    if !judge.pause.is_zero() {
        tokio::time::sleep(judge.pause).await;
    }
    if good {
        StatusCode::OK
    } else {
        StatusCode::UNAUTHORIZED
    }
}

fn scratch(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("sim-load-{name}-{}", std::process::id()))
}

/// Two numbers, of which the first is written to twice as often.
fn load(name: &str, url: &str) -> Load {
    let number = |id: &str, first: u64| {
        json!({ "phone_number_id": id, "waba_id": "200", "digits": "15550001111", "first_customer": first,
                "customers": 50, "workspace": id })
    };
    let plan = json!({
        "targets": [url],
        "numbers": [number("101", 12_000_000_000), number("102", 12_100_000_000)],
    });
    let file = scratch(name);
    std::fs::write(&file, plan.to_string()).unwrap();
    Load {
        plan: file,
        app_secret: SECRET.to_owned(),
        password: None,
        rate: 500.0,
        seconds: 3.0,
        warm_up: 0.0,
        connections: 32,
        even: false,
        duplicates: 0.10,
        bad: 0.01,
        seed: Some(1),
        find: false,
        limit_ms: 250.0,
        settle: 1.0,
        out: None,
        messages: None,
    }
}

fn share(part: usize, whole: usize) -> f64 {
    f64::from(u32::try_from(part).unwrap()) / f64::from(u32::try_from(whole).unwrap())
}

#[tokio::test]
async fn the_rate_is_kept_a_tenth_comes_twice_and_a_hundredth_is_refused() {
    let (judge, url) = Judge::start(Duration::ZERO).await;
    let load = load("rate", &url);
    let report = run(&load).await.unwrap();
    let got = judge.got();

    // 1500 arrivals at random: four standard deviations to each side.
    assert!((1340..1660).contains(&got.len()), "{}", got.len());
    assert_eq!(report["requests"], json!(got.len()));
    let bad = got.iter().filter(|(_, good)| !good).count();
    assert!((0.002..0.025).contains(&share(bad, got.len())), "{bad}");
    assert_eq!(report["run"]["answers"]["bad"], json!({ "401": bad }));
    let bodies: HashSet<&Bytes> = got.iter().map(|(body, _)| body).collect();
    let again = share(got.len() - bodies.len(), got.len());
    assert!((0.06..0.14).contains(&again), "{again}");

    let new = &report["run"]["answers"]["new"];
    assert_eq!(report["acknowledged"], new["200"]);
    assert_eq!(report["run"]["faults"], json!({}));
    assert!(report["run"]["answers"]["twin"]["200"].as_u64() > Some(20));
    assert!(report["run"]["answers"]["again"]["200"].as_u64() > Some(20));
    let rate = report["run"]["acknowledged_per_s"].as_f64().unwrap();
    assert!((440.0..560.0).contains(&rate), "{rate}");
    std::fs::remove_file(load.plan).unwrap();
}

#[tokio::test]
async fn messages_go_to_the_numbers_by_zipf_and_have_metas_shape() {
    let (judge, url) = Judge::start(Duration::ZERO).await;
    let load = load("shape", &url);
    run(&load).await.unwrap();
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let mut customers: HashMap<String, usize> = HashMap::new();
    for (body, _) in judge.got() {
        let body: Value = serde_json::from_slice(&body).unwrap();
        let value = &body["entry"][0]["changes"][0]["value"];
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        *numbers
            .entry(text(&value["metadata"]["phone_number_id"]))
            .or_default() += 1;
        let from = text(&value["messages"][0]["from"]);
        assert_eq!(
            value["contacts"][0]["user_id"],
            json!(format!("US.9{from}"))
        );
        *customers.entry(from).or_default() += 1;
    }
    let first = share(numbers["101"], numbers["101"] + numbers["102"]);
    assert!((0.61..0.72).contains(&first), "{numbers:?}");
    assert!(customers["12000000000"] > 5 * customers["12000000020"]);
    std::fs::remove_file(load.plan).unwrap();
}

#[tokio::test]
async fn an_arrival_that_waits_for_a_connection_waits_at_its_own_cost() {
    // One answer takes 20 ms, and 100 a second come over one connection: the last one waits for a second.
    let (judge, url) = Judge::start(Duration::from_millis(20)).await;
    let load = Load {
        rate: 100.0,
        seconds: 1.0,
        connections: 1,
        even: true,
        duplicates: 0.0,
        bad: 0.0,
        ..load("waits", &url)
    };
    let report = run(&load).await.unwrap();
    assert!((98..=100).contains(&judge.got().len()));
    let latency = &report["run"]["latency_us"];
    assert_eq!(latency["count"], json!(judge.got().len()));
    assert!(latency["p50"].as_u64() > Some(300_000), "{latency}");
    assert!(latency["max"].as_u64() > Some(900_000), "{latency}");
    std::fs::remove_file(load.plan).unwrap();
}

#[tokio::test]
async fn what_was_acknowledged_is_written_down_with_its_times() {
    let (judge, url) = Judge::start(Duration::ZERO).await;
    let messages = scratch("messages.tsv");
    let load = Load {
        rate: 200.0,
        seconds: 0.5,
        messages: Some(messages.clone()),
        ..load("written", &url)
    };
    let report = run(&load).await.unwrap();
    let text = std::fs::read_to_string(&messages).unwrap();
    let lines: Vec<Vec<&str>> = text
        .lines()
        .map(|line| line.split('\t').collect())
        .collect();
    assert_eq!(report["acknowledged"], json!(lines.len()));
    let bodies = judge.got();
    for line in lines {
        let [_, wamid, number, customer, sent, acked, framed] = line[..] else {
            panic!("{line:?}");
        };
        let body = bodies
            .iter()
            .map(|(body, _)| String::from_utf8_lossy(body))
            .find(|body| body.contains(&wamid.replace('/', "\\/")));
        let body = body.unwrap();
        assert!(body.contains(number) && body.contains(customer));
        assert!(sent.parse::<u64>().unwrap() <= acked.parse().unwrap());
        assert_eq!(framed, "", "nobody listened");
    }
    std::fs::remove_file(messages).unwrap();
    std::fs::remove_file(load.plan).unwrap();
}

#[tokio::test]
async fn the_highest_rate_is_below_what_the_answers_take() {
    // Four connections with answers of 10 ms take 400 a second at most, on any machine. What is offered evenly for 0.7 s at
    // a rate r ends with a latency of 0.7 s · (r / 400 - 1) or more: the limit of 250 ms is passed above 543 a second.
    let (_judge, url) = Judge::start(Duration::from_millis(10)).await;
    let load = Load {
        rate: 100.0,
        seconds: 0.7,
        connections: 4,
        even: true,
        find: true,
        ..load("find", &url)
    };
    let report = run(&load).await.unwrap();
    let highest = report["highest_per_s"].as_f64().unwrap();
    assert!((1.0..560.0).contains(&highest), "{report}");
    let steps = report["steps"].as_array().unwrap();
    assert!(steps.iter().any(
        |step| step["holds"] == json!(false) && step["offered_per_s"].as_f64() > Some(highest)
    ));
    std::fs::remove_file(load.plan).unwrap();
}
