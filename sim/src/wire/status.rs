//! What became of a message that was sent.

use serde_json::{Value, json};

use super::{Change, Channel, Person, put};
use crate::failure;

/// The values of `status` that Meta documents for messages, and any other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// On its way.
    Sent,
    /// On the phone.
    Delivered,
    /// Seen.
    Read,
    /// A voice note was played.
    Played,
    /// Did not get there, and why: one of the Graph API's error codes.
    Failed(i64),
    /// A value nobody has heard of.
    Other(String),
}

impl Stage {
    /// As it is written.
    pub fn name(&self) -> &str {
        match self {
            Stage::Sent => "sent",
            Stage::Delivered => "delivered",
            Stage::Read => "read",
            Stage::Played => "played",
            Stage::Failed(_) => "failed",
            Stage::Other(name) => name,
        }
    }
}

/// An element of `statuses[]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The message's id.
    pub id: String,
    /// What happened to it.
    pub stage: Stage,
    /// Seconds; written as a decimal string.
    pub timestamp: u64,
    /// What the sender gave with the message, which comes back with each status.
    pub callback_data: Option<String>,
    /// With the `conversation` object of versions before v24.
    pub conversation: bool,
}

impl Status {
    /// A status of now, with nothing optional.
    pub fn new(id: impl Into<String>, stage: Stage) -> Self {
        Self {
            id: id.into(),
            stage,
            timestamp: crate::clock::now(),
            callback_data: None,
            conversation: false,
        }
    }

    /// With the sender's own data.
    pub fn with_callback(mut self, data: impl Into<String>) -> Self {
        self.callback_data = Some(data.into());
        self
    }

    /// The element of `statuses[]`.
    pub fn element(&self, to: &Person) -> Value {
        let mut element = json!({
            "id": self.id,
            "status": self.stage.name(),
            "timestamp": self.timestamp.to_string(),
        });
        put(&mut element, "recipient_id", to.wa_id.as_deref());
        put(&mut element, "recipient_user_id", to.user_id.as_deref());
        put(
            &mut element,
            "biz_opaque_callback_data",
            self.callback_data.as_deref(),
        );
        match &self.stage {
            Stage::Failed(code) => element["errors"] = json!([failure::in_status(*code)]),
            Stage::Sent | Stage::Delivered => {
                element["pricing"] = json!({
                    "billable": false,
                    "pricing_model": "PMP",
                    "type": "free_customer_service",
                    "category": "service",
                });
            }
            _ => {}
        }
        if self.conversation && self.stage == Stage::Sent {
            element["conversation"] = json!({
                "id": hex::encode(crate::clock::entropy::<16>()),
                "expiration_timestamp": (self.timestamp + 86_400).to_string(),
                "origin": { "type": "service" },
            });
        }
        element
    }
}

/// A status of a message sent to somebody. `contacts` stands beside all but failures.
pub fn status(channel: &Channel, to: &Person, status: &Status) -> Change {
    let mut value = json!({ "statuses": [status.element(to)] });
    if !matches!(status.stage, Stage::Failed(_)) {
        value["contacts"] = json!([to.contact()]);
    }
    Change::of(channel, "messages", value)
}

/// A status of a message sent to a group, for one of those in it.
pub fn group_status(channel: &Channel, group: &str, to: &Person, status: &Status) -> Change {
    let mut change = self::status(channel, to, status);
    let element = &mut change.value["statuses"][0];
    if let Some(element) = element.as_object_mut() {
        element.remove("recipient_user_id");
    }
    element["recipient_type"] = json!("group");
    element["recipient_id"] = json!(group);
    put(element, "recipient_participant_id", to.wa_id.as_deref());
    put(
        element,
        "recipient_participant_user_id",
        to.user_id.as_deref(),
    );
    change
}
