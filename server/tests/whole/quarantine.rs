//! An operator finds what went to nobody, and gives it to whom it belongs.

use crate::{
    tally::{Tally, until, write},
    town::Town,
};
use postern_sim::{
    Account, Form, Number, escape,
    wire::{self, Person},
};
use std::sync::Arc;

/// A number that is connected late.
const LATER: &str = "106540352249999";

#[tokio::test(flavor = "multi_thread")]
async fn what_came_for_a_number_before_it_was_connected_is_listed_shown_and_released() {
    let (town, api) = Town::found("quarantine").await;
    let url = format!("{}/webhooks/whatsapp", town.url());
    let account = Account::new("102290129340399", "EAAsecondToken");
    town.meta
        .add_account(account.with_number(Number::new(LATER, "15550001111", "Second shop")));
    let later = town.meta.channel(LATER).expect("the number");
    let at = std::time::UNIX_EPOCH
        .elapsed()
        .expect("after 1970")
        .as_secs();
    let person = Person::named("15550109999".to_owned(), "Early Bird".to_owned());
    let change = wire::text(&later, &person, "wamid.early", at, "is anybody there?");
    let body = escape::bytes(&wire::envelope(&[change]), Form::Escaped);
    assert_eq!(town.meta.deliver(&url, body).await.expect("an answer"), 200);

    let listed = town.operate(&["quarantine", "list"], "");
    let [line] = listed.lines().collect::<Vec<_>>()[..] else {
        panic!("one piece: {listed}");
    };
    assert!(line.contains("unknown_number"), "{line}");
    assert!(
        !listed.contains("anybody"),
        "the list tells nothing of what was written"
    );
    let id = line.split(' ').next().expect("an id");
    let shown = town.operate(&["quarantine", "show", id], "");
    assert!(shown.contains("is anybody there?"), "{shown}");
    let told = town.operate(&["quarantine", "release"], "");
    assert_eq!(told.trim(), "0 released, 1 left in quarantine");
    assert!(api.conversations().await.is_empty());

    // The number is connected; the next time, what came for it is told like any other message.
    api.connect(LATER, "102290129340399", "EAAsecondToken")
        .await;
    let told = town.operate(&["quarantine", "release"], "");
    assert_eq!(told.trim(), "1 released, 0 left in quarantine");
    assert!(town.operate(&["quarantine", "list"], "").is_empty());
    until("the early message is there", &town, async || {
        api.conversations().await.len() == 1
    })
    .await;
    let rows = api.conversations().await;
    let thread = api.thread(rows[0]["id"].as_str().expect("an id")).await;
    assert_eq!(thread[0]["content"]["text"], "is anybody there?");

    // Nothing of the workspace was kept back.
    write(town.meta.clone(), url, 1, 1, Arc::new(Tally::default())).await;
    let workspace = ["--workspace", &api.workspace];
    let kept = town.operate(&["webhook", "kept", workspace[0], workspace[1]], "");
    assert!(kept.is_empty(), "{kept}");
    let told = town.operate(&["webhook", "reapply", workspace[0], workspace[1]], "");
    assert_eq!(told.trim(), "0 applied in full, 0 still kept");
}
