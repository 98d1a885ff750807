//! What is deleted at one process is gone in all of them at once; a worker takes away what is left of it.

use crate::{
    api::Api,
    sockets::{Socket, next, resume},
    tally::until,
    town::{ACCOUNT, NUMBER, TOKEN, Town},
};
use postern_sim::{
    Form, escape,
    wire::{self, Person},
};
use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;

const OWNERS: &str = "a quiet harbour 7";
const PASSWORD: &str = "another harbour 8";
/// Before an open socket is looked at by itself, 25 s after it opened.
const BEFORE_THE_BEAT: Duration = Duration::from_secs(15);

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_account_is_out_of_every_process_at_once_and_its_address_is_free() {
    let (town, owner) = Town::found_wide("erased-account", 0).await;
    let email = "ana@example.test";
    let first = join(&town, &owner, email).await;
    let second = Api::sign_in(&town.url(), email, PASSWORD).await;
    let second = second.through(&town.urls()[1]);
    let mut socket = listening(&town, &second).await;

    let leaving = owner.call("account/leaving", json!({})).await;
    assert_eq!(
        leaving.expect("a list")["places"][0]["alone"],
        json!(true),
        "the last owner"
    );
    let form = json!({ "form": { "email": "ines@example.test", "password": OWNERS, "code": "" } });
    let held = owner.call("account/erase", form).await;
    assert!(held.expect_err("they stay").starts_with("409"));

    let begun = Instant::now();
    let form = json!({ "form": { "email": email, "password": PASSWORD, "code": "" } });
    first
        .call("account/erase", form)
        .await
        .expect("the account goes");
    for page in [&first, &second] {
        let over = page.call("inbox/counts", json!({})).await;
        assert!(over.expect_err("it is over").starts_with("401"));
    }
    ends(&mut socket).await;
    assert!(begun.elapsed() < BEFORE_THE_BEAT, "it ended by itself");
    let team = owner.call("team/list", json!({})).await.expect("the team");
    assert_eq!(team["members"].as_array().expect("a list").len(), 1);
    // Somebody new, who has nothing of theirs.
    join(&town, &owner, email).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_workspace_is_closed_in_every_process_at_once_and_then_emptied() {
    let (town, owner) = Town::found_wide("erased-workspace", 1).await;
    let there = join(&town, &owner, "ana@example.test").await;
    let mut socket = listening(&town, &there).await;
    say(&town, "wamid.before").await;
    until("the customer is heard", &town, async || {
        owner.conversations().await.len() == 1
    })
    .await;
    let shown = owner.call("workspace/erasing", json!({})).await;
    assert_eq!(shown.expect("counts")["messages"], json!(1));
    let form =
        json!({ "form": { "name": "Night shop", "password": "wrong harbour 9", "code": "" } });
    let refused = owner.call("workspace/erase", form).await;
    assert!(refused.expect_err("it stays").starts_with("422"));

    let begun = Instant::now();
    let form = json!({ "form": { "name": "Night shop", "password": OWNERS, "code": "" } });
    owner
        .call("workspace/erase", form)
        .await
        .expect("the workspace goes");
    for page in [&owner, &there] {
        let over = page.call("inbox/counts", json!({})).await;
        assert!(over.is_err(), "{over:?}");
    }
    ends(&mut socket).await;
    assert!(begun.elapsed() < BEFORE_THE_BEAT, "it ended by itself");
    say(&town, "wamid.after").await;
    assert!(town.operate(&["quarantine", "list"], "").is_empty());
    until("nothing is left of it", &town, async || {
        town.said("nothing is left of a deleted workspace") == 1
    })
    .await;

    // The operator deletes another, which has the same number by now.
    let told = town.operate(
        &[
            "workspace",
            "add",
            "--name",
            "Day shop",
            "--owner-email",
            "ines@example.test",
        ],
        "",
    );
    let id = told.trim().trim_start_matches("workspace ").to_owned();
    let anew = Api::sign_in(&town.url(), "ines@example.test", OWNERS).await;
    anew.connect(NUMBER, ACCOUNT, TOKEN).await;
    let wrong = ["workspace", "delete", "--workspace", &id, "--name", "Shop"];
    assert!(town.operate_with(&wrong, &[]).is_err(), "not its name");
    anew.call("inbox/counts", json!({}))
        .await
        .expect("it stays");
    town.operate(
        &[
            "workspace",
            "delete",
            "--workspace",
            &id,
            "--name",
            "Day shop",
        ],
        "",
    );
    let over = anew.call("inbox/counts", json!({})).await;
    assert!(over.is_err(), "{over:?}");
}

/// A message to the number, which is answered 200 whatever comes of it.
async fn say(town: &Town, wamid: &str) {
    let channel = town.meta.channel(NUMBER).expect("the number");
    let at = std::time::UNIX_EPOCH
        .elapsed()
        .expect("after 1970")
        .as_secs();
    let person = Person::named("15550109999".to_owned(), "Early Bird".to_owned());
    let change = wire::text(&channel, &person, wamid, at, "is anybody there?");
    let body = escape::bytes(&wire::envelope(&[change]), Form::Escaped);
    let url = format!("{}/webhooks/whatsapp", town.url());
    assert_eq!(town.meta.deliver(&url, body).await.expect("an answer"), 200);
}

/// An agent of the workspace whose requests the second process answers.
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
            "agent",
        ],
        PASSWORD,
    );
    let api = Api::sign_in(&town.url(), email, PASSWORD).await;
    api.through(&town.urls()[1])
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
