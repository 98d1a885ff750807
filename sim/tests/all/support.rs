//! A callback that writes down what it gets, for tests.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use hmac::{Hmac, KeyInit as _, Mac as _};
use postern_sim::{Sim, SimConfig, SimHandle};
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub const WABA: &str = "102290129340398";
pub const NUMBER: &str = "106540352242922";
pub const TOKEN: &str = "EAAtest";
pub const SECOND: Duration = Duration::from_secs(1);

/// One webhook as it came.
#[derive(Clone, Debug)]
pub struct Got {
    pub body: Bytes,
    pub signature: String,
}

impl Got {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

#[derive(Clone, Default)]
pub struct Receiver {
    got: Arc<Mutex<Vec<Got>>>,
    answers: Arc<Mutex<VecDeque<StatusCode>>>,
    pub url: String,
}

impl Receiver {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Self {
            url: format!("http://{}/hook", listener.local_addr().unwrap()),
            ..Self::default()
        };
        let routes = Router::new()
            .route("/hook", get(handshake).post(take))
            .with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        receiver
    }

    /// The next posts are answered so; all later ones by 200.
    pub fn answer(&self, answers: &[u16]) {
        let answers = answers
            .iter()
            .map(|status| StatusCode::from_u16(*status).unwrap());
        self.answers.lock().unwrap().extend(answers);
    }

    pub fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }

    /// All `changes[]` that came, in the order of arrival, with the account they came under.
    pub fn changes(&self) -> Vec<(String, Value)> {
        let mut all = Vec::new();
        for got in self.got() {
            for entry in got.json()["entry"].as_array().unwrap() {
                for change in entry["changes"].as_array().unwrap() {
                    all.push((entry["id"].as_str().unwrap().to_owned(), change.clone()));
                }
            }
        }
        all
    }

    /// All elements of a list (`messages`, `statuses`) that came.
    pub fn elements(&self, list: &str) -> Vec<Value> {
        let changes = self.changes();
        let lists = changes
            .iter()
            .filter_map(|(_, change)| change["value"][list].as_array());
        lists.flatten().cloned().collect()
    }

    /// Waits until the condition holds; panics after ten seconds.
    pub async fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let mut ticks = tokio::time::interval(Duration::from_millis(5));
        for _ in 0..2000 {
            if holds(self) {
                return;
            }
            ticks.tick().await;
        }
        panic!("never: {what}; got {:?}", self.got());
    }
}

async fn handshake(Query(query): Query<Vec<(String, String)>>) -> (StatusCode, String) {
    let get = |key: &str| {
        query
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.clone())
    };
    match (
        get("hub.mode").as_deref(),
        get("hub.verify_token").as_deref(),
        get("hub.challenge"),
    ) {
        (Some("subscribe"), Some("good"), Some(challenge)) => (StatusCode::OK, challenge),
        (Some("subscribe"), Some("parrot"), Some(_)) => (StatusCode::OK, "polly".to_owned()),
        _ => (StatusCode::FORBIDDEN, String::new()),
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
    assert_eq!(headers["content-type"], "application/json");
    let signature = headers["x-hub-signature-256"].to_str().unwrap().to_owned();
    receiver.got.lock().unwrap().push(Got { body, signature });
    receiver
        .answers
        .lock()
        .unwrap()
        .pop_front()
        .unwrap_or(StatusCode::OK)
}

/// HMAC as the receiving side computes it, from the header's hex.
pub fn signed_by(secret: &str, got: &Got) -> bool {
    let given = hex::decode(got.signature.strip_prefix("sha256=").unwrap()).unwrap();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(&got.body);
    mac.verify_slice(&given).is_ok()
}

pub async fn sim_to(receiver: &Receiver) -> SimHandle {
    start(SimConfig {
        callback: Some(receiver.url.clone()),
        ..SimConfig::quick(WABA, NUMBER, TOKEN)
    })
    .await
}

pub async fn start(config: SimConfig) -> SimHandle {
    Sim::start(config).await.unwrap()
}

/// A client of the Graph API with a short patience.
pub fn http() -> reqwest::Client {
    postern_sim::client(SECOND).unwrap()
}

pub fn text(to: &str, body: &str, callback_data: &str) -> Value {
    json!({
        "messaging_product": "whatsapp", "recipient_type": "individual", "to": format!("+{to}"),
        "type": "text", "text": { "body": body }, "biz_opaque_callback_data": callback_data,
    })
}

/// Posts to `/messages`, and returns the status and the body.
pub async fn send(sim: &SimHandle, body: &Value) -> reqwest::Result<(u16, Value)> {
    let url = format!("{}/v24.0/{NUMBER}/messages", sim.base_url());
    let answer = http()
        .post(url)
        .bearer_auth(TOKEN)
        .json(body)
        .send()
        .await?;
    let status = answer.status().as_u16();
    let bytes = answer.bytes().await?;
    let value =
        serde_json::from_slice(&bytes).unwrap_or_else(|_| json!(String::from_utf8_lossy(&bytes)));
    Ok((status, value))
}

/// Gets a path of Graph.
pub async fn read(sim: &SimHandle, path: &str, token: Option<&str>) -> (u16, Value) {
    let mut request = http().get(format!("{}{path}", sim.base_url()));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// Posts to the control API; the answer's status, and its body or null.
pub async fn control(sim: &SimHandle, path: &str, body: &Value) -> (u16, Value) {
    let url = format!("{}/_control/{path}", sim.base_url());
    finish(http().post(url).json(body)).await
}

/// Asks the Graph API anything, with the token of the first account; a body of null is none.
pub async fn ask(sim: &SimHandle, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let url = format!("{}/v24.0/{path}", sim.base_url());
    let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
    let request = http().request(method, url).bearer_auth(TOKEN);
    finish(if body.is_null() {
        request
    } else {
        request.json(body)
    })
    .await
}

async fn finish(request: reqwest::RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let bytes = answer.bytes().await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

/// The code of an error, 0 of a success.
pub fn code((status, body): &(u16, Value)) -> i64 {
    let code = body["error"]["code"].as_i64();
    assert!(code.is_some() || *status == 200, "{status}: {body}");
    code.unwrap_or_default()
}
