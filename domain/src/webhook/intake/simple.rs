//! What can go the short way: plain texts of one number, nothing else in the body.

use super::super::{body::Body, news};
use crate::payload::{self, Inbound, Side};
use time::OffsetDateTime;

/// Messages of one body at most; Meta sends one, or a few.
const MOST: usize = 20;
/// Bytes of one body at most: what shares a transaction is bounded by them.
const LONGEST: usize = 64 * 1024;

/// A body that holds messages of one number, and nothing besides.
pub(in crate::webhook) struct Simple {
    /// Meta's id of the number.
    pub number: String,
    /// The part as it is kept.
    pub part: Vec<u8>,
    /// The messages, in the order in which they are applied.
    pub messages: Vec<Inbound>,
}

impl Simple {
    /// Reads a body. None for one with anything in it that is more than a message from somebody.
    pub fn read(body: &Body<'_>, received: OffsetDateTime) -> Option<Self> {
        let peeled = body.peeled.as_ref()?;
        if body.bytes.len() > LONGEST || !peeled.odd.is_empty() {
            return None;
        }
        let number = peeled.changes.first()?.number.clone()?;
        let mut messages = Vec::new();
        for change in &peeled.changes {
            let elements = payload::elements(change.raw);
            let plain = !elements.broken
                && elements.field == "messages"
                && elements.number.as_ref() == Some(&number)
                && elements.statuses.is_empty()
                && elements.errors.is_empty()
                && !elements.messages.is_empty()
                && messages.len() + elements.messages.len() <= MOST;
            if !plain {
                return None;
            }
            let contacts = news::contacts(&elements);
            for raw in &elements.messages {
                let message = news::value(raw)?;
                if payload::of_group(&message) {
                    return None;
                }
                let message = Inbound::read(&message, Side::Contact, &contacts, received)?;
                if message.moved_to.is_some() || message.kind != "text" || !message.said.is_plain()
                {
                    return None;
                }
                messages.push(message);
            }
        }
        // As the long way has them: person by person, each one's in Meta's order.
        messages.sort_by(|a, b| {
            (&a.from.phone, &a.from.bsuid, a.at).cmp(&(&b.from.phone, &b.from.bsuid, b.at))
        });
        Some(Self {
            number,
            part: body.whole(),
            messages,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(body: &Value) -> Option<Simple> {
        let text = body.to_string();
        let received = OffsetDateTime::from_unix_timestamp(1_750_000_000).unwrap();
        Simple::read(&Body::read(&text, text.as_bytes()), received)
    }

    fn body(values: &[Value]) -> Value {
        let changes: Vec<_> = values
            .iter()
            .map(|value| json!({"field":"messages","value":value}))
            .collect();
        json!({"object":"whatsapp_business_account","entry":[{"id":"waba-1","changes":changes}]})
    }

    fn message(wamid: &str) -> Value {
        json!({"from":"4915112345","id":wamid,"timestamp":"1749999000","type":"text","text":{"body":"Hi"}})
    }

    fn value(number: &str, messages: &[Value]) -> Value {
        json!({"metadata":{"phone_number_id":number},"messages":messages})
    }

    #[test]
    fn texts_of_one_number_are_simple() {
        let simple = read(&body(&[
            value("1", &[message("w1"), message("w2")]),
            value("1", &[message("w3")]),
        ]));
        let simple = simple.expect("it is simple");
        assert_eq!(simple.number, "1");
        assert_eq!(simple.messages.len(), 3);
        assert_eq!(
            serde_json::from_slice::<Value>(&simple.part).unwrap()["entry"][0]["changes"][1]["value"]
                ["messages"][0]["id"],
            "w3"
        );
    }

    #[test]
    fn anything_else_in_a_body_makes_it_go_the_long_way() {
        let with = |key: &str, more: Value| {
            let mut value = value("1", &[message("w1")]);
            value[key] = more;
            body(&[value])
        };
        let mut grouped = message("w1");
        grouped["group_id"] = json!("g");
        let moved = json!({"from":"4915112345","id":"w1","timestamp":"1749999000","type":"system",
                           "system":{"type":"user_changed_number","new_wa_id":"4915199999","body":"moved"}});
        let mut answer = message("w1");
        answer["context"] = json!({"id":"w0"});
        let picture = json!({"from":"4915112345","id":"w1","timestamp":"1749999000","type":"image","image":{"id":"7"}});
        let nobody = json!({"id":"w1","timestamp":"1749999000","type":"text","text":{"body":"Hi"}});
        for (what, other) in [
            (
                "a status",
                with("statuses", json!([{"id":"w0","status":"sent"}])),
            ),
            ("a broken list", with("messages", json!("none"))),
            ("no messages", body(&[value("1", &[])])),
            (
                "two numbers",
                body(&[value("1", &[message("w1")]), value("2", &[message("w2")])]),
            ),
            ("no number", body(&[json!({"messages":[message("w1")]})])),
            ("a group's", body(&[value("1", &[grouped])])),
            ("an error", with("errors", json!([{"code":1}]))),
            ("an answer", body(&[value("1", &[answer])])),
            ("a picture", body(&[value("1", &[picture])])),
            ("a move", body(&[value("1", &[moved])])),
            ("from nobody", body(&[value("1", &[nobody])])),
            ("an element that is none", body(&[value("1", &[json!(7)])])),
            ("too long", with("padding", json!("x".repeat(LONGEST)))),
            (
                "too many",
                body(&[value("1", &vec![message("w"); MOST + 1])]),
            ),
            (
                "another field",
                json!({"entry":[{"id":"waba-1","changes":[{"field":"flows","value":value("1", &[message("w1")])}]}]}),
            ),
            (
                "an odd piece",
                json!({"entry":[{"messaging":[]},{"id":"waba-1","changes":[{"field":"messages","value":value("1", &[message("w1")])}]}]}),
            ),
            ("nothing", json!({"entry":[]})),
        ] {
            assert!(read(&other).is_none(), "{what}");
        }
        let none = Body::read("no JSON", b"no JSON");
        assert!(Simple::read(&none, OffsetDateTime::UNIX_EPOCH).is_none());
    }
}
