//! Rotation beside people and Meta, who write all the time.

use super::*;
use crate::{
    signature,
    testing::thread,
    vault::{rotate_data, rotate_master, verify},
    webhook::{self, Door},
};
use hmac::Mac as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What came of the writers.
#[derive(Default)]
struct Load {
    stop: AtomicBool,
    webhooks: AtomicU64,
    replies: AtomicU64,
    opened: AtomicU64,
}

async fn post(env: &Env, number: &str, turn: u64) {
    let body = format!(
        r#"{{"object":"whatsapp_business_account","entry":[{{"id":"waba-1","changes":[{{"field":"messages","value":
           {{"messaging_product":"whatsapp","metadata":{{"display_phone_number":"1555","phone_number_id":"{number}"}},
           "messages":[{{"from":"1555010{}","id":"wamid.{number}.{turn}","timestamp":"{}","type":"text",
           "text":{{"body":"turn {turn}"}}}}]}}}}]}}]}}"#,
        turn % 7,
        env.now().unix_timestamp(),
    );
    let mut mac = crypto::mac(b"app-secret");
    mac.update(body.as_bytes());
    let signed = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    assert!(signature::holds(
        b"app-secret",
        Some(&signed),
        body.as_bytes()
    ));
    webhook::receive(env, &Door::Installation, Some(&signed), body.as_bytes())
        .await
        .unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn beside_writers_and_readers_all_of_it_is_moved_and_nothing_ever_fails_to_open(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    const WRITERS: usize = 4;
    const ROUNDS: i32 = 4;
    let (env, _) = testing::env_of_size(options, 24);
    crate::vault::agree(&with_masters(&env, &["m1"]))
        .await
        .unwrap();
    let env = with_masters(&env, &["m2", "m1"]);
    let fixture = Arc::new(testing::workspace(&env, "One", Role::Owner).await);
    let channel = testing::channel(&env, &fixture, "100").await;
    let thread = thread::conversation(&env, &fixture, channel, "15550200").await;
    let load = Arc::new(Load::default());
    let mut tasks = tokio::task::JoinSet::new();
    for writer in 0..WRITERS as u64 {
        let (env, load, fixture) = (env.clone(), Arc::clone(&load), Arc::clone(&fixture));
        tasks.spawn(async move {
            for turn in 0.. {
                if load.stop.load(Ordering::Relaxed) {
                    break;
                }
                // For the number, and for one that nobody has.
                post(&env, "100", turn * 10 + writer).await;
                post(&env, "999", turn * 10 + writer).await;
                load.webhooks.fetch_add(2, Ordering::Relaxed);
                thread::write(&env, &fixture, thread, "reply").await;
                load.replies.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    let (reading, read, seen) = (env.clone(), Arc::clone(&fixture), Arc::clone(&load));
    tasks.spawn(async move {
        while !seen.stop.load(Ordering::Relaxed) {
            let mut tenant = read.enter(&reading).await;
            let token = secrets::token(&reading, &mut tenant, channel)
                .await
                .unwrap();
            assert!(token.is_some());
            // Every waiting job opens, as a worker would open it.
            let rows: Vec<(Uuid, Vec<u8>)> = sqlx::query_as(
                "SELECT id, sealed FROM job WHERE workspace_id = $1 ORDER BY id DESC LIMIT 20",
            )
            .bind(read.workspace.0)
            .fetch_all(tenant.conn())
            .await
            .unwrap();
            for (id, sealed) in rows {
                open(&reading, &mut tenant, job::SEALED, &id.to_string(), &sealed)
                    .await
                    .unwrap();
                seen.opened.fetch_add(1, Ordering::Relaxed);
            }
            tenant.commit().await.unwrap();
        }
    });

    rotate_master(&env, &mut deaf).await.unwrap();
    for _ in 0..ROUNDS {
        let rotated = rotate_data(&env, None, &mut deaf).await.unwrap();
        assert_eq!((rotated.keys, rotated.broken), (1, 0));
        assert_eq!(verify(&env, &mut deaf).await.unwrap().broken, 0);
    }
    load.stop.store(true, Ordering::Relaxed);
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
    let done =
        [&load.webhooks, &load.replies, &load.opened].map(|count| count.load(Ordering::Relaxed));
    assert!(
        done.iter().all(|count| *count > 20),
        "there was load: {done:?}"
    );

    let new = with_masters(&env, &["m2"]);
    let standing = verify(&new, &mut deaf).await.unwrap();
    assert_eq!(standing.broken, 0);
    assert_eq!(standing.masters["m2"], (1, done[0] / 2));
    assert_eq!(
        standing.masters.len(),
        1,
        "nothing stands under the old key"
    );
    // A reply is a job, half the webhooks a part; the number's token and its line of the audit are there as well.
    let newest = (fixture.workspace, (ROUNDS + 1).to_string());
    let [(at, values)] = standing.data.iter().collect::<Vec<_>>()[..] else {
        panic!("one data key: {:?}", standing.data);
    };
    assert_eq!(*at, newest);
    assert!(*values > done[1] + done[0] / 2, "{values} of {done:?}");
}
