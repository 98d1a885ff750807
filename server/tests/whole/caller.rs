//! A machine from its key to a message on a phone.

use crate::{
    tally::until,
    town::{ACCOUNT, Town},
};
use postern_sim::TemplateChange;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_key_sends_a_template_to_a_new_number_once_and_reads_that_it_arrived() {
    let (town, api) = Town::found("caller").await;
    let body = Some("Hello {{1}}, your order is packed.");
    let approved = TemplateChange {
        status: Some("APPROVED".to_owned()),
        ..TemplateChange::default()
    };
    town.meta
        .set_template(ACCOUNT, ("order_packed", "en_US"), body, approved, true);
    let channel = api.snapshot().await["channels"][0]["id"].clone();
    api.call("templates/refresh", json!({ "channel": channel }))
        .await
        .expect("it is asked for");
    let scopes = ["messages:write", "messages:read", "templates:read"];
    let new = json!({ "new": { "name": "Shop", "scopes": scopes, "networks": [], "days": 1, "test": false } });
    let made = api.call("keys/make", new).await.expect("a key");
    let key = made["key"].as_str().expect("a key").to_owned();
    let http = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client");
    let get = async |path: &str| -> Value {
        let asked = http
            .get(format!("{}/api/v1/{path}", api.url()))
            .bearer_auth(&key);
        let answer = asked.send().await.expect("an answer");
        answer.json().await.expect("JSON")
    };
    until("the template is listed", &town, async || {
        let page = get("templates?search=order_packed").await;
        page["data"][0]["slots"][0]["key"] == "body.1"
    })
    .await;
    let message = json!({
        "to": "+15550109999", "type": "template",
        "template": { "name": "order_packed", "language": "en_US", "values": { "body.1": "Ines" } },
    });
    let post = async || -> Value {
        let asked = http
            .post(format!("{}/api/v1/messages", api.url()))
            .bearer_auth(&key);
        let asked = asked.header("idempotency-key", "order-7").json(&message);
        asked
            .send()
            .await
            .expect("an answer")
            .json()
            .await
            .expect("JSON")
    };
    let sent = post().await;
    assert_eq!(sent["status"], "queued", "{sent}");
    assert_eq!(post().await, sent);
    let id = sent["id"].as_str().expect("an id");
    until("it is read", &town, async || {
        get(&format!("messages/{id}")).await["status"] == "read"
    })
    .await;
    assert_eq!(town.meta.ledger().sent.len(), 1);
    // Colleagues see it in the inbox, and the audit by which key the key's maker wrote.
    let thread = api
        .thread(sent["conversation"].as_str().expect("an id"))
        .await;
    assert_eq!(thread[0]["id"], sent["id"]);
    let listed = api.call("keys/list", json!({})).await.expect("keys");
    assert!(
        listed[0]["used"].is_number() && listed[0].get("key").is_none(),
        "{listed}"
    );
    assert!(!town.log().contains(&key), "no line of the log has a key");
    api.call("keys/revoke", json!({ "id": made["id"] }))
        .await
        .expect("revoked");
    assert_eq!(get("me").await["code"], "unauthorized");
}
