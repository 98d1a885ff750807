//! Sockets beside a load, and very many of them, on a house that has an inbox's interface and makes mistakes when asked.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket};
use axum::extract::{State, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use postern_sim::load::{Load, run};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::sync::watch;

/// What goes wrong, by the number of the message.
#[derive(Clone, Copy, Default)]
struct Faults {
    lost: Option<usize>,
    doubled: Option<usize>,
    /// Told of forty messages later.
    late: Option<usize>,
    /// The socket is cut off there, once.
    cut: Option<usize>,
}

#[derive(Clone)]
struct House {
    faults: Faults,
    feed: Arc<Mutex<Feed>>,
    grown: Arc<watch::Sender<usize>>,
}

#[derive(Default)]
struct Feed {
    frames: Vec<String>,
    messages: usize,
    held: Vec<(usize, String)>,
    was_cut: bool,
}

impl Feed {
    fn push(&mut self, text: &str) {
        let cursor = self.frames.len() + 1;
        let body = json!({ "text": text });
        self.frames.push(format!(
            r#"{{"type":"event","cursor":"c.{cursor}","event":{{"type":"message","message":{body}}}}}"#
        ));
    }
}

impl House {
    /// Starts one, and writes down the plan of a load on it.
    async fn start(name: &str, faults: Faults) -> PathBuf {
        let house = Self {
            faults,
            feed: Arc::default(),
            grown: Arc::new(watch::Sender::new(0)),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let routes = Router::new()
            .route("/auth/sign-in", post(sign_in))
            .route("/api/live/ticket", post(ticket))
            .route("/api/inbox/snapshot", post(snapshot))
            .route("/live", get(live))
            .route("/hook", post(take))
            .with_state(house);
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let plan = json!({
            "targets": [format!("http://{address}/hook")],
            "numbers": [{ "phone_number_id": "101", "waba_id": "200", "digits": "15550001111",
                          "first_customer": 12_000_000_000_u64, "customers": 1, "workspace": "the one" }],
            "listeners": { "base_url": "http://localhost:1", "address": address, "email": "a@b.example",
                           "workspaces": ["the one"], "each": 2 },
        });
        let file = std::env::temp_dir().join(format!("sim-ears-{name}-{}", std::process::id()));
        std::fs::write(&file, plan.to_string()).unwrap();
        file
    }

    fn tell(&self, text: &str) {
        let mut feed = self.feed.lock().unwrap();
        let number = feed.messages;
        feed.messages += 1;
        if let Some(place) = feed.held.iter().position(|(at, _)| *at <= number) {
            let (_, late) = feed.held.remove(place);
            feed.push(&late);
        }
        if self.faults.late == Some(number) {
            feed.held.push((number + 40, text.to_owned()));
        } else if self.faults.lost != Some(number) {
            feed.push(text);
        }
        if self.faults.doubled == Some(number) {
            feed.push(text);
        }
        let length = feed.frames.len();
        drop(feed);
        self.grown.send_replace(length);
    }

    fn after(&self, place: usize) -> Vec<String> {
        self.feed.lock().unwrap().frames[place..].to_vec()
    }

    fn cuts_at(&self, place: usize) -> bool {
        let mut feed = self.feed.lock().unwrap();
        let now = !feed.was_cut && self.faults.cut.is_some_and(|cut| place >= cut);
        feed.was_cut |= now;
        now
    }
}

async fn sign_in(Json(given): Json<Value>) -> Json<Value> {
    assert_eq!(
        given,
        json!({ "email": "a@b.example", "password": "the word" })
    );
    Json(json!({ "in": { "token": "a.token" } }))
}

async fn ticket(headers: HeaderMap) -> Json<Value> {
    assert_eq!(headers["authorization"], "Bearer a.token");
    assert_eq!(headers["x-workspace-id"], "the one");
    Json(json!("one-ticket"))
}

async fn snapshot(State(house): State<House>) -> Json<Value> {
    let cursor = format!("c.{}", house.after(0).len());
    Json(json!({ "cursor": cursor }))
}

async fn live(
    State(house): State<House>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    assert_eq!(headers["origin"], "http://localhost:1");
    assert_eq!(headers["sec-websocket-protocol"], "postern.v1, one-ticket");
    upgrade
        .protocols(["postern.v1"])
        .on_upgrade(move |socket| serve(socket, house))
}

async fn serve(mut socket: WebSocket, house: House) {
    let Some(Ok(Message::Text(first))) = socket.recv().await else {
        return;
    };
    let first: Value = serde_json::from_str(&first).unwrap();
    assert_eq!(first["type"], "resume");
    let mut place: usize = first["cursor"].as_str().unwrap()[2..].parse().unwrap();
    let mut grown = house.grown.subscribe();
    let mut told = false;
    loop {
        for frame in house.after(place) {
            if house.cuts_at(place) {
                return;
            }
            place += 1;
            if socket.send(Message::text(frame)).await.is_err() {
                return;
            }
        }
        if !told {
            told = true;
            let frame = format!(r#"{{"type":"caught_up","cursor":"c.{place}"}}"#);
            let _ = socket.send(Message::text(frame)).await;
        }
        tokio::select! {
            _ = grown.changed() => {}
            heard = socket.recv() => if !matches!(heard, Some(Ok(_))) { return },
        }
    }
}

async fn take(State(house): State<House>, body: Bytes) {
    let body: Value = serde_json::from_slice(&body).unwrap();
    let message = &body["entry"][0]["changes"][0]["value"]["messages"][0];
    house.tell(message["text"]["body"].as_str().unwrap());
}

fn load(plan: PathBuf) -> Load {
    Load {
        plan,
        app_secret: "secret".to_owned(),
        password: Some("the word".to_owned()),
        rate: 200.0,
        seconds: 1.0,
        warm_up: 0.0,
        // One after another, so that every message has its place.
        connections: 1,
        even: true,
        duplicates: 0.0,
        bad: 0.0,
        seed: Some(1),
        find: false,
        limit_ms: 250.0,
        settle: 1.0,
        out: None,
        messages: None,
    }
}

#[tokio::test]
async fn everything_is_heard_once_and_in_order_also_by_who_was_cut_off() {
    let faults = Faults {
        cut: Some(50),
        ..Faults::default()
    };
    let load = load(House::start("whole", faults).await);
    let report = run(&load).await.unwrap();
    let frames = &report["frames"];
    let sent = report["acknowledged"].as_u64().unwrap();
    assert!(sent > 190);
    assert_eq!(frames["sockets"], 2);
    assert_eq!(frames["heard"], json!(2 * sent));
    assert_eq!(frames["cuts"], 1);
    for fault in ["missing", "doubles", "disorder", "reloads"] {
        assert_eq!(frames[fault], 0, "{fault}: {frames}");
    }
    assert!(frames["due_to_frame_us"]["p50"].as_u64() > Some(0));
    std::fs::remove_file(load.plan).unwrap();
}

#[tokio::test]
async fn what_is_lost_doubled_or_late_is_counted() {
    let faults = Faults {
        lost: Some(20),
        doubled: Some(60),
        late: Some(100),
        cut: None,
    };
    let load = load(House::start("faults", faults).await);
    let report = run(&load).await.unwrap();
    let frames = &report["frames"];
    // Each of the two sockets misses one, hears one twice and hears one late.
    assert_eq!(frames["missing"], 2, "{frames}");
    assert_eq!(frames["doubles"], 2, "{frames}");
    assert_eq!(frames["disorder"], 2, "{frames}");
    std::fs::remove_file(load.plan).unwrap();
}

#[tokio::test]
async fn a_crowd_goes_through_its_parts_and_misses_nothing() {
    let plan = House::start("crowd", Faults::default()).await;
    let mut sim = Command::new(env!("CARGO_BIN_EXE_sim"))
        .arg("sockets")
        .arg(format!("--plan={}", plan.display()))
        .args([
            "--count=40",
            "--events=3",
            "--stall=1",
            "--stalled=0.1",
            "--at-once=8",
        ])
        .env("SIM_APP_SECRET", "secret")
        .env("SIM_PASSWORD", "the word")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut input = sim.stdin.take().unwrap();
    let mut lines = BufReader::new(sim.stdout.take().unwrap()).lines();
    let mut parts = Vec::new();
    while let Some(line) = lines.next_line().await.unwrap() {
        parts.push(serde_json::from_str::<Value>(&line).unwrap());
        input.write_all(b"\n").await.unwrap();
    }
    assert!(sim.wait().await.unwrap().success());
    let names: Vec<&Value> = parts.iter().map(|part| &part["part"]).collect();
    assert_eq!(names, ["open", "reach", "stall", "storm"]);
    assert_eq!(parts[0]["sockets"], 40);
    assert_eq!(parts[1]["events"]["unreached"], 0);
    assert_eq!(parts[2]["stalled"], 4);
    assert_eq!(parts[2]["cut"], 0, "this house has all the patience");
    assert_eq!(parts[2]["unreached"], 0);
    assert_eq!(parts[3]["back_us"]["count"], 40);
    for fault in ["missing", "doubles", "still_away", "unasked_cuts"] {
        assert_eq!(parts[3][fault], 0, "{fault}: {}", parts[3]);
    }
    std::fs::remove_file(plan).unwrap();
}
