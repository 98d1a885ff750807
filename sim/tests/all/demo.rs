//! The script, played quickly against a small receiver.

use std::time::Duration;

use postern_sim::demo::{Cast, Customer, Line, Script};
use postern_sim::wire::Person;
use serde_json::Value;

use crate::support::{NUMBER, Receiver, SECOND, send, sim_to, text};

const QUICK: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(10));

const AMELIA: &str = "447700900123";

fn cast() -> Cast {
    let mut cast = Cast::of_the_demo(vec![NUMBER.to_owned()]);
    for customer in &mut cast.customers {
        customer.opens_after /= 200;
    }
    cast.typing = QUICK;
    cast
}

fn from(receiver: &Receiver, person: &str) -> Vec<Value> {
    let mut messages = receiver.elements("messages");
    messages.retain(|one| one["from"] == person);
    messages
}

fn texts(receiver: &Receiver, person: &str) -> Vec<String> {
    let messages = from(receiver, person);
    let texts = messages
        .iter()
        .filter_map(|one| one["text"]["body"].as_str());
    texts.map(str::to_owned).collect()
}

#[tokio::test]
async fn fourteen_customers_open_and_answer_when_they_are_answered() {
    let receiver = Receiver::start().await;
    let sim = sim_to(&receiver).await;
    sim.start_demo(cast());
    receiver
        .until("everybody wrote", |receiver| {
            let messages = receiver.elements("messages");
            let people: std::collections::BTreeSet<_> =
                messages.iter().map(|one| one["from"].to_string()).collect();
            people.len() == 14
        })
        .await;
    assert!(
        receiver
            .changes()
            .iter()
            .any(|(_, change)| change["value"]["contacts"][0].get("profile").is_none())
    );

    assert_eq!(texts(&receiver, AMELIA).len(), 1);
    send(&sim, &text(AMELIA, "It left us this morning!", "m-1"))
        .await
        .unwrap();
    receiver
        .until("Amelia answers", |receiver| {
            texts(receiver, AMELIA).len() == 2
        })
        .await;
    for (turn, kind) in [(2, "text"), (3, "reaction")] {
        send(&sim, &text(AMELIA, "Of course", &format!("m-{turn}")))
            .await
            .unwrap();
        receiver
            .until("Amelia answers again", |receiver| {
                from(receiver, AMELIA).len() == turn + 1
            })
            .await;
        assert_eq!(from(&receiver, AMELIA)[turn]["type"], kind);
    }
    sim.stop_demo();
    assert!(sim.quiet(10 * SECOND).await);
    let before = sim.deliveries();
    send(&sim, &text(AMELIA, "Anyone?", "m-9")).await.unwrap();
    assert!(sim.quiet(10 * SECOND).await);
    assert_eq!(
        sim.deliveries().acknowledged,
        before.acknowledged + 3,
        "more than the three statuses came"
    );
    sim.stop().await;
}

#[tokio::test]
async fn nobody_says_more_than_they_may() {
    const LINES: &[Line] = &[Line::Text("one"), Line::Text("two")];
    let receiver = Receiver::start().await;
    let sim = sim_to(&receiver).await;
    sim.start_demo(Cast {
        customers: vec![Customer {
            person: Person::new("16505551234"),
            phone_number_id: NUMBER.to_owned(),
            opens_after: Duration::ZERO,
            script: Script {
                opening: &[Line::Text("hi")],
                answers: LINES,
                pleasantries: LINES,
                musings: &[Line::Text("hm")],
            },
        }],
        typing: QUICK,
        chatter: QUICK,
        most_messages: 100,
        most_each: 3,
    });
    // The opening and, unasked, the one musing.
    receiver
        .until("opened and mused", |receiver| {
            texts(receiver, "16505551234").len() == 2
        })
        .await;
    send(&sim, &text("16505551234", "a", "m-1")).await.unwrap();
    receiver
        .until("answered", |receiver| {
            texts(receiver, "16505551234").len() == 3
        })
        .await;
    send(&sim, &text("16505551234", "b", "m-2")).await.unwrap();
    // Were there an answer, it would come within twenty milliseconds; the statuses take as long.
    assert!(sim.quiet(10 * SECOND).await);
    receiver
        .until("the last is read", |receiver| {
            receiver
                .elements("statuses")
                .iter()
                .filter(|one| one["status"] == "read")
                .count()
                == 2
        })
        .await;
    assert_eq!(texts(&receiver, "16505551234"), ["hi", "hm", "one"]);
    sim.stop().await;
}
