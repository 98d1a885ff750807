//! Sending, against a Meta that does what it can to be misunderstood.

mod faults;
mod kinds;
mod lanes;
mod late;
mod people;
mod sealed;
mod traced;
mod tries;

use super::{finish, prepare, prepare::UNPAID};
use crate::{
    Env, Result, Tenant,
    graph::{Meta, Outcome, Refusal},
    inbound,
    job::{self, Job},
    payload::StatusNews,
    status,
    testing::{
        self, Fixture, Moved,
        meta::{FakeMeta, Reply, Request, accepted},
        thread,
    },
};
use postern_types::{ChannelId, ConversationId, Role, Status};
use sqlx::postgres::PgConnectOptions;
use std::{collections::BTreeMap, sync::Arc, time::Duration};

const NUMBER: &str = "100000000000001";

/// A workspace with a number and a conversation, and its Meta.
struct Scene {
    env: Env,
    clock: Arc<Moved>,
    fixture: Fixture,
    channel: ChannelId,
    conversation: ConversationId,
    meta: FakeMeta,
}

async fn scene(
    options: PgConnectOptions,
    answer: impl Fn(&Request) -> Reply + Send + Sync + 'static,
) -> Scene {
    let meta = FakeMeta::start(answer).await;
    let (mut env, clock) = testing::env(options);
    env.meta.graph = meta.url.parse().unwrap();
    env.meta.http = Meta::http_within(Duration::from_millis(700)).unwrap();
    let fixture = testing::workspace(&env, "Shop", Role::Owner).await;
    let channel = testing::channel(&env, &fixture, NUMBER).await;
    let conversation = thread::conversation(&env, &fixture, channel, "15550001111").await;
    Scene {
        env,
        clock,
        fixture,
        channel,
        conversation,
        meta,
    }
}

/// A try that is committed as being sent, and not posted.
struct Flight {
    job: Job,
    letter: Box<prepare::Letter>,
}

/// Claims the only job that is due and goes with it as far as to the post.
async fn fly(s: &Scene) -> Flight {
    let claims = job::claim(&s.env, 4, job::LEASE).await.unwrap();
    let [claim] = claims[..] else {
        panic!("one job is due: {claims:?}");
    };
    let mut tenant = claim.enter(&s.env).await.unwrap();
    let job = job::open(&s.env, &mut tenant, claim).await.unwrap();
    let next = prepare::prepare(&s.env, &mut tenant, &job, &BTreeMap::new())
        .await
        .unwrap();
    let prepare::Next::Post(letter) = next else {
        panic!("it is to be sent");
    };
    tenant.commit().await.unwrap();
    Flight { job, letter }
}

/// Stores what came back.
async fn settle(s: &Scene, flight: &Flight, outcome: Outcome) -> Result<()> {
    finish::finish(&s.env, &flight.job, &flight.letter, outcome).await
}

/// Whatever can come back from a post; first of all that Meta took it.
fn answered(wamid: &str) -> Vec<Outcome> {
    let refused = |code| {
        Outcome::Refused(Refusal {
            code,
            http: 400,
            details: String::new(),
        })
    };
    vec![
        Outcome::Accepted {
            wamid: wamid.to_owned(),
            held: false,
        },
        refused(131_026),
        refused(131_000),
        Outcome::Ambiguous("no answer in time"),
        Outcome::NotSent,
    ]
}

/// A webhook tells what became of a message, and of which try when Meta says so.
async fn tell(s: &Scene, wamid: &str, word: &str, ours: Option<uuid::Uuid>) {
    let mut tenant = s.fixture.enter(&s.env).await;
    apply(s, &mut tenant, wamid, word, ours).await;
    tenant.commit().await.unwrap();
}

