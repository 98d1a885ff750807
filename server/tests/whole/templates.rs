//! Templates over the whole way: listed by Meta, changed by webhook, sent to somebody who never wrote.

use crate::{
    api::Api,
    tally::until,
    town::{ACCOUNT, NUMBER, Town},
};
use postern_sim::TemplateChange;
use serde_json::{Value, json};
use std::time::Duration;

/// The channel of the only number.
async fn channel(api: &Api) -> Value {
    api.snapshot().await["channels"][0]["id"].clone()
}

/// The template of that name as the picker reads it.
async fn found(api: &Api, channel: &Value, name: &str) -> Option<Value> {
    let request = json!({ "channel": channel, "search": name, "category": null, "language": null });
    let page = api
        .call("templates/list", json!({ "request": request }))
        .await
        .expect("a page");
    page["templates"].as_array()?.first().cloned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_is_listed_changed_by_webhook_and_begins_a_conversation_once() {
    let (town, api) = Town::found("templates").await;
    let channel = channel(&api).await;
    let set = |change: TemplateChange| {
        let body = Some("Hello {{1}}, your order is packed.");
        town.meta
            .set_template(ACCOUNT, ("order_packed", "en_US"), body, change, true);
    };
    set(TemplateChange::default());
    let status = |word: &str| TemplateChange {
        status: Some(word.to_owned()),
        ..TemplateChange::default()
    };
    api.call("templates/refresh", json!({ "channel": channel }))
        .await
        .expect("it is asked for");
    // What the account begins with is listed when the number is connected; a new one is told of by webhook, or asked for.
    set(status("APPROVED"));
    let is = async |word: &str| {
        let template = found(&api, &channel, "order_packed").await;
        template.is_some_and(|template| template["status"] == word)
    };
    until("the template is listed", &town, async || {
        is("APPROVED").await
    })
    .await;
    set(status("PAUSED"));
    until("the template is paused", &town, async || is("PAUSED").await).await;
    let template = found(&api, &channel, "order_packed")
        .await
        .expect("it is listed")["id"]
        .clone();
    let asked = |phone: &str, value: &str| {
        json!({ "asked": { "id": "0192f000-0000-7000-8000-0000000000aa", "channel": channel, "phone": phone,
            "template": template, "fill": { "values": { "body.1": value } } } })
    };
    let start =
        async |phone: &str, value: &str| api.call("templates/start", asked(phone, value)).await;
    let refused = start("+15550109999", "Ines")
        .await
        .expect_err("it is paused");
    assert!(
        refused.starts_with("409") && refused.contains("paused"),
        "{refused}"
    );
    // Meta tells whole seconds: what it says twice within one is one webhook, delivered twice.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    set(status("APPROVED"));
    until("the template is approved", &town, async || {
        is("APPROVED").await
    })
    .await;
    for (phone, value, words) in [
        ("555 0109999", "Ines", "country code"),
        ("+15550109999", "two\nlines", "one line"),
        ("+15550109999", "", "Fill this in"),
    ] {
        let refused = start(phone, value).await.expect_err("it is refused");
        assert!(
            refused.starts_with("422") && refused.contains(words),
            "{refused}"
        );
    }
    assert!(
        api.conversations().await.is_empty(),
        "nothing is left of what was refused"
    );

    let message = start("+1 (555) 010-9999", "Ines 👋 {{1}}")
        .await
        .expect("it is queued");
    let again = start("+15550109999", "Ines 👋 {{1}}")
        .await
        .expect("the same");
    assert_eq!(again["id"], message["id"]);
    let conversation = message["conversation"].as_str().expect("an id").to_owned();
    until("it is read", &town, async || {
        let thread = api.thread(&conversation).await;
        thread.len() == 1 && thread[0]["status"] == "read"
    })
    .await;
    let ledger = town.meta.ledger();
    let [only] = &ledger.sent[..] else {
        panic!("one message: {:?}", ledger.sent);
    };
    assert_eq!(
        (only.kind.as_str(), only.phone_number_id.as_str()),
        ("template", NUMBER)
    );
    assert_eq!(
        only.body["template"],
        json!({ "name": "order_packed", "language": { "code": "en_US" }, "components": [
            { "type": "body", "parameters": [{ "type": "text", "text": "Ines 👋 {{1}}" }] }] })
    );
}
