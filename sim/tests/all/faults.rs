//! Failures on demand at `/messages`.

use postern_sim::wire::Person;
use postern_sim::{Fault, FaultPlan};
use serde_json::json;

use crate::support::{NUMBER, Receiver, SECOND, send, sim_to, text};

#[tokio::test]
async fn planned_errors_strike_so_often_and_send_nothing() {
    let sim = sim_to(&Receiver::start().await).await;
    sim.fail_next(2, Fault::Error(131_056));
    for _ in 0..2 {
        let (status, body) = send(&sim, &text("16505551234", "hi", "m")).await.unwrap();
        assert_eq!((status, &body["error"]["code"]), (400, &json!(131_056)));
    }
    assert_eq!(sim.accepted("m"), 0);
    assert_eq!(
        send(&sim, &text("16505551234", "hi", "m")).await.unwrap().0,
        200
    );
    assert_eq!(sim.accepted("m"), 1);

    sim.fail(FaultPlan::always(Fault::Html502).only_to("447700900123"));
    let (status, body) = send(&sim, &text("447700900123", "hi", "n")).await.unwrap();
    assert_eq!(status, 502);
    assert!(body.as_str().unwrap().starts_with("<html>"));
    assert_eq!(
        send(&sim, &text("16505551234", "hi", "o")).await.unwrap().0,
        200
    );
    sim.clear_faults();
    assert_eq!(
        send(&sim, &text("447700900123", "hi", "n"))
            .await
            .unwrap()
            .0,
        200
    );
    assert_eq!(sim.accepted("n"), 1);
    sim.stop().await;
}

#[tokio::test]
async fn words_in_a_text_ask_for_a_fault() {
    let sim = sim_to(&Receiver::start().await).await;
    let (status, body) = send(&sim, &text("16505551234", "#fail 131000", "m"))
        .await
        .unwrap();
    assert_eq!((status, &body["error"]["code"]), (500, &json!(131_000)));
    sim.say(
        NUMBER,
        &Person::new("16505551234"),
        "answer me and #fail 131047",
    )
    .unwrap();
    let (_, body) = send(&sim, &text("16505551234", "here you are", "m"))
        .await
        .unwrap();
    assert_eq!(body["error"]["code"], 131_047);
    assert_eq!(
        send(&sim, &text("16505551234", "here you are", "m"))
            .await
            .unwrap()
            .0,
        200
    );
    sim.stop().await;
}

#[tokio::test]
async fn accepted_and_then_silent_is_exactly_one_send_with_its_statuses() {
    for fault in [Fault::Silent, Fault::Cut] {
        let receiver = Receiver::start().await;
        let sim = sim_to(&receiver).await;
        sim.fail_next(1, fault.clone());
        let error = send(&sim, &text("16505551234", "hi", "m"))
            .await
            .unwrap_err();
        assert_eq!(
            error.is_timeout(),
            fault == Fault::Silent,
            "{fault:?}: {error:?}"
        );
        assert!(sim.quiet(10 * SECOND).await);
        assert_eq!(sim.accepted("m"), 1);
        assert_eq!(sim.ledger().sent.len(), 1);
        let read = receiver
            .elements("statuses")
            .into_iter()
            .find(|status| status["status"] == "read")
            .unwrap();
        assert_eq!(read["biz_opaque_callback_data"], "m");
        sim.stop().await;
    }
}

#[tokio::test]
async fn a_connection_cut_before_sending_is_no_send() {
    let sim = sim_to(&Receiver::start().await).await;
    sim.fail_next(1, Fault::CutBefore);
    let error = send(&sim, &text("16505551234", "hi", "m"))
        .await
        .unwrap_err();
    assert!(!error.is_timeout() && !error.is_connect(), "{error:?}");
    assert_eq!(sim.accepted("m"), 0);
    sim.stop().await;
}

#[tokio::test]
async fn a_slow_answer_is_right_but_late() {
    let sim = sim_to(&Receiver::start().await).await;
    sim.fail_next(1, Fault::Slow(150));
    let before = std::time::Instant::now();
    assert_eq!(
        send(&sim, &text("16505551234", "hi", "m")).await.unwrap().0,
        200
    );
    assert!(before.elapsed() >= SECOND * 150 / 1000);
    sim.fail_next(1, Fault::Slow(60_000));
    assert!(
        send(&sim, &text("16505551234", "hi", "n"))
            .await
            .unwrap_err()
            .is_timeout()
    );
    assert_eq!((sim.accepted("m"), sim.accepted("n")), (1, 1));
    sim.stop().await;
}

#[tokio::test]
async fn an_answer_can_be_no_json_at_all() {
    let sim = sim_to(&Receiver::start().await).await;
    sim.fail_next(1, Fault::Garbage);
    assert_eq!(
        send(&sim, &text("16505551234", "hi", "m")).await.unwrap(),
        (200, json!("OK\n"))
    );
    assert_eq!(sim.accepted("m"), 1);
    sim.stop().await;
}

#[tokio::test]
async fn a_send_can_be_accepted_and_fail_later() {
    let receiver = Receiver::start().await;
    let sim = sim_to(&receiver).await;
    assert_eq!(
        send(&sim, &text("16505551234", "#fail-later 131026", "m"))
            .await
            .unwrap()
            .0,
        200
    );
    assert!(sim.quiet(10 * SECOND).await);
    let statuses = receiver.elements("statuses");
    let failed = statuses
        .iter()
        .find(|status| status["status"] == "failed")
        .unwrap();
    assert_eq!(failed["errors"][0]["code"], 131_026);
    assert_eq!(failed["biz_opaque_callback_data"], "m");
    assert!(
        statuses
            .iter()
            .all(|status| status["status"] != "delivered" && status["status"] != "read")
    );
    sim.stop().await;
}

#[tokio::test]
async fn while_it_is_down_connections_are_refused_and_then_it_is_the_same_again() {
    let sim = sim_to(&Receiver::start().await).await;
    send(&sim, &text("16505551234", "before", "m-1"))
        .await
        .unwrap();
    sim.down().await;
    assert!(
        send(&sim, &text("16505551234", "during", "m-2"))
            .await
            .unwrap_err()
            .is_connect()
    );
    sim.up().await.unwrap();
    assert_eq!(
        send(&sim, &text("16505551234", "after", "m-3"))
            .await
            .unwrap()
            .0,
        200
    );
    assert_eq!(sim.ledger().texts_to("16505551234"), ["before", "after"]);
    sim.stop().await;
    assert!(
        send(&sim, &text("16505551234", "stopped", "m-4"))
            .await
            .unwrap_err()
            .is_connect()
    );
}