async fn apply(s: &Scene, tenant: &mut Tenant, wamid: &str, word: &str, ours: Option<uuid::Uuid>) {
    let number = inbound::numbers(tenant, &[NUMBER.to_owned()])
        .await
        .unwrap()
        .remove(0);
    let mut news = serde_json::json!({ "id": wamid, "status": word, "timestamp": "1750000000" });
    if word == "failed" {
        // One that may be tried again.
        news["errors"] = serde_json::json!([{ "code": 131_042 }]);
    }
    if let Some(ours) = ours {
        news["biz_opaque_callback_data"] = ours.to_string().into();
    }
    let news = StatusNews::read(&news, s.env.now()).unwrap();
    status::apply(&s.env, tenant, &number, &news).await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn a_reply_is_posted_once_and_knows_its_wamid(
    _: sqlx::postgres::PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |request| accepted(request.before)).await;
    let id = thread::write(&s.env, &s.fixture, s.conversation, "Good morning ☀").await;
    assert_eq!(
        thread::read(&s.env, &s.fixture, id).await.status,
        Status::Queued
    );
    assert_eq!(thread::work(&s.env).await, 1);
    assert_eq!(thread::work(&s.env).await, 0);

    let message = thread::read(&s.env, &s.fixture, id).await;
    assert_eq!(message.status, Status::Accepted);
    assert_eq!((message.fault, message.ask_at), (None, None));
    assert_eq!(thread::jobs(&s.env, &s.fixture).await, 0);
    let seen = s.meta.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].line, "POST /v24.0/100000000000001/messages");
    assert_eq!(seen[0].token, "token");
    assert_eq!(seen[0].body["to"], "+15550001111");
    assert_eq!(seen[0].body["text"]["body"], "Good morning ☀");
    assert_eq!(seen[0].body["biz_opaque_callback_data"], id.to_string());
    let mut tenant = s.fixture.enter(&s.env).await;
    let wamid: Option<String> = sqlx::query_scalar("SELECT wamid FROM message WHERE id = $1")
        .bind(id.0)
        .fetch_one(tenant.conn())
        .await
        .unwrap();
    assert_eq!(wamid.as_deref(), Some("wamid.0"));
}

#[sqlx::test(migrations = "../migrations")]
async fn composing_twice_sends_once(_: sqlx::postgres::PgPoolOptions, options: PgConnectOptions) {
    let s = scene(options, |request| accepted(request.before)).await;
    let compose = postern_types::Compose {
        id: s.env.id(),
        conversation: s.conversation,
        text: "Once".to_owned(),
        note: false,
        reply_to: None,
        sends: None,
    };
    for _ in 0..3 {
        let mut tenant = s.fixture.enter(&s.env).await;
        crate::message::compose(&s.env, &mut tenant, &compose)
            .await
            .unwrap();
        tenant.commit().await.unwrap();
        thread::work(&s.env).await;
    }
    assert_eq!(s.meta.texts(), ["Once"]);
    assert_eq!(thread::jobs(&s.env, &s.fixture).await, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_job_belongs_to_one_worker_and_a_lost_claim_does_nothing(
    _: sqlx::postgres::PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |request| accepted(request.before)).await;
    thread::write(&s.env, &s.fixture, s.conversation, "Mine").await;
    // Ten at once, and one gets it.
    let tries = (0..10).map(|_| job::claim(&s.env, 4, Duration::ZERO));
    let claims: Vec<_> = futures::future::join_all(tries).await;
    let first = claims.into_iter().flat_map(Result::unwrap).next().unwrap();
    // The lease was none: the other takes it over.
    let second = job::claim(&s.env, 4, job::LEASE).await.unwrap();
    assert_eq!((second.len(), second[0].job), (1, first.job));
    assert!(matches!(
        job::run(&s.env, first).await,
        Err(crate::Error::NotFound)
    ));
    assert!(job::claim(&s.env, 4, job::LEASE).await.unwrap().is_empty());
    assert_eq!(s.meta.seen().len(), 0);
    job::run(&s.env, second[0]).await.unwrap();
    assert!(matches!(
        job::run(&s.env, second[0]).await,
        Err(crate::Error::NotFound)
    ));
    assert_eq!(s.meta.texts(), ["Mine"]);
}
