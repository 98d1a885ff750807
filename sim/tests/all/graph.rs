//! The Graph API: sends, nodes, tokens.

use postern_sim::wire::Person;
use postern_sim::{Account, Limits, Number};
use serde_json::json;

use crate::support::{NUMBER, Receiver, SECOND, TOKEN, WABA, http, read, send, sim_to, text};

#[tokio::test]
async fn an_accepted_send_is_answered_and_written_down_with_its_callback_data() {
    let sim = sim_to(&Receiver::start().await).await;
    let (status, body) = send(&sim, &text("16505551234", "Héllo", "m-1"))
        .await
        .unwrap();
    assert_eq!(status, 200);
    assert_eq!(body["messaging_product"], "whatsapp");
    assert_eq!(
        body["contacts"],
        json!([{ "input": "+16505551234", "wa_id": "16505551234" }])
    );
    let wamid = body["messages"][0]["id"].as_str().unwrap();
    assert!(
        wamid.starts_with("wamid.HBgLMTY1MDU1NTEyMzQVAgAR"),
        "{wamid}"
    );

    for (text_, data) in [("two", "m-2"), ("three", "m-3"), ("two again", "m-2")] {
        send(&sim, &text("16505551234", text_, data)).await.unwrap();
    }
    send(&sim, &text("447700900123", "other", "m-4"))
        .await
        .unwrap();
    let ledger = sim.ledger();
    assert_eq!(ledger.accepted("m-1"), 1);
    assert_eq!(ledger.accepted("m-2"), 2);
    assert_eq!(ledger.accepted("m-9"), 0);
    assert_eq!(ledger.doubled(), ["m-2"]);
    assert_eq!(
        ledger.texts_to("16505551234"),
        ["Héllo", "two", "three", "two again"]
    );
    assert_eq!(ledger.sent[0].wamid, wamid);
    sim.stop().await;
}

#[tokio::test]
async fn a_wrong_body_is_refused_and_nothing_is_sent() {
    let sim = sim_to(&Receiver::start().await).await;
    let (status, body) = send(&sim, &json!({ "to": "1" })).await.unwrap();
    assert_eq!((status, &body["error"]["code"]), (400, &json!(100)));
    assert_eq!(body["error"]["type"], "OAuthException");
    let own = sim.channel(NUMBER).unwrap().display_phone_number;
    let (status, body) = send(&sim, &text(&own, "me", "m")).await.unwrap();
    assert_eq!((status, &body["error"]["code"]), (400, &json!(131_021)));
    assert!(sim.ledger().sent.is_empty());
    assert_eq!(sim.ledger().refused.len(), 2);
    sim.stop().await;
}

#[tokio::test]
async fn marking_as_read_is_written_down() {
    let sim = sim_to(&Receiver::start().await).await;
    let body = json!({
        "messaging_product": "whatsapp", "status": "read", "message_id": "wamid.X", "typing_indicator": { "type": "text" },
    });
    assert_eq!(
        send(&sim, &body).await.unwrap(),
        (200, json!({ "success": true }))
    );
    let seen = sim.ledger().seen;
    assert_eq!(
        (seen[0].message_id.as_str(), seen[0].typing),
        ("wamid.X", true)
    );
    assert!(sim.ledger().sent.is_empty());
    sim.stop().await;
}

#[tokio::test]
async fn tokens_open_their_own_account_only_and_can_be_revoked() {
    let sim = sim_to(&Receiver::start().await).await;
    sim.add_account(Account::new("200", "EAAother").with_number(Number::new(
        "201",
        "15550002222",
        "Other",
    )));
    let node = format!("/v24.0/{NUMBER}?fields=id,display_phone_number,verified_name,status");

    let (status, body) = read(&sim, &node, Some(TOKEN)).await;
    assert_eq!(
        (status, &body["id"], &body["status"]),
        (200, &json!(NUMBER), &json!("CONNECTED"))
    );
    assert!(
        body["display_phone_number"]
            .as_str()
            .unwrap()
            .starts_with("+1555")
    );

    let (status, body) = read(&sim, &node, None).await;
    assert_eq!((status, &body["error"]["code"]), (401, &json!(104)));
    let (status, body) = read(&sim, &node, Some("wrong")).await;
    assert_eq!((status, &body["error"]["code"]), (401, &json!(190)));
    for foreign in [
        node.as_str(),
        "/v24.0/999",
        &format!("/v24.0/{WABA}/phone_numbers"),
    ] {
        let (status, body) = read(&sim, foreign, Some("EAAother")).await;
        assert_eq!(
            (
                status,
                &body["error"]["code"],
                &body["error"]["error_subcode"]
            ),
            (400, &json!(100), &json!(33))
        );
        assert!(
            body["error"]["message"]
                .as_str()
                .unwrap()
                .contains("does not exist")
        );
    }

    sim.revoke(TOKEN);
    let (status, body) = send(&sim, &text("16505551234", "hi", "m")).await.unwrap();
    assert_eq!((status, &body["error"]["code"]), (401, &json!(190)));
    sim.restore(TOKEN);
    assert_eq!(
        send(&sim, &text("16505551234", "hi", "m")).await.unwrap().0,
        200
    );
    sim.stop().await;
}

