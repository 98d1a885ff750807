//! The feed under writers that overlap.

use super::{end, position, read, record};
use crate::{Env, Error, Tenant, testing};
use postern_types::{Event, FeedCursor, MemberId, MemberView, Role};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

fn event(env: &Env, name: &str) -> Event {
    let id: MemberId = env.id();
    Event::Member {
        member: MemberView {
            id,
            name: name.to_owned(),
            role: Role::Agent,
            active: true,
            waiting: false,
        },
    }
}

async fn rest(tenant: &mut Tenant, cursor: &mut FeedCursor) -> Vec<String> {
    let name = |event| match event {
        Event::Member { member } => member.name,
        other => panic!("{other:?} is no member"),
    };
    testing::feed(tenant, cursor)
        .await
        .into_iter()
        .map(name)
        .collect()
}

#[sqlx::test(migrations = "../migrations")]
async fn a_writer_that_commits_late_is_not_skipped(_: PgPoolOptions, options: PgConnectOptions) {
    let (env, _) = testing::env(options);
    let one = testing::workspace(&env, "One", Role::Owner).await;
    let mut reader = one.enter(&env).await;
    let mut cursor = end(&mut reader).await.unwrap();
    // What was written before is behind this place, but for what other databases' writers still hid.
    rest(&mut reader, &mut cursor).await;
    let mut slow = one.enter(&env).await;
    record(&env, &mut slow, &event(&env, "slow")).await.unwrap();
    let mut quick = one.enter(&env).await;
    record(&env, &mut quick, &event(&env, "quick"))
        .await
        .unwrap();
    quick.commit().await.unwrap();
    // The quick one has committed, and waits behind the horizon for the slow one.
    let reading = read(&mut reader, &cursor).await.unwrap();
    assert!(reading.entries.is_empty() && reading.more);
    slow.commit().await.unwrap();
    assert_eq!(rest(&mut reader, &mut cursor).await, ["slow", "quick"]);
    assert!(rest(&mut reader, &mut cursor).await.is_empty());
}

#[sqlx::test(migrations = "../migrations")]
async fn a_reader_sees_all_of_eight_overlapping_writers_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env_of_size(options, 12);
    let one = testing::workspace(&env, "One", Role::Owner).await;
    let two = testing::workspace(&env, "Two", Role::Owner).await;
    let mut reader = one.enter(&env).await;
    let mut cursor = end(&mut reader).await.unwrap();
    rest(&mut reader, &mut cursor).await;
    reader.commit().await.unwrap();
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let (env, session, workspace) = (env.clone(), one.session, one.workspace);
            tokio::spawn(async move {
                for turn in 0..60 {
                    let mut tenant = env
                        .db
                        .member(session, workspace, Role::Agent)
                        .await
                        .unwrap();
                    record(&env, &mut tenant, &event(&env, &format!("{writer}.{turn}")))
                        .await
                        .unwrap();
                    if (writer + turn) % 3 == 0 {
                        tokio::task::yield_now().await;
                    }
                    tenant.commit().await.unwrap();
                }
            })
        })
        .collect();
    let mut seen = Vec::new();
    let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
    while seen.len() < 480 && std::time::Instant::now() < deadline {
        let mut reader = one.enter(&env).await;
        seen.extend(rest(&mut reader, &mut cursor).await);
        reader.commit().await.unwrap();
        tokio::task::yield_now().await;
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let mut distinct = seen.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!((seen.len(), distinct.len()), (480, 480));
    // Another workspace's reader sees none of it.
    let mut other = two.enter(&env).await;
    assert!(read(&mut other, &cursor).await.unwrap().entries.is_empty());
}

#[sqlx::test(migrations = "../migrations")]
async fn a_place_of_another_life_or_of_no_feed_is_refused(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let one = testing::workspace(&env, "One", Role::Owner).await;
    let mut tenant = one.enter(&env).await;
    let here = end(&mut tenant).await.unwrap();
    assert!(position(&here).is_ok());
    for place in ["", "x", "AAAA", "YS4xLjE", "YS4xLjEuMQ", "ZXBvY2guMS4x"] {
        let refused = read(&mut tenant, &FeedCursor(place.to_owned())).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{place}");
    }
}
