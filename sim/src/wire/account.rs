//! Fields about the account, which carry no metadata.

use serde_json::{Value, json};

use super::{Change, Channel};

/// An account-level field: routed by `entry.id` alone.
pub fn account(waba_id: &str, field: &str, value: Value) -> Change {
    Change {
        waba_id: waba_id.to_owned(),
        phone_number_id: None,
        field: field.to_owned(),
        value,
    }
}

/// A number's messaging limit went up or down; names the number by its digits only.
pub fn phone_number_quality_update(channel: &Channel, event: &str, limit: &str) -> Change {
    account(
        &channel.waba_id,
        "phone_number_quality_update",
        json!({
            "display_phone_number": channel.display_phone_number,
            "event": event,
            "current_limit": limit,
        }),
    )
}
