//! The control API, as a test in another language uses it.

use serde_json::{Value, json};

use crate::support::{NUMBER, Receiver, SECOND, TOKEN, http, send, sim_to, text};

#[tokio::test]
async fn a_customer_can_be_made_to_write_and_the_answer_can_be_read() {
    let receiver = Receiver::start().await;
    let sim = sim_to(&receiver).await;
    let control = |path: &str| format!("{}/_control/{path}", sim.base_url());
    let post = async |path: &str, body: Value| {
        http().post(control(path)).json(&body).send().await.unwrap()
    };

    let said = post(
        "say",
        json!({ "from": "+16505551234", "name": "Ann", "phone_number_id": NUMBER, "text": "hi" }),
    )
    .await;
    let id = said.json::<Value>().await.unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let odd = post(
        "say",
        json!({ "from": "16505551234", "kind": "poll", "object": { "q": 1 }, "reply_to": id }),
    )
    .await;
    assert_eq!(odd.status(), 200);
    assert!(sim.quiet(10 * SECOND).await);
    let messages = receiver.elements("messages");
    assert!(
        messages
            .iter()
            .any(|one| one["id"] == json!(id) && one["text"]["body"] == "hi")
    );
    assert!(
        messages
            .iter()
            .any(|one| one["type"] == "poll" && one["context"]["id"] == json!(id))
    );

    assert_eq!(
        post("fail", json!({ "fault": { "error": 131_026 }, "times": 1 }))
            .await
            .status(),
        204
    );
    assert_eq!(
        send(&sim, &text("16505551234", "one", "m-1"))
            .await
            .unwrap()
            .0,
        400
    );
    send(&sim, &text("16505551234", "two", "m-2"))
        .await
        .unwrap();
    let ledger: Value = http()
        .get(control("ledger"))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(
        (
            &ledger["sent"][0]["text"],
            &ledger["sent"][0]["callback_data"]
        ),
        (&json!("two"), &json!("m-2"))
    );
    assert_eq!(ledger["refused"][0]["code"], 131_026);

    assert_eq!(
        post("revoke", json!({ "token": TOKEN })).await.status(),
        204
    );
    assert_eq!(
        send(&sim, &text("16505551234", "three", "m-3"))
            .await
            .unwrap()
            .0,
        401
    );
    assert_eq!(
        post("restore", json!({ "token": TOKEN })).await.status(),
        204
    );
    let limits = post("limits", json!({ "window": "refuse", "per_second": 1 })).await;
    assert_eq!(limits.status(), 204);
    assert_eq!(
        send(&sim, &text("447700900123", "four", "m-4"))
            .await
            .unwrap()
            .1["error"]["code"],
        131_047
    );

    assert_eq!(
        post(
            "say",
            json!({ "from": "1", "phone_number_id": "9", "text": "x" })
        )
        .await
        .status(),
        404
    );
    assert_eq!(post("say", json!({ "from": "1" })).await.status(), 422);
    sim.stop().await;
}

#[tokio::test]
async fn it_comes_back_by_itself_after_being_sent_away() {
    let sim = sim_to(&Receiver::start().await).await;
    let away = http()
        .post(format!("{}/_control/down", sim.base_url()))
        .json(&json!({ "ms": 200 }))
        .send()
        .await;
    assert_eq!(away.unwrap().status(), 204);
    let mut refused = false;
    let mut ticks = tokio::time::interval(SECOND / 50);
    for _ in 0..500 {
        ticks.tick().await;
        match send(&sim, &text("16505551234", "hi", "m")).await {
            Ok(_) if refused => return sim.stop().await,
            Ok(_) => {}
            Err(error) => refused |= error.is_connect(),
        }
    }
    panic!("refused: {refused}, and never back");
}
