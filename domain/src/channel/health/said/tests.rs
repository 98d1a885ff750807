//! Every shape that a change comes in: strings and numbers, flat and nested, keys missing.

use super::*;
use serde_json::json;

fn facts(field: &str, value: &Value) -> Vec<(Fact, String)> {
    read(field, value)
        .map(|said| said.facts)
        .unwrap_or_default()
}

fn one(digits: &str) -> Whom {
    Whom::One(digits.to_owned())
}

#[test]
fn a_number_is_meant_by_its_digits_however_they_are_written_or_by_metas_id() {
    for (whom, phone, id, means) in [
        (
            one("15550783881"),
            "+1 555-078-3881",
            "106540352242922",
            true,
        ),
        (
            one("106540352242922"),
            "+1 555-078-3881",
            "106540352242922",
            true,
        ),
        (
            one("15550783882"),
            "+1 555-078-3881",
            "106540352242922",
            false,
        ),
        (Whom::All, "", "", true),
    ] {
        assert_eq!(whom.means(phone, id), means, "{whom:?}");
    }
    let said = read(
        "security",
        &json!({ "display_phone_number": "+1 (555) 078-3881", "event": "PIN_CHANGED" }),
    );
    assert_eq!(said.unwrap().whom, one("15550783881"));
}

#[test]
fn a_quality_update_tells_the_limit_in_any_form_and_the_state() {
    let of = |rest: Value| {
        let mut value = json!({ "display_phone_number": "15550783881" });
        value
            .as_object_mut()
            .unwrap()
            .extend(rest.as_object().unwrap().clone());
        value
    };
    let limit = |limit: &str| (Fact::Limit, limit.to_owned());
    for (rest, expected) in [
        (
            json!({ "event": "ONBOARDING", "current_limit": "TIER_250" }),
            vec![limit("250")],
        ),
        (
            json!({ "event": "UPGRADE", "current_limit": "TIER_UNLIMITED", "old_limit": "TIER_100K" }),
            vec![limit("unlimited")],
        ),
        (
            json!({ "event": "UPGRADE", "max_daily_conversations_per_business": 2000, "current_limit": "TIER_1K" }),
            vec![limit("2000")],
        ),
        (
            json!({ "event": "UPGRADE", "max_daily_conversations_per_business": "TIER_2K" }),
            vec![limit("2000")],
        ),
        (
            json!({ "event": "FLAGGED" }),
            vec![(Fact::Status, "FLAGGED".to_owned())],
        ),
        (
            json!({ "event": "UNFLAGGED" }),
            vec![(Fact::Status, "CONNECTED".to_owned())],
        ),
        (
            json!({ "event": "THROUGHPUT_UPGRADE", "current_limit": "TIER_UNLIMITED" }),
            vec![limit("unlimited"), (Fact::Throughput, "HIGH".to_owned())],
        ),
        (
            json!({ "event": "A_NEW_ONE", "current_limit": "TIER_NEW" }),
            vec![limit("TIER_NEW")],
        ),
        (
            json!({ "event": 7, "current_limit": null, "old_limit": [] }),
            vec![],
        ),
    ] {
        let value = of(rest);
        assert_eq!(
            facts("phone_number_quality_update", &value),
            expected,
            "{value}"
        );
        assert!(
            read("phone_number_quality_update", &value).unwrap().look,
            "{value}"
        );
    }
    let down =
        of(json!({ "event": "DOWNGRADE", "current_limit": "TIER_2K", "old_limit": "TIER_10K" }));
    let said = read("phone_number_quality_update", &down).unwrap();
    assert_eq!(
        (said.alerts[0].kind.as_str(), said.alerts[0].severity),
        ("limit", Severity::Warning)
    );
    assert!(
        said.alerts[0].words.contains("2000") && said.alerts[0].words.contains("10000"),
        "{:?}",
        said.alerts
    );
    assert_eq!(
        read(
            "phone_number_quality_update",
            &json!({ "event": "FLAGGED" })
        ),
        None,
        "whose it is is not said"
    );
}

