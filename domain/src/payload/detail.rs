//! What a message says beside its line: pictures, places, cards, answers, carts. Whatever is missing is left out, and
//! whatever is new to us is told line by line.

use super::{
    LONGEST_WAMID, field,
    lines::{lines, why},
    storable,
};
use postern_types::{Card, CardPhone, Detail, Forwarded, Line, OrderItem, Product, Referral, Told};
use serde_json::Value;

/// What a message says beside its text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    /// What is stored with it.
    pub told: Told,
    /// Meta's id of the message that it answers.
    pub quotes: Option<String>,
    /// Meta's id of the message that it changes: of a reaction, an edit, a deletion.
    pub target: Option<String>,
    /// The file that it brings.
    pub media: Option<Media>,
}

impl Said {
    /// Whether it is text and nothing else.
    pub fn is_plain(&self) -> bool {
        self.told.is_empty()
            && self.quotes.is_none()
            && self.target.is_none()
            && self.media.is_none()
    }
}

/// A file, as a webhook names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Media {
    /// Meta's id of it; good for seven days.
    pub id: String,
    /// The type that is claimed, parameters and all.
    pub mime: Option<String>,
    /// SHA-256 as told: base64 or hex.
    pub sha256: Option<String>,
    /// The name that its sender gave it.
    pub name: Option<String>,
    /// Where it is for five minutes.
    pub url: Option<String>,
    /// Recorded in the chat.
    pub voice: bool,
}

/// Cards, items and lists are read up to here: Meta's own limits are below it.
const MOST: usize = 300;
/// Characters of one text.
const LONGEST: usize = 4096;

/// Reads what stands around the line of a message of that kind.
pub(crate) fn of(message: &Value, kind: &str) -> Said {
    let body = message.get(kind).unwrap_or(&Value::Null);
    let context = message.get("context").unwrap_or(&Value::Null);
    Said {
        told: Told {
            detail: detail(message, kind, body),
            forwarded: forwarded(context),
            referral: message.get("referral").and_then(referral),
            product: context.get("referred_product").and_then(product),
            by_phone: false,
        },
        quotes: id(context, "id").filter(|_| kind != "reaction"),
        target: match kind {
            "reaction" => id(body, "message_id"),
            "edit" | "revoke" => id(body, "original_message_id"),
            _ => None,
        },
        media: media(kind, body),
    }
}

fn detail(message: &Value, kind: &str, body: &Value) -> Option<Detail> {
    let detail = match kind {
        "text" => return None,
        "unsupported" | "unknown" | "errors" => unsupported(message),
        "request_welcome" => Detail::Notice {
            event: kind.to_owned(),
            lines: Vec::new(),
        },
        _ if body.is_null() => unsupported(message),
        "image" | "video" | "audio" | "voice" | "document" | "sticker" => Detail::Media {
            caption: words(body, "caption"),
            name: words(body, "filename"),
            voice: kind == "voice" || is_true(body, "voice"),
            animated: is_true(body, "animated"),
        },
        "location" => Detail::Location {
            latitude: degrees(body, "latitude", 90.0),
            longitude: degrees(body, "longitude", 180.0),
            name: words(body, "name"),
            address: words(body, "address"),
            url: words(body, "url"),
        },
        "contacts" => Detail::Contacts {
            cards: list(body).iter().take(MOST).map(card).collect(),
        },
        "button" => Detail::Choice {
            title: words(body, "text")
                .or_else(|| words(body, "payload"))
                .unwrap_or_default(),
            description: None,
            id: words(body, "payload"),
        },
        "interactive" => interactive(message, body),
        "reaction" => Detail::Reaction {
            emoji: words(body, "emoji"),
        },
        "order" => Detail::Order {
            catalog: words(body, "catalog_id"),
            note: words(body, "text"),
            items: list(body.get("product_items").unwrap_or(&Value::Null))
                .iter()
                .take(MOST)
                .map(item)
                .collect(),
        },
        "system" => notice(body),
        "edit" => Detail::Change {
            now: changed(body).map(Box::new),
        },
        "revoke" => Detail::Change { now: None },
        _ => Detail::Lines { lines: lines(body) },
    };
    Some(detail)
}

/// One level: an edit of an edit is not one of Meta's.
fn changed(body: &Value) -> Option<Detail> {
    let now = body.get("message")?;
    let kind = field(now, "type").filter(|kind| kind != "edit")?;
    detail(now, &kind, now.get(&kind).unwrap_or(&Value::Null))
}

fn interactive(message: &Value, body: &Value) -> Detail {
    let kind = words(body, "type").unwrap_or_default();
    // Meta names the object after the type; older ones forgot the type.
    let known = ["button_reply", "list_reply", "nfm_reply"];
    let named = [kind.as_str()]
        .into_iter()
        .chain(known)
        .find_map(|key| Some((key, body.get(key)?)));
    match named {
        Some(("button_reply" | "list_reply", answer)) => Detail::Choice {
            title: words(answer, "title").unwrap_or_default(),
            description: words(answer, "description"),
            id: words(answer, "id"),
        },
        Some(("nfm_reply", answer)) => Detail::Form {
            name: words(answer, "name").unwrap_or_else(|| kind.clone()),
            title: words(answer, "body"),
            lines: filled_in(answer),
        },
        Some((_, answer)) if !answer.is_null() => Detail::Form {
            name: kind.clone(),
            title: None,
            lines: lines(answer),
        },
        _ if message.get("errors").is_some()
            || body.as_object().is_none_or(serde_json::Map::is_empty) =>
        {
            unsupported(message)
        }
        _ => Detail::Lines { lines: lines(body) },
    }
}

