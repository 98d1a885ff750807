//! The kinds that `say` knows, each with its keys; all keys have a value of their own when they are left out.
//!
//! | kind | keys |
//! | --- | --- |
//! | `text` | `text` |
//! | `image`, `video`, `audio`, `voice`, `document`, `sticker` | `caption`, `filename`, and what `file` reads: `sample`, `bytes` (base64), `mime`, `url`, `quirk`, `media_id` |
//! | `location` | `latitude`, `longitude`, `place`, `address` |
//! | `contacts` | `contact`, `phone` (null: none), `origin`, `vcard` |
//! | `button` | `text`, `payload` |
//! | `button_reply`, `list_reply` | `option`, `title`, `description` |
//! | `nfm_reply` | `form`, `body`, `response_json` (a text, or any JSON) |
//! | `call_permission_reply` | `accepts` |
//! | `payment_method` | `reference_id` |
//! | `reaction` | `message_id`, `emoji` (left out: taken away) |
//! | `order` | `catalog_id`, `item`, `quantity`, `price`, `text` |
//! | `number_changed`, `number_changed_formerly` | `to` |
//! | `user_id_changed` | `to` |
//! | `identity_changed` | `hash` |
//! | `unsupported` | `what`, `raw_type`, `errors` |
//! | `unknown`, `request_welcome` | |
//! | `edit` | `message_id`, `text` |
//! | `revoke` | `message_id` |
//!
//! Any other kind goes out as it is, with an empty object.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::super::fields::{Fields, Wrong, some_message};
use crate::media::Attachment;
use crate::sample::Sample;
use crate::wire::{Content, Person};

pub(super) fn content(
    kind: &str,
    text: Option<String>,
    from: &Person,
    fields: &mut Fields,
) -> Result<Content, Wrong> {
    if text.is_some() && !["text", "button", "order", "edit"].contains(&kind) {
        return Err(Wrong(format!("no text with {kind}")));
    }
    let said = |otherwise: &str| text.clone().unwrap_or_else(|| otherwise.to_owned());
    Ok(match kind {
        "text" => Content::text(&said("Hello")),
        "image" => media("image", Sample::Jpeg, fields)?,
        "video" => media("video", Sample::Mp4, fields)?,
        "audio" => media("audio", Sample::Mp3, fields)?.in_object("voice", Some(json!(false))),
        "voice" => media("audio", Sample::Voice, fields)?.in_object("voice", Some(json!(true))),
        "document" => {
            let filename = fields.text("filename");
            let document = media("document", Sample::Pdf, fields)?;
            document.in_object("filename", filename.map(Value::from))
        }
        "sticker" => {
            let sticker = media("sticker", Sample::Webp, fields)?;
            let moves = sticker
                .file
                .as_ref()
                .is_some_and(|file| file.bytes == Sample::AnimatedWebp.bytes());
            sticker.in_object("animated", Some(json!(moves)))
        }
        "location" => {
            let latitude = fields.read("latitude")?.unwrap_or(52.3791);
            let longitude = fields.read("longitude")?.unwrap_or(4.9003);
            let place = fields.word("place", "Central Station");
            let address = fields.word("address", "Stationsplein 1, Amsterdam");
            Content::location(latitude, longitude, &place, &address)
        }
        "contacts" => card(fields),
        "button" => {
            let text = said("Yes");
            Content::button(&text, &fields.word("payload", &text))
        }
        "button_reply" => {
            let title = fields.word("title", "Yes");
            Content::button_reply(&fields.word("option", "yes"), &title)
        }
        "list_reply" => {
            let description = fields.text("description");
            let (id, title) = (
                fields.word("option", "1"),
                fields.word("title", "The first"),
            );
            Content::list_reply(&id, &title, description.as_deref())
        }
        "nfm_reply" => {
            let response = fields.value("response_json");
            let response = response.unwrap_or_else(|| json!({ "flow_token": "t", "name": "Ann" }));
            let response = match response {
                Value::String(text) => text,
                other => other.to_string(),
            };
            Content::form_reply(
                &fields.word("form", "flow"),
                &fields.word("body", "Sent"),
                &response,
            )
        }
        "call_permission_reply" => Content::call_permission_reply(fields.yes("accepts")),
        "payment_method" => Content::payment_method(&fields.word("reference_id", "order-1")),
        "reaction" => {
            let target = fields.text("message_id").unwrap_or_else(some_message);
            Content::reaction(&target, fields.text("emoji").as_deref())
        }
        "order" => Content::order(
            &fields.word("catalog_id", "2190000000000001"),
            &fields.word("item", "ethiopia-250"),
            fields.read("quantity")?.unwrap_or(2),
            fields.read("price")?.unwrap_or(12.5),
            &said(""),
        ),
        _ => return news(kind, text, from, fields),
    })
}

