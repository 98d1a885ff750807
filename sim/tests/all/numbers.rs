//! Numbers: what they are, how they are registered, whom they block, and what Meta decides about them.

use serde_json::{Value, json};

use crate::support::{NUMBER, Receiver, SECOND, WABA, ask, code, control, send, sim_to, text};

const HELLO: fn() -> Value = || text("16505551234", "hi", "m");

#[tokio::test]
async fn every_field_of_a_number_can_be_read_and_changed() {
    let receiver = Receiver::start().await;
    let sim = sim_to(&receiver).await;
    let fields = "id,display_phone_number,verified_name,quality_rating,code_verification_status,name_status,new_name_status,\
                  status,throughput,platform_type,is_on_biz_app,is_official_business_account,account_mode,health_status,\
                  whatsapp_business_manager_messaging_limit,webhook_configuration";
    let path = format!("{NUMBER}?fields={fields}");
    let (status, node) = ask(&sim, "GET", &path, &Value::Null).await;
    assert_eq!((status, node.as_object().unwrap().len()), (200, 16));
    assert_eq!(
        code(
            &ask(
                &sim,
                "GET",
                &format!("{NUMBER}?fields={fields},shoe"),
                &Value::Null
            )
            .await
        ),
        100
    );

    let set = json!({
        "quality_rating": "RED", "whatsapp_business_manager_messaging_limit": "TIER_10K", "status": "FLAGGED",
        "throughput": { "level": "HIGH" }, "name_status": "DECLINED", "is_on_biz_app": true,
    });
    assert_eq!(control(&sim, "facts", &json!({ "set": set })).await.0, 204);
    let (_, node) = ask(&sim, "GET", &path, &Value::Null).await;
    for (field, value) in set.as_object().unwrap() {
        assert_eq!(&node[field], value);
    }
    assert!(sim.quiet(10 * SECOND).await);
    let mut told: Vec<String> = receiver
        .changes()
        .iter()
        .map(|(_, change)| {
            let value = &change["value"];
            let what = if value["event"].is_string() {
                &value["event"]
            } else {
                &value["decision"]
            };
            format!(
                "{} {}",
                change["field"].as_str().unwrap(),
                what.as_str().unwrap_or_default()
            )
        })
        .collect();
    told.sort();
    assert_eq!(
        told,
        [
            "business_capability_update ",
            "phone_number_name_update REJECTED",
            "phone_number_quality_update FLAGGED",
            "phone_number_quality_update THROUGHPUT_UPGRADE",
            "phone_number_quality_update UPGRADE",
        ]
    );
    assert_eq!(
        control(
            &sim,
            "facts",
            &json!({ "set": { "status": "CONNECTED" }, "quiet": true })
        )
        .await
        .0,
        204
    );
    assert_eq!(
        control(&sim, "facts", &json!({ "number": "9", "set": {} }))
            .await
            .0,
        404
    );
    sim.stop().await;
}

#[tokio::test]
async fn a_number_is_verified_registered_and_taken_off() {
    let sim = sim_to(&Receiver::start().await).await;
    let post = async |path: &str, body: Value| {
        code(&ask(&sim, "POST", &format!("{NUMBER}{path}"), &body).await)
    };
    let pin = |pin: &str| json!({ "messaging_product": "whatsapp", "pin": pin });
    let sms = json!({ "code_method": "SMS", "language": "en_US" });
    assert_eq!(post("/request_code", sms.clone()).await, 136_024);
    control(
        &sim,
        "facts",
        &json!({ "set": { "code_verification_status": "NOT_VERIFIED", "status": "PENDING" } }),
    )
    .await;
    assert_eq!(
        post(
            "/request_code",
            json!({ "code_method": "PIGEON", "language": "en" })
        )
        .await,
        100
    );
    assert_eq!(
        post("/verify_code", json!({ "code": "123456" })).await,
        133_006
    );
    assert_eq!(post("/request_code", sms).await, 0);
    assert_eq!(
        post("/verify_code", json!({ "code": "000000" })).await,
        136_025
    );
    assert_eq!(post("/verify_code", json!({ "code": "123456" })).await, 0);
    assert_eq!(post("/register", pin("12")).await, 100);
    assert_eq!(post("/register", json!({ "pin": "111111" })).await, 100);
    assert_eq!(post("/register", pin("111111")).await, 0);
    assert_eq!(post("/register", pin("222222")).await, 133_005);
    assert_eq!(post("", json!({ "pin": "222222" })).await, 0);
    assert_eq!(post("/register", pin("222222")).await, 0);
    let (_, node) = ask(
        &sim,
        "GET",
        &format!("{NUMBER}?fields=status,code_verification_status"),
        &Value::Null,
    )
    .await;
    assert_eq!(
        (&node["status"], &node["code_verification_status"]),
        (&json!("CONNECTED"), &json!("VERIFIED"))
    );

    assert_eq!(post("/deregister", Value::Null).await, 0);
    assert_eq!(code(&send(&sim, &HELLO()).await.unwrap()), 133_010);
    for _ in 0..5 {
        assert_eq!(post("/register", pin("222222")).await, 0);
    }
    assert_eq!(post("/register", pin("222222")).await, 133_016);
    assert_eq!(code(&send(&sim, &HELLO()).await.unwrap()), 0);
    control(&sim, "clock", &json!({ "ms": 72 * 3_600_000 })).await;
    assert_eq!(post("/register", pin("222222")).await, 0);
    sim.stop().await;
}