/// What was entered into a flow: JSON in a text, of any shape; what is none is shown as it is.
fn filled_in(answer: &Value) -> Vec<Line> {
    match answer.get("response_json") {
        Some(Value::String(text)) => match serde_json::from_str::<Value>(text) {
            Ok(mut value) => {
                // The key of the exchange says nothing to a person.
                if let Value::Object(keys) = &mut value {
                    keys.remove("flow_token");
                }
                lines(&value)
            }
            Err(_) => lines(&Value::from(text.as_str())),
        },
        Some(other) => lines(other),
        None => Vec::new(),
    }
}

fn card(contact: &Value) -> Card {
    let name = contact.get("name").unwrap_or(&Value::Null);
    let shown = words(name, "formatted_name");
    let parts: Vec<Line> = lines(name)
        .into_iter()
        .filter(|part| {
            shown
                .as_ref()
                .is_none_or(|shown| !shown.contains(&part.value))
        })
        .collect();
    let phones = list(contact.get("phones").unwrap_or(&Value::Null))
        .iter()
        .take(MOST)
        .map(|phone| CardPhone {
            number: words(phone, "phone")
                .or_else(|| words(phone, "wa_id"))
                .unwrap_or_default(),
            label: words(phone, "type"),
            wa_id: words(phone, "wa_id"),
        })
        .filter(|phone| !phone.number.is_empty())
        .collect::<Vec<_>>();
    let first = || phones.first().map(|phone| phone.number.clone());
    let joined = || {
        let parts: Vec<_> = ["first_name", "last_name"]
            .iter()
            .filter_map(|part| words(name, part))
            .collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    };
    let mut rest = contact.clone();
    if let Value::Object(keys) = &mut rest {
        // The card as a file says once more what stands here.
        for told in ["name", "phones", "vcard"] {
            keys.remove(told);
        }
    }
    Card {
        name: shown.or_else(joined).or_else(first).unwrap_or_default(),
        lines: parts.into_iter().chain(lines(&rest)).take(MOST).collect(),
        phones,
    }
}

fn item(item: &Value) -> OrderItem {
    OrderItem {
        product: words(item, "product_retailer_id").unwrap_or_default(),
        quantity: words(item, "quantity").unwrap_or_default(),
        price: words(item, "item_price"),
        currency: words(item, "currency"),
    }
}

fn notice(body: &Value) -> Detail {
    let mut rest = body.clone();
    if let Value::Object(keys) = &mut rest {
        keys.remove("body");
        keys.remove("type");
    }
    Detail::Notice {
        event: words(body, "type").unwrap_or_default(),
        lines: lines(&rest),
    }
}

fn unsupported(message: &Value) -> Detail {
    let what = message.get("unsupported").unwrap_or(&Value::Null);
    Detail::Unsupported {
        what: words(what, "raw_type").or_else(|| words(what, "type")),
        why: why(message),
    }
}

fn forwarded(context: &Value) -> Option<Forwarded> {
    if is_true(context, "frequently_forwarded") {
        return Some(Forwarded::Often);
    }
    is_true(context, "forwarded").then_some(Forwarded::Once)
}

fn referral(referral: &Value) -> Option<Referral> {
    referral.as_object()?;
    Some(Referral {
        kind: words(referral, "source_type"),
        id: words(referral, "source_id"),
        url: words(referral, "source_url"),
        headline: words(referral, "headline"),
        body: words(referral, "body"),
        welcome: referral
            .get("welcome_message")
            .and_then(|welcome| words(welcome, "text")),
        click: words(referral, "ctwa_clid"),
    })
}

fn product(product: &Value) -> Option<Product> {
    product.as_object()?;
    Some(Product {
        catalog: words(product, "catalog_id"),
        id: words(product, "product_retailer_id"),
    })
}

fn media(kind: &str, body: &Value) -> Option<Media> {
    if !["image", "video", "audio", "voice", "document", "sticker"].contains(&kind) {
        return None;
    }
    Some(Media {
        id: id(body, "id")?,
        mime: words(body, "mime_type"),
        sha256: words(body, "sha256"),
        name: words(body, "filename"),
        url: words(body, "url"),
        voice: kind == "voice" || is_true(body, "voice"),
    })
}

/// A text or number that can be kept and shown.
fn words(value: &Value, key: &str) -> Option<String> {
    let text: String = storable(&field(value, key)?)
        .chars()
        .take(LONGEST)
        .collect();
    (!text.is_empty()).then_some(text)
}

fn id(value: &Value, key: &str) -> Option<String> {
    let id = storable(&field(value, key)?);
    (1..=LONGEST_WAMID).contains(&id.len()).then_some(id)
}

fn is_true(value: &Value, key: &str) -> bool {
    match value.get(key) {
        Some(Value::Bool(is)) => *is,
        Some(Value::String(word)) => word == "true",
        _ => false,
    }
}

fn degrees(body: &Value, key: &str, most: f64) -> Option<f64> {
    let degrees = match body.get(key)? {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    (degrees.is_finite() && degrees.abs() <= most).then_some(degrees)
}

fn list(value: &Value) -> &[Value] {
    match value {
        Value::Array(all) => all,
        Value::Object(_) => std::slice::from_ref(value),
        _ => &[],
    }
}

#[cfg(test)]
mod tests;
