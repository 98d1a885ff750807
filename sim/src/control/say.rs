//! `POST /_control/say`: a customer sends something.

mod kind;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::Sim;
use super::fields::{Fields, Wrong};
use crate::wire::{Content, Inbound, Person};

pub(super) async fn say(
    State(sim): Sim,
    Json(body): Json<Map<String, Value>>,
) -> Result<Json<Value>, Response> {
    let mut fields = Fields(body);
    let number = fields.number(&sim);
    let channel = sim.channel(&number).map_err(IntoResponse::into_response)?;
    let said = read(&mut fields, &channel.display_phone_number);
    let (from, inbound) = said.map_err(IntoResponse::into_response)?;
    let echo = fields.yes("echo");
    fields.done().map_err(IntoResponse::into_response)?;
    let media_id = inbound.content.file.as_ref().map(|file| file.id.clone());
    let id = if echo {
        sim.echo(&number, &from, inbound)
    } else {
        sim.hear(&number, &from, inbound)
    };
    let id = id.map_err(IntoResponse::into_response)?;
    let mut answer = json!({ "id": id });
    crate::wire::put(&mut answer, "media_id", media_id.as_deref());
    Ok(Json(answer))
}

fn read(fields: &mut Fields, display: &str) -> Result<(Person, Inbound), Wrong> {
    let from = fields.person()?;
    let content = match (fields.text("text"), fields.text("kind")) {
        (Some(text), None) => Content::text(&text),
        (text, Some(kind)) => {
            let object = fields.value("object");
            match (object, text) {
                (Some(object), None) => Content::new(&kind, object),
                (None, text) => kind::content(&kind, text, &from, fields)?,
                _ => return Err(Wrong("either text or object".to_owned())),
            }
        }
        (None, None) => return Err(Wrong("either text or kind".to_owned())),
    };
    let content = beside(content, fields, display)?;
    let mut inbound = Inbound::new(&from, content);
    if let Some(id) = fields.text("id") {
        inbound.id = id;
    }
    if let Some(timestamp) = fields.read("timestamp")? {
        inbound.timestamp = timestamp;
    }
    Ok((from, inbound))
}

/// What stands beside the object of any type: `reply_to` (and `reply_from`), `forwarded`, `frequently_forwarded`, `product`
/// `{catalog_id, product_retailer_id}`, `referral` (true: an ad), `group_id`, `identity` (a hash), `errors` (a code),
/// `hollow` (no object at all), and in `with` any other key.
fn beside(mut content: Content, fields: &mut Fields, display: &str) -> Result<Content, Wrong> {
    let reply_from = fields.word("reply_from", display);
    if let Some(id) = fields.text("reply_to") {
        content = content.replying_to(&reply_from, &id);
    }
    for key in ["forwarded", "frequently_forwarded"] {
        if fields.yes(key) {
            content = content.in_context(json!({ key: true }));
        }
    }
    if let Some(product) = fields.value("product") {
        content = content.in_context(json!({ "referred_product": product }));
    }
    match fields.value("referral") {
        Some(Value::Bool(true)) => content = content.with("referral", ad()),
        Some(referral) => content = content.with("referral", referral),
        None => {}
    }
    if let Some(group) = fields.text("group_id") {
        content = content.with("group_id", json!(group));
    }
    if let Some(hash) = fields.text("identity") {
        let since = crate::clock::now().to_string();
        let identity = json!({ "acknowledged": true, "created_timestamp": since, "hash": hash });
        content = content.with("identity", identity);
    }
    if let Some(code) = fields.read("errors")? {
        content = content.failing(code);
    }
    if fields.yes("hollow") {
        content = content.hollow();
    }
    for (key, value) in fields
        .read::<Map<String, Value>>("with")?
        .unwrap_or_default()
    {
        content = content.with(&key, value);
    }
    Ok(content)
}

fn ad() -> Value {
    json!({
        "source_url": "https://fb.me/simulated",
        "source_id": "120208000000000001",
        "source_type": "ad",
        "headline": "Fresh from the roastery",
        "body": "Order today, drink it on Friday.",
        "media_type": "image",
        "image_url": "https://scontent.xx.fbcdn.net/simulated.jpg",
        "ctwa_clid": "Aff-n8ZTODiE79d22KtAwQKj9e_mIEOOj27vDVwFjN80dp4",
        "welcome_message": { "text": "Hello! What can we do for you?" },
    })
}