#[tokio::test]
async fn unknown_fields_versions_and_paths_are_refused() {
    let sim = sim_to(&Receiver::start().await).await;
    for (path, code) in [
        (format!("/v24.0/{NUMBER}?fields=id,shoe_size"), 100),
        (format!("/24/{NUMBER}"), 100),
        ("/v24.0/1/2/3/4".to_owned(), 2500),
        (
            format!("/v24.0/{WABA}/phone_numbers?after=garbage"),
            131_059,
        ),
    ] {
        let (status, body) = read(&sim, &path, Some(TOKEN)).await;
        assert_eq!(
            (status, &body["error"]["code"]),
            (400, &json!(code)),
            "{path}"
        );
    }
    sim.stop().await;
}

#[tokio::test]
async fn phone_numbers_come_page_by_page() {
    let sim = sim_to(&Receiver::start().await).await;
    for id in ["301", "302", "303", "304"] {
        sim.add_account(Account::new(WABA, TOKEN).with_number(Number::new(
            id,
            &format!("1555000{id}"),
            "More",
        )));
    }
    let mut ids = Vec::new();
    let mut after = String::new();
    for _ in 0..3 {
        let path = format!("/v24.0/{WABA}/phone_numbers?fields=id&limit=2{after}");
        let (_, body) = read(&sim, &path, Some(TOKEN)).await;
        ids.extend(
            body["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one["id"].as_str().unwrap().to_owned()),
        );
        assert_eq!(body["paging"].get("next").is_some(), ids.len() < 5);
        after = format!(
            "&after={}",
            body["paging"]["cursors"]["after"].as_str().unwrap()
        );
    }
    assert_eq!(ids, [NUMBER, "301", "302", "303", "304"]);
    sim.stop().await;
}

#[tokio::test]
async fn an_unsubscribed_account_gets_no_webhooks() {
    let receiver = Receiver::start().await;
    let sim = sim_to(&receiver).await;
    let url = format!("{}/v24.0/{WABA}/subscribed_apps", sim.base_url());
    let node = format!("/v24.0/{WABA}/subscribed_apps");
    let apps = || read(&sim, &node, Some(TOKEN));
    assert_eq!(apps().await.1["data"].as_array().unwrap().len(), 1);
    http().delete(&url).bearer_auth(TOKEN).send().await.unwrap();
    assert_eq!(apps().await.1["data"], json!([]));
    sim.say(NUMBER, &Person::new("16505551234"), "nobody hears")
        .unwrap();
    assert_eq!(sim.deliveries().dropped, 1);

    http().post(&url).bearer_auth(TOKEN).send().await.unwrap();
    sim.say(NUMBER, &Person::new("16505551234"), "heard")
        .unwrap();
    assert!(sim.quiet(10 * SECOND).await);
    assert_eq!(receiver.elements("messages").len(), 1);
    sim.stop().await;
}

#[tokio::test]
async fn an_override_needs_the_handshake_and_then_takes_the_webhooks() {
    let (app, own) = (Receiver::start().await, Receiver::start().await);
    let sim = sim_to(&app).await;
    let configure = async |token: &str| {
        let body = json!({ "webhook_configuration": { "override_callback_uri": own.url, "verify_token": token } });
        let url = format!("{}/v24.0/{NUMBER}", sim.base_url());
        http()
            .post(url)
            .bearer_auth(TOKEN)
            .json(&body)
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    assert_eq!(configure("bad").await, 400);
    assert_eq!(configure("good").await, 200);
    sim.say(NUMBER, &Person::new("16505551234"), "hi").unwrap();
    assert!(sim.quiet(10 * SECOND).await);
    assert_eq!((app.got().len(), own.got().len()), (0, 1));
    sim.stop().await;
}

#[tokio::test]
async fn outside_the_window_only_templates_pass() {
    let sim = sim_to(&Receiver::start().await).await;
    sim.set_limits(Limits::like_meta());
    let (status, body) = send(&sim, &text("16505551234", "hi", "m")).await.unwrap();
    assert_eq!((status, &body["error"]["code"]), (400, &json!(131_047)));
    let template = json!({
        "messaging_product": "whatsapp", "to": "+16505551234", "type": "template",
        "template": { "name": "hello_world", "language": { "code": "en_US" } },
    });
    assert_eq!(send(&sim, &template).await.unwrap().0, 200);
    sim.say(NUMBER, &Person::new("16505551234"), "hello")
        .unwrap();
    assert_eq!(
        send(&sim, &text("16505551234", "hi", "m")).await.unwrap().0,
        200
    );
    sim.stop().await;
}

#[tokio::test]
async fn a_brazilian_is_the_same_person_with_and_without_the_ninth_digit() {
    let sim = sim_to(&Receiver::start().await).await;
    sim.say(NUMBER, &Person::new("558190010333"), "oi").unwrap();
    let (_, body) = send(&sim, &text("5581990010333", "oi!", "m"))
        .await
        .unwrap();
    assert_eq!(
        body["contacts"],
        json!([{ "input": "+5581990010333", "wa_id": "558190010333" }])
    );
    assert_eq!(sim.ledger().to("558190010333").len(), 1);
    sim.stop().await;
}

#[tokio::test]
async fn a_customer_is_reached_by_the_user_id_too() {
    let sim = sim_to(&Receiver::start().await).await;
    let ann = Person::new("16505551234");
    sim.say(NUMBER, &ann, "hi").unwrap();
    let mut body = text("1", "hello", "m");
    body.as_object_mut().unwrap().remove("to");
    body["recipient"] = json!(ann.user_id);
    let (_, answer) = send(&sim, &body).await.unwrap();
    assert_eq!(
        answer["contacts"],
        json!([{ "input": ann.user_id, "user_id": ann.user_id }])
    );
    assert_eq!(sim.ledger().texts_to("16505551234"), ["hello"]);
    sim.stop().await;
}
