//! Every kind that a customer can send, through the control API.

use serde_json::{Value, json};

use crate::support::{NUMBER, Receiver, SECOND, control, send, sim_to, text};

/// Says one thing, and returns the message and the `contacts[0]` that came of it.
async fn said(call: Value) -> (Value, Value) {
    let receiver = Receiver::start().await;
    let sim = sim_to(&receiver).await;
    let (status, answer) = control(&sim, "say", &call).await;
    assert_eq!(status, 200, "{call}");
    assert!(sim.quiet(10 * SECOND).await);
    let message = receiver.elements("messages").swap_remove(0);
    assert_eq!(message["id"], answer["id"]);
    let contacts = receiver.elements("contacts");
    sim.stop().await;
    (message, contacts.into_iter().next().unwrap_or_default())
}

/// What is said, and the type and object it comes with.
async fn come<const N: usize>(table: [(Value, &str, Value); N]) {
    for (mut call, kind, object) in table {
        call["from"] = json!("+16505551234");
        let (message, _) = said(call.clone()).await;
        assert_eq!(
            (&message["type"], &message[kind]),
            (&json!(kind), &object),
            "{call}"
        );
    }
}

#[tokio::test]
async fn each_kind_comes_with_its_object() {
    let table = [
        (
            json!({ "kind": "text" }),
            "text",
            json!({ "body": "Hello" }),
        ),
        (
            json!({ "kind": "button", "text": "Yes", "payload": "p" }),
            "button",
            json!({ "payload": "p", "text": "Yes" }),
        ),
        (
            json!({ "kind": "button_reply", "option": "1", "title": "Yes" }),
            "interactive",
            json!({ "type": "button_reply", "button_reply": { "id": "1", "title": "Yes" } }),
        ),
        (
            json!({ "kind": "list_reply", "option": "1", "title": "One", "description": "d" }),
            "interactive",
            json!({ "type": "list_reply", "list_reply": { "id": "1", "title": "One", "description": "d" } }),
        ),
        (
            json!({ "kind": "nfm_reply", "response_json": [1, "two"] }),
            "interactive",
            json!({ "type": "nfm_reply", "nfm_reply": { "name": "flow", "body": "Sent", "response_json": "[1,\"two\"]" } }),
        ),
        (
            json!({ "kind": "call_permission_reply" }),
            "interactive",
            json!({
                "type": "call_permission_reply",
                "call_permission_reply": { "response": "reject", "response_source": "user_action" },
            }),
        ),
        (
            json!({ "kind": "reaction", "message_id": "wamid.1", "emoji": "👍" }),
            "reaction",
            json!({ "message_id": "wamid.1", "emoji": "👍" }),
        ),
        (
            json!({ "kind": "reaction", "message_id": "wamid.1" }),
            "reaction",
            json!({ "message_id": "wamid.1" }),
        ),
        (
            json!({ "kind": "location", "latitude": 1, "longitude": 2.5, "place": "Here", "address": "There" }),
            "location",
            json!({ "latitude": 1.0, "longitude": 2.5, "name": "Here", "address": "There" }),
        ),
    ];
    come(table).await;
}

#[tokio::test]
async fn changes_of_people_and_of_messages_come_so_too() {
    let table = [
        (
            json!({ "kind": "number_changed", "to": "16505550000" }),
            "system",
            json!({
                "body": "User A changed from 16505551234 to 16505550000",
                "wa_id": "16505550000",
                "type": "user_changed_number",
            }),
        ),
        (
            json!({ "kind": "number_changed_formerly", "to": "16505550000" }),
            "system",
            json!({
                "body": "User A changed from 16505551234 to 16505550000",
                "new_wa_id": "16505550000",
                "type": "customer_changed_number",
            }),
        ),
        (
            json!({ "kind": "user_id_changed", "user_id": "US.1", "to": "US.2" }),
            "system",
            json!({ "body": "User A changed from US.1 to US.2", "user_id": "US.2", "type": "user_changed_user_id" }),
        ),
        (
            json!({ "kind": "unsupported", "what": "poll_creation", "raw_type": "poll" }),
            "unsupported",
            json!({ "type": "poll_creation", "raw_type": "poll" }),
        ),
        (
            json!({ "kind": "edit", "message_id": "wamid.1", "text": "Now" }),
            "edit",
            json!({ "original_message_id": "wamid.1", "message": { "type": "text", "text": { "body": "Now" } } }),
        ),
        (
            json!({ "kind": "revoke", "message_id": "wamid.1" }),
            "revoke",
            json!({ "original_message_id": "wamid.1" }),
        ),
        (
            json!({ "kind": "hologram", "object": { "x": 1 } }),
            "hologram",
            json!({ "x": 1 }),
        ),
    ];
    come(table).await;
}

