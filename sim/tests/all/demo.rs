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

const SCRIPT: Script = Script {
    opening: &[Line::Text("hi")],
    answers: &[Line::Text("one")],
    pleasantries: &[Line::Text("thanks")],
    reminders: &[Line::Text("hello?")],
    musings: &[Line::Text("by the way")],
};

fn play(customers: &[&str], most_messages: usize, most_each: usize) -> Cast {
    let customers = customers.iter().map(|wa_id| Customer {
        person: Person::new(*wa_id),
        phone_number_id: NUMBER.to_owned(),
        opens_after: Duration::ZERO,
        script: SCRIPT,
    });
    Cast {
        customers: customers.collect(),
        typing: QUICK,
        chatter: QUICK,
        most_messages,
        most_each,
    }
}

#[tokio::test]
async fn who_is_not_answered_reminds_and_who_is_answered_thinks_of_something() {
    let receiver = Receiver::start().await;
    let sim = sim_to(&receiver).await;
    sim.start_demo(play(&[AMELIA], 1000, 1000));
    let says = |line: &'static str| {
        move |receiver: &Receiver| texts(receiver, AMELIA).iter().any(|text| text == line)
    };
    receiver.until("a reminder", says("hello?")).await;
    assert!(!says("by the way")(&receiver));
    for answer in ["one", "thanks"] {
        send(&sim, &text(AMELIA, "At your service", answer))
            .await
            .unwrap();
        receiver.until("an answer", says(answer)).await;
    }
    receiver.until("a thought", says("by the way")).await;
    sim.stop().await;
}

#[tokio::test]
async fn nobody_says_more_than_they_may() {
    let receiver = Receiver::start().await;
    let sim = sim_to(&receiver).await;
    let people = [AMELIA, "16505551234"];
    sim.start_demo(play(&people, 5, 3));
    receiver
        .until("five messages", |receiver| {
            receiver.elements("messages").len() == 5
        })
        .await;
    // Were more to come, it would come within the time that twenty messages take to be read.
    for turn in 0..20 {
        send(&sim, &text(people[turn % 2], "And?", &format!("m-{turn}")))
            .await
            .unwrap();
        assert!(sim.quiet(10 * SECOND).await);
    }
    assert_eq!(receiver.elements("messages").len(), 5);
    assert!(
        people
            .iter()
            .all(|person| from(&receiver, person).len() <= 3)
    );
    sim.stop().await;
}
