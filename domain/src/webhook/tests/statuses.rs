//! What becomes of messages that went out.

use super::*;
use crate::{message, status};
use postern_types::{Compose, MessageId, SendFault, Status};
use sqlx::postgres::PgPoolOptions;

/// A shop with a conversation in which a reply went to Meta; its answer, if any, was `wamid`.
async fn replied(
    options: PgConnectOptions,
    state: Status,
    wamid: Option<&str>,
) -> (Shop, MessageId) {
    let shop = shop(options).await;
    shop.deliver(messages(&[text(
        "4915112345",
        "in",
        "hi",
        recently(&shop.env),
    )]))
    .await;
    let conversation = shop.threads().await[0].0.id;
    let id: MessageId = shop.env.id();
    let mut tenant = shop.enter().await;
    let compose = Compose {
        id,
        conversation,
        text: "reply".into(),
        note: false,
        reply_to: None,
        sends: None,
    };
    message::compose(&shop.env, &mut tenant, &compose)
        .await
        .unwrap();
    set(&mut tenant, id, state, wamid).await;
    tenant.commit().await.unwrap();
    (shop, id)
}

async fn set(tenant: &mut Tenant, id: MessageId, state: Status, wamid: Option<&str>) {
    let workspace = tenant.workspace();
    sqlx::query("UPDATE message SET status = $3, wamid = $4 WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.0)
        .bind(id.0)
        .bind(state.as_str())
        .bind(wamid)
        .execute(tenant.conn())
        .await
        .unwrap();
}

fn news(wamid: &str, status: &str, at: i64) -> Value {
    json!({"id":wamid,"status":status,"timestamp":at.to_string(),"recipient_id":"4915112345"})
}

fn statuses(elements: &[Value]) -> String {
    body(&[change(NUMBER, "statuses", elements)])
}

impl Shop {
    async fn message(&self, id: MessageId) -> MessageView {
        message::find(&mut self.enter().await, id).await.unwrap()
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn ticks_move_forward_only_whatever_the_order_and_the_list_shows_them(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (shop, id) = replied(options, Status::Accepted, Some("out")).await;
    let at = recently(&shop.env);
    for (word, expected) in [
        ("delivered", Status::Delivered),
        ("sent", Status::Delivered),
        ("warning", Status::Delivered),
        ("read", Status::Read),
        ("failed", Status::Read),
        ("delivered", Status::Read),
    ] {
        let receipt = shop.deliver(statuses(&[news("out", word, at)])).await;
        assert_eq!(receipt.kept, 0, "{word}");
        assert_eq!(shop.message(id).await.status, expected, "{word}");
        let row = shop.threads().await.remove(0).0;
        assert_eq!(row.last.unwrap().status, expected, "{word}");
    }
    assert_eq!(shop.message(id).await.status_at.0, at * 1000);
    // Each step was told, and nothing else.
    let before = shop.count("event").await;
    let all = ["sent", "delivered", "read"].map(|word| news("out", word, at));
    shop.deliver(statuses(&all)).await;
    assert_eq!(shop.count("event").await, before);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_failure_says_why_in_words_and_gives_way_to_an_arrival(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (shop, id) = replied(options, Status::Accepted, Some("out")).await;
    let mut failed = news("out", "failed", recently(&shop.env));
    failed["errors"] = json!([{"code":131_026,"title":"Message undeliverable"}]);
    shop.deliver(statuses(&[failed])).await;
    let message = shop.message(id).await;
    assert_eq!(message.status, Status::Failed);
    let (reason, retry) = crate::fault::words(131_026);
    let fault = SendFault {
        code: 131_026,
        reason: reason.to_owned(),
        retry,
        details: Some("Message undeliverable".into()),
    };
    assert_eq!(message.fault, Some(fault));
    shop.deliver(statuses(&[news("out", "sent", 1)])).await;
    assert_eq!(shop.message(id).await.status, Status::Failed);
    shop.deliver(statuses(&[news("out", "delivered", 1)])).await;
    let message = shop.message(id).await;
    assert_eq!((message.status, message.fault), (Status::Delivered, None));
}

#[sqlx::test(migrations = "../migrations")]
async fn our_own_id_settles_what_meta_never_answered(_: PgPoolOptions, options: PgConnectOptions) {
    let (shop, id) = replied(options, Status::Sending, None).await;
    for (state, wamid) in [(Status::Sending, "out1"), (Status::Unknown, "out2")] {
        let mut tenant = shop.enter().await;
        set(&mut tenant, id, state, None).await;
        tenant.commit().await.unwrap();
        let mut sent = news(wamid, "sent", recently(&shop.env));
        sent["biz_opaque_callback_data"] = json!(id.to_string());
        shop.deliver(statuses(&[sent])).await;
        let message = shop.message(id).await;
        assert_eq!((message.status, message.ask_at), (Status::Sent, None));
        // Its wamid is known from then on.
        shop.deliver(statuses(&[news(wamid, "read", 1)])).await;
        assert_eq!(shop.message(id).await.status, Status::Read);
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_failure_of_an_earlier_try_does_not_fail_the_try_in_flight(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (shop, id) = replied(options, Status::Sending, Some("first")).await;
    let tagged = |wamid: &str, word: &str| {
        let mut status = news(wamid, word, 1);
        status["biz_opaque_callback_data"] = json!(id.to_string());
        statuses(&[status])
    };
    shop.deliver(tagged("first", "failed")).await;
    assert_eq!(shop.message(id).await.status, Status::Sending);
    shop.deliver(tagged("second", "sent")).await;
    assert_eq!(shop.message(id).await.status, Status::Sent);
    // The first is another try now: late news of it change nothing.
    shop.deliver(tagged("first", "failed")).await;
    assert_eq!(shop.message(id).await.status, Status::Sent);
    shop.deliver(tagged("second", "failed")).await;
    assert_eq!(shop.message(id).await.status, Status::Failed);
}

#[sqlx::test(migrations = "../migrations")]
async fn statuses_before_metas_answer_wait_for_it(_: PgPoolOptions, options: PgConnectOptions) {
    let (shop, id) = replied(options, Status::Sending, None).await;
    let at = recently(&shop.env);
    for word in ["delivered", "sent", "delivered"] {
        shop.deliver(statuses(&[
            news("out", word, at),
            news("never", word, at + 1),
        ]))
        .await;
    }
    assert_eq!(shop.message(id).await.status, Status::Sending);
    assert_eq!(shop.count("status_early").await, 4);
    let mut tenant = shop.enter().await;
    set(&mut tenant, id, Status::Accepted, Some("out")).await;
    status::take_early(&shop.env, &mut tenant, shop.channel, "out", id)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    assert_eq!(shop.message(id).await.status, Status::Delivered);
    assert_eq!(shop.count("status_early").await, 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_status_that_names_a_message_brings_those_that_did_not(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (shop, id) = replied(options, Status::Unknown, None).await;
    shop.deliver(statuses(&[news("out", "delivered", 2)])).await;
    assert_eq!(shop.message(id).await.status, Status::Unknown);
    let mut sent = news("out", "sent", 1);
    sent["biz_opaque_callback_data"] = json!(id.to_string());
    shop.deliver(statuses(&[sent])).await;
    assert_eq!(shop.message(id).await.status, Status::Delivered);
    assert_eq!(shop.count("status_early").await, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn an_answer_and_a_status_at_the_same_moment_find_each_other(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (shop, id) = replied(options, Status::Sending, None).await;
    for round in 0..20 {
        let wamid = format!("out{round}");
        let mut tenant = shop.enter().await;
        set(&mut tenant, id, Status::Sending, None).await;
        tenant.commit().await.unwrap();
        let answer = async {
            let mut tenant = shop.enter().await;
            set(&mut tenant, id, Status::Accepted, Some(&wamid)).await;
            status::take_early(&shop.env, &mut tenant, shop.channel, &wamid, id)
                .await
                .unwrap();
            tenant.commit().await.unwrap();
        };
        let status = async {
            shop.deliver(statuses(&[news(&wamid, "delivered", 1)]))
                .await;
        };
        if round % 2 == 0 {
            futures::join!(answer, status);
        } else {
            futures::join!(status, answer);
        }
        assert_eq!(
            shop.message(id).await.status,
            Status::Delivered,
            "round {round}"
        );
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_status_waits_for_an_answer_that_is_being_stored(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (shop, id) = replied(options, Status::Sending, None).await;
    let mut tenant = shop.enter().await;
    set(&mut tenant, id, Status::Accepted, Some("out")).await;
    status::take_early(&shop.env, &mut tenant, shop.channel, "out", id)
        .await
        .unwrap();
    let mut delivery = Box::pin(shop.deliver(statuses(&[news("out", "delivered", 1)])));
    assert!(waits(&shop.env, &mut delivery).await);
    tenant.commit().await.unwrap();
    delivery.await;
    assert_eq!(shop.message(id).await.status, Status::Delivered);
    assert_eq!(shop.count("status_early").await, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn another_workspaces_status_does_not_touch_a_message(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (shop, id) = replied(options, Status::Unknown, Some("out")).await;
    neighbour(&shop.env, "777").await;
    let mut forged = news("out", "read", 1);
    forged["biz_opaque_callback_data"] = json!(id.to_string());
    let receipt = shop
        .deliver(body(&[change("777", "statuses", &[forged.clone()])]))
        .await;
    assert_eq!(receipt.applied, 1);
    assert_eq!(shop.message(id).await.status, Status::Unknown);
    assert_eq!(shop.count("status_early").await, 0);
    // Nor does another number of the same workspace.
    testing::channel(&shop.env, &shop.fixture, "778").await;
    shop.deliver(body(&[change("778", "statuses", &[forged])]))
        .await;
    assert_eq!(shop.message(id).await.status, Status::Unknown);
    assert_eq!(shop.count("status_early").await, 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_status_teaches_the_recipients_other_id(_: PgPoolOptions, options: PgConnectOptions) {
    let (shop, _) = replied(options, Status::Accepted, Some("out")).await;
    let mut sent = news("out", "sent", 1);
    sent["recipient_user_id"] = json!("DE.abc");
    shop.deliver(statuses(&[sent])).await;
    shop.deliver(messages(&[text(
        "DE.abc",
        "w2",
        "me again",
        recently(&shop.env) + 1,
    )]))
    .await;
    assert_eq!(shop.texts().await, ["hi", "me again", "reply"]);
}
