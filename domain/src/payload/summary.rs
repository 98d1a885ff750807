//! What can be read of a message in one line, whatever its kind.

use super::{field, storable};
use serde_json::Value;

/// The kind and what can be read of it; for `text`, the text itself. The kind is Meta's word, but for a text without one,
/// which is `unsupported`. A reaction that was taken back has no line.
pub(crate) fn of(message: &Value) -> (String, String) {
    let kind = field(message, "type").unwrap_or_default();
    let kind: String = storable(&kind).chars().take(64).collect();
    let body = if kind.is_empty() {
        // Known by its key alone.
        return match message.get("text").and_then(words) {
            Some(text) => ("text".to_owned(), storable(&text)),
            None => ("unsupported".to_owned(), storable(&why(message))),
        };
    } else {
        message.get(&kind).unwrap_or(&Value::Null)
    };
    let read = match kind.as_str() {
        "text" => words(body),
        "unsupported" | "unknown" | "errors" => Some(why(message)),
        "request_welcome" => Some(String::new()),
        // Meta names a kind and leaves its content out: then it is one that cannot be shown.
        _ if body.is_null() && KNOWN.contains(&kind.as_str()) => None,
        _ => Some(line(&kind, body)),
    };
    match read {
        Some(read) => (kind, storable(&read)),
        None if kind == "text" => ("unsupported".to_owned(), storable(&why(message))),
        None => (kind, storable(&why(message))),
    }
}

