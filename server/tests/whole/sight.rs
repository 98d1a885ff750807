//! A limited agent's page: at whichever process, its socket tells nothing of what is not theirs, and drops at once what is
//! theirs no more.

use crate::{
    api::Api,
    sockets::{Socket, next, resume},
    tally::{Tally, conversation, customer, until, write},
    town::Town,
};
use futures::SinkExt as _;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;

const PASSWORD: &str = "another harbour 8";

/// Writes one message as that customer.
async fn says(town: &Town, number: usize, turns: usize) {
    let url = format!("{}/webhooks/whatsapp", town.url());
    let tally = Arc::new(Tally::default());
    write(town.meta.clone(), url, number, turns, tally).await;
}

/// Somebody in the workspace, whom the second process answers; with their id.
async fn join(town: &Town, owner: &Api, name: &str, role: &str) -> (Api, Value) {
    let email = format!("{name}@example.test");
    let place = [
        "member",
        "add",
        "--workspace",
        &owner.workspace,
        "--email",
        &email,
        "--role",
        role,
    ];
    town.operate(&place, PASSWORD);
    let api = Api::sign_in(&town.url(), &email, PASSWORD).await;
    let team = owner.call("team/list", json!({})).await.expect("the team");
    let members = team["members"].as_array().expect("members");
    let found = members.iter().find(|one| one["email"] == email.as_str());
    let id = found.expect("a member")["id"].clone();
    (api.through(&town.urls()[1]), id)
}

/// An open socket, with every frame that it was sent.
struct Ear {
    socket: Socket,
    frames: Vec<Value>,
}

impl Ear {
    async fn open(town: &Town, api: &Api) -> Self {
        let cursor = api.snapshot().await["cursor"].clone();
        let socket = resume(town, api, &cursor).await;
        let frames = Vec::new();
        let mut ear = Self { socket, frames };
        while ear.next().await.expect("a word")["type"] != "caught_up" {}
        ear
    }

    async fn next(&mut self) -> Option<Value> {
        let frame = next(&mut self.socket).await?;
        self.frames.push(frame.clone());
        Some(frame)
    }

    /// Reads until an event of that conversation comes.
    async fn of(&mut self, id: &str) {
        while self.next().await.expect("it stays open")["event"]["conversation"]["id"] != id {}
    }

    /// Reads until somebody moves; where to, as far as it is told.
    async fn moved(&mut self) -> Value {
        loop {
            let frame = self.next().await.expect("it stays open");
            if frame["type"] == "replying" {
                return frame["conversation"].clone();
            }
        }
    }

    /// Reads to the end, which must be that everything is to be read anew; how long it took.
    async fn lost(&mut self) -> Duration {
        let begun = Instant::now();
        while self.next().await.is_some() {}
        assert_eq!(self.frames.last().expect("a word")["type"], "reload");
        begun.elapsed()
    }

    fn told(&self) -> String {
        serde_json::to_string(&self.frames).expect("JSON")
    }

    async fn looks_at(&mut self, id: &str) {
        let frame = json!({ "type": "replying", "conversation": id, "typing": true }).to_string();
        self.socket.send(Message::text(frame)).await.expect("sent");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limited_agents_socket_tells_of_theirs_alone_and_loses_sight_within_a_second() {
    let (town, owner) = Town::found_wide("sight", 0).await;
    for number in [1, 2] {
        says(&town, number, 1).await;
    }
    until("both are heard", &town, async || {
        owner.conversations().await.len() == 2
    })
    .await;
    let (ana, ana_id) = join(&town, &owner, "ana", "agent").await;
    let (mia, _) = join(&town, &owner, "mia", "manager").await;
    let (hers, hidden) = (conversation(&owner, 1).await, conversation(&owner, 2).await);
    let secrets = [hidden.as_str(), customer(2).key(), "Customer 2"].map(str::to_owned);

    // The switch: her open page reads everything anew.
    let mut before = Ear::open(&town, &ana).await;
    assert_eq!(ana.conversations().await.len(), 2);
    owner
        .call("teams/limit", json!({ "limited": true }))
        .await
        .expect("it is turned on");
    let took = before.lost().await;
    println!("the switch took {took:?}");
    assert!(took < Duration::from_secs(1));
    assert!(ana.conversations().await.is_empty());

    // Given to her it appears; the other one says nothing to her, whoever writes in it and wherever.
    let mut ear = Ear::open(&town, &ana).await;
    let mut manager = Ear::open(&town, &mia).await;
    let give = |id: &str, to: &Value| json!({ "id": id, "assignee": to });
    owner
        .call("conversation/assign", give(&hers, &ana_id))
        .await
        .expect("it is given");
    ear.of(&hers).await;
    says(&town, 2, 3).await;
    manager.looks_at(&hidden).await;
    let typed = owner
        .call("conversation/read", json!({ "id": hidden }))
        .await;
    typed.expect("it is read");
    says(&town, 1, 2).await;
    ear.of(&hers).await;
    manager.of(&hidden).await;
    // Nor does she say anything there, or of it.
    ear.looks_at(&hidden).await;
    manager.looks_at(&hers).await;
    // Of all moves the first that she is told of: not even that the others were made.
    assert_eq!(ear.moved().await, hers.as_str(), "{}", ear.told());
    // That the manager left, she is told once; where they went and what they do there, not.
    manager.looks_at(&hidden).await;
    assert_eq!(ear.moved().await, Value::Null);
    says(&town, 1, 3).await;
    manager.of(&hers).await;
    let ana_there = manager
        .frames
        .iter()
        .any(|frame| frame["type"] == "replying" && frame["member"] == ana_id);
    assert!(!ana_there, "she is nowhere that she does not see");

    // By her team she sees the other one too, and no more when she leaves it.
    let sales = owner.call("teams/create", json!({ "name": "Sales" })).await;
    let sales = sales.expect("a team");
    ear.lost().await;
    let mut all = ear.told();
    owner
        .call("conversation/team", json!({ "id": hidden, "team": sales }))
        .await
        .expect("it is given");
    let mut ear = Ear::open(&town, &ana).await;
    // Taken from her.
    owner
        .call("conversation/assign", give(&hers, &Value::Null))
        .await
        .expect("it is taken");
    let took = ear.lost().await;
    println!("a conversation that went took {took:?}");
    assert!(took < Duration::from_secs(1));
    assert!(ana.conversations().await.is_empty());
    all += &ear.told();
    for secret in &secrets {
        assert!(!all.contains(secret), "{secret} in {all}");
    }

    let place = json!({ "id": sales, "member": ana_id });
    owner.call("teams/add", place.clone()).await.expect("in");
    assert_eq!(ana.conversations().await.len(), 1);
    let mut ear = Ear::open(&town, &ana).await;
    says(&town, 2, 4).await;
    ear.of(&hidden).await;
    owner.call("teams/take-out", place).await.expect("out");
    assert!(ear.lost().await < Duration::from_secs(1));
    assert!(ana.conversations().await.is_empty());
    let refused = ana
        .call("conversation/details", json!({ "id": hidden }))
        .await;
    assert!(refused.expect_err("not hers").starts_with("404"));

    // A role that sees all, and back.
    let role = |role: &str| json!({ "id": ana_id, "role": role });
    owner.call("team/role", role("manager")).await.expect("up");
    let mut ear = Ear::open(&town, &ana).await;
    assert_eq!(ana.conversations().await.len(), 2);
    owner.call("team/role", role("agent")).await.expect("down");
    assert!(ear.lost().await < Duration::from_secs(1));
    assert!(ana.conversations().await.is_empty());
}
