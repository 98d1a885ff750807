//! Templates: read page by page, created, edited, deleted, sent, and changed by Meta.

use serde_json::{Value, json};

use crate::support::{Receiver, SECOND, TOKEN, WABA, ask, code, control, http, send, sim_to};

fn sent(name: &str, language: &str, words: &[&str]) -> Value {
    let words: Vec<Value> = words
        .iter()
        .map(|word| json!({ "type": "text", "text": word }))
        .collect();
    json!({
        "messaging_product": "whatsapp", "to": "+16505551234", "type": "template",
        "template": {
            "name": name, "language": { "code": language, "policy": "deterministic" },
            "components": [{ "type": "body", "parameters": words }],
        },
    })
}

#[tokio::test]
async fn they_are_read_page_by_page_and_filtered() {
    let sim = sim_to(&Receiver::start().await).await;
    let mut names = Vec::new();
    let mut path =
        format!("{WABA}/message_templates?fields=name,status,quality_score,language&limit=5");
    loop {
        let (status, body) = ask(&sim, "GET", &path, &Value::Null).await;
        assert_eq!(status, 200, "{body}");
        for one in body["data"].as_array().unwrap() {
            assert!(one["id"].is_string() && one["quality_score"]["score"].is_string());
            assert_eq!(one.get("components"), None);
            names.push(format!(
                "{} {}",
                one["name"].as_str().unwrap(),
                one["language"].as_str().unwrap()
            ));
        }
        let Some(next) = body["paging"]["next"].as_str() else {
            break;
        };
        let after = next.split_once("after=").unwrap().1;
        path = format!(
            "{WABA}/message_templates?fields=name,status,quality_score,language&limit=5&after={after}"
        );
    }
    assert_eq!(names.len(), 14);
    assert!(names.contains(&"order_confirmation de".to_owned()));
    for (filter, count) in [
        ("status=REJECTED", 1),
        ("name=order", 2),
        ("language=ar", 1),
        ("status=APPROVED&category=AUTHENTICATION", 1),
    ] {
        let (_, body) = ask(
            &sim,
            "GET",
            &format!("{WABA}/message_templates?{filter}"),
            &Value::Null,
        )
        .await;
        assert_eq!(body["data"].as_array().unwrap().len(), count, "{filter}");
        assert!(body["data"][0]["components"].is_array());
    }
    let wrong = ask(
        &sim,
        "GET",
        &format!("{WABA}/message_templates?fields=shoe"),
        &Value::Null,
    )
    .await;
    assert_eq!(code(&wrong), 100);
    let wrong = ask(
        &sim,
        "GET",
        &format!("{WABA}/message_templates?after=x"),
        &Value::Null,
    )
    .await;
    assert_eq!(code(&wrong), 131_059);
    sim.stop().await;
}

#[tokio::test]
async fn a_new_one_is_pending_until_meta_approves_it_and_tells_so() {
    let receiver = Receiver::start().await;
    let sim = sim_to(&receiver).await;
    let path = format!("{WABA}/message_templates");
    let new = json!({
        "name": "pickup_ready", "language": "en_US", "category": "UTILITY",
        "components": [{ "type": "BODY", "text": "Hi {{1}}, your bag is ready.", "example": { "body_text": [["Ann"]] } }],
    });
    let (status, body) = ask(&sim, "POST", &path, &new).await;
    assert_eq!((status, &body["status"]), (200, &json!("PENDING")));
    let id = body["id"].as_str().unwrap().to_owned();
    assert_eq!(code(&ask(&sim, "POST", &path, &new).await), 100);
    assert_eq!(
        code(
            &send(&sim, &sent("pickup_ready", "en_US", &["Ann"]))
                .await
                .unwrap()
        ),
        132_001
    );

    control(
        &sim,
        "template",
        &json!({ "name": "pickup_ready", "status": "APPROVED" }),
    )
    .await;
    assert!(sim.quiet(10 * SECOND).await);
    let (waba, change) = receiver.changes().pop().unwrap();
    assert_eq!(
        (waba.as_str(), &change["field"]),
        (WABA, &json!("message_template_status_update"))
    );
    assert_eq!(change["value"]["message_template_id"].to_string(), id);
    assert_eq!(
        (&change["value"]["event"], &change["value"]["reason"]),
        (&json!("APPROVED"), &json!("NONE"))
    );
    assert_eq!(
        code(
            &send(&sim, &sent("pickup_ready", "en_US", &["Ann"]))
                .await
                .unwrap()
        ),
        0
    );

    let edited = json!({ "components": [{ "type": "BODY", "text": "Your bag is ready." }] });
    assert_eq!(
        ask(&sim, "POST", &id, &edited).await,
        (200, json!({ "success": true }))
    );
    assert_eq!(code(&ask(&sim, "POST", &id, &edited).await), 100);
    let (_, node) = ask(
        &sim,
        "GET",
        &format!("{id}?fields=status,components"),
        &Value::Null,
    )
    .await;
    assert_eq!(
        (&node["status"], &node["components"]),
        (&json!("PENDING"), &edited["components"])
    );

    assert_eq!(
        ask(
            &sim,
            "DELETE",
            &format!("{path}?name=pickup_ready&hsm_id={id}"),
            &Value::Null
        )
        .await
        .0,
        200
    );
    assert_eq!(
        ask(
            &sim,
            "DELETE",
            &format!("{path}?name=order_confirmation"),
            &Value::Null
        )
        .await
        .0,
        200
    );
    assert_eq!(
        code(
            &ask(
                &sim,
                "DELETE",
                &format!("{path}?name=order_confirmation"),
                &Value::Null
            )
            .await
        ),
        100
    );
    sim.stop().await;
}

