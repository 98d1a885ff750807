//! Any field of a webhook, with a value as Meta's pages show it.

use super::{Change, Channel, Person, account, number};

/// Whether a field is about one number and carries its metadata; what nobody has heard of does.
pub fn has_metadata(field: &str) -> bool {
    !ACCOUNT.contains(&field)
}

/// Fields that name an account alone, or a number by its digits.
const ACCOUNT: [&str; 21] = [
    "account_alerts",
    "account_review_update",
    "account_settings_update",
    "account_update",
    "automatic_events",
    "business_capability_update",
    "business_status_update",
    "business_username_update",
    "business_username_updates",
    "flows",
    "message_template_components_update",
    "message_template_quality_update",
    "message_template_status_update",
    "partner_solutions",
    "payment_configuration_update",
    "phone_number_name_update",
    "phone_number_quality_update",
    "security",
    "template_category_update",
    "template_correct_category_detection",
    "tracking_events",
];

/// A change of a field with a sensible value: of this variant, where a field has several (the event of `account_update` or of
/// `calls`, the wish of `user_preferences`, the action of `smb_app_state_sync`, the new id of `user_id_update`).
pub fn field(channel: &Channel, person: &Person, field: &str, variant: Option<&str>) -> Change {
    if has_metadata(field) {
        Change::of(
            channel,
            field,
            number::value(channel, person, field, variant),
        )
    } else {
        account::account(
            &channel.waba_id,
            field,
            account::value(channel, field, variant),
        )
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(name: &str, variant: Option<&str>) -> Change {
        let channel = Channel {
            waba_id: "1".into(),
            phone_number_id: "2".into(),
            display_phone_number: "3".into(),
        };
        field(
            &channel,
            &Person::named("16505551234", "Ann"),
            name,
            variant,
        )
    }

    #[test]
    fn every_account_field_has_a_value_and_no_metadata() {
        for name in ACCOUNT {
            let change = told(name, None);
            assert!(!change.value.as_object().unwrap().is_empty(), "{name}");
            assert!(change.value.get("metadata").is_none(), "{name}");
            assert!(change.phone_number_id.is_none(), "{name}");
        }
    }

    #[test]
    fn an_event_brings_what_belongs_to_it() {
        for (event, key) in [
            ("ACCOUNT_VIOLATION", "violation_info"),
            ("ACCOUNT_RESTRICTION", "restriction_info"),
            ("DISABLED_UPDATE", "ban_info"),
            ("PARTNER_REMOVED", "waba_info"),
            ("BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE", "country"),
            ("VOLUME_BASED_PRICING_TIER_UPDATE", "volume_tier_info"),
        ] {
            let value = told("account_update", Some(event)).value;
            assert_eq!(value["event"], event);
            assert!(value.get(key).is_some(), "{event}");
        }
        let deleted = told("account_update", Some("ACCOUNT_DELETED")).value;
        assert_eq!(deleted, json!({ "event": "ACCOUNT_DELETED" }));
    }

    #[test]
    fn fields_about_a_number_carry_it() {
        let call = told("calls", Some("terminate"));
        assert_eq!(call.value["calls"][0]["event"], "terminate");
        assert_eq!(call.value["calls"][0]["status"], "COMPLETED");
        assert_eq!(call.value["metadata"]["phone_number_id"], "2");
        let ringing = told("calls", Some("RINGING")).value;
        assert_eq!(ringing["statuses"][0]["type"], "call");
        let wish = told("user_preferences", Some("resume")).value;
        assert_eq!(wish["user_preferences"][0]["value"], "resume");
        let never = told("never_heard_of", None);
        assert_eq!(never.value["metadata"]["phone_number_id"], "2");
        let phases = told("history", None).value;
        assert_eq!(phases["history"][0]["metadata"]["phase"], 0);
    }
}
