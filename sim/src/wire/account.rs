//! Fields about the account, which carry no metadata.

use serde_json::{Value, json};

use super::{Change, Channel};
use crate::clock;

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

/// What a field says when nothing else is asked for.
pub(super) fn value(channel: &Channel, field: &str, variant: Option<&str>) -> Value {
    let now = clock::now();
    let digits = channel.display_phone_number.as_str();
    match field {
        "account_alerts" => json!({
            "entity_type": "WABA",
            "entity_id": channel.waba_id,
            "alert_info": {
                "alert_severity": "INFORMATIONAL",
                "alert_status": "ACTIVE",
                "alert_type": "INCREASED_CAPABILITIES_ELIGIBILITY_NEED_MORE_INFO",
                "alert_description": "More information is needed.",
            },
        }),
        "account_review_update" => json!({ "decision": variant.unwrap_or("APPROVED") }),
        "account_settings_update" => json!({
            "messaging_product": "whatsapp",
            "timestamp": now.to_string(),
            "type": "phone_number_settings",
            "phone_number_settings": {
                "phone_number_id": channel.phone_number_id,
                "calling": { "status": "ENABLED", "call_icon_visibility": "DEFAULT" },
            },
        }),
        "account_update" => account_update(channel, variant.unwrap_or("VERIFIED_ACCOUNT"), now),
        "automatic_events" => json!({
            "automatic_events": [{
                "id": "wamid.automatic",
                "event_name": variant.unwrap_or("LeadSubmitted"),
                "timestamp": now,
                "ctwa_clid": "Aff-simulated",
            }],
        }),
        "business_capability_update" => json!({
            "max_daily_conversations_per_business": "TIER_10K",
            "max_phone_numbers_per_business": 20,
            "max_phone_numbers_per_waba": 20,
        }),
        "business_username_update" | "business_username_updates" => json!({
            "display_phone_number": digits,
            "username": "harbourcoffee",
            "status": variant.unwrap_or("approved"),
        }),
        "flows" => json!({
            "event": variant.unwrap_or("FLOW_STATUS_CHANGE"),
            "message": "Flow Sign up has changed status from PUBLISHED to THROTTLED",
            "flow_id": "64938207192",
            "old_status": "PUBLISHED",
            "new_status": "THROTTLED",
        }),
        "partner_solutions" => json!({
            "event": variant.unwrap_or("SOLUTION_CREATED"),
            "solution_id": "774485461512159",
            "solution_status": "INITIATED",
        }),
        "payment_configuration_update" => json!({
            "configuration_name": "harbour-payments",
            "provider_name": "razorpay",
            "provider_mid": "acc_simulated",
            "status": "Needs Testing",
            "created_timestamp": now,
            "updated_timestamp": now,
        }),
        "phone_number_name_update" => json!({
            "display_phone_number": digits,
            "decision": variant.unwrap_or("APPROVED"),
            "requested_verified_name": "Harbour Coffee Roasters",
            "rejection_reason": null,
        }),
        "phone_number_quality_update" => {
            let event = variant.unwrap_or("FLAGGED");
            phone_number_quality_update(channel, event, "TIER_10K").value
        }
        "security" => json!({
            "display_phone_number": digits,
            "event": variant.unwrap_or("PIN_CHANGED"),
            "requester": "61555822107539",
        }),
        _ if field.contains("template") => template_value(field, variant),
        _ => json!({ "event": "SIMULATED" }),
    }
}

fn account_update(channel: &Channel, event: &str, now: u64) -> Value {
    let mut value = json!({ "event": event });
    let partner = json!({
        "waba_id": channel.waba_id,
        "owner_business_id": format!("9{}", channel.waba_id),
        "partner_app_id": "670843887433847",
    });
    let (key, info) = match event {
        "ACCOUNT_VIOLATION" => (
            "violation_info",
            json!({ "violation_type": "SPAM", "remediation": "Send less of it." }),
        ),
        "ACCOUNT_RESTRICTION" => (
            "restriction_info",
            json!([{
                "restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING",
                "expiration": now + 86_400,
                "remediation": "Wait until the restriction ends.",
            }]),
        ),
        "DISABLED_UPDATE" => (
            "ban_info",
            json!({ "waba_ban_state": "DISABLE", "waba_ban_date": "July 17, 2026" }),
        ),
        "PARTNER_ADDED"
        | "PARTNER_REMOVED"
        | "PARTNER_APP_INSTALLED"
        | "PARTNER_APP_UNINSTALLED" => ("waba_info", partner),
        "ACCOUNT_OFFBOARDED" | "ACCOUNT_RECONNECTED" => {
            ("phone_number", json!(channel.display_phone_number))
        }
        "PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE" => (
            "partner_client_certification_info",
            json!({ "client_business_id": "91", "status": "FAILED", "rejection_reasons": ["ADDRESS_NOT_MATCHING"] }),
        ),
        "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE" => ("country", json!("DE")),
        "AUTH_INTL_PRICE_ELIGIBILITY_UPDATE" => (
            "auth_international_rate_eligibility",
            json!({ "start_time": now, "exception_countries": [{ "country_code": "IN", "start_time": now }] }),
        ),
        "VOLUME_BASED_PRICING_TIER_UPDATE" => (
            "volume_tier_info",
            json!({
                "tier_update_time": now,
                "pricing_category": "UTILITY",
                "tier": "25000001:50000000",
                "effective_month": "2026-07",
                "region": "Germany",
            }),
        ),
        _ => return value,
    };
    value[key] = info;
    value
}

/// Of a template that no account has; one that exists is told of by the control API's own way.
fn template_value(field: &str, variant: Option<&str>) -> Value {
    let mut value = json!({
        "message_template_id": 1_689_556_908_129_832_u64,
        "message_template_name": "a_stranger",
        "message_template_language": "en_US",
    });
    let more: &[(&str, &str)] = match field {
        "message_template_status_update" => {
            &[("event", variant.unwrap_or("APPROVED")), ("reason", "NONE")]
        }
        "message_template_quality_update" => &[
            ("previous_quality_score", "GREEN"),
            ("new_quality_score", "YELLOW"),
        ],
        "message_template_components_update" => &[("message_template_element", "Hello!")],
        "template_category_update" => &[
            ("previous_category", "UTILITY"),
            ("new_category", "MARKETING"),
        ],
        _ => &[("correct_category", "MARKETING")],
    };
    for (key, word) in more {
        value[*key] = json!(word);
    }
    value
}
