//! What may go wrong on the way, switched on.

use std::collections::{BTreeMap, BTreeSet};

use postern_sim::wire::{Person, Stage};
use postern_sim::{Account, Chaos, Number, Pace, SimConfig};

use crate::support::{NUMBER, Receiver, SECOND, TOKEN, WABA, send, sim_to, start, text};

#[tokio::test]
async fn a_storm_loses_no_message_and_no_final_status() {
    let receiver = Receiver::start().await;
    let mut config = SimConfig::quick(WABA, NUMBER, TOKEN);
    config.callback = Some(receiver.url.clone());
    config.chaos = Chaos::storm(7);
    config
        .accounts
        .push(Account::new("200", "EAAother").with_number(Number::new(
            "201",
            "15550002222",
            "Other",
        )));
    let sim = start(config).await;
    receiver.answer(&[500, 200, 200, 503]);
    let mut said = BTreeSet::new();
    for turn in 0..40 {
        let from = Person::named(format!("1650555{turn:04}"), "Somebody");
        let number = if turn % 2 == 0 { NUMBER } else { "201" };
        said.insert(sim.say(number, &from, "hello").unwrap());
        send(&sim, &text(from.key(), "hi", &format!("m-{turn}")))
            .await
            .unwrap();
    }
    assert!(sim.quiet(10 * SECOND).await);

    let heard: Vec<String> = receiver
        .elements("messages")
        .iter()
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(heard.iter().cloned().collect::<BTreeSet<_>>(), said);
    assert!(heard.len() > said.len(), "nothing came twice");

    let mut stages: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for status in receiver.elements("statuses") {
        let text = |key: &str| status[key].as_str().unwrap().to_owned();
        stages
            .entry(text("biz_opaque_callback_data"))
            .or_default()
            .push(text("status"));
    }
    assert_eq!(stages.len(), 40);
    assert!(
        stages.values().all(
            |seen| seen.iter().any(|one| one == "sent") && seen.iter().any(|one| one == "read")
        )
    );
    assert!(
        stages
            .values()
            .any(|seen| seen.iter().all(|one| one != "delivered")),
        "nothing was skipped"
    );
    let mixed = receiver
        .got()
        .iter()
        .any(|got| got.json()["entry"].as_array().unwrap().len() > 1);
    assert!(mixed, "no body held two accounts");
    let bodies: Vec<_> = receiver.got().into_iter().map(|got| got.body).collect();
    assert!(
        bodies.iter().collect::<BTreeSet<_>>().len() < bodies.len(),
        "no body came twice"
    );
    assert_eq!(sim.deliveries().given_up, 0);
    sim.stop().await;
}

#[tokio::test]
async fn a_status_can_be_there_before_the_answer() {
    let receiver = Receiver::start().await;
    let sim = sim_to(&receiver).await;
    sim.set_chaos(Chaos {
        status_first: true,
        equal_timestamps: true,
        ..Chaos::calm()
    });
    sim.set_pace(Pace {
        read: None,
        ..Pace::quick()
    });
    let (_, body) = send(&sim, &text("16505551234", "hi", "m")).await.unwrap();
    let first = receiver.elements("statuses");
    assert_eq!(
        (&first[0]["status"], &first[0]["id"]),
        (&"sent".into(), &body["messages"][0]["id"])
    );
    assert!(sim.quiet(10 * SECOND).await);
    let all = receiver.elements("statuses");
    assert_eq!(all.len(), 2);
    assert_eq!(all[0]["timestamp"], all[1]["timestamp"]);
    sim.stop().await;
}

#[tokio::test]
async fn omitted_keys_take_their_turn() {
    let receiver = Receiver::start().await;
    let sim = sim_to(&receiver).await;
    sim.set_chaos(Chaos {
        omit_keys: true,
        ..Chaos::calm()
    });
    for _ in 0..12 {
        sim.say(NUMBER, &Person::named("16505551234", "Ann"), "hi")
            .unwrap();
    }
    assert!(sim.quiet(10 * SECOND).await);
    let values: Vec<_> = receiver
        .changes()
        .into_iter()
        .map(|(_, change)| change["value"].clone())
        .collect();
    assert_eq!(values.len(), 12);
    let without = |path: &str| {
        values
            .iter()
            .filter(|value| value.pointer(path).is_none())
            .count()
    };
    assert_eq!(without("/contacts"), 1);
    assert_eq!(without("/contacts/0/wa_id"), 2);
    assert_eq!(without("/contacts/0/profile/name"), 3);
    assert_eq!(without("/messages/0/from"), 1);
    assert_eq!(without("/metadata/display_phone_number"), 1);
    assert_eq!(without("/messages/0/text/body"), 0);
    sim.stop().await;
}

#[tokio::test]
async fn a_late_status_can_be_added_to_a_message() {
    let receiver = Receiver::start().await;
    let sim = sim_to(&receiver).await;
    let (_, body) = send(&sim, &text("16505551234", "hi", "m")).await.unwrap();
    assert!(sim.quiet(10 * SECOND).await);
    assert!(sim.status(
        body["messages"][0]["id"].as_str().unwrap(),
        Stage::Failed(131_049)
    ));
    assert!(!sim.status("wamid.unknown", Stage::Read));
    assert!(sim.quiet(10 * SECOND).await);
    assert_eq!(
        receiver.elements("statuses").last().unwrap()["errors"][0]["code"],
        131_049
    );
    sim.stop().await;
}
