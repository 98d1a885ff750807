//! Endpoints that do not take what they are sent.

use super::*;

#[sqlx::test(migrations = "../migrations")]
async fn whatever_an_endpoint_does_instead_of_taking_it_is_a_failure_with_its_word_and_is_tried_again(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options, |request| match request.text().as_str() {
        _ if request.before > 8 => Reply::ok(),
        "moved" => Reply::Status(302, "location: http://127.0.0.1:1/\r\n".into()),
        "refused" => Reply::status(404),
        "broken" => Reply::status(500),
        "silent" => Reply::Silent,
        "dribble" => Reply::Dribble,
        "cut" => Reply::Cut,
        "busy" => Reply::Status(429, "retry-after: 600\r\n".into()),
        "away" => Reply::Status(503, "retry-after: 7200\r\n".into()),
        _ => Reply::Endless,
    })
    .await;
    let words = [
        ("moved", Some(302), "a redirect, which is not followed", 30),
        ("refused", Some(404), "the endpoint did not take it", 30),
        ("broken", Some(500), "the endpoint did not take it", 30),
        ("silent", None, "no answer within 15 seconds", 30),
        ("dribble", None, "no answer within 15 seconds", 30),
        ("cut", None, "the connection was lost before an answer", 30),
        ("busy", Some(429), "the endpoint asks for time", 600),
        ("away", Some(503), "the endpoint asks for time", 3600),
    ];
    for (word, ..) in words {
        let talk = h.talk(word).await;
        h.note(talk, word).await;
    }
    let talk = h.talk("endless").await;
    h.note(talk, "endless").await;
    // Who says 200 has taken it, however much comes behind.
    h.until(DeliveryState::Delivered, 1).await;
    let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
    while h.hook.seen().len() < 9 {
        h.work().await;
        assert!(std::time::Instant::now() < deadline);
    }
    let rows = h.rows().await;
    for (row, (word, status, fault, pause)) in rows.iter().zip(words) {
        assert_eq!(
            (row.status, row.fault.as_deref()),
            (status, Some(fault)),
            "{word}"
        );
        assert_eq!((row.state, row.attempts), (DeliveryState::Waiting, 1));
        let left = row.due.unwrap().0 - crate::env::moment(h.env.now()).0;
        // A tenth less, and what the others took; a tenth more.
        let most = pause * 1100 + 1;
        let least = pause * 900 - 20_000;
        assert!((least..=most).contains(&left), "{word}: {left} ms");
    }
    assert_eq!(h.paused().await, None);
    h.clock.by(Duration::minutes(61));
    h.until(DeliveryState::Delivered, 9).await;
    assert!(h.rows().await.iter().take(8).all(|row| row.attempts == 2));
}

#[sqlx::test(migrations = "../migrations")]
async fn an_endpoint_that_is_gone_is_paused_at_once_and_what_waits_goes_when_it_is_resumed(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options, |request| {
        if request.before == 0 {
            Reply::status(410)
        } else {
            Reply::ok()
        }
    })
    .await;
    let (amira, bo) = (h.talk("Amira").await, h.talk("Bo").await);
    h.note(amira, "1").await;
    h.until(DeliveryState::Failed, 1).await;
    assert_eq!(h.paused().await, Some(PausedWhy::Gone));
    assert_eq!(h.letters().await, ["Webhooks of One are paused"]);
    h.note(amira, "2").await;
    h.note(bo, "3").await;
    h.until(DeliveryState::Waiting, 2).await;
    h.clock.by(Duration::hours(2));
    h.work().await;
    assert_eq!(h.hook.texts(), ["1"]);
    let mut tenant = h.enter().await;
    let refused = super::super::replay_failed(&h.env, &mut tenant, h.made.id).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    endpoint::resume(&h.env, &mut tenant, h.made.id, endpoint::Waiting::Send)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    h.until(DeliveryState::Delivered, 2).await;
    assert_eq!(h.rows().await[0].state, DeliveryState::Failed);
}

#[sqlx::test(migrations = "../migrations")]
async fn after_three_days_a_delivery_fails_its_endpoint_is_paused_and_the_admins_are_told_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options, |_| Reply::status(500)).await;
    let (amira, bo) = (h.talk("Amira").await, h.talk("Bo").await);
    h.note(amira, "1").await;
    h.note(bo, "2").await;
    h.until(DeliveryState::Waiting, 2).await;
    let began = h.env.now();
    let mut pauses = Vec::new();
    for _ in 0..40 {
        if h.paused().await.is_some() {
            break;
        }
        let due = h.rows().await[0].due.unwrap().0;
        let left = due - crate::env::moment(h.env.now()).0;
        pauses.push(left / 1000);
        h.clock.by(Duration::milliseconds(left.max(0) + 1));
        h.work().await;
        h.work().await;
    }
    assert_eq!(h.paused().await, Some(PausedWhy::Failing));
    let took = h.env.now() - began;
    assert!(
        (Duration::days(3) - Duration::minutes(1)..Duration::days(4)).contains(&took),
        "{took}"
    );
    // Both conversations' failed; the letter and the line are there once.
    h.clock.by(Duration::days(4));
    h.work().await;
    assert_eq!(h.letters().await, ["Webhooks of One are paused"]);
    let mut tenant = h.enter().await;
    let stopped: i64 =
        sqlx::query_scalar("SELECT count(*) FROM audit WHERE action = 'endpoint.stopped'")
            .fetch_one(tenant.conn())
            .await
            .unwrap();
    assert_eq!(stopped, 1);
    let failed = h.rows().await;
    let first = failed
        .iter()
        .find(|row| row.state == DeliveryState::Failed)
        .unwrap();
    assert!((11..=13).contains(&first.attempts), "{first:?} {pauses:?}");
}

#[sqlx::test(migrations = "../migrations")]
async fn who_never_answers_holds_a_few_seats_and_the_rest_waits_without_an_attempt(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options, |_| Reply::ok()).await;
    let seats: Vec<_> = (0..9)
        .filter_map(|_| h.env.outside.seat(h.owner.workspace, h.made.id))
        .collect();
    assert_eq!(seats.len(), 2);
    let amira = h.talk("Amira").await;
    h.note(amira, "1").await;
    h.until(DeliveryState::Waiting, 1).await;
    for _ in 0..3 {
        h.clock.by(Duration::seconds(11));
        h.work().await;
    }
    assert!(h.hook.seen().is_empty());
    assert_eq!(h.rows().await[0].attempts, 0);
    drop(seats);
    h.clock.by(Duration::seconds(11));
    h.until(DeliveryState::Delivered, 1).await;
    assert_eq!(h.rows().await[0].attempts, 1);
}
