//! Jobs that never end well are given up, and what they were about is told of it.

use super::{MOST, TRIES, attend, stumble};
use crate::{
    Env, Error, job, message,
    testing::{self, Fixture, Moved, thread},
};
use postern_types::{MessageId, MessageView, Role, Status};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::{sync::Arc, time::Duration};

/// Two messages in one lane, and nobody who has sent them yet.
struct Lane {
    env: Env,
    clock: Arc<Moved>,
    fixture: Fixture,
    first: MessageId,
    second: MessageId,
}

async fn lane(options: PgConnectOptions) -> Lane {
    let (env, clock) = testing::env(options);
    let fixture = testing::workspace(&env, "Shop", Role::Owner).await;
    let channel = testing::channel(&env, &fixture, "100").await;
    let conversation = thread::conversation(&env, &fixture, channel, "15550001111").await;
    let first = thread::write(&env, &fixture, conversation, "one").await;
    let second = thread::write(&env, &fixture, conversation, "two").await;
    Lane {
        env,
        clock,
        fixture,
        first,
        second,
    }
}

impl Lane {
    async fn claim(&self) -> job::Claim {
        let claims = job::claim(&self.env, 4, Duration::ZERO).await;
        claims.unwrap()[0]
    }

    async fn set(&self, sql: &'static str) {
        let mut tenant = self.fixture.enter(&self.env).await;
        sqlx::query(sql).execute(tenant.conn()).await.unwrap();
        tenant.commit().await.unwrap();
    }

    async fn find(&self, id: MessageId) -> MessageView {
        let mut tenant = self.fixture.enter(&self.env).await;
        message::find(&mut tenant, id).await.unwrap()
    }

    async fn state(&self, id: MessageId) -> (String, String) {
        let mut tenant = self.fixture.enter(&self.env).await;
        sqlx::query_as(
            "SELECT m.status, coalesce(j.state, 'none') FROM message m LEFT JOIN job j ON j.id = m.id WHERE m.id = $1",
        )
        .bind(id.0)
        .fetch_one(tenant.conn())
        .await
        .unwrap()
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_job_given_up_while_its_message_is_being_sent_leaves_it_to_the_agent(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let lane = lane(options).await;
    lane.set("UPDATE job SET attempts = 7").await;
    let claim = lane.claim().await;
    assert_eq!(claim.job.0, lane.first.0);
    lane.set("UPDATE message SET status = 'sending', attempt_id = id WHERE body = 'one'")
        .await;
    stumble(&lane.env, claim, &Error::internal("a fault"))
        .await
        .unwrap();
    assert_eq!(
        lane.state(lane.first).await,
        ("unknown".to_owned(), "dead".to_owned())
    );
    let message = lane.find(lane.first).await;
    assert!(message.ask_at.is_some(), "the agent is asked");
    // Its lane moves on.
    assert_eq!(lane.claim().await.job.0, lane.second.0);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_job_that_does_not_find_what_it_needs_is_put_back_and_then_given_up(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let lane = lane(options.clone()).await;
    // The key that opens its payload is gone: not found, and yet the claim is held.
    testing::as_owner(&options, "workspace_key", "DELETE FROM workspace_key").await;
    for tries in 1..=TRIES {
        let claim = lane.claim().await;
        assert_eq!(claim.job.0, lane.first.0, "try {tries}");
        let told = attend(&lane.env, claim).await;
        assert!(matches!(told, Err(Error::NotFound)), "{told:?}");
        let (_, job) = lane.state(lane.first).await;
        assert_eq!(job, if tries < TRIES { "ready" } else { "dead" });
        lane.clock.by(time::Duration::minutes(5));
    }
    let message = lane.find(lane.first).await;
    assert_eq!(message.status, Status::Failed);
    assert!(message.fault.unwrap().retry);
    assert_eq!(lane.claim().await.job.0, lane.second.0);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_claim_that_was_lost_is_no_fault_and_changes_nothing(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let lane = lane(options).await;
    let lost = lane.claim().await;
    let held = lane.claim().await;
    assert_eq!(lost.job, held.job);
    attend(&lane.env, lost).await.unwrap();
    assert_eq!(
        lane.state(lane.first).await,
        ("queued".to_owned(), "running".to_owned())
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn a_job_that_breaks_its_worker_each_time_is_given_up(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let lane = lane(options).await;
    // Claimed, and the worker is never heard of again.
    for _ in 0..MOST {
        assert_eq!(lane.claim().await.job.0, lane.first.0);
    }
    attend(&lane.env, lane.claim().await).await.unwrap();
    assert_eq!(
        lane.state(lane.first).await,
        ("failed".to_owned(), "dead".to_owned())
    );
    assert_eq!(lane.claim().await.job.0, lane.second.0);
}
