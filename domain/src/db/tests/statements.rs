//! What each request costs in statements: a number that noise does not move. Whoever raises one says why.

use crate::{
    Env, conversation, message,
    testing::{self, Fixture, wire::Wire},
    webhook::{Door, Intake, receive},
};
use hmac::Mac as _;
use postern_types::{Compose, ConversationId, ListRequest, Role};
use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

const NUMBER: &str = "106540352242922";

/// A text message of a customer's, signed and received.
async fn webhook(env: &Env, wamid: &str) {
    let at = (env.now().unix_timestamp() - 60).to_string();
    let message = json!({"from":"4915112345","id":wamid,"timestamp":at,"type":"text","text":{"body":"Hello"}});
    let metadata = json!({"display_phone_number":"15550783881","phone_number_id":NUMBER});
    let contact = json!({"wa_id":"4915112345","profile":{"name":"Ada"}});
    let value = json!({"messaging_product":"whatsapp","metadata":metadata,"contacts":[contact],"messages":[message]});
    let change = json!({"field":"messages","value":value});
    let body =
        json!({"object":"whatsapp_business_account","entry":[{"id":"waba-1","changes":[change]}]})
            .to_string();
    let mut mac = crate::crypto::mac(b"app-secret");
    mac.update(body.as_bytes());
    let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    let receipt = receive(env, &Door::Installation, Some(&signature), body.as_bytes()).await;
    assert_eq!(receipt.unwrap().kept, 0);
}

async fn snapshot(env: &Env, fixture: &Fixture) -> ConversationId {
    let mut tenant = fixture.enter(env).await;
    let inbox = conversation::snapshot(env, &mut tenant, &ListRequest::default())
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    inbox.page.rows[0].id
}

async fn page(env: &Env, fixture: &Fixture) {
    let mut tenant = fixture.enter(env).await;
    conversation::list(&mut tenant, &ListRequest::default())
        .await
        .unwrap();
    tenant.commit().await.unwrap();
}

async fn thread(env: &Env, fixture: &Fixture, of: ConversationId) {
    let mut tenant = fixture.enter(env).await;
    message::thread(&mut tenant, of, None).await.unwrap();
    tenant.commit().await.unwrap();
}

async fn reply(env: &Env, fixture: &Fixture, to: ConversationId) {
    let mut tenant = fixture.enter(env).await;
    let reply = Compose {
        id: env.id(),
        conversation: to,
        text: "Good morning".to_owned(),
        note: false,
        reply_to: None,
        sends: None,
    };
    message::compose(env, &mut tenant, &reply).await.unwrap();
    tenant.commit().await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn each_request_sends_as_many_statements_as_are_written_down_here(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (wire, through) = Wire::between(&options);
    let (env, _) = testing::env(through);
    let fixture = testing::workspace(&env, "Shop", Role::Agent).await;
    testing::channel(&env, &fixture, NUMBER).await;
    let mut alone = env.clone();
    alone.intake = Intake::of(0);
    webhook(&env, "first").await;
    let conversation = snapshot(&env, &fixture).await;
    let by_itself = wire.count(webhook(&alone, "w1")).await.0;
    let short = wire.count(webhook(&env, "w2")).await.0;
    let again = wire.count(webhook(&env, "w2")).await.0;
    let wamids: Vec<_> = (0..30).map(|n| format!("together-{n}")).collect();
    let work = futures::future::join_all(wamids.iter().map(|wamid| webhook(&env, wamid)));
    let together = env.intake.together(wamids.len(), work);
    let thirty = wire.count(together).await.0;
    let sent = [
        ("a webhook by itself", by_itself),
        ("a webhook the short way", short),
        ("the same again", again),
        ("thirty webhooks at once", thirty),
        ("the inbox", wire.count(snapshot(&env, &fixture)).await.0),
        (
            "a page of the list",
            wire.count(page(&env, &fixture)).await.0,
        ),
        (
            "a page of a thread",
            wire.count(thread(&env, &fixture, conversation)).await.0,
        ),
        (
            "a reply",
            wire.count(reply(&env, &fixture, conversation)).await.0,
        ),
    ];
    assert_eq!(
        sent,
        [
            ("a webhook by itself", 20),
            ("a webhook the short way", 5),
            ("the same again", 4),
            ("thirty webhooks at once", 5),
            // One for the teams, one for the labels, and one to learn whether few of all are theirs.
            ("the inbox", 10),
            ("a page of the list", 4),
            ("a page of a thread", 4),
            ("a reply", 15),
        ]
    );
}