#[test]
fn a_name_is_approved_or_turned_down_with_its_reason() {
    let value = json!({ "display_phone_number": "1555", "decision": "APPROVED", "requested_verified_name": "Harbour", "rejection_reason": null });
    let name = "phone_number_name_update";
    let expected = [
        (Fact::NameStatus, "APPROVED".to_owned()),
        (Fact::Name, "Harbour".to_owned()),
    ];
    assert_eq!(facts(name, &value), expected);
    let value = json!({ "display_phone_number": 1555, "decision": "REJECTED", "requested_verified_name": "<b>", "rejection_reason": "NAME_EMPLOYEE_ISSUE" });
    let said = read(name, &value).unwrap();
    assert_eq!(
        (said.whom, said.facts),
        (one("1555"), vec![(Fact::NameStatus, "DECLINED".to_owned())])
    );
    assert!(
        said.alerts[0]
            .words
            .contains("“<b>”. Meta's reason: name employee issue."),
        "{:?}",
        said.alerts
    );
    let value = json!({ "display_phone_number": "1555", "decision": "REJECTED", "rejection_reason": "NONE" });
    assert!(
        !read(name, &value).unwrap().alerts[0]
            .words
            .contains("reason")
    );
    assert_eq!(
        facts(
            name,
            &json!({ "display_phone_number": "1555", "decision": "PENDING" })
        ),
        [(Fact::NameStatus, "PENDING_REVIEW".to_owned())]
    );
    assert_eq!(read(name, &json!({ "display_phone_number": "1555" })), None);
}

#[test]
fn an_account_that_is_gone_or_shut_takes_its_numbers_along_and_says_what_to_do() {
    let info = json!({ "waba_id": 980_198_427_658_004_i64, "owner_business_id": "2" });
    for (value, lost) in [
        (
            json!({ "event": "PARTNER_REMOVED", "waba_info": info }),
            Some(REMOVED),
        ),
        (
            json!({ "event": "PARTNER_REMOVED", "waba_info": info, "disconnection_info": { "reason": "PRIMARY_INACTIVITY", "initiated_by": "SYSTEM" } }),
            Some(UNLINKED),
        ),
        (
            json!({ "event": "PARTNER_REMOVED", "phone_number": "1555", "disconnection_info": "odd" }),
            Some(REMOVED),
        ),
        (
            json!({ "event": "PARTNER_APP_UNINSTALLED", "waba_info": info }),
            Some(UNINSTALLED),
        ),
        (json!({ "event": "ACCOUNT_DELETED" }), Some(DELETED)),
        (json!({ "event": "ACCOUNT_OFFBOARDED" }), Some(UNLINKED)),
        (
            json!({ "event": "DISABLED_UPDATE", "ban_info": { "waba_ban_state": "DISABLE" } }),
            Some(DISABLED),
        ),
        (json!({ "event": "DISABLED_UPDATE" }), Some(DISABLED)),
        (
            json!({ "event": "DISABLED_UPDATE", "ban_info": { "waba_ban_state": "SCHEDULE_FOR_DISABLE", "waba_ban_date": "17 May" } }),
            None,
        ),
        (
            json!({ "event": "DISABLED_UPDATE", "ban_info": { "waba_ban_state": "REINSTATE" } }),
            None,
        ),
        (json!({ "event": "ACCOUNT_RECONNECTED" }), None),
        (
            json!({ "event": "ACCOUNT_VIOLATION", "violation_info": { "violation_type": "ADULT" } }),
            None,
        ),
    ] {
        let said = read("account_update", &value).unwrap();
        assert_eq!(said.lost, lost, "{value}");
        // Either it is disconnected, which is told of, or there is an alert.
        assert_eq!(said.alerts.is_empty(), lost.is_some(), "{value}");
    }
    let said = read(
        "account_update",
        &json!({ "event": "PARTNER_REMOVED", "phone_number": "+1 555" }),
    )
    .unwrap();
    assert_eq!(said.whom, one("1555"));
    for event in [
        "VERIFIED_ACCOUNT",
        "PARTNER_ADDED",
        "AD_ACCOUNT_LINKED",
        "VOLUME_BASED_PRICING_TIER_UPDATE",
        "NEW",
    ] {
        assert_eq!(
            read("account_update", &json!({ "event": event })),
            None,
            "{event}"
        );
    }
}

#[test]
fn a_restriction_says_what_is_held_back() {
    let value = json!({ "event": "ACCOUNT_RESTRICTION", "restriction_info": [
        { "restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": 1_641_330_498 },
        { "restriction_type": "RESTRICTED_NEW", "remediation": "Wait." }, 7,
    ] });
    let said = read("account_update", &value).unwrap();
    assert_eq!(
        said.facts,
        [(
            Fact::Restriction,
            "RESTRICTED_BIZ_INITIATED_MESSAGING\nRESTRICTED_NEW".to_owned()
        )]
    );
    let words = &said.alerts[0].words;
    assert!(
        words.contains("nobody can be written to first; RESTRICTED_NEW. Meta says: Wait."),
        "{words}"
    );
    let alone = json!({ "event": "ACCOUNT_RESTRICTION", "restriction_info": { "restriction_type": "RESTRICTED_ADD_PHONE_NUMBER_ACTION" } });
    assert!(
        read("account_update", &alone).unwrap().alerts[0]
            .words
            .contains("no numbers can be added")
    );
    let nothing = read("account_update", &json!({ "event": "ACCOUNT_RESTRICTION" })).unwrap();
    assert!(nothing.alerts[0].words.contains("it did not say which"));
    let kind = json!({ "event": "ACCOUNT_VIOLATION", "violation_info": { "violation_type": "ALCOHOL", "remediation": "Take it away." } });
    let words = &read("account_update", &kind).unwrap().alerts[0].words;
    assert!(
        words.ends_with("broke its rules: alcohol. Meta says: Take it away."),
        "{words}"
    );
}