/// The words of a text, which may be none or digits alone.
fn words(text: &Value) -> Option<String> {
    match text.get("body")? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

const KNOWN: [&str; 14] = [
    "image",
    "video",
    "audio",
    "voice",
    "document",
    "sticker",
    "location",
    "contacts",
    "button",
    "interactive",
    "reaction",
    "order",
    "system",
    "edit",
];

fn line(kind: &str, body: &Value) -> String {
    match kind {
        "image" | "video" | "document" => join([field(body, "filename"), field(body, "caption")]),
        "audio" | "voice" | "sticker" | "revoke" => String::new(),
        "location" => location(body),
        "contacts" => names(body),
        "button" => join([field(body, "text").or_else(|| field(body, "payload"))]),
        "interactive" => interactive(body),
        "reaction" => join([field(body, "emoji")]),
        "order" => order(body),
        "system" => join([field(body, "body")]),
        "edit" => edit(body),
        _ => anything(body),
    }
}

fn location(body: &Value) -> String {
    let named = join([field(body, "name"), field(body, "address")]);
    match (field(body, "latitude"), field(body, "longitude")) {
        (Some(latitude), Some(longitude)) if named.is_empty() => format!("{latitude}, {longitude}"),
        _ => named,
    }
}

fn names(contacts: &Value) -> String {
    let contacts = contacts.as_array().map(Vec::as_slice).unwrap_or_default();
    let names: Vec<_> = contacts
        .iter()
        .filter_map(|contact| {
            let name = contact.get("name").unwrap_or(&Value::Null);
            field(name, "formatted_name")
                .or_else(|| field(name, "first_name"))
                .or_else(|| {
                    field(
                        contact.pointer("/phones/0").unwrap_or(&Value::Null),
                        "phone",
                    )
                })
        })
        .collect();
    names.join(", ")
}

fn interactive(body: &Value) -> String {
    let kind = field(body, "type").unwrap_or_default();
    // Meta names the object after the type; older ones forgot the type.
    let answer = body.get(&kind).or_else(|| {
        ["button_reply", "list_reply", "nfm_reply"]
            .iter()
            .find_map(|key| body.get(*key))
    });
    let Some(answer) = answer else {
        return kind.replace('_', " ");
    };
    let title = ["title", "response", "payment_method", "name", "body"]
        .iter()
        .find_map(|key| field(answer, key));
    title.unwrap_or_else(|| kind.replace('_', " "))
}

fn order(body: &Value) -> String {
    let text = join([field(body, "text")]);
    let items = body
        .get("product_items")
        .and_then(Value::as_array)
        .map_or(0, Vec::len);
    match (text.is_empty(), items) {
        (false, _) | (true, 0) => text,
        (true, 1) => "1 product".to_owned(),
        (true, items) => format!("{items} products"),
    }
}

/// An edited message, as it reads now.
fn edit(body: &Value) -> String {
    let now = body.get("message").unwrap_or(&Value::Null);
    // One level: an edit of an edit is not one of Meta's.
    match field(now, "type").as_deref() {
        None | Some("edit") => String::new(),
        Some(_) => of(now).1,
    }
}

fn anything(body: &Value) -> String {
    if let Value::String(text) = body {
        return text.clone();
    }
    ["body", "text", "caption", "title", "name", "emoji"]
        .iter()
        .find_map(|key| field(body, key))
        .unwrap_or_default()
}

/// Why it cannot be shown.
fn why(message: &Value) -> String {
    let unsupported = message.get("unsupported").unwrap_or(&Value::Null);
    let error = message.pointer("/errors/0").unwrap_or(&Value::Null);
    field(unsupported, "type")
        .filter(|kind| kind != "unknown")
        .map(|kind| kind.replace('_', " "))
        .or_else(|| field(error, "title"))
        .or_else(|| field(error, "message"))
        .unwrap_or_default()
}

fn join<const N: usize>(parts: [Option<String>; N]) -> String {
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    parts.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    #[expect(clippy::too_many_lines, reason = "a table")]
    fn every_kind_says_what_it_is() {
        let table = [
            (
                json!({"type":"text","text":{"body":"a\u{0}b"}}),
                "text",
                "ab",
            ),
            (json!({"text":{"body":"hi"}}), "text", "hi"),
            (json!({"type":"text","text":{"body":42}}), "text", "42"),
            (json!({"text":{"body":42}}), "text", "42"),
            (
                json!({"type":"te\u{0}xt","text":{"body":"hi"}}),
                "text",
                "hi",
            ),
            (
                json!({"type":"image","image":{"id":"1","caption":"Look"}}),
                "image",
                "Look",
            ),
            (json!({"type":"image","image":{"id":"1"}}), "image", ""),
            (
                json!({"type":"document","document":{"filename":"a.pdf","caption":"Bill"}}),
                "document",
                "a.pdf · Bill",
            ),
            (json!({"type":"audio","audio":{"voice":true}}), "audio", ""),
            (json!({"type":"sticker","sticker":{}}), "sticker", ""),
            (
                json!({"type":"location","location":{"latitude":-6.2,"longitude":"106.8"}}),
                "location",
                "-6.2, 106.8",
            ),
            (
                json!({"type":"location","location":{"latitude":1,"longitude":2,"name":"Café","address":"Rd 1"}}),
                "location",
                "Café · Rd 1",
            ),
            (
                json!({"type":"contacts","contacts":[{"name":{"formatted_name":"Ana"}},{"phones":[{"phone":"+1"}]},{}]}),
                "contacts",
                "Ana, +1",
            ),
            (
                json!({"type":"button","button":{"payload":"p","text":"Yes"}}),
                "button",
                "Yes",
            ),
            (
                json!({"type":"interactive","interactive":{"type":"list_reply","list_reply":{"id":"1","title":"Red"}}}),
                "interactive",
                "Red",
            ),
            (
                json!({"type":"interactive","interactive":{"type":"nfm_reply","nfm_reply":{"body":"Sent","response_json":"{}"}}}),
                "interactive",
                "Sent",
            ),
            (
                json!({"type":"interactive","interactive":{"type":"call_permission_reply",
                       "call_permission_reply":{"response":"accept"}}}),
                "interactive",
                "accept",
            ),
            (
                json!({"type":"interactive","errors":[{"code":131_051,"title":"Unknown"}]}),
                "interactive",
                "Unknown",
            ),
            (
                json!({"type":"reaction","reaction":{"message_id":"w","emoji":"👍"}}),
                "reaction",
                "👍",
            ),
            (
                json!({"type":"reaction","reaction":{"message_id":"w"}}),
                "reaction",
                "",
            ),
            (
                json!({"type":"reaction","reaction":{"message_id":"w","emoji":""}}),
                "reaction",
                "",
            ),
            (
                json!({"type":"order","order":{"product_items":[{},{}]}}),
                "order",
                "2 products",
            ),
            (
                json!({"type":"order","order":{"text":"Soon please","product_items":[{}]}}),
                "order",
                "Soon please",
            ),
            (
                json!({"type":"system","system":{"body":"A changed"}}),
                "system",
                "A changed",
            ),
            (
                json!({"type":"unsupported","errors":[{"title":"T"}],"unsupported":{"type":"poll_creation"}}),
                "unsupported",
                "poll creation",
            ),
            (
                json!({"type":"unknown","errors":[{"title":"T","details":"D"}]}),
                "unknown",
                "T",
            ),
            (
                json!({"type":"edit","edit":{"original_message_id":"w","message":{"type":"text","text":{"body":"new"}}}}),
                "edit",
                "new",
            ),
            (
                json!({"type":"revoke","revoke":{"original_message_id":"w"}}),
                "revoke",
                "",
            ),
            (json!({"type":"text"}), "unsupported", ""),
            (json!({"type":"text","text":"x"}), "unsupported", ""),
            (
                json!({"type":"hologram","hologram":{"title":"Hi"}}),
                "hologram",
                "Hi",
            ),
            (json!({"type":"hologram"}), "hologram", ""),
            (json!({"type":7}), "7", ""),
            (json!({}), "unsupported", ""),
        ];
        for (message, kind, body) in table {
            assert_eq!(
                of(&message),
                (kind.to_owned(), body.to_owned()),
                "{message}"
            );
        }
    }

    #[test]
    fn edits_within_edits_end() {
        let mut message = json!({"type":"text","text":{"body":"x"}});
        for _ in 0..100 {
            message = json!({"type":"edit","edit":{"message":message}});
        }
        assert_eq!(of(&message).1, "");
    }
}
