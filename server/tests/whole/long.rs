//! Words without end: whatever text a function takes, there is a length above which it is refused, and nothing breaks.

use crate::{
    foreign::{calls, personal},
    tally::{Tally, until, write},
    town::Town,
};
use serde_json::{Value, json};
use std::sync::Arc;

/// Longer than anything that a person means, and shorter than what is refused unread.
const LENGTH: usize = 50_000;

#[tokio::test(flavor = "multi_thread")]
async fn no_function_takes_a_text_without_end() {
    let (town, owner) = Town::found("long").await;
    let url = format!("{}/webhooks/whatsapp", town.url());
    write(town.meta.clone(), url, 1, 1, Arc::new(Tally::default())).await;
    until("a conversation", &town, async || {
        !owner.conversations().await.is_empty()
    })
    .await;
    let before = owner.snapshot().await;
    let text = |pointer: &str| {
        before
            .pointer(pointer)
            .and_then(Value::as_str)
            .expect(pointer)
    };
    let conversation = text("/page/rows/0/id");
    let thread = owner.thread(conversation).await;
    let message = thread[0]["id"].as_str().expect("an id");
    let (channel, member) = (text("/channels/0/id"), text("/members/0/id"));
    let contact = text("/page/rows/0/contact/id");
    let of_workspace = calls(conversation, message, channel, member, contact);
    let mut wrong = Vec::new();
    for (function, arguments) in of_workspace.into_iter().chain(personal()) {
        for place in texts(&arguments, "") {
            let mut long = arguments.clone();
            *long.pointer_mut(&place).expect("it is there") = "x".repeat(LENGTH).into();
            match owner.call(function, long).await {
                Err(refusal) if refusal.starts_with('4') => {}
                Err(fault) => wrong.push(format!("{function} {place}: {fault:.200}")),
                // Nothing that anybody has is called that.
                Ok(found) if function == "trace/find" && found == json!([]) => {}
                Ok(_) => wrong.push(format!("{function} {place}: taken")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(owner.thread(conversation).await, thread);
}

/// Where texts stand in the arguments.
fn texts(value: &Value, place: &str) -> Vec<String> {
    match value {
        Value::String(_) => vec![place.to_owned()],
        Value::Array(items) => items
            .iter()
            .enumerate()
            .flat_map(|(nth, item)| texts(item, &format!("{place}/{nth}")))
            .collect(),
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, field)| texts(field, &format!("{place}/{name}")))
            .collect(),
        _ => Vec::new(),
    }
}