#[test]
fn an_alert_is_read_nested_and_flat_of_a_number_or_of_all() {
    let nested = json!({ "entity_type": "PHONE_NUMBER", "entity_id": "106540352242922", "alert_info": {
        "alert_severity": "CRITICAL", "alert_status": "ACTIVE", "alert_type": "PROFILE_PICTURE_LOST", "alert_description": "Lost." } });
    let said = read("account_alerts", &nested).unwrap();
    assert_eq!(said.whom, one("106540352242922"));
    assert_eq!(
        (said.alerts[0].kind.as_str(), said.alerts[0].severity),
        ("profile_picture_lost", Severity::Critical)
    );
    let flat = json!({ "entity_type": "BUSINESS", "entity_id": 123_456, "alert_severity": "INFORMATIONAL", "alert_status": "ACTIVE",
        "alert_type": "OBA_APPROVED", "alert_description": "Sample alert description" });
    let said = read("account_alerts", &flat).unwrap();
    assert_eq!(
        (said.whom, said.alerts[0].severity),
        (Whom::All, Severity::Info)
    );
    assert!(
        said.alerts[0]
            .words
            .ends_with("Meta says: Sample alert description")
    );
    let new = json!({ "alert_info": { "alert_type": "SOMETHING_NEW" } });
    let said = read("account_alerts", &new).unwrap();
    assert_eq!(
        (said.alerts[0].words.as_str(), said.alerts[0].severity),
        (
            "Meta has an alert for this account: something new.",
            Severity::Warning
        )
    );
    for nothing in [
        json!({}),
        json!([]),
        json!({ "alert_info": "odd" }),
        json!({ "alert_type": "X", "alert_status": "NONE" }),
    ] {
        assert_eq!(read("account_alerts", &nothing), None, "{nothing}");
    }
}

#[test]
fn a_review_a_capability_and_a_pin_are_read() {
    assert_eq!(
        facts("account_review_update", &json!({ "decision": "REJECTED" })),
        [(Fact::Review, "REJECTED".to_owned())]
    );
    for (value, limit) in [
        (
            json!({ "max_daily_conversations_per_business": 2000, "max_phone_numbers_per_waba": 25 }),
            Some("2000"),
        ),
        (
            json!({ "max_daily_conversations_per_business": "TIER_250" }),
            Some("250"),
        ),
        (
            json!({ "max_daily_conversations_per_business": "UNLIMITED" }),
            Some("unlimited"),
        ),
        (
            json!({ "max_daily_conversation_per_phone": -1 }),
            Some("unlimited"),
        ),
        (json!({ "max_phone_numbers_per_business": 2 }), None),
    ] {
        let expected: Vec<_> = limit
            .map(|limit| (Fact::Limit, limit.to_owned()))
            .into_iter()
            .collect();
        assert_eq!(
            facts("business_capability_update", &value),
            expected,
            "{value}"
        );
    }
    for event in ["PIN_CHANGED", "PIN_RESET_REQUEST", "PIN_REQUEST_SUCCESS"] {
        let said = read(
            "security",
            &json!({ "display_phone_number": "1555", "event": event, "requester": 61 }),
        )
        .unwrap();
        assert_eq!(said.alerts[0].severity, Severity::Warning, "{event}");
    }
    assert_eq!(read("security", &json!({ "event": "PIN_CHANGED" })), None);
    assert_eq!(
        read(
            "security",
            &json!({ "display_phone_number": "1555", "event": "NEW" })
        ),
        None
    );
    assert_eq!(
        read("a_new_field", &json!({ "event": "PIN_CHANGED" })),
        None
    );
}

#[test]
fn whatever_stands_where_a_word_should_be_breaks_nothing() {
    for field in [
        "phone_number_quality_update",
        "phone_number_name_update",
        "account_update",
        "account_alerts",
        "account_review_update",
        "business_capability_update",
        "security",
    ] {
        for value in [
            json!(null),
            json!([]),
            json!(7),
            json!("x"),
            json!({ "event": {}, "decision": [], "display_phone_number": {} }),
        ] {
            assert_eq!(read(field, &value), None, "{field} {value}");
        }
    }
    let long =
        json!({ "alert_type": "X", "alert_description": format!("\u{0}{}", "é".repeat(100_000)) });
    let words = &read("account_alerts", &long).unwrap().alerts[0].words;
    assert!(words.chars().count() < 1100 && !words.contains('\0'));
}
