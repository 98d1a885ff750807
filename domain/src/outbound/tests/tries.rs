//! One message in several tries: what is told of one of them does not touch another.

use super::{Scene, answered, fly, scene, settle, tell};
use crate::{
    message,
    testing::{
        self,
        meta::{Reply, accepted},
        thread,
    },
};
use postern_types::{AttemptId, MessageId, Role, Status, UnknownAnswer};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::time::Duration;
use uuid::Uuid;

const LONG: Duration = Duration::from_mins(11);

#[sqlx::test(migrations = "../migrations")]
async fn a_retry_while_the_job_still_runs_is_sent_whatever_that_ends_with(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |request| accepted(request.before)).await;
    for (nth, outcome) in answered("first").into_iter().enumerate() {
        let conversation =
            thread::conversation(&s.env, &s.fixture, s.channel, &format!("1555000{nth:04}")).await;
        let id = thread::write(&s.env, &s.fixture, conversation, &nth.to_string()).await;
        let flight = fly(&s).await;
        // Meta is quicker with its status than with its answer, and so is the agent.
        tell(&s, "first", "failed", Some(id.0)).await;
        assert_eq!(status(&s, id).await, Status::Failed);
        retry(&s, id).await;
        settle(&s, &flight, outcome).await.unwrap();
        thread::drain(&s.env, &s.clock, LONG).await;
        assert_eq!(status(&s, id).await, Status::Accepted, "outcome {nth}");
        assert_eq!(s.meta.texts().len(), nth + 1, "outcome {nth}");
        assert_eq!(thread::jobs(&s.env, &s.fixture).await, 0, "outcome {nth}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn late_news_of_a_try_that_failed_do_not_settle_the_retry(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |request| accepted(request.before)).await;
    let id = thread::write(&s.env, &s.fixture, s.conversation, "again").await;
    thread::work(&s.env).await;
    tell(&s, "wamid.0", "failed", Some(id.0)).await;
    retry(&s, id).await;
    for word in ["sent", "failed"] {
        tell(&s, "wamid.0", word, Some(id.0)).await;
        assert_eq!(status(&s, id).await, Status::Queued, "{word}");
    }
    thread::work(&s.env).await;
    assert_eq!(s.meta.texts(), ["again", "again"]);
    assert_eq!(status(&s, id).await, Status::Accepted);
    tell(&s, "wamid.0", "failed", Some(id.0)).await;
    assert_eq!(status(&s, id).await, Status::Accepted);
    tell(&s, "wamid.1", "sent", None).await;
    assert_eq!(status(&s, id).await, Status::Sent);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_try_in_flight_hears_its_own_news_only(_: PgPoolOptions, options: PgConnectOptions) {
    let (s, id) = resent(options).await;
    let flight = fly(&s).await;
    let first = callback(&s, 0);
    assert_eq!(first, id.0);
    assert_ne!(flight.letter.attempt.0, first);
    // The first one got nowhere after all, or left after all: neither is about this one.
    for word in ["failed", "sent"] {
        tell(&s, "wamid.first", word, Some(first)).await;
        assert_eq!(status(&s, id).await, Status::Sending, "{word}");
    }
    let outcome = answered("wamid.second").remove(0);
    settle(&s, &flight, outcome).await.unwrap();
    assert_eq!(status(&s, id).await, Status::Accepted);
    tell(&s, "wamid.first", "failed", Some(first)).await;
    assert_eq!(status(&s, id).await, Status::Accepted);
    // But that the contact has it is true, whichever try it was.
    tell(&s, "wamid.first", "delivered", Some(first)).await;
    assert_eq!(status(&s, id).await, Status::Delivered);
    tell(&s, "wamid.second", "read", None).await;
    assert_eq!(status(&s, id).await, Status::Read);
    assert_eq!(thread::jobs(&s.env, &s.fixture).await, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn an_earlier_try_that_arrived_spares_the_contact_the_next(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (s, id) = resent(options).await;
    tell(&s, "wamid.first", "delivered", Some(id.0)).await;
    assert_eq!(status(&s, id).await, Status::Delivered);
    thread::drain(&s.env, &s.clock, LONG).await;
    assert_eq!(s.meta.texts(), ["again"]);
    assert_eq!(thread::jobs(&s.env, &s.fixture).await, 0);
    // Its wamid is known from then on.
    tell(&s, "wamid.first", "read", None).await;
    assert_eq!(status(&s, id).await, Status::Read);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_later_try_without_an_answer_is_settled_by_its_own_id(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (s, id) = resent(options).await;
    thread::work(&s.env).await;
    assert_eq!(status(&s, id).await, Status::Unknown);
    let (first, second) = (callback(&s, 0), callback(&s, 1));
    tell(&s, "wamid.first", "failed", Some(first)).await;
    assert_eq!(status(&s, id).await, Status::Unknown);
    // Nobody else can use the id.
    let stranger = testing::workspace(&s.env, "Other", Role::Owner).await;
    let mut tenant = stranger.enter(&s.env).await;
    let seen: i64 = sqlx::query_scalar("SELECT count(*) FROM message_try")
        .fetch_one(tenant.conn())
        .await
        .unwrap();
    assert_eq!(seen, 0);
    drop(tenant);
    tell(&s, "wamid.second", "failed", Some(second)).await;
    assert_eq!(status(&s, id).await, Status::Failed);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_try_that_went_by_its_messages_id_alone_is_still_settled(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |_| Reply::Cut).await;
    let id = thread::write(&s.env, &s.fixture, s.conversation, "before").await;
    thread::work(&s.env).await;
    // As a version before this one left it.
    let attempt: AttemptId = s.env.id();
    let mut tenant = s.fixture.enter(&s.env).await;
    sqlx::query("UPDATE message SET attempt_id = $1")
        .bind(attempt.0)
        .execute(tenant.conn())
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    tell(&s, "wamid.old", "sent", Some(id.0)).await;
    assert_eq!(status(&s, id).await, Status::Sent);
}

/// A message whose first try got no answer, and that the agent has had sent again; every post is cut.
async fn resent(options: PgConnectOptions) -> (Scene, MessageId) {
    let s = scene(options, |_| Reply::Cut).await;
    let id = thread::write(&s.env, &s.fixture, s.conversation, "again").await;
    thread::work(&s.env).await;
    s.clock.by(time::Duration::minutes(11));
    thread::work(&s.env).await;
    let mut tenant = s.fixture.enter(&s.env).await;
    message::answer_unknown(&s.env, &mut tenant, id, UnknownAnswer::SendAgain)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    (s, id)
}

async fn retry(s: &Scene, id: MessageId) {
    let mut tenant = s.fixture.enter(&s.env).await;
    let message = message::retry(&s.env, &mut tenant, id).await.unwrap();
    assert_eq!(message.status, Status::Queued);
    tenant.commit().await.unwrap();
}

fn callback(s: &Scene, nth: usize) -> Uuid {
    let seen = s.meta.seen();
    let data = seen[nth].body["biz_opaque_callback_data"].as_str();
    data.unwrap().parse().unwrap()
}

async fn status(s: &Scene, id: MessageId) -> Status {
    thread::read(&s.env, &s.fixture, id).await.status
}
