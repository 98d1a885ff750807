//! Ids that are none, and ids that stand where others would.

use super::*;
use crate::quarantine;
use sqlx::postgres::PgPoolOptions;

#[sqlx::test(migrations = "../migrations")]
async fn an_id_that_the_database_does_not_take_names_nobody_and_its_siblings_are_applied(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let at = recently(&shop.env);
    let strange = ["10654\u{0}", "\u{0}", &"1".repeat(100_000)];
    for (n, strange) in strange.into_iter().enumerate() {
        let news = json!({"field":"account_update","value":{"waba_info":{"waba_id":strange}}});
        let entries = json!([
            {"id":"waba-1","changes":[
                change(strange, "messages", &[text("4915112345", "x", "x", at)]),
                change(NUMBER, "messages", &[text("4915112345", &format!("w{n}"), &format!("{n}"), at)]),
            ]},
            {"id":strange,"changes":[news]},
        ]);
        let body = json!({"entry":entries}).to_string();
        let receipt = shop.deliver(&body).await;
        assert_eq!(
            (receipt.applied, receipt.kept, receipt.quarantined),
            (1, 0, 2),
            "{n}"
        );
    }
    assert_eq!(shop.texts().await, ["0", "1", "2"]);
    let listed = quarantine::list(&shop.env).await.unwrap();
    let count = |reason: &str| listed.iter().filter(|piece| piece.reason == reason).count();
    assert_eq!(
        (count("unknown_number"), count("unknown_account")),
        (3, 3),
        "a number that cannot be one is not taken for absent"
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn nul_in_a_messages_ids_and_kind_is_left_out_and_the_message_shown(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let mut message = text("49151\u{0}12345", "w\u{0}1", "hi", recently(&shop.env));
    message["type"] = json!("te\u{0}xt");
    message["from_user_id"] = json!("DE.\u{0}abc");
    assert_eq!(shop.deliver(messages(&[message])).await.applied, 1);
    assert_eq!(shop.texts().await, ["hi"]);
    let row = shop.threads().await.remove(0).0;
    assert_eq!(row.contact.phone.as_deref(), Some("+4915112345"));
    let status = json!({"id":"o\u{0}ut","status":"sent","biz_opaque_callback_data":"\u{0}"});
    let receipt = shop
        .deliver(body(&[change(NUMBER, "statuses", &[status])]))
        .await;
    assert_eq!(receipt.applied, 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn the_same_wamid_at_two_numbers_is_two_messages(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    testing::channel(&shop.env, &shop.fixture, "777").await;
    let at = recently(&shop.env);
    let both = body(&[
        change(NUMBER, "messages", &[text("4915112345", "same", "one", at)]),
        change("777", "messages", &[text("4915112345", "same", "two", at)]),
    ]);
    assert_eq!(shop.deliver(&both).await.applied, 1);
    let threads = shop.threads().await;
    assert_eq!(threads.len(), 2);
    assert_ne!(threads[0].0.channel, threads[1].0.channel);
    assert_eq!(shop.count("contact").await, 1);
    // Each of them once.
    let again = body(&[change(
        "777",
        "messages",
        &[text("4915112345", "same", "two", at)],
    )]);
    assert_eq!(shop.deliver(&again).await.applied, 1);
    assert_eq!(shop.count("message").await, 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_written_in_a_group_is_kept_and_stands_in_nobodys_conversation(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let at = recently(&shop.env);
    let mut group = text("4915112345", "w1", "to all of you", at);
    group["group_id"] = json!("Y2FwaV9ncm91cDoxNzA1NTU1MDEzOToxMjAzNjM0MDQ2OTQyMzM4MjAZD");
    let mut change = change(NUMBER, "messages", &[group.clone()]);
    change["value"]["contacts"] = json!([{"wa_id":"4915112345","profile":{"name":"Ana"}}]);
    let receipt = shop.deliver(body(&[change])).await;
    assert_eq!(
        receipt,
        Receipt {
            applied: 1,
            ..Receipt::default()
        }
    );
    assert!(shop.threads().await.is_empty());
    assert_eq!(shop.count("contact").await, 0);
    assert!(shop.waiting().await.is_empty());
    assert_eq!(shop.count("channel_event").await, 1);
    // Beside one that is theirs.
    let mut own = text("4915112345", "w2", "to you", at);
    own["group_id"] = json!("");
    assert_eq!(shop.deliver(messages(&[group, own])).await.applied, 1);
    assert_eq!(shop.texts().await, ["to you"]);
}