#[tokio::test]
async fn a_wrong_template_is_not_created() {
    let sim = sim_to(&Receiver::start().await).await;
    let body =
        |text: &str| json!([{ "type": "BODY", "text": text, "example": { "body_text": [["x"]] } }]);
    for (key, value) in [
        ("name", json!("With Capitals")),
        ("language", json!("")),
        ("category", json!("SPAM")),
        ("components", json!([])),
        ("components", body("{{1}} first")),
        ("components", body("last {{1}}")),
        ("components", body(&"x".repeat(1025))),
        (
            "components",
            json!([{ "type": "BODY", "text": "Hi {{1}}!" }]),
        ),
    ] {
        let mut new = json!({ "name": "fine", "language": "en", "category": "UTILITY", "components": body("Hi {{1}}!") });
        new[key] = value.clone();
        let answer = ask(&sim, "POST", &format!("{WABA}/message_templates"), &new).await;
        assert_eq!(code(&answer), 100, "{key} {value}");
    }
    sim.stop().await;
}

#[tokio::test]
async fn only_what_is_approved_and_complete_is_sent() {
    let receiver = Receiver::start().await;
    let sim = sim_to(&receiver).await;
    let table = [
        (sent("hello_world", "en_US", &[]), 0),
        (sent("hello_world", "de", &[]), 132_001),
        (sent("hello_world", "en_US", &["one too many"]), 132_000),
        (sent("flash_sale", "en", &["50%"]), 132_015),
        (sent("abandoned_cart", "en", &["a", "b"]), 132_001),
        (sent("review_request", "fr", &["Camille"]), 132_001),
        (sent("verification_code", "en_US", &["123"]), 131_008),
    ];
    for (body, expected) in table {
        let answer = send(&sim, &body).await.unwrap();
        assert_eq!(code(&answer), expected, "{body}");
    }
    control(
        &sim,
        "template",
        &json!({ "name": "hello_world", "status": "DISABLED", "quality": "RED" }),
    )
    .await;
    assert_eq!(
        code(
            &send(&sim, &sent("hello_world", "en_US", &[]))
                .await
                .unwrap()
        ),
        132_016
    );
    assert!(sim.quiet(10 * SECOND).await);
    let told: Vec<Value> = receiver
        .changes()
        .into_iter()
        .map(|(_, change)| change["field"].clone())
        .collect();
    assert!(
        told.contains(&json!("message_template_quality_update")),
        "{told:?}"
    );

    let mut code_ = sent("verification_code", "en_US", &["123"]);
    code_["template"]["components"].as_array_mut().unwrap().push(json!({
        "type": "button", "sub_type": "url", "index": "0", "parameters": [{ "type": "text", "text": "123" }],
    }));
    assert_eq!(code(&send(&sim, &code_).await.unwrap()), 0);
    code_.as_object_mut().unwrap().remove("to");
    code_["recipient"] = json!("US.1349");
    assert_eq!(code(&send(&sim, &code_).await.unwrap()), 131_062);
    sim.stop().await;
}

#[tokio::test]
async fn one_that_nobody_created_can_be_added_quietly() {
    let receiver = Receiver::start().await;
    let sim = sim_to(&receiver).await;
    let call = json!({ "name": "house_news", "language": "nl", "body": "Dag {{1}}!", "category": "MARKETING", "quiet": true });
    assert_eq!(control(&sim, "template", &call).await.0, 204);
    assert_eq!(
        code(
            &send(&sim, &sent("house_news", "nl", &["Ann"]))
                .await
                .unwrap()
        ),
        0
    );
    assert!(sim.quiet(10 * SECOND).await);
    assert!(receiver.elements("statuses").len() == receiver.changes().len());
    assert_eq!(
        control(&sim, "template", &json!({ "name": "x", "shoe": 1 }))
            .await
            .0,
        422
    );
    assert_eq!(
        control(&sim, "template", &json!({ "waba_id": "9", "name": "x" }))
            .await
            .0,
        422
    );
    sim.stop().await;
}

#[tokio::test]
async fn the_example_of_a_header_is_uploaded_in_two_steps() {
    let sim = sim_to(&Receiver::start().await).await;
    let begin = async |query: &str| {
        ask(
            &sim,
            "POST",
            &format!("670843887433847/uploads?{query}"),
            &Value::Null,
        )
        .await
    };
    assert_eq!(code(&begin("file_length=3&file_type=image/svg").await), 100);
    assert_eq!(code(&begin("file_length=0&file_type=image/png").await), 100);
    let (status, body) = begin("file_length=3&file_type=image/png&file_name=a.png").await;
    assert_eq!(status, 200);
    let url = format!("{}/v24.0/{}", sim.base_url(), body["id"].as_str().unwrap());
    let put = async |offset: &str, bytes: &'static str| {
        let request = http()
            .post(&url)
            .header("authorization", format!("OAuth {TOKEN}"));
        let answer = request
            .header("file_offset", offset)
            .body(bytes)
            .send()
            .await
            .unwrap();
        (
            answer.status().as_u16(),
            answer.json::<Value>().await.unwrap(),
        )
    };
    assert_eq!(code(&put("1", "abc").await), 100);
    assert_eq!(code(&put("0", "abcd").await), 100);
    let (status, body) = put("0", "abc").await;
    assert_eq!(status, 200);
    assert!(body["h"].as_str().unwrap().starts_with("4::"));
    assert_eq!(code(&put("0", "abc").await), 100);
    sim.stop().await;
}