#[tokio::test]
async fn the_larger_kinds_say_what_metas_pages_say() {
    let from = |kind: &str| json!({ "from": "16505551234", "kind": kind });
    let (order, _) = said(from("order")).await;
    assert_eq!(order["order"]["product_items"][0]["currency"], "EUR");
    let (paid, _) = said(from("payment_method")).await;
    assert_eq!(
        paid["interactive"]["payment_method"]["last_four_digits"],
        "4242"
    );
    let (identity, _) = said(from("identity_changed")).await;
    assert_eq!(identity["identity"]["acknowledged"], false);
    assert_eq!(identity["system"]["type"], "customer_identity_changed");
    for kind in ["unknown", "unsupported"] {
        let (message, _) = said(from(kind)).await;
        assert_eq!(
            (&message["type"], &message["errors"][0]["code"]),
            (&json!(kind), &json!(131_051))
        );
        assert_eq!(message["errors"][0]["title"], "Message type unknown");
    }
    let (welcome, _) = said(from("request_welcome")).await;
    assert_eq!(
        (&welcome["type"], welcome.get("request_welcome")),
        (&json!("request_welcome"), None)
    );
    let mut card = from("contacts");
    card["phone"] = Value::Null;
    card["origin"] = json!("contact_request");
    let (card, _) = said(card).await;
    assert_eq!(
        (
            &card["contacts"][0]["phones"],
            &card["contacts"][0]["origin"]
        ),
        (&json!([]), &json!("contact_request"))
    );
}

#[tokio::test]
async fn context_referral_group_and_identity_stand_beside_any_kind() {
    let (message, _) = said(json!({
        "from": "16505551234", "kind": "image", "caption": "Look", "reply_to": "wamid.1", "forwarded": true,
        "frequently_forwarded": true, "product": { "catalog_id": "1", "product_retailer_id": "2" }, "referral": true,
        "group_id": "Y2Fw", "identity": "hash=", "with": { "never_heard_of": 1 }, "timestamp": 1_700_000_000, "id": "wamid.own",
    }))
    .await;
    let context = &message["context"];
    assert_eq!(
        (&context["id"], &context["forwarded"]),
        (&json!("wamid.1"), &json!(true))
    );
    assert_eq!(context["frequently_forwarded"], true);
    assert_eq!(context["referred_product"]["product_retailer_id"], "2");
    assert!(context["from"].as_str().unwrap().starts_with("1555"));
    assert_eq!(message["referral"]["source_type"], "ad");
    assert_eq!(
        (&message["group_id"], &message["identity"]["hash"]),
        (&json!("Y2Fw"), &json!("hash="))
    );
    assert_eq!(
        (&message["never_heard_of"], &message["timestamp"]),
        (&json!(1), &json!("1700000000"))
    );
    assert_eq!(message["id"], "wamid.own");

    let (hollow, _) = said(
        json!({ "from": "1650555123", "kind": "button_reply", "hollow": true, "errors": 131_000 }),
    )
    .await;
    assert_eq!(
        (&hollow["type"], hollow.get("interactive")),
        (&json!("interactive"), None)
    );
    assert_eq!(hollow["errors"][0]["code"], 131_000);
}

