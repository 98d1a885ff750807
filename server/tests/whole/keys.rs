//! Keys rotate while customers write, and the old ones are gone at the end.

use crate::{
    api::Api,
    tally::{Tally, digits, until, write},
    town::Town,
};
use postern_sim::{
    Account, Form, Number, escape,
    wire::{self, Person},
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// A number that nobody has connected.
const NOBODYS: &str = "106540352249999";

#[tokio::test(flavor = "multi_thread")]
async fn every_key_rotates_beside_the_load_and_the_old_ones_are_gone_at_the_end() {
    let (mut town, api) = Town::found("keys").await;
    let url = format!("{}/webhooks/whatsapp", town.url());
    set_aside(&town, &url).await;
    let stop = Arc::new(AtomicBool::new(false));
    let tally = Arc::new(Tally::default());
    let writers = (0..2).map(|writer| {
        let (meta, url) = (town.meta.clone(), url.clone());
        let (stop, tally) = (Arc::clone(&stop), Arc::clone(&tally));
        tokio::spawn(async move {
            let mut customers = 0;
            while !stop.load(Ordering::Relaxed) {
                let number = writer * 1000 + customers;
                write(meta.clone(), url.clone(), number, 10, Arc::clone(&tally)).await;
                customers += 1;
            }
            customers
        })
    });
    let writers: Vec<_> = writers.collect();
    let taken = || tally.acknowledged.load(Ordering::Relaxed);
    until("customers write", &town, async || taken() > 20).await;
    known(&town);
    let api = api.refreshed().await;
    assert_eq!(api.signed_by(), "dev1");
    let began = taken();
    used(&town);
    assert!(
        !api.conversations().await.is_empty(),
        "a token of before is good"
    );
    let second = api.refreshed().await;
    assert_eq!(second.signed_by(), "j2");
    taken_out(&town);
    let refused = api.call("channels/list", serde_json::json!({})).await;
    assert!(refused.expect_err("its key is gone").starts_with("401"));
    assert!(
        !second.conversations().await.is_empty(),
        "nobody was signed out"
    );
    until("customers write on", &town, async || taken() > began + 20).await;
    stop.store(true, Ordering::Relaxed);
    let mut customers = 0;
    for writer in writers {
        customers += writer.await.expect("it ends");
    }
    let retried = tally.retried.load(Ordering::Relaxed);
    assert_eq!(retried, 0, "a webhook was not taken at once");

    town.kill(0);
    town.start(0).await;
    assert_eq!(second.conversations().await.len(), customers);
    all_opens(&town, &second).await;
    settings_are_printed(&town);
}

fn operate(town: &Town, line: &str) -> String {
    town.operate(&line.split(' ').collect::<Vec<_>>(), "")
}

fn refused(town: &Town, line: &str, why: &str) {
    let arguments: Vec<_> = line.split(' ').collect();
    let said = town.operate_with(&arguments, &[]);
    let said = said.expect_err("it is refused");
    assert!(said.contains(why), "{said}");
}

/// New keys are made, and nothing uses them.
fn known(town: &Town) {
    operate(town, "keys add --id k2");
    operate(town, "keys add --jwt --id j2");
    refused(town, "keys add --id k2", "there is a key k2 already");
    refused(town, "keys retire dev1", "is in use");
    let said = operate(town, "keys verify");
    for line in [
        "master key dev1: 1 data keys, 1 values of the installation; in use",
        "master key k2: 0 data keys, 0 values of the installation; it can be retired",
        "access token key dev1: signs",
        "access token key j2: is known",
        "everything opens",
    ] {
        assert!(said.contains(line), "{said}");
    }
}

/// Everything goes under the new keys.
fn used(town: &Town) {
    operate(town, "keys rotate");
    operate(town, "keys rotate --data");
    operate(town, "keys rotate --jwt");
    let said = operate(town, "keys verify");
    for line in [
        "master key dev1: 0 data keys, 0 values of the installation; it can be retired",
        "master key k2: 1 data keys, 1 values of the installation; in use",
        "data key 2: ",
        "access token key j2: signs",
    ] {
        assert!(said.contains(line), "{said}");
    }
    assert!(!said.contains("data key 1: "), "{said}");
}

/// The old ones go.
fn taken_out(town: &Town) {
    let why = "Tokens that the key dev1 signed";
    refused(town, "keys retire --jwt dev1", why);
    refused(town, "keys retire k2", "is in use");
    operate(town, "keys retire dev1");
    operate(town, "keys retire --jwt dev1 --now");
    assert!(!town.keys().contains("dev1"), "the old keys are gone");
}

/// All of it is there for a process that knows the new keys alone.
async fn all_opens(town: &Town, api: &Api) {
    assert!(operate(town, "keys verify").contains("everything opens"));
    let listed = operate(town, "quarantine list");
    let id = listed.split(' ').next().expect("an id");
    let shown = operate(town, &format!("quarantine show {id}"));
    assert!(shown.contains("is anybody there?"));
    let rows = api.conversations().await;
    let row = rows
        .iter()
        .find(|row| row["contact"]["name"] == "Customer 0");
    let row = row.expect("the first customer")["id"].as_str();
    let row = row.expect("an id");
    api.reply("0192f000-0000-7000-8000-000000000001", row, "still here")
        .await
        .expect("it is taken");
    until("the number's token is good", town, async || {
        town.meta.ledger().texts_to(&digits(0)) == ["still here"]
    })
    .await;
}

/// Where keys are settings, nothing is written, and a process without the key in use does not start.
fn settings_are_printed(town: &Town) {
    const MASTER: &str = "POSTERN_MASTER_KEYS";
    let file = town.keys();
    let settings = file.lines().find(|line| line.starts_with("master_keys"));
    let setting = settings.and_then(|line| line.split('"').nth(1));
    let setting = setting.expect("the key");
    let said = town.operate_with(&["keys", "add"], &[(MASTER, setting)]);
    let said = said.expect("it prints a key");
    let told = "Put this before what stands in POSTERN_MASTER_KEYS";
    assert!(said.contains(told), "{said}");
    let made = said.lines().last().expect("the key").trim_end_matches(',');
    let both = format!("{made},{setting}");
    let said = town.operate_with(&["keys", "verify"], &[(MASTER, &both)]);
    let said = said.expect("it verifies");
    assert!(said.contains("master key k2: 1 data keys"), "{said}");
    let said = town.operate_with(&["keys", "verify"], &[(MASTER, made)]);
    let said = said.expect_err("it does not start");
    assert!(
        said.contains("does not know the master key \"k2\""),
        "{said}"
    );
    assert_eq!(town.keys(), file);
}

/// Something comes for a number that nobody has.
async fn set_aside(town: &Town, url: &str) {
    let account = Account::new("102290129340399", "EAAsecondToken");
    let number = Number::new(NOBODYS, "15550001111", "Second shop");
    town.meta.add_account(account.with_number(number));
    let nobodys = town.meta.channel(NOBODYS).expect("the number");
    let person = Person::named(digits(0), "Early Bird".to_owned());
    let change = wire::text(
        &nobodys,
        &person,
        "wamid.early",
        1_700_000_000,
        "is anybody there?",
    );
    let body = escape::bytes(&wire::envelope(&[change]), Form::Escaped);
    assert_eq!(town.meta.deliver(url, body).await.expect("an answer"), 200);
}
