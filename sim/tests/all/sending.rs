//! Sending every type, and every error that can be ordered.

use serde_json::{Value, json};

use crate::support::{NUMBER, Receiver, SECOND, code, control, send, sim_to, text};

fn message(kind: &str, object: Value) -> Value {
    json!({
        "messaging_product": "whatsapp", "recipient_type": "individual", "to": "+16505551234", "type": kind, kind: object,
        "context": { "message_id": "wamid.1" }, "biz_opaque_callback_data": "m-1",
    })
}

#[tokio::test]
async fn each_type_is_accepted_and_kept_whole() {
    let sim = sim_to(&Receiver::start().await).await;
    let link = json!({ "link": "https://example.com/x" });
    let place = json!({ "latitude": 1, "longitude": 2, "name": "Here" });
    let card = json!([{ "name": { "formatted_name": "Ann", "first_name": "Ann" } }]);
    let buttons = json!({
        "type": "button", "body": { "text": "Well?" },
        "action": { "buttons": [{ "type": "reply", "reply": { "id": "1", "title": "Yes" } }] },
    });
    let table = [
        (
            "text",
            json!({ "body": "https://example.com", "preview_url": true }),
        ),
        ("image", link.clone()),
        ("video", link.clone()),
        ("audio", link.clone()),
        ("document", link.clone()),
        ("sticker", link),
        ("location", place),
        ("contacts", card),
        ("reaction", json!({ "message_id": "wamid.1", "emoji": "" })),
        ("interactive", buttons),
    ];
    for (kind, object) in &table {
        let answer = send(&sim, &message(kind, object.clone())).await.unwrap();
        assert_eq!(code(&answer), 0, "{kind}");
    }
    let ledger = sim.ledger();
    for (sent, (kind, object)) in ledger.sent.iter().zip(&table) {
        assert_eq!((sent.kind.as_str(), &sent.body[*kind]), (*kind, object));
        assert_eq!(sent.body["context"]["message_id"], "wamid.1");
    }
    let reaction = &ledger.sent[8].wamid;
    let again = message("reaction", json!({ "message_id": reaction, "emoji": "👍" }));
    assert_eq!(code(&send(&sim, &again).await.unwrap()), 131_009);
    sim.stop().await;
}

#[tokio::test]
async fn what_breaks_a_limit_is_refused_and_written_down_so() {
    let sim = sim_to(&Receiver::start().await).await;
    let table = [
        (
            "image",
            json!({ "link": "https://e.com", "caption": "x".repeat(1025) }),
            100,
        ),
        (
            "interactive",
            json!({ "type": "button", "body": { "text": "?" }, "action": { "buttons": [] } }),
            131_009,
        ),
        (
            "template",
            json!({ "name": "nobody", "language": { "code": "en" } }),
            132_001,
        ),
    ];
    for (kind, object, expected) in table {
        assert_eq!(
            code(&send(&sim, &message(kind, object)).await.unwrap()),
            expected,
            "{kind}"
        );
    }
    let refused: Vec<i64> = sim.ledger().refused.iter().map(|one| one.code).collect();
    assert_eq!(refused, [100, 131_009, 132_001]);
    sim.stop().await;
}

#[tokio::test]
async fn every_code_can_be_ordered_at_once_and_as_a_later_failure() {
    let receiver = Receiver::start().await;
    let sim = sim_to(&receiver).await;
    let codes = [
        0, 190, 3, 10, 200, 131_005, 1, 2, 131_000, 131_016, 133_004, 4, 80_007, 613, 130_429,
        131_056, 131_048, 131_057, 2_494_100, 368, 130_497, 131_031, 100, 131_008, 131_009, 33,
        131_021, 131_026, 131_030, 131_037, 131_042, 131_045, 133_010, 131_047, 131_049, 131_050,
        131_051, 131_052, 131_053, 131_055, 134_100, 131_059, 131_060, 131_062, 130_472, 132_000,
        132_001, 132_005, 132_007, 132_012, 132_015, 132_016, 132_018, 132_068, 132_069, 133_000,
        133_005, 133_006, 133_008, 133_009, 133_015, 133_016, 134_011, 135_000, 137_000, 2_593_107,
    ];
    for ordered in codes {
        let fault = json!({ "fault": { "error": ordered }, "times": 1 });
        control(&sim, "fail", &fault).await;
        let (status, body) = send(&sim, &text("16505551234", "hi", "m")).await.unwrap();
        assert_eq!(body["error"]["code"], ordered);
        assert!(status >= 400, "{ordered}");
        assert_ne!(
            body["error"]["message"],
            format!("(#{ordered}) Unknown error")
        );
        let later =
            json!({ "fault": { "fail_later": ordered }, "times": 1, "phone_number_id": NUMBER });
        control(&sim, "fail", &later).await;
        assert_eq!(
            code(&send(&sim, &text("16505551234", "hi", "m")).await.unwrap()),
            0
        );
    }
    assert!(sim.quiet(10 * SECOND).await);
    let mut failed: Vec<i64> = receiver
        .elements("statuses")
        .iter()
        .filter_map(|one| one["errors"][0]["code"].as_i64())
        .collect();
    failed.sort_unstable();
    let mut all = codes.to_vec();
    all.sort_unstable();
    assert_eq!(failed, all);
    sim.stop().await;
}

#[tokio::test]
async fn a_changed_identity_fails_what_was_meant_for_the_old_one() {
    let receiver = Receiver::start().await;
    let sim = sim_to(&receiver).await;
    let call = json!({ "from": "16505551234", "kind": "identity_changed", "hash": "new=" });
    control(&sim, "say", &call).await;
    for hash in ["old=", "new="] {
        let mut body = text("16505551234", "hi", hash);
        body["recipient_identity_key_hash"] = json!(hash);
        assert_eq!(code(&send(&sim, &body).await.unwrap()), 0);
    }
    assert!(sim.quiet(10 * SECOND).await);
    let statuses = receiver.elements("statuses");
    let failed: Vec<&Value> = statuses
        .iter()
        .filter(|one| one["status"] == "failed")
        .collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(
        (
            &failed[0]["errors"][0]["code"],
            &failed[0]["biz_opaque_callback_data"]
        ),
        (&json!(137_000), &json!("old="))
    );
    sim.stop().await;
}
