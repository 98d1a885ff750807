use super::*;
use crate::{
    testing,
    wake::{OFTEN, SELDOM, Wake},
};
use postern_types::{AccountId, SessionId, WorkspaceId};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::collections::HashSet;
use tokio::sync::broadcast::Receiver;

/// A process, as far as the bells go.
struct Process {
    env: Env,
    _across: Across,
}

impl Process {
    /// One that hears the others.
    async fn start(options: &PgConnectOptions) -> Self {
        let (env, _) = testing::env(options.clone());
        let across = Across::start(&env);
        until(async || env.wake.idle() == SELDOM).await;
        Self {
            env,
            _across: across,
        }
    }

    fn wake(&self) -> &Wake {
        &self.env.wake
    }
}

async fn until(mut so: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !so().await {
        assert!(Instant::now() < deadline, "it does not come to that");
        tokio::task::yield_now().await;
    }
}

async fn next(bells: &mut Receiver<Signal>) -> Signal {
    let next = timeout(Duration::from_secs(30), bells.recv()).await;
    next.expect("in time").expect("none is missed")
}

fn feed(n: u128) -> Signal {
    Signal::Feed(WorkspaceId(Uuid::from_u128(n)))
}

/// Ends the connections that listen, as a failover or an operator would.
async fn cut_ears(env: &Env) -> i64 {
    let mut global = env.db.global().await.unwrap();
    let cut = sqlx::query_scalar(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
          WHERE datname = current_database() AND query LIKE 'LISTEN %'",
    )
    .fetch_one(global.conn())
    .await
    .unwrap();
    global.commit().await.unwrap();
    cut
}

#[sqlx::test(migrations = "../migrations")]
async fn what_rings_in_one_process_rings_once_in_each_other_and_comes_back_to_none(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let one = Process::start(&options).await;
    let two = Process::start(&options).await;
    let three = Process::start(&options).await;
    let [mut at_one, mut at_two, mut at_three] =
        [&one, &two, &three].map(|process| process.wake().listen());
    let id = Uuid::from_u128(9);
    let rung = [
        feed(1),
        Signal::Jobs,
        Signal::Session(SessionId(id)),
        Signal::Account(AccountId(id)),
    ];
    for signal in rung {
        one.wake().ring(signal);
    }
    for bells in [&mut at_one, &mut at_two, &mut at_three] {
        let mut heard = HashSet::new();
        for _ in rung {
            heard.insert(next(bells).await);
        }
        assert_eq!(heard, HashSet::from(rung));
    }
    // Whatever was sent on, or came back, would stand before this.
    two.wake().ring(feed(2));
    for bells in [&mut at_one, &mut at_two, &mut at_three] {
        assert_eq!(next(bells).await, feed(2));
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_burst_of_bells_goes_in_a_few_notices_and_a_commit_writes_none(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let one = Process::start(&options).await;
    let two = Process::start(&options).await;
    let mut raw = two.env.db.listener(CHANNEL).await.unwrap();
    let mut at_two = two.wake().listen();
    let mut waiting: HashSet<_> = (0..50).map(feed).collect();
    for n in 0..5_000 {
        one.wake().ring(feed(n % 50));
    }
    while !waiting.is_empty() {
        waiting.remove(&next(&mut at_two).await);
    }
    // A commit rings as well, in the very transaction that writes no notice.
    let fixture = testing::workspace(&one.env, "One", postern_types::Role::Owner).await;
    let mut tenant = fixture.enter(&one.env).await;
    tenant.ring(Signal::Feed(fixture.workspace));
    let writer: i32 = sqlx::query_scalar("SELECT pg_backend_pid()")
        .fetch_one(tenant.conn())
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    while next(&mut at_two).await != Signal::Feed(fixture.workspace) {}
    let mut notices = 0;
    let mut last = String::new();
    let workspace = fixture.workspace.0.as_simple().to_string();
    while !last.contains(&workspace) {
        let notice = raw.try_recv().await.unwrap().unwrap();
        assert_ne!(notice.process_id(), writer.cast_unsigned());
        notice.payload().clone_into(&mut last);
        notices += 1;
    }
    assert!(notices < 50, "{notices} notices of 5,000 bells");
}

#[sqlx::test(migrations = "../migrations")]
async fn after_notices_may_have_been_missed_everything_is_looked_at(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let one = Process::start(&options).await;
    let two = Process::start(&options).await;
    let mut at_two = two.wake().listen();
    for round in 1..=2 {
        assert_eq!(cut_ears(&one.env).await, 2, "each process listens once");
        until(async || next(&mut at_two).await == Signal::All).await;
        until(async || one.wake().idle() == SELDOM && two.wake().idle() == SELDOM).await;
        // And it is heard as before.
        one.wake().ring(feed(round));
        until(async || next(&mut at_two).await == feed(round)).await;
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn what_could_not_be_told_is_told_when_the_others_are_reached_again(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let two = Process::start(&options).await;
    let mut at_two = two.wake().listen();
    let (env, _) = testing::env(options.clone());
    let line = Line {
        me: name(&env),
        env: env.clone(),
        outage: Mutex::default(),
        other: Mutex::default(),
    };
    // On its way when the connection breaks.
    env.wake.ring(feed(1));
    let mut broken = env.db.apart().await.unwrap();
    let cut = sqlx::query("SELECT pg_terminate_backend(pg_backend_pid())");
    cut.execute(&mut broken).await.unwrap_err();
    line.speak(&mut broken).await.unwrap_err();
    env.wake.ring(feed(2));
    // A process that ends says the last of it.
    tell(&env).await;
    let both = HashSet::from([next(&mut at_two).await, next(&mut at_two).await]);
    assert_eq!(both, HashSet::from([feed(1), feed(2)]));
    tell(&env).await;
    two.wake().ring(feed(3));
    assert_eq!(next(&mut at_two).await, feed(3), "said once");
}

#[sqlx::test(migrations = "../migrations")]
async fn without_notices_everybody_looks_each_second(_: PgPoolOptions, options: PgConnectOptions) {
    let (env, _) = testing::env(options.clone());
    assert_eq!(env.wake.idle(), OFTEN);
    let line = Line {
        me: name(&env),
        env: env.clone(),
        outage: Mutex::default(),
        other: Mutex::default(),
    };
    // As behind a pooler of transactions: LISTEN is taken, and nothing comes.
    let elsewhere = env.db.listener("elsewhere").await.unwrap();
    let mut mouth = env.db.apart().await.unwrap();
    let deaf = tokio::try_join!(line.listen(elsewhere), line.speak(&mut mouth));
    let words = deaf.unwrap_err().to_string();
    assert!(words.contains("pooler"), "{words}");
    assert_eq!(env.wake.idle(), OFTEN);

    // The same place, with notices.
    let process = Process::start(&options).await;
    assert_eq!(process.wake().idle(), SELDOM);
    let mut global = env.db.global().await.unwrap();
    let ears = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'";
    let listening: i64 = sqlx::query_scalar(ears)
        .fetch_one(global.conn())
        .await
        .unwrap();
    assert_eq!(listening, 1);
}