#[tokio::test]
async fn the_profile_is_written_key_by_key() {
    let sim = sim_to(&Receiver::start().await).await;
    let path = format!("{NUMBER}/whatsapp_business_profile");
    let about = json!({ "messaging_product": "whatsapp", "about": "Coffee", "profile_picture_handle": "4::x" });
    assert_eq!(ask(&sim, "POST", &path, &about).await.0, 200);
    let sites = json!({ "messaging_product": "whatsapp", "websites": ["https://example.com"] });
    assert_eq!(ask(&sim, "POST", &path, &sites).await.0, 200);
    let (_, body) = ask(
        &sim,
        "GET",
        &format!("{path}?fields=about,websites,email,profile_picture_url"),
        &Value::Null,
    )
    .await;
    let profile = &body["data"][0];
    assert_eq!(
        (&profile["about"], &profile["websites"]),
        (&json!("Coffee"), &sites["websites"])
    );
    assert!(profile["profile_picture_url"].is_string());
    for wrong in [
        json!({ "about": "x" }),
        json!({ "messaging_product": "whatsapp", "about": "x".repeat(140) }),
        json!({ "messaging_product": "whatsapp", "websites": ["a", "b", "c"] }),
    ] {
        assert_eq!(code(&ask(&sim, "POST", &path, &wrong).await), 100);
    }
    sim.stop().await;
}

#[tokio::test]
async fn who_is_blocked_writes_to_nobody() {
    let receiver = Receiver::start().await;
    let sim = sim_to(&receiver).await;
    let path = format!("{NUMBER}/block_users");
    let say = json!({ "from": "16505551234", "text": "hi" });
    control(&sim, "say", &say).await;
    let users = json!({ "messaging_product": "whatsapp", "block_users": [{ "user": "+16505551234" }, { "user": "+447700900123" }] });
    let (status, body) = ask(&sim, "POST", &path, &users).await;
    assert_eq!(status, 200);
    assert_eq!(
        body["block_users"]["added_users"][0]["wa_id"],
        "16505551234"
    );
    assert_eq!(
        body["block_users"]["failed_users"][0]["wa_id"],
        "447700900123"
    );
    control(&sim, "say", &say).await;
    assert!(sim.quiet(10 * SECOND).await);
    assert_eq!(receiver.elements("messages").len(), 1);
    let (_, body) = ask(&sim, "GET", &path, &Value::Null).await;
    assert_eq!(body["data"][0]["block_users"].as_array().unwrap().len(), 1);
    assert_eq!(ask(&sim, "DELETE", &path, &users).await.0, 200);
    control(&sim, "say", &say).await;
    assert!(sim.quiet(10 * SECOND).await);
    assert_eq!(receiver.elements("messages").len(), 2);
    assert_eq!(code(&ask(&sim, "POST", &path, &json!({})).await), 100);
    sim.stop().await;
}

#[tokio::test]
async fn a_banned_account_sends_nothing_until_it_is_reinstated() {
    let receiver = Receiver::start().await;
    let sim = sim_to(&receiver).await;
    assert_eq!(control(&sim, "ban", &json!({})).await.0, 204);
    assert_eq!(code(&send(&sim, &HELLO()).await.unwrap()), 131_031);
    assert!(sim.quiet(10 * SECOND).await);
    let (waba, change) = receiver.changes().pop().unwrap();
    assert_eq!(
        (
            waba.as_str(),
            &change["value"]["ban_info"]["waba_ban_state"]
        ),
        (WABA, &json!("DISABLE"))
    );
    let (_, node) = ask(
        &sim,
        "GET",
        &format!("{NUMBER}?fields=health_status"),
        &Value::Null,
    )
    .await;
    assert_eq!(node["health_status"]["can_send_message"], "BLOCKED");
    control(&sim, "ban", &json!({ "waba_id": WABA, "banned": false })).await;
    assert_eq!(code(&send(&sim, &HELLO()).await.unwrap()), 0);
    sim.stop().await;
}
