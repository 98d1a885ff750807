//! How a number is, as Meta says when it is asked.

use super::{Answer, Meta, Refusal, exchange};
use postern_types::Fact;
use secrecy::SecretString;
use serde_json::Value;
use std::time::Duration;

/// What came of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// What Meta said; what it left out is not here.
    Seen(Vec<(Fact, String)>),
    /// It did not want to.
    Refused(Refusal),
    /// Nothing came that could be understood.
    Silent,
}

/// Every field that tells how a number is, most wanted first.
const FIELDS: [&str; 11] = [
    "quality_rating",
    "status",
    "name_status",
    "verified_name",
    "code_verification_status",
    "throughput",
    "platform_type",
    "account_mode",
    "is_on_biz_app",
    "health_status",
    "whatsapp_business_manager_messaging_limit",
];
/// Those that every version has had.
const OLD: usize = 1;
/// Three of them, and what is around them, end within the lease of a job.
const PATIENCE: Duration = Duration::from_secs(12);
const TRIES: usize = 3;

/// Asks. Versions of Graph differ in what they know: a field that one does not know is left out, and when it does not say
/// which, all but the oldest.
pub async fn look(meta: &Meta, token: &SecretString, phone_number_id: &str) -> Looked {
    let mut fields = FIELDS.to_vec();
    for turn in 1.. {
        let mut url = meta.url(&[phone_number_id]);
        url.query_pairs_mut()
            .append_pair("fields", &fields.join(","));
        let request = meta.http.get(url).timeout(PATIENCE);
        match exchange(request, token).await {
            Answer::Good(answer) => return Looked::Seen(read(&answer)),
            Answer::Refused(refusal)
                if refusal.code == 100 && turn < TRIES && fields.len() > OLD =>
            {
                let before = fields.len();
                fields.retain(|field| !names(&refusal.details, field));
                if fields.len() == before || turn + 1 == TRIES {
                    fields.truncate(OLD);
                }
            }
            Answer::Refused(refusal) => return Looked::Refused(refusal),
            Answer::Ambiguous(_) | Answer::NotSent => break,
        }
    }
    Looked::Silent
}

/// Whether a refusal names that field: as a word of its own, for one name can begin another.
fn names(details: &str, field: &str) -> bool {
    details
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .any(|word| word == field)
}

fn read(answer: &Value) -> Vec<(Fact, String)> {
    let said = |value: &Value| match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    };
    let health = &answer["health_status"];
    let limit = &answer["whatsapp_business_manager_messaging_limit"];
    let sending = said(&health["can_send_message"]);
    // Nothing hinders what is available, whatever else is told along.
    let hindrance = sending.as_deref().map(|sending| match sending {
        "AVAILABLE" => String::new(),
        _ => hindrances(health).join("\n"),
    });
    let quality = said(&answer["quality_rating"]).map(|quality| match quality.as_str() {
        "NA" => "UNKNOWN".to_owned(),
        _ => quality,
    });
    [
        (Fact::Quality, quality),
        (Fact::Status, said(&answer["status"])),
        (Fact::NameStatus, said(&answer["name_status"])),
        (Fact::Name, said(&answer["verified_name"])),
        (Fact::Code, said(&answer["code_verification_status"])),
        (Fact::Throughput, said(&answer["throughput"]["level"])),
        (Fact::Platform, said(&answer["platform_type"])),
        (Fact::Mode, said(&answer["account_mode"])),
        (Fact::OnPhone, said(&answer["is_on_biz_app"])),
        (Fact::Sending, sending),
        (Fact::Hindrance, hindrance),
        (
            Fact::Limit,
            said(limit).map(|limit| crate::channel::health::capacity(&limit)),
        ),
    ]
    .into_iter()
    .filter_map(|(fact, value)| {
        let value: String = crate::payload::storable(&value?)
            .chars()
            .take(LONGEST)
            .collect();
        (!value.is_empty() || fact == Fact::Hindrance).then_some((fact, value))
    })
    .collect()
}

/// Nobody reads more.
const LONGEST: usize = 4000;

/// Why something on the way does not let messages through: the number, its account, the business or the app.
fn hindrances(health: &Value) -> Vec<String> {
    let entities = health["entities"].as_array().map_or(&[][..], Vec::as_slice);
    let mut all = Vec::new();
    for entity in entities {
        let errors = entity["errors"].as_array().map_or(&[][..], Vec::as_slice);
        for error in errors {
            let parts = [&error["error_description"], &error["possible_solution"]];
            let parts: Vec<&str> = parts.into_iter().filter_map(Value::as_str).collect();
            all.push(parts.join(" "));
        }
        let more = entity["additional_info"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        all.extend(more.iter().filter_map(Value::as_str).map(str::to_owned));
    }
    all.retain(|line| !line.trim().is_empty());
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_meta_says_of_a_number_is_read_and_what_it_leaves_out_is_left_out() {
        let whole = json!({
            "id": "106540352242922", "quality_rating": "YELLOW", "status": "CONNECTED", "name_status": "APPROVED",
            "verified_name": "Harbour Coffee", "throughput": { "level": "STANDARD" }, "is_on_biz_app": false,
            "platform_type": "CLOUD_API", "account_mode": "LIVE", "code_verification_status": "EXPIRED",
            "whatsapp_business_manager_messaging_limit": "TIER_2K",
            "health_status": { "can_send_message": "LIMITED", "entities": [
                { "entity_type": "WABA", "id": "1", "can_send_message": "LIMITED", "errors": [
                    { "error_code": 141_006, "error_description": "No payment method.", "possible_solution": "Add one." }, 7,
                ] },
                { "entity_type": "BUSINESS", "can_send_message": "LIMITED", "additional_info": ["Not verified.", null] },
                "odd",
            ] },
        });
        let read_of = |value: &Value, fact: Fact| {
            read(value)
                .into_iter()
                .find(|(read, _)| *read == fact)
                .map(|(_, value)| value)
        };
        for (fact, value) in [
            (Fact::Quality, "YELLOW"),
            (Fact::Limit, "2000"),
            (Fact::Throughput, "STANDARD"),
            (Fact::OnPhone, "false"),
            (Fact::Sending, "LIMITED"),
            (
                Fact::Hindrance,
                "No payment method. Add one.\nNot verified.",
            ),
            (Fact::Name, "Harbour Coffee"),
        ] {
            assert_eq!(read_of(&whole, fact).as_deref(), Some(value), "{fact:?}");
        }
        let good = json!({ "health_status": { "can_send_message": "AVAILABLE", "entities": [{ "additional_info": ["Fine."] }] } });
        assert_eq!(read_of(&good, Fact::Hindrance).as_deref(), Some(""));
        for (value, quality) in [
            (json!({ "quality_rating": "NA" }), Some("UNKNOWN")),
            (json!({ "quality_rating": "" }), None),
            (json!({ "quality_rating": null }), None),
            (json!({ "quality_rating": ["GREEN"] }), None),
            (json!({ "quality_rating": "GREEN\u{0}" }), Some("GREEN")),
            (json!([]), None),
        ] {
            assert_eq!(
                read_of(&value, Fact::Quality).as_deref(),
                quality,
                "{value}"
            );
            assert_eq!(read_of(&value, Fact::Sending), None, "{value}");
        }
    }

    #[test]
    fn a_field_is_named_as_a_word_of_its_own() {
        let details = "(#100) Tried accessing nonexisting field (health_status) on node type (X)";
        assert!(names(details, "health_status"));
        assert!(!names(details, "status"));
        assert!(!names("", "status"));
    }
}
