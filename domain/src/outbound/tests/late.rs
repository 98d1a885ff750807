//! Answers, posts and messages that come too late, and locks that stand in the way.

use super::{Scene, answered, fly, scene, settle, tell};
use crate::{
    Error, graph, message, outbound,
    status::take_early,
    testing::{meta::accepted, thread, waits},
};
use postern_types::{Compose, MessageId, Status};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::time::Duration;

const LONG: Duration = Duration::from_mins(11);

#[sqlx::test(migrations = "../migrations")]
async fn an_acceptance_is_stored_also_when_the_job_was_lost_meanwhile(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |request| accepted(request.before)).await;
    let id = thread::write(&s.env, &s.fixture, s.conversation, "slow").await;
    let next = thread::write(&s.env, &s.fixture, s.conversation, "next").await;
    let flight = fly(&s).await;
    lease_ends(&s).await;
    thread::work(&s.env).await;
    assert_eq!(status(&s, id).await, Status::Unknown);
    tell(&s, "wamid.slow", "sent", None).await;

    // What Meta did not take, nobody takes a lost job's word for.
    let mut outcomes = answered("wamid.slow");
    let took = outcomes.remove(0);
    for outcome in outcomes {
        let lost = settle(&s, &flight, outcome).await;
        assert!(matches!(lost, Err(Error::NotFound)), "{lost:?}");
        assert_eq!(status(&s, id).await, Status::Unknown);
    }
    settle(&s, &flight, took).await.unwrap();
    assert_eq!(
        status(&s, id).await,
        Status::Sent,
        "with what was told before"
    );
    // At once, with no clock moved.
    while thread::work(&s.env).await > 0 {}
    assert_eq!(status(&s, next).await, Status::Accepted);
    assert_eq!(s.meta.texts(), ["next"]);
    assert_eq!(thread::jobs(&s.env, &s.fixture).await, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn an_acceptance_of_an_earlier_try_is_not_the_later_ones(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |request| accepted(request.before)).await;
    let id = thread::write(&s.env, &s.fixture, s.conversation, "again").await;
    let flight = fly(&s).await;
    lease_ends(&s).await;
    thread::work(&s.env).await;
    s.clock.by(time::Duration::minutes(11));
    let mut tenant = s.fixture.enter(&s.env).await;
    let again = postern_types::UnknownAnswer::SendAgain;
    message::answer_unknown(&s.env, &mut tenant, id, again)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let second = fly(&s).await;
    let took = answered("wamid.first").remove(0);
    settle(&s, &flight, took).await.unwrap();
    assert_eq!(status(&s, id).await, Status::Sending);
    let took = answered("wamid.second").remove(0);
    settle(&s, &second, took).await.unwrap();
    assert_eq!(status(&s, id).await, Status::Accepted);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_process_that_stood_still_before_its_post_keeps_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |request| accepted(request.before)).await;
    let id = thread::write(&s.env, &s.fixture, s.conversation, "late").await;
    let flight = fly(&s).await;
    s.clock.by(time::Duration::seconds(31));
    let outcome = outbound::post(&s.env, &flight.letter).await;
    assert_eq!(outcome, graph::Outcome::NotSent);
    assert_eq!(s.meta.seen().len(), 0);
    settle(&s, &flight, outcome).await.unwrap();
    thread::drain(&s.env, &s.clock, LONG).await;
    assert_eq!(status(&s, id).await, Status::Accepted);
    assert_eq!(s.meta.texts(), ["late"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_waited_until_the_window_closed_is_not_sent_and_says_so(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |request| accepted(request.before)).await;
    let id = thread::write(&s.env, &s.fixture, s.conversation, "too late").await;
    s.clock.by(time::Duration::hours(24));
    thread::work(&s.env).await;
    let message = thread::read(&s.env, &s.fixture, id).await;
    let fault = message.fault.unwrap();
    assert_eq!(
        (message.status, fault.code, fault.retry),
        (Status::Failed, 131_047, false)
    );
    assert_eq!(fault.reason, crate::fault::words(131_047).0);
    assert_eq!(s.meta.seen().len(), 0);
    assert_eq!(thread::jobs(&s.env, &s.fixture).await, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn an_answer_outlives_a_deadlock(_: PgPoolOptions, options: PgConnectOptions) {
    let s = scene(options, |request| accepted(request.before)).await;
    let id = thread::write(&s.env, &s.fixture, s.conversation, "stuck").await;
    let flight = fly(&s).await;
    let mut other = s.fixture.enter(&s.env).await;
    sqlx::query("UPDATE conversation SET rev = rev")
        .execute(other.conn())
        .await
        .unwrap();
    // It has the message and waits for the conversation.
    let took = answered("wamid.0").remove(0);
    let mut answer = Box::pin(settle(&s, &flight, took));
    assert!(waits(&s.env, &mut answer).await);
    // We have that and wait for the message. Who waited first is the one that the database sends away.
    let blocked = async {
        sqlx::query("SELECT FROM message FOR UPDATE")
            .execute(other.conn())
            .await
            .unwrap();
        other.commit().await.unwrap();
    };
    let (settled, ()) = futures::join!(answer, blocked);
    settled.unwrap();
    assert_eq!(status(&s, id).await, Status::Accepted);
}

#[sqlx::test(migrations = "../migrations")]
async fn an_answer_waits_for_the_statuses_that_came_before_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |request| accepted(request.before)).await;
    let mut body = s.fixture.enter(&s.env).await;
    for wamid in ["wamid.0", "wamid.1"] {
        super::apply(&s, &mut body, wamid, "sent", None).await;
    }
    let none: MessageId = s.env.id();
    let mut answer = s.fixture.enter(&s.env).await;
    sqlx::query("SET LOCAL lock_timeout = '200ms'")
        .execute(answer.conn())
        .await
        .unwrap();
    let waited = take_early(&s.env, &mut answer, s.channel, "wamid.1", none).await;
    assert!(matches!(waited, Err(Error::Internal(_))), "{waited:?}");
    drop(answer);
    body.commit().await.unwrap();
    let mut answer = s.fixture.enter(&s.env).await;
    take_early(&s.env, &mut answer, s.channel, "wamid.1", none)
        .await
        .unwrap();
    let left: Vec<String> = sqlx::query_scalar("SELECT wamid FROM status_early")
        .fetch_all(answer.conn())
        .await
        .unwrap();
    assert_eq!(left, ["wamid.0"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn an_id_that_another_message_took_a_moment_ago_is_a_conflict(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |request| accepted(request.before)).await;
    let other = thread::conversation(&s.env, &s.fixture, s.channel, "15550002222").await;
    let compose = |conversation| Compose {
        id: MessageId(uuid::Uuid::from_u128(7)),
        conversation,
        text: "mine".to_owned(),
        note: false,
        reply_to: None,
        sends: None,
    };
    let (one, two) = (compose(s.conversation), compose(other));
    let mut first = s.fixture.enter(&s.env).await;
    message::compose(&s.env, &mut first, &one).await.unwrap();
    let (mut second, mut third) = (s.fixture.enter(&s.env).await, s.fixture.enter(&s.env).await);
    let mut foreign = Box::pin(message::compose(&s.env, &mut second, &two));
    assert!(waits(&s.env, &mut foreign).await);
    let mut same = Box::pin(message::compose(&s.env, &mut third, &one));
    assert!(futures::poll!(&mut same).is_pending());
    first.commit().await.unwrap();
    let (foreign, same) = futures::join!(foreign, same);
    assert!(matches!(foreign, Err(Error::Conflict(_))), "{foreign:?}");
    assert_eq!(same.unwrap().conversation, s.conversation);
}

async fn lease_ends(s: &Scene) {
    let mut tenant = s.fixture.enter(&s.env).await;
    sqlx::query(
        "UPDATE job SET claimed_until = now() - interval '1 second' WHERE state = 'running'",
    )
    .execute(tenant.conn())
    .await
    .unwrap();
    tenant.commit().await.unwrap();
}

async fn status(s: &Scene, id: MessageId) -> Status {
    thread::read(&s.env, &s.fixture, id).await.status
}
