//! What members may do with a message that failed or stayed unknown, and what members of other workspaces may not.

use super::scene;
use crate::{
    Error, message,
    testing::{
        self,
        meta::{Reply, accepted, refused},
        thread,
    },
};
use postern_types::{Role, Status, UnknownAnswer};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::time::Duration;

const LONG: Duration = Duration::from_mins(11);

#[sqlx::test(migrations = "../migrations")]
async fn an_agent_settles_an_unknown_message_once_it_is_asked(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |request| match request.before {
        0 | 1 => Reply::Cut,
        nth => accepted(nth),
    })
    .await;
    let other = thread::conversation(&s.env, &s.fixture, s.channel, "15550002222").await;
    let again = thread::write(&s.env, &s.fixture, s.conversation, "again").await;
    let arrived = thread::write(&s.env, &s.fixture, other, "arrived").await;
    thread::work(&s.env).await;
    for answer in [UnknownAnswer::SendAgain, UnknownAnswer::Arrived] {
        let mut tenant = s.fixture.enter(&s.env).await;
        let early = message::answer_unknown(&s.env, &mut tenant, again, answer).await;
        assert!(matches!(early, Err(Error::Conflict(_))), "{early:?}");
    }
    // The agent may be quicker than the job that lets the lane go.
    s.clock.by(time::Duration::minutes(11));
    for (id, answer) in [
        (again, UnknownAnswer::SendAgain),
        (arrived, UnknownAnswer::Arrived),
    ] {
        let mut tenant = s.fixture.enter(&s.env).await;
        message::answer_unknown(&s.env, &mut tenant, id, answer)
            .await
            .unwrap();
        let twice = message::answer_unknown(&s.env, &mut tenant, id, answer).await;
        assert!(matches!(twice, Err(Error::Conflict(_))), "{twice:?}");
        tenant.commit().await.unwrap();
    }
    thread::drain(&s.env, &s.clock, LONG).await;
    for id in [again, arrived] {
        let message = thread::read(&s.env, &s.fixture, id).await;
        assert_eq!((message.status, message.ask_at), (Status::Accepted, None));
    }
    let mut texts = s.meta.texts();
    texts[..2].sort();
    assert_eq!(texts, ["again", "arrived", "again"]);
    assert_eq!(thread::jobs(&s.env, &s.fixture).await, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_retry_asks_for_a_passing_fault_an_open_window_and_an_open_conversation(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |request| match request.before {
        0 => refused(400, 131_026),
        1 => refused(400, 131_042),
        nth => accepted(nth),
    })
    .await;
    let lasting = thread::write(&s.env, &s.fixture, s.conversation, "lasting").await;
    let passing = thread::write(&s.env, &s.fixture, s.conversation, "passing").await;
    while thread::work(&s.env).await > 0 {}
    let mut tenant = s.fixture.enter(&s.env).await;
    let refused = message::retry(&s.env, &mut tenant, lasting).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    crate::conversation::close(&s.env, &mut tenant, s.conversation)
        .await
        .unwrap();
    let closed = message::retry(&s.env, &mut tenant, passing).await;
    assert!(matches!(closed, Err(Error::Conflict(_))), "{closed:?}");
    drop(tenant);

    s.clock.by(time::Duration::hours(25));
    let mut tenant = s.fixture.enter(&s.env).await;
    let late = message::retry(&s.env, &mut tenant, passing).await;
    assert!(matches!(late, Err(Error::WindowClosed)), "{late:?}");
    s.clock.by(time::Duration::hours(-25));
    // Twice is once.
    message::retry(&s.env, &mut tenant, passing).await.unwrap();
    message::retry(&s.env, &mut tenant, passing).await.unwrap();
    tenant.commit().await.unwrap();
    while thread::work(&s.env).await > 0 {}
    assert_eq!(s.meta.texts(), ["lasting", "passing", "passing"]);
    assert_eq!(
        thread::read(&s.env, &s.fixture, passing).await.status,
        Status::Accepted
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn another_workspace_neither_retries_nor_answers_nor_disconnects(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |request| match request.before {
        0 => Reply::Cut,
        _ => refused(400, 131_042),
    })
    .await;
    let unknown = thread::write(&s.env, &s.fixture, s.conversation, "unknown").await;
    let other = thread::conversation(&s.env, &s.fixture, s.channel, "15550002222").await;
    thread::work(&s.env).await;
    let failed = thread::write(&s.env, &s.fixture, other, "failed").await;
    thread::drain(&s.env, &s.clock, LONG).await;
    let stranger = testing::workspace(&s.env, "Other", Role::Owner).await;
    let before = [
        thread::read(&s.env, &s.fixture, unknown).await,
        thread::read(&s.env, &s.fixture, failed).await,
    ];

    let mut tenant = stranger.enter(&s.env).await;
    let outcome = message::retry(&s.env, &mut tenant, failed).await;
    assert!(matches!(outcome, Err(Error::NotFound)), "{outcome:?}");
    for answer in [UnknownAnswer::SendAgain, UnknownAnswer::Arrived] {
        let outcome = message::answer_unknown(&s.env, &mut tenant, unknown, answer).await;
        assert!(matches!(outcome, Err(Error::NotFound)), "{outcome:?}");
    }
    let outcome = crate::channel::disconnect(&s.env, &mut tenant, s.channel).await;
    assert!(matches!(outcome, Err(Error::NotFound)), "{outcome:?}");
    assert!(
        crate::channel::secrets::token(&s.env, &mut tenant, s.channel)
            .await
            .is_err()
    );
    tenant.commit().await.unwrap();

    let after = [
        thread::read(&s.env, &s.fixture, unknown).await,
        thread::read(&s.env, &s.fixture, failed).await,
    ];
    assert_eq!(before, after);
    assert_eq!(thread::jobs(&s.env, &stranger).await, 0);
    let mut tenant = s.fixture.enter(&s.env).await;
    let channel = crate::channel::find(&mut tenant, s.channel).await.unwrap();
    assert_eq!(channel.state, postern_types::ChannelState::Connected);
}
