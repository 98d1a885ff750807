//! Webhooks of every other field, and bytes of any kind.

use postern_sim::wire;
use serde_json::{Value, json};

use crate::support::{
    NUMBER, Receiver, SECOND, WABA, code, control, send, signed_by, sim_to, text,
};

#[tokio::test]
async fn every_field_comes_under_its_account_with_or_without_the_number() {
    let receiver = Receiver::start().await;
    let sim = sim_to(&receiver).await;
    let fields = [
        "smb_message_echoes",
        "message_echoes",
        "calls",
        "user_preferences",
        "user_id_update",
        "history",
        "smb_app_state_sync",
        "group_lifecycle_update",
        "group_participants_update",
        "group_settings_update",
        "group_status_update",
        "messaging_handovers",
        "standby",
        "never_heard_of",
        "message_template_status_update",
        "message_template_quality_update",
        "template_category_update",
        "message_template_components_update",
        "phone_number_quality_update",
        "phone_number_name_update",
        "account_update",
        "account_alerts",
        "account_review_update",
        "account_settings_update",
        "business_capability_update",
        "security",
        "payment_configuration_update",
        "partner_solutions",
        "flows",
        "automatic_events",
        "business_username_updates",
    ];
    for field in fields {
        assert_eq!(
            control(&sim, "event", &json!({ "field": field })).await.0,
            204,
            "{field}"
        );
        assert!(sim.quiet(10 * SECOND).await);
        let (waba, change) = receiver.changes().pop().unwrap();
        assert_eq!((waba.as_str(), &change["field"]), (WABA, &json!(field)));
        let number = change["value"]["metadata"]["phone_number_id"].as_str();
        assert_eq!(
            number,
            wire::has_metadata(field).then_some(NUMBER),
            "{field}"
        );
        let got = receiver.got().pop().unwrap();
        assert!(signed_by(sim.app_secret(), &got));
        assert_eq!(
            got.json()["entry"][0].get("time").is_some(),
            number.is_none(),
            "{field}"
        );
    }
    sim.stop().await;
}

#[tokio::test]
async fn variants_own_values_and_other_entries() {
    let receiver = Receiver::start().await;
    let sim = sim_to(&receiver).await;
    let last = async |call: Value| {
        assert_eq!(control(&sim, "event", &call).await.0, 204, "{call}");
        assert!(sim.quiet(10 * SECOND).await);
        receiver.changes().pop().unwrap()
    };
    let (_, call) =
        last(json!({ "field": "calls", "variant": "terminate", "from": "447700900123" })).await;
    assert_eq!(call["value"]["calls"][0]["from"], "447700900123");
    let (_, ban) = last(json!({ "field": "account_update", "variant": "ACCOUNT_VIOLATION" })).await;
    assert_eq!(ban["value"]["violation_info"]["violation_type"], "SPAM");
    let (_, laid) = last(
        json!({ "field": "security", "variant": "PIN_RESET_REQUEST", "with": { "extra": 1 } }),
    )
    .await;
    assert_eq!(
        (&laid["value"]["event"], &laid["value"]["extra"]),
        (&json!("PIN_RESET_REQUEST"), &json!(1))
    );
    let (_, own) = last(json!({ "field": "messages", "value": { "errors": [{ "code": 0, "title": "AuthException" }] } })).await;
    assert_eq!(own["value"]["metadata"]["phone_number_id"], NUMBER);
    let (_, bare) =
        last(json!({ "field": "messages", "value": { "messages": [] }, "metadata": false })).await;
    assert_eq!(bare["value"], json!({ "messages": [] }));
    let (entry, _) =
        last(json!({ "field": "account_update", "waba_id": "0", "variant": "PARTNER_REMOVED" }))
            .await;
    assert_eq!(entry, "0");
    assert_eq!(control(&sim, "event", &json!({ "value": {} })).await.0, 422);
    assert_eq!(
        control(&sim, "event", &json!({ "field": "x", "colour": 1 }))
            .await
            .0,
        422
    );
    sim.stop().await;
}

#[tokio::test]
async fn raw_bytes_arrive_as_they_are_and_signed() {
    let receiver = Receiver::start().await;
    let sim = sim_to(&receiver).await;
    let body = json!([{ "object": "whatsapp_business_account", "entry": [] }]);
    assert_eq!(control(&sim, "raw", &body).await.0, 204);
    assert!(sim.quiet(10 * SECOND).await);
    let got = &receiver.got()[0];
    assert_eq!(got.body, body.to_string());
    assert!(signed_by(sim.app_secret(), got));
    sim.set_callback(None);
    assert_eq!(control(&sim, "raw", &body).await.0, 404);
    sim.stop().await;
}

#[tokio::test]
async fn a_call_opens_the_window_and_a_wish_is_heeded() {
    let sim = sim_to(&Receiver::start().await).await;
    sim.set_limits(postern_sim::Limits::like_meta());
    let hello = || text("16505551234", "hi", "m");
    assert_eq!(code(&send(&sim, &hello()).await.unwrap()), 131_047);
    control(
        &sim,
        "event",
        &json!({ "field": "calls", "from": "16505551234" }),
    )
    .await;
    assert_eq!(code(&send(&sim, &hello()).await.unwrap()), 0);
    control(&sim, "clock", &json!({ "ms": 24 * 3_600_000 })).await;
    assert_eq!(code(&send(&sim, &hello()).await.unwrap()), 131_047);

    let coupon = json!({
        "messaging_product": "whatsapp", "to": "+16505551234", "type": "template",
        "template": { "name": "welcome_coupon", "language": { "code": "en" }, "components": [
            { "type": "body", "parameters": [{ "type": "text", "text": "A" }, { "type": "text", "text": "10%" }] },
            { "type": "button", "sub_type": "copy_code", "index": "1", "parameters": [{ "type": "coupon_code", "coupon_code": "A" }] },
        ]},
    });
    for (wish, expected) in [("stop", 131_050), ("resume", 0)] {
        let call = json!({ "field": "user_preferences", "variant": wish, "from": "16505551234" });
        control(&sim, "event", &call).await;
        assert_eq!(
            code(&send(&sim, &coupon).await.unwrap()),
            expected,
            "{wish}"
        );
    }
    sim.stop().await;
}
