//! What is taken away at one process holds in all of them at once: the next request is refused, the open socket ends.

use crate::{
    api::Api,
    sockets::{Socket, next, resume},
    town::Town,
};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

const PASSWORD: &str = "another harbour 8";
/// Before an open socket is looked at by itself, 25 s after it opened.
const BEFORE_THE_BEAT: Duration = Duration::from_secs(15);

/// What is done to a member of that id, at the first process.
type Deed = (
    &'static str,
    fn(&Value) -> (&'static str, Value),
    &'static str,
);

const DEEDS: [Deed; 4] = [
    (
        "suspended",
        |id| ("team/suspend", json!({ "id": id })),
        "403",
    ),
    (
        "shut out",
        |id| ("team/end-access", json!({ "id": id })),
        "403",
    ),
    (
        "removed",
        |id| ("team/remove", json!({ "id": id, "heir": null })),
        "403",
    ),
    (
        "lowered",
        |id| ("team/role", json!({ "id": id, "role": "agent" })),
        "403",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_member_who_loses_access_at_one_process_has_none_at_the_other_at_once() {
    let (town, owner) = Town::found_wide("removed", 0).await;
    for (number, (what, deed, refusal)) in DEEDS.iter().enumerate() {
        let email = format!("member{number}@example.test");
        let there = join(&town, &owner, &email).await;
        let mut socket = listening(&town, &there).await;
        there
            .call("team/list", json!({}))
            .await
            .expect("an admin sees it");
        let id = member(&owner, &email).await;
        let begun = Instant::now();
        let (function, arguments) = deed(&id);
        owner.call(function, arguments).await.expect(what);
        // Not a moment later: the next request asks the database.
        let refused = there.call("team/list", json!({})).await.expect_err(what);
        assert!(refused.starts_with(refusal), "{what}: {refused}");
        if *what == "lowered" {
            // They stay, as what they are now.
            there
                .call("inbox/counts", json!({}))
                .await
                .expect("an agent counts");
            continue;
        }
        ends(&mut socket).await;
        let took = begun.elapsed();
        println!("{what}: the socket at the other process ended after {took:?}");
        assert!(took < BEFORE_THE_BEAT, "{what}: it ended by itself");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_ended_from_another_one_is_over_in_every_process_at_once() {
    let (town, owner) = Town::found_wide("revoked", 0).await;
    let laptop = join(&town, &owner, "ana@example.test").await;
    let phone = Api::sign_in(&town.url(), "ana@example.test", PASSWORD).await;
    let phone = phone.through(&town.urls()[1]);
    let mut socket = listening(&town, &phone).await;
    let sessions = laptop
        .call("account/sessions", json!({}))
        .await
        .expect("a list");
    let other = sessions
        .as_array()
        .expect("a list")
        .iter()
        .find(|one| one["current"] == false)
        .expect("the other one");
    let begun = Instant::now();
    let end = json!({ "id": other["id"] });
    laptop
        .through(&town.urls()[0])
        .call("account/end-session", end)
        .await
        .expect("it ends");
    let refused = phone
        .call("inbox/counts", json!({}))
        .await
        .expect_err("it is over");
    assert!(refused.starts_with("401"), "{refused}");
    ends(&mut socket).await;
    assert!(begun.elapsed() < BEFORE_THE_BEAT, "it ended by itself");
    laptop
        .call("inbox/counts", json!({}))
        .await
        .expect("this one goes on");
}

/// An admin of the workspace whose requests the second process answers.
async fn join(town: &Town, owner: &Api, email: &str) -> Api {
    town.operate(
        &[
            "member",
            "add",
            "--workspace",
            &owner.workspace,
            "--email",
            email,
            "--role",
            "admin",
        ],
        PASSWORD,
    );
    let api = Api::sign_in(&town.url(), email, PASSWORD).await;
    api.through(&town.urls()[1])
}

async fn member(owner: &Api, email: &str) -> Value {
    let team = owner.call("team/list", json!({})).await.expect("the team");
    let members = team["members"].as_array().expect("members");
    let found = members.iter().find(|one| one["email"] == email);
    found.expect("a member")["id"].clone()
}

async fn listening(town: &Town, api: &Api) -> Socket {
    let cursor = api.snapshot().await["cursor"].clone();
    let mut socket = resume(town, api, &cursor).await;
    while next(&mut socket).await.expect("a word")["type"] != "caught_up" {}
    socket
}

/// Reads to the end, which must be for the reason that the right is over.
async fn ends(socket: &mut Socket) {
    let mut last = None;
    while let Some(frame) = next(socket).await {
        last = Some(frame);
    }
    assert_eq!(last.expect("a word")["type"], "bye");
}
