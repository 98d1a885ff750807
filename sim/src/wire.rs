//! Webhook bodies, built piece by piece: a change for each event, an envelope around any number of them.

mod account;
mod content;
mod field;
mod message;
mod number;
mod status;

pub use account::{account, phone_number_quality_update};
pub use content::Content;
pub use field::{field, has_metadata};
pub use message::{Inbound, echo, message, text};
pub use status::{Stage, Status, group_status, status};

use serde_json::{Value, json};

/// A business number and the account it belongs to, as webhooks name them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// The business account's id: `entry.id`.
    pub waba_id: String,
    /// `metadata.phone_number_id`.
    pub phone_number_id: String,
    /// `metadata.display_phone_number`: digits only, in webhooks.
    pub display_phone_number: String,
}

/// A customer, as webhooks name them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Digits with the country code; `None` for somebody who hides behind a username.
    pub wa_id: Option<String>,
    /// The profile name, which may be absent.
    pub name: Option<String>,
    /// The business-scoped user id.
    pub user_id: Option<String>,
    /// With its `@`.
    pub username: Option<String>,
}

impl Person {
    /// Somebody with a number, and the user id that belongs to it.
    pub fn new(wa_id: impl Into<String>) -> Self {
        let wa_id = wa_id.into();
        Self {
            user_id: Some(crate::ids::user_id(&wa_id)),
            wa_id: Some(wa_id),
            name: None,
            username: None,
        }
    }

    /// Somebody with a number and a profile name.
    pub fn named(wa_id: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            name: Some(name.into()),
            ..Self::new(wa_id)
        }
    }

    /// Somebody who shows a username and no number.
    pub fn hidden(user_id: impl Into<String>, username: impl Into<String>) -> Self {
        Self {
            wa_id: None,
            name: None,
            user_id: Some(user_id.into()),
            username: Some(username.into()),
        }
    }

    /// Somebody of whom nothing but a user id is known.
    pub fn anonymous(user_id: impl Into<String>) -> Self {
        Self {
            wa_id: None,
            name: None,
            user_id: Some(user_id.into()),
            username: None,
        }
    }

    /// What the simulator knows this person by: the number, else the user id.
    pub fn key(&self) -> &str {
        self.wa_id
            .as_deref()
            .or(self.user_id.as_deref())
            .unwrap_or_default()
    }

    /// The element of `contacts[]`.
    pub fn contact(&self) -> Value {
        let mut profile = json!({});
        put(&mut profile, "name", self.name.as_deref());
        put(&mut profile, "username", self.username.as_deref());
        let mut contact = json!({});
        if profile != json!({}) {
            contact["profile"] = profile;
        }
        put(&mut contact, "wa_id", self.wa_id.as_deref());
        put(&mut contact, "user_id", self.user_id.as_deref());
        contact
    }
}

/// One element of `changes[]`, with the account it goes under.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// `entry.id`.
    pub waba_id: String,
    /// The number it concerns; `None` for account-level fields.
    pub phone_number_id: Option<String>,
    /// `messages`, `account_update`, ...
    pub field: String,
    /// The rest, as it stands in the body.
    pub value: Value,
}

impl Change {
    /// A change of any field about a number: `value` gets the product and the metadata, unless it has them.
    pub fn of(channel: &Channel, field: &str, mut value: Value) -> Self {
        if value.get("messaging_product").is_none() {
            value["messaging_product"] = json!("whatsapp");
        }
        if value.get("metadata").is_none() {
            value["metadata"] = json!({
                "display_phone_number": channel.display_phone_number,
                "phone_number_id": channel.phone_number_id,
            });
        }
        Self {
            waba_id: channel.waba_id.clone(),
            phone_number_id: Some(channel.phone_number_id.clone()),
            field: field.to_owned(),
            value,
        }
    }

    /// Takes another change's elements into this one, when both are about the same number and field; else gives it back.
    pub fn absorb(&mut self, other: Change) -> Option<Change> {
        let alike = self.waba_id == other.waba_id
            && self.field == other.field
            && self.field == "messages"
            && self.value.get("metadata") == other.value.get("metadata");
        if !alike {
            return Some(other);
        }
        for list in ["contacts", "messages", "statuses", "errors"] {
            let Some(more) = other.value.get(list).and_then(Value::as_array) else {
                continue;
            };
            match self.value.get_mut(list).and_then(Value::as_array_mut) {
                Some(mine) => mine.extend(more.iter().cloned()),
                None => self.value[list] = json!(more),
            }
        }
        None
    }
}

/// One body with all these changes: an entry for each run of the same account.
pub fn envelope(changes: &[Change]) -> Value {
    let mut entries: Vec<Value> = Vec::new();
    for change in changes {
        let element = json!({ "field": change.field, "value": change.value });
        let last = entries
            .last_mut()
            .filter(|entry| entry["id"] == json!(change.waba_id));
        if let Some(list) = last.and_then(|entry| entry["changes"].as_array_mut()) {
            list.push(element);
        } else {
            let mut entry = json!({ "id": change.waba_id, "changes": [element] });
            if change.phone_number_id.is_none() {
                entry["time"] = json!(crate::clock::now());
            }
            entries.push(entry);
        }
    }
    json!({ "object": "whatsapp_business_account", "entry": entries })
}

/// Several envelopes under a root that is an array, as one page of Meta's shows.
pub fn array_root(envelopes: Vec<Value>) -> Value {
    Value::Array(envelopes)
}

/// Sets a key when there is something to set.
pub(crate) fn put(object: &mut Value, key: &str, value: Option<&str>) {
    if let Some(value) = value {
        object[key] = json!(value);
    }
}