fn news(
    kind: &str,
    text: Option<String>,
    from: &Person,
    fields: &mut Fields,
) -> Result<Content, Wrong> {
    let new_number = |fields: &mut Fields| fields.word("to", "16505559999");
    let target = |fields: &mut Fields| fields.text("message_id").unwrap_or_else(some_message);
    Ok(match kind {
        "number_changed" => Content::number_changed(from.key(), &new_number(fields)),
        "number_changed_formerly" => {
            Content::number_changed_formerly(from.key(), &new_number(fields))
        }
        "user_id_changed" => {
            let old = from.user_id.as_deref().unwrap_or_default();
            Content::user_id_changed(old, &fields.word("to", "US.1234567890123456"))
        }
        "identity_changed" => {
            Content::identity_changed(from.key(), &fields.word("hash", "DF2lS5v2W6x="))
        }
        "unsupported" => {
            let raw = fields.text("raw_type");
            let what = Content::unsupported(&fields.word("what", "poll"));
            what.in_object("raw_type", raw.map(Value::from))
        }
        "unknown" => Content::unknown(),
        "request_welcome" => Content::request_welcome(),
        "edit" => {
            let now = Content::text(text.as_deref().unwrap_or("What I meant"));
            Content::edit(&target(fields), &now)
        }
        "revoke" => Content::revoke(&target(fields)),
        other => Content::new(other, json!({})),
    })
}

fn media(kind: &str, sample: Sample, fields: &mut Fields) -> Result<Content, Wrong> {
    let file = file(sample, fields)?;
    let caption = fields.text("caption").map(Value::from);
    Ok(Content::media(kind, file).in_object("caption", caption))
}

fn file(sample: Sample, fields: &mut Fields) -> Result<Attachment, Wrong> {
    let sample = fields.read("sample")?.unwrap_or(sample);
    let mut file = match fields.text("bytes") {
        Some(bytes) => {
            let bytes = STANDARD.decode(bytes);
            let bytes = bytes.map_err(|error| Wrong(format!("bytes: {error}")))?;
            Attachment::from_bytes(sample.mime(), bytes)
        }
        None => Attachment::new(sample),
    };
    if let Some(mime) = fields.text("mime") {
        file = file.claiming(&mime);
    }
    if let Some(id) = fields.text("media_id") {
        file.id = id;
    }
    file.linked = fields.yes("url");
    file.quirk = fields.read("quirk")?;
    Ok(file)
}

fn card(fields: &mut Fields) -> Content {
    let contact = fields.word("contact", "Ann Onymous");
    let phoneless = fields.0.get("phone") == Some(&Value::Null);
    let phone = fields.word("phone", "16505550123");
    let mut card = Content::contact_card(&contact, phone.trim_start_matches('+'));
    if let Some(one) = card.keys.get_mut("contacts").and_then(|all| all.get_mut(0)) {
        if phoneless {
            one["phones"] = json!([]);
        }
        crate::wire::put(one, "origin", fields.text("origin").as_deref());
        crate::wire::put(one, "vcard", fields.text("vcard").as_deref());
    }
    card
}
