//! What Meta tells of a code's message, and what its person says.

use super::*;
use crate::webhook::{Door, Receipt, receive};
use hmac::Mac as _;

/// Delivers a change of the number through the installation's door, signed.
async fn deliver(s: &Scene, number: &str, key: &str, element: Value) -> Receipt {
    let metadata = json!({ "display_phone_number": "15550783881", "phone_number_id": number });
    let change = json!({ "field": "messages", "value": {
        "messaging_product": "whatsapp", "metadata": metadata, key: [element] } });
    let body = json!({ "object": "whatsapp_business_account", "entry": [{ "id": "waba-1", "changes": [change] }] })
        .to_string();
    let mut mac = crate::crypto::mac(b"app-secret");
    mac.update(body.as_bytes());
    let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    let receipt = receive(
        &s.env,
        &Door::Installation,
        Some(&signature),
        body.as_bytes(),
    )
    .await;
    receipt.unwrap()
}

fn status(s: &Scene, wamid: &str, word: &str) -> Value {
    let mut status = json!({ "id": wamid, "status": word, "timestamp": s.env.now().unix_timestamp().to_string(),
        "recipient_id": "4915123456789", "recipient_user_id": "DE.somebody" });
    if word == "failed" {
        status["errors"] = json!([{ "code": 131_026, "title": "Message undeliverable" }]);
    }
    status
}

async fn tell(s: &Scene, wamid: &str, word: &str) {
    // The same bytes again would be a replay.
    s.clock.by(Duration::seconds(1));
    let receipt = deliver(s, NUMBER, "statuses", status(s, wamid, word)).await;
    assert_eq!((receipt.applied, receipt.quarantined), (1, 0), "{word}");
}

#[sqlx::test(migrations = "../migrations")]
async fn statuses_move_a_code_forward_and_make_nobody(_: PgPoolOptions, options: PgConnectOptions) {
    let s = taking(options).await;
    let made = s.ask(PHONE).await.unwrap();
    thread::work(&s.env).await;
    for (word, expected) in [
        ("sent", Status::Sent),
        ("delivered", Status::Delivered),
        ("sent", Status::Delivered),
        ("read", Status::Read),
        ("failed", Status::Read),
        ("delivered", Status::Read),
    ] {
        tell(&s, "wamid.0", word).await;
        assert_eq!(s.delivery(made.id).await, expected, "{word}");
    }
    assert_eq!(s.view(made.id).await.fault, None);
    for table in ["contact", "conversation", "message", "status_early"] {
        assert_eq!(s.count(table).await, 0, "{table}");
    }
    // What is told of something else waits as before.
    tell(&s, "wamid.other", "sent").await;
    assert_eq!(s.count("status_early").await, 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_status_that_comes_before_the_answer_or_names_our_try_alone_is_matched_as_well(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = taking(options).await;
    let early = s.ask(PHONE).await.unwrap();
    let job = s.claim().await;
    let letter = s.fly(&job).await.unwrap();
    tell(&s, "wamid.early", "sent").await;
    tell(&s, "wamid.early", "delivered").await;
    assert_eq!(s.count("status_early").await, 2);
    let outcome = crate::graph::Outcome::Accepted {
        wamid: "wamid.early".to_owned(),
        held: false,
    };
    crate::otp::finish::finish(&s.env, &job, &letter, outcome)
        .await
        .unwrap();
    assert_eq!(s.delivery(early.id).await, Status::Delivered);
    assert_eq!(s.count("status_early").await, 0);

    // The answer was lost; the status brings our own id of the try.
    let lost = s.ask("+49 1512 3456780").await.unwrap();
    let job = s.claim().await;
    let letter = s.fly(&job).await.unwrap();
    s.lease_ends().await;
    thread::work(&s.env).await;
    assert_eq!(s.delivery(lost.id).await, Status::Unknown);
    let mut news = status(&s, "wamid.lost", "failed");
    news["biz_opaque_callback_data"] = letter.attempt.to_string().into();
    deliver(&s, NUMBER, "statuses", news).await;
    let view = s.view(lost.id).await;
    assert_eq!(
        (view.delivery, view.fault_code),
        (Some(Status::Failed), Some(131_026))
    );
    // From then on by Meta's: it arrived after all.
    tell(&s, "wamid.lost", "delivered").await;
    let view = s.view(lost.id).await;
    assert_eq!((view.delivery, view.fault), (Some(Status::Delivered), None));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_status_of_another_number_or_workspace_moves_no_code(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = taking(options).await;
    let two = testing::workspace(&s.env, "Two", Role::Owner).await;
    testing::channel(&s.env, &two, "200").await;
    testing::channel(&s.env, &s.fixture, "300").await;
    let made = s.ask(PHONE).await.unwrap();
    let job = s.claim().await;
    let letter = s.fly(&job).await.unwrap();
    let outcome = crate::graph::Outcome::Accepted {
        wamid: "wamid.ours".to_owned(),
        held: false,
    };
    crate::otp::finish::finish(&s.env, &job, &letter, outcome)
        .await
        .unwrap();
    for number in ["200", "300"] {
        let mut news = status(&s, "wamid.ours", "read");
        news["biz_opaque_callback_data"] = letter.attempt.to_string().into();
        deliver(&s, number, "statuses", news).await;
        assert_eq!(s.delivery(made.id).await, Status::Accepted, "{number}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn what_the_person_answers_is_an_ordinary_message(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = taking(options).await;
    s.ask(PHONE).await.unwrap();
    thread::work(&s.env).await;
    let text = json!({ "from": "4915123456789", "id": "wamid.in", "type": "text", "text": { "body": "What is this?" },
        "timestamp": s.env.now().unix_timestamp().to_string(), "context": { "id": "wamid.0" } });
    deliver(&s, NUMBER, "messages", text).await;
    assert_eq!(s.count("contact").await, 1);
    assert_eq!(s.count("conversation").await, 1);
    let mut tenant = s.enter().await;
    let rows: Vec<(String, String)> = sqlx::query_as("SELECT direction, body FROM message")
        .fetch_all(tenant.conn())
        .await
        .unwrap();
    assert_eq!(rows, [("in".to_owned(), "What is this?".to_owned())]);
}
