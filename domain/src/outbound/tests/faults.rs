//! What Meta's silence, refusals and rubbish make of a message.

use super::{Scene, scene};
use crate::{
    graph::Meta,
    job,
    message::{
        self,
        step::{self, From, Step},
    },
    outbound,
    testing::{
        meta::{Reply, accepted, refused},
        thread,
    },
};
use postern_types::{ChannelState, MessageId, Status};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::time::Duration;

/// Until `ask_at` and a little.
const LONG: Duration = Duration::from_mins(11);

#[sqlx::test(migrations = "../migrations")]
async fn what_nobody_can_tell_is_unknown_and_never_sent_again(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let replies = [
        Reply::Text(502, "<html><body>502 Bad Gateway</body></html>".to_owned()),
        Reply::Text(200, "OK".to_owned()),
        Reply::Json(200, serde_json::json!({ "messaging_product": "whatsapp" })),
        Reply::Text(302, String::new()),
        Reply::Half,
        Reply::Cut,
        Reply::Silent,
    ];
    let count = replies.len();
    let s = scene(options, move |request| {
        replies[request.before % count].clone()
    })
    .await;
    for nth in 0..count {
        let conversation =
            thread::conversation(&s.env, &s.fixture, s.channel, &format!("1555000{nth:04}")).await;
        let id = thread::write(&s.env, &s.fixture, conversation, &nth.to_string()).await;
        assert_eq!(thread::work(&s.env).await, 1);
        let message = thread::read(&s.env, &s.fixture, id).await;
        assert_eq!(message.status, Status::Unknown, "reply {nth}");
        assert!(message.ask_at.is_some());
    }
    // Ten minutes later each lane is free, and nothing was posted twice.
    thread::drain(&s.env, &s.clock, LONG).await;
    assert_eq!(thread::jobs(&s.env, &s.fixture).await, 0);
    let texts: Vec<_> = (0..count).map(|nth| nth.to_string()).collect();
    assert_eq!(s.meta.texts(), texts);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_worker_that_dies_between_post_and_answer_leaves_it_unknown(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let mut s = scene(options, |_| Reply::Silent).await;
    // Long enough that only the death of the worker ends the wait.
    s.env.meta.http = Meta::http_within(Duration::from_mins(1)).unwrap();
    let id = thread::write(&s.env, &s.fixture, s.conversation, "Hello?").await;
    let claim = job::claim(&s.env, 1, job::LEASE).await.unwrap()[0];
    let env = s.env.clone();
    let worker = tokio::spawn(async move { job::run(&env, claim).await });
    until(|| !s.meta.seen().is_empty()).await;
    worker.abort();
    assert!(worker.await.unwrap_err().is_cancelled());
    assert_eq!(status(&s, id).await, Status::Sending);
    // As long as its lease lasts nobody touches it.
    assert_eq!(thread::work(&s.env).await, 0);
    let mut tenant = s.fixture.enter(&s.env).await;
    sqlx::query("UPDATE job SET claimed_until = now() - interval '1 second'")
        .execute(tenant.conn())
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    assert_eq!(thread::work(&s.env).await, 1);
    assert_eq!(status(&s, id).await, Status::Unknown);
    thread::drain(&s.env, &s.clock, LONG).await;
    assert_eq!(status(&s, id).await, Status::Unknown);
    assert_eq!(s.meta.texts(), ["Hello?"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn an_unknown_message_holds_its_lane_until_a_status_settles_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |request| match request.before {
        0 => Reply::Cut,
        nth => accepted(nth),
    })
    .await;
    let first = thread::write(&s.env, &s.fixture, s.conversation, "one").await;
    let second = thread::write(&s.env, &s.fixture, s.conversation, "two").await;
    thread::work(&s.env).await;
    assert_eq!(
        thread::work(&s.env).await,
        0,
        "the second waits for the first"
    );
    assert_eq!(status(&s, second).await, Status::Queued);

    let mut tenant = s.fixture.enter(&s.env).await;
    let from = From {
        states: &[Status::Unknown],
        attempt: None,
    };
    let step = Step {
        wamid: Some("wamid.by-status"),
        ..Step::default()
    };
    assert!(
        step::take(&s.env, &mut tenant, first, from, Status::Sent, step)
            .await
            .unwrap()
    );
    outbound::settled(&s.env, &mut tenant, first).await.unwrap();
    tenant.commit().await.unwrap();

    // At once, with no clock moved.
    while thread::work(&s.env).await > 0 {}
    assert_eq!(status(&s, first).await, Status::Sent);
    assert_eq!(status(&s, second).await, Status::Accepted);
    assert_eq!(s.meta.texts(), ["one", "two"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_status_that_came_before_the_answer_is_not_lost(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |_| accepted(7)).await;
    let id = thread::write(&s.env, &s.fixture, s.conversation, "quick").await;
    let mut tenant = s.fixture.enter(&s.env).await;
    sqlx::query(
        "INSERT INTO status_early (workspace_id, channel_id, wamid, status, at, received_at)
         VALUES ($1, $2, 'wamid.7', 'delivered', $3, $3)",
    )
    .bind(s.fixture.workspace.0)
    .bind(s.channel.0)
    .bind(s.env.now())
    .execute(tenant.conn())
    .await
    .unwrap();
    tenant.commit().await.unwrap();
    thread::work(&s.env).await;
    assert_eq!(status(&s, id).await, Status::Delivered);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_passing_refusal_is_tried_again_and_a_lasting_one_is_told(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |request| match request.before {
        0 => refused(500, 131_000),
        1 => refused(400, 130_429),
        2 => accepted(2),
        3 => refused(400, 131_047),
        _ => refused(503, 2),
    })
    .await;
    let id = thread::write(&s.env, &s.fixture, s.conversation, "again").await;
    thread::work(&s.env).await;
    assert_eq!(status(&s, id).await, Status::Queued);
    assert_eq!(thread::work(&s.env).await, 0, "it waits");
    let pause = job::next(&s.env).await.unwrap().unwrap();
    assert!((1500..=2501).contains(&pause.as_millis()), "{pause:?}");
    thread::drain(&s.env, &s.clock, LONG).await;
    assert_eq!(status(&s, id).await, Status::Accepted);
    assert_eq!(s.meta.seen().len(), 3);

    let id = thread::write(&s.env, &s.fixture, s.conversation, "too late").await;
    thread::drain(&s.env, &s.clock, LONG).await;
    let message = thread::read(&s.env, &s.fixture, id).await;
    let fault = message.fault.unwrap();
    assert_eq!(
        (message.status, fault.code, fault.retry),
        (Status::Failed, 131_047, false)
    );
    assert!(fault.reason.contains("24 hours"));

    let id = thread::write(&s.env, &s.fixture, s.conversation, "Meta is down").await;
    thread::drain(&s.env, &s.clock, LONG).await;
    let fault = thread::read(&s.env, &s.fixture, id).await.fault.unwrap();
    assert_eq!((fault.code, fault.retry), (2, true));
    assert_eq!(s.meta.seen().len(), 4 + 4, "a few tries, not more");
    assert_eq!(thread::jobs(&s.env, &s.fixture).await, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn without_a_connection_it_is_tried_for_minutes_then_offered_again(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |request| accepted(request.before)).await;
    let mut away = s.env.clone();
    // A port that was free a moment ago, and that nobody listens on.
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    away.meta.graph = format!("http://{address}/v24.0").parse().unwrap();
    let id = thread::write(&s.env, &s.fixture, s.conversation, "anyone?").await;
    thread::work(&away).await;
    assert_eq!(status(&s, id).await, Status::Queued);
    let tries = thread::drain(&away, &s.clock, LONG).await;
    assert_eq!(tries, 8);
    let message = thread::read(&s.env, &s.fixture, id).await;
    assert_eq!(message.status, Status::Failed);
    assert!(message.fault.unwrap().retry);

    let mut tenant = s.fixture.enter(&s.env).await;
    let message = message::retry(&s.env, &mut tenant, id).await.unwrap();
    assert_eq!((message.status, message.fault), (Status::Queued, None));
    tenant.commit().await.unwrap();
    thread::work(&s.env).await;
    assert_eq!(status(&s, id).await, Status::Accepted);
    assert_eq!(s.meta.texts(), ["anyone?"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_refused_token_disconnects_the_number_and_tells_of_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |_| refused(401, 190)).await;
    let first = thread::write(&s.env, &s.fixture, s.conversation, "one").await;
    let second = thread::write(&s.env, &s.fixture, s.conversation, "two").await;
    thread::drain(&s.env, &s.clock, LONG).await;
    for id in [first, second] {
        let message = thread::read(&s.env, &s.fixture, id).await;
        assert_eq!(message.status, Status::Failed);
        let fault = message.fault.unwrap();
        assert!(fault.retry && fault.reason.contains("connect"), "{fault:?}");
    }
    assert_eq!(s.meta.seen().len(), 1, "nothing more is posted with it");
    let mut tenant = s.fixture.enter(&s.env).await;
    let channel = crate::channel::find(&mut tenant, s.channel).await.unwrap();
    assert_eq!(channel.state, ChannelState::Disconnected);
    assert!(channel.state_reason.is_some());
    let told: i64 = sqlx::query_scalar(
        r#"SELECT count(*) FROM event WHERE body LIKE '%"state":"disconnected"%'"#,
    )
    .fetch_one(tenant.conn())
    .await
    .unwrap();
    let audited: i64 =
        sqlx::query_scalar("SELECT count(*) FROM audit WHERE action = 'channel.disconnect'")
            .fetch_one(tenant.conn())
            .await
            .unwrap();
    assert_eq!((told, audited), (1, 1));
}

#[sqlx::test(migrations = "../migrations")]
async fn an_asset_that_is_gone_disconnects_the_number(_: PgPoolOptions, options: PgConnectOptions) {
    let s = scene(options, |_| {
        let error = serde_json::json!({ "message": "Unsupported post request.", "code": 100, "error_subcode": 33 });
        Reply::Json(400, serde_json::json!({ "error": error }))
    })
    .await;
    let id = thread::write(&s.env, &s.fixture, s.conversation, "anyone?").await;
    thread::work(&s.env).await;
    let message = thread::read(&s.env, &s.fixture, id).await;
    let fault = message.fault.unwrap();
    assert_eq!((message.status, fault.code), (Status::Failed, 33));
    assert!(
        fault.retry && fault.reason.contains("no longer exists"),
        "{fault:?}"
    );
    let mut tenant = s.fixture.enter(&s.env).await;
    let channel = crate::channel::find(&mut tenant, s.channel).await.unwrap();
    assert_eq!(channel.state, ChannelState::Disconnected);
}

async fn status(s: &Scene, id: MessageId) -> Status {
    thread::read(&s.env, &s.fixture, id).await.status
}

/// Looks until it is so; the test fails when that takes ten seconds.
async fn until(so: impl Fn() -> bool) {
    let look = async {
        while !so() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), look)
        .await
        .expect("it came to be within ten seconds");
}
