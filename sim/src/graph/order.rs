//! What a request to `/messages` asks for, checked as Meta checks it.

mod content;
mod interactive;
mod standing;

use serde_json::Value;

pub(super) use standing::stands;

use crate::failure::GraphError;

const KINDS: [&str; 11] = [
    "text",
    "image",
    "video",
    "audio",
    "document",
    "sticker",
    "location",
    "contacts",
    "reaction",
    "interactive",
    "template",
];

/// A well-formed request.
#[derive(Debug)]
pub(super) enum Order {
    /// Mark a customer's message as read.
    Seen { message_id: String, typing: bool },
    /// Send a message.
    Send {
        to: String,
        input: String,
        kind: String,
        text: Option<String>,
        callback_data: Option<String>,
    },
}

impl Order {
    pub(super) fn parse(body: &Value) -> Result<Self, GraphError> {
        if body["messaging_product"] != "whatsapp" {
            return Err(GraphError::parameter(
                "The parameter messaging_product is required.",
            ));
        }
        if let Some(status) = body.get("status") {
            return Self::seen(body, status);
        }
        let kind = body
            .get("type")
            .map_or(Some("text"), Value::as_str)
            .unwrap_or_default();
        if !KINDS.contains(&kind) {
            let all = KINDS.map(str::to_uppercase).join(", ");
            return Err(GraphError::parameter(format!(
                "Param type must be one of {{{all}}} - got \"{kind}\"."
            )));
        }
        if !matches!(
            body["recipient_type"].as_str().unwrap_or("individual"),
            "individual" | "group"
        ) {
            return Err(GraphError::parameter(
                "Param recipient_type must be one of {individual, group}.",
            ));
        }
        let (input, to) = if body["recipient_type"] == "group" {
            group(body)?
        } else {
            recipient(body)?
        };
        if !(body[kind].is_object() || kind == "contacts" && body[kind].is_array()) {
            return Err(GraphError::code(131_008)
                .details(format!("Parameter '{kind}' is mandatory for type '{kind}'")));
        }
        content::check(kind, &body[kind])?;
        let callback_data = body["biz_opaque_callback_data"].as_str().map(str::to_owned);
        if callback_data
            .as_ref()
            .is_some_and(|data| data.chars().count() > 512)
        {
            return Err(GraphError::parameter(
                "Param biz_opaque_callback_data must be at most 512 characters long.",
            ));
        }
        Ok(Order::Send {
            to,
            input,
            kind: kind.to_owned(),
            text: body["text"]["body"].as_str().map(str::to_owned),
            callback_data,
        })
    }

    fn seen(body: &Value, status: &Value) -> Result<Self, GraphError> {
        let message_id = body["message_id"].as_str().unwrap_or_default();
        if status != "read" || !message_id.starts_with("wamid.") {
            return Err(GraphError::code(131_009).details("Message id or status is not valid."));
        }
        Ok(Order::Seen {
            message_id: message_id.to_owned(),
            typing: body["typing_indicator"].is_object(),
        })
    }
}

/// A group's id, as it is.
fn group(body: &Value) -> Result<(String, String), GraphError> {
    let id = body["to"].as_str().unwrap_or_default();
    if id.is_empty() {
        return Err(GraphError::parameter("The parameter to is required."));
    }
    Ok((id.to_owned(), id.to_owned()))
}

/// The recipient as it was written, and as the simulator knows it. `to` wins over `recipient`.
fn recipient(body: &Value) -> Result<(String, String), GraphError> {
    if let Some(to) = body.get("to") {
        let input = to.as_str().unwrap_or_default();
        let odd = |letter: char| !letter.is_ascii_digit() && !" +-().".contains(letter);
        let digits: String = input.chars().filter(char::is_ascii_digit).collect();
        if input.contains(odd) || !(6..=17).contains(&digits.len()) {
            return Err(GraphError::code(131_009).details("Recipient phone number not valid."));
        }
        return Ok((input.to_owned(), digits));
    }
    match body["recipient"].as_str() {
        Some(user_id) if user_id.contains('.') => Ok((user_id.to_owned(), user_id.to_owned())),
        Some(_) => Err(GraphError::code(131_009).details("Recipient is not a valid user id.")),
        None => Err(GraphError::parameter("The parameter to is required.")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sound() -> Value {
        json!({
            "messaging_product": "whatsapp", "recipient_type": "individual", "to": "+16505551234",
            "type": "text", "text": { "body": "hi" }, "biz_opaque_callback_data": "m1",
        })
    }

    fn with(key: &str, value: Value) -> Result<Order, i64> {
        let mut body = sound();
        body[key] = value;
        Order::parse(&body).map_err(|error| error.number())
    }

    #[test]
    fn a_sound_request_is_understood() {
        let Ok(Order::Send {
            to,
            input,
            text,
            callback_data,
            ..
        }) = Order::parse(&sound())
        else {
            panic!("refused");
        };
        assert_eq!(
            (to.as_str(), input.as_str()),
            ("16505551234", "+16505551234")
        );
        assert_eq!(
            (text.as_deref(), callback_data.as_deref()),
            (Some("hi"), Some("m1"))
        );
    }

    #[test]
    fn a_recipient_is_required() {
        let mut body = sound();
        body.as_object_mut().unwrap().remove("to");
        assert_eq!(Order::parse(&body).unwrap_err().number(), 100);
        body["recipient"] = json!("US.1349");
        let Ok(Order::Send { to, .. }) = Order::parse(&body) else {
            panic!("refused");
        };
        assert_eq!(to, "US.1349");
    }

    #[test]
    fn wrong_requests_are_refused_by_code() {
        let table = [
            ("messaging_product", json!("x"), 100),
            ("to", json!(null), 131_009),
            ("to", json!("ann"), 131_009),
            ("type", json!("poll"), 100),
            ("type", json!("image"), 131_008),
            ("text", json!({ "body": "" }), 131_008),
            ("text", json!([]), 131_008),
            ("text", json!({ "body": "é".repeat(4097) }), 100),
            ("biz_opaque_callback_data", json!("x".repeat(513)), 100),
            ("status", json!("seen"), 131_009),
            ("recipient_type", json!("crowd"), 100),
        ];
        for (key, value, code) in table {
            assert_eq!(with(key, value).unwrap_err(), code, "{key}");
        }
        assert!(with("text", json!({ "body": "é".repeat(4096) })).is_ok());
    }
}
