//! What is not written by a customer, or cannot be shown: changes of identity, unsupported kinds, edits.

use serde_json::{Value, json};

use super::Content;
use crate::failure;

impl Content {
    /// The customer has another number now.
    pub fn number_changed(old: &str, new: &str) -> Self {
        Self::system(json!({
            "body": format!("User A changed from {old} to {new}"),
            "wa_id": new,
            "type": "user_changed_number",
        }))
    }

    /// The same, as older versions tell it.
    pub fn number_changed_formerly(old: &str, new: &str) -> Self {
        Self::system(json!({
            "body": format!("User A changed from {old} to {new}"),
            "new_wa_id": new,
            "type": "customer_changed_number",
        }))
    }

    /// The customer has another user id now.
    pub fn user_id_changed(old: &str, new: &str) -> Self {
        Self::system(json!({
            "body": format!("User A changed from {old} to {new}"),
            "user_id": new,
            "type": "user_changed_user_id",
        }))
    }

    /// The customer's keys are new: another phone, or WhatsApp installed anew.
    pub fn identity_changed(wa_id: &str, hash: &str) -> Self {
        let system = json!({
            "body": "User A's security code changed",
            "wa_id": wa_id,
            "identity": hash,
            "type": "customer_identity_changed",
        });
        let now = crate::clock::now().to_string();
        let identity = json!({ "acknowledged": false, "created_timestamp": now, "hash": hash });
        Self::system(system).with("identity", identity)
    }

    fn system(object: Value) -> Self {
        Self::new("system", object)
    }

    /// Something the API cannot show: a poll, a view-once photo.
    pub fn unsupported(kind: &str) -> Self {
        Self::new("unsupported", json!({ "type": kind })).failing(131_051)
    }

    /// What older versions call unsupported.
    pub fn unknown() -> Self {
        Self::bare("unknown").failing(131_051)
    }

    /// With the error that stands where the rest should be.
    pub fn failing(self, code: i64) -> Self {
        let mut error = failure::in_status(code);
        if code == 131_051 {
            // In messages Meta calls it otherwise than in refusals.
            error["title"] = json!("Message type unknown");
            error["message"] = json!("Message type unknown");
        }
        if let Some(error) = error.as_object_mut() {
            error.remove("href");
        }
        self.with("errors", json!([error]))
    }

    /// Somebody opened the chat for the first time.
    pub fn request_welcome() -> Self {
        Self::bare("request_welcome")
    }

    /// A message says something else now.
    pub fn edit(message_id: &str, now: &Content) -> Self {
        let mut message = Value::Object(now.keys.clone());
        message["type"] = json!(now.kind);
        Self::new(
            "edit",
            json!({ "original_message_id": message_id, "message": message }),
        )
    }

    /// A message was taken back.
    pub fn revoke(message_id: &str) -> Self {
        Self::new("revoke", json!({ "original_message_id": message_id }))
    }
}
