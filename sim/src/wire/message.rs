//! Messages from customers, and echoes of those sent on a phone.

use serde_json::{Value, json};

use super::{Change, Channel, Content, Person, put};
use crate::clock;
use crate::ids::{self, Way};

/// A message from a customer.
#[derive(Clone, Debug, PartialEq)]
pub struct Inbound {
    /// Its id; [`Inbound::new`] makes one.
    pub id: String,
    /// Seconds; written as a decimal string.
    pub timestamp: u64,
    /// What it says.
    pub content: Content,
}

impl Inbound {
    /// A message written now, with a fresh id.
    pub fn new(from: &Person, content: Content) -> Self {
        Self {
            id: ids::wamid(from.key(), Way::In),
            timestamp: clock::now(),
            content,
        }
    }

    /// The element of `messages[]`.
    pub fn element(&self, from: &Person) -> Value {
        let mut element = Value::Object(self.content.keys.clone());
        put(&mut element, "from", from.wa_id.as_deref());
        put(&mut element, "from_user_id", from.user_id.as_deref());
        element["id"] = json!(self.id);
        element["timestamp"] = json!(self.timestamp.to_string());
        element["type"] = json!(self.content.kind);
        element
    }
}

/// A customer's message, of any kind.
pub fn message(channel: &Channel, from: &Person, inbound: &Inbound) -> Change {
    Change::of(
        channel,
        "messages",
        json!({ "contacts": [from.contact()], "messages": [inbound.element(from)] }),
    )
}

/// A customer's text with an id and a time of your own.
pub fn text(channel: &Channel, from: &Person, id: &str, timestamp: u64, body: &str) -> Change {
    let inbound = Inbound {
        id: id.to_owned(),
        timestamp,
        content: Content::text(body),
    };
    message(channel, from, &inbound)
}

/// A message that the business sent from its phone: field `smb_message_echoes`.
pub fn echo(channel: &Channel, to: &Person, outbound: &Inbound) -> Change {
    let mut element = Value::Object(outbound.content.keys.clone());
    element["from"] = json!(channel.display_phone_number);
    put(&mut element, "to", to.wa_id.as_deref());
    put(&mut element, "to_user_id", to.user_id.as_deref());
    element["id"] = json!(outbound.id);
    element["timestamp"] = json!(outbound.timestamp.to_string());
    element["type"] = json!(outbound.content.kind);
    Change::of(
        channel,
        "smb_message_echoes",
        json!({ "contacts": [to.contact()], "message_echoes": [element] }),
    )
}