#[tokio::test]
async fn people_come_without_a_number_or_with_a_user_id_where_it_should_stand() {
    let (message, contact) =
        said(json!({ "user_id": "US.1349", "username": "@zoe", "text": "hi" })).await;
    assert_eq!(
        (message.get("from"), &message["from_user_id"]),
        (None, &json!("US.1349"))
    );
    assert_eq!(
        contact,
        json!({ "profile": { "username": "@zoe" }, "user_id": "US.1349" })
    );
    let (message, contact) =
        said(json!({ "from": "US.1349", "bsuid_as_number": true, "text": "hi" })).await;
    assert_eq!(
        (&message["from"], message.get("from_user_id")),
        (&json!("US.1349"), None)
    );
    assert_eq!(contact, json!({ "wa_id": "US.1349" }));
    let (message, _) = said(json!({ "from": "16505551234", "user_id": "", "text": "hi" })).await;
    assert_eq!(message.get("from_user_id"), None);
}

#[tokio::test]
async fn what_the_business_writes_on_its_phone_is_an_echo() {
    let receiver = Receiver::start().await;
    let sim = sim_to(&receiver).await;
    let call = json!({ "from": "16505551234", "kind": "image", "caption": "Ours", "echo": true });
    assert_eq!(control(&sim, "say", &call).await.0, 200);
    assert!(sim.quiet(10 * SECOND).await);
    let echo = &receiver.elements("message_echoes")[0];
    assert_eq!(
        (&echo["to"], &echo["image"]["caption"]),
        (&json!("16505551234"), &json!("Ours"))
    );
    assert_eq!(receiver.changes()[0].1["field"], "smb_message_echoes");
    sim.stop().await;
}

#[tokio::test]
async fn a_call_that_is_not_understood_says_why_and_sends_nothing() {
    let receiver = Receiver::start().await;
    let sim = sim_to(&receiver).await;
    for wrong in [
        json!({ "from": "1", "text": "x", "colour": "red" }),
        json!({ "text": "nobody" }),
        json!({ "from": "1", "text": "x", "kind": "image" }),
        json!({ "from": "1", "kind": "image", "sample": "hologram" }),
        json!({ "from": "1", "kind": "image", "bytes": "%%%" }),
        json!({ "from": "1", "kind": "location", "latitude": "north" }),
    ] {
        assert_eq!(control(&sim, "say", &wrong).await.0, 422, "{wrong}");
    }
    assert_eq!(
        control(
            &sim,
            "say",
            &json!({ "from": "1", "number": "9", "text": "x" })
        )
        .await
        .0,
        404
    );
    assert!(receiver.got().is_empty());
    sim.stop().await;
}

#[tokio::test]
async fn each_who_wrote_in_a_group_has_a_status_of_their_own() {
    let receiver = Receiver::start().await;
    let sim = sim_to(&receiver).await;
    for from in ["16505551234", "447700900123"] {
        let call = json!({ "from": from, "number": NUMBER, "text": "hi all", "group_id": "Y2Fw" });
        control(&sim, "say", &call).await;
    }
    let mut body = text("1", "hello all", "m-1");
    body["recipient_type"] = json!("group");
    body["to"] = json!("Y2Fw");
    let (status, answer) = send(&sim, &body).await.unwrap();
    assert_eq!(
        (status, &answer["messages"][0]["group_id"]),
        (200, &json!("Y2Fw"))
    );
    assert!(sim.quiet(10 * SECOND).await);
    let delivered: Vec<Value> = receiver
        .elements("statuses")
        .into_iter()
        .filter(|one| one["status"] == "delivered")
        .collect();
    assert_eq!(delivered.len(), 2);
    for status in &delivered {
        assert_eq!(
            (&status["recipient_type"], &status["recipient_id"]),
            (&json!("group"), &json!("Y2Fw"))
        );
    }
    assert_ne!(
        delivered[0]["recipient_participant_id"],
        delivered[1]["recipient_participant_id"]
    );
    sim.stop().await;
}
