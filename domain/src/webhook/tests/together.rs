//! Many bodies at once, and the same ones again.

use super::*;
use sqlx::postgres::PgPoolOptions;
use std::collections::BTreeSet;

#[sqlx::test(migrations = "../migrations")]
async fn five_new_customers_with_six_messages_each_at_once_make_thirty_messages_and_five_conversations(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let at = recently(&shop.env);
    let mut bodies = Vec::new();
    for customer in 0..5 {
        for turn in 0..6 {
            let from = format!("49151{customer:05}");
            bodies.push(messages(&[text(
                &from,
                &format!("w{customer}.{turn}"),
                &format!("turn {turn}"),
                at + turn,
            )]));
        }
    }
    // Each one twice, as Meta does when it is in doubt.
    let all = bodies
        .iter()
        .chain(&bodies)
        .map(|body| deliver(&shop.env, body));
    let receipts = futures::future::join_all(all).await;
    let applied: usize = receipts
        .iter()
        .map(|receipt| receipt.as_ref().unwrap().applied)
        .sum();
    assert_eq!(applied, 30);
    let threads = shop.threads().await;
    assert_eq!(threads.len(), 5);
    for (row, messages) in &threads {
        let texts: Vec<_> = messages
            .iter()
            .map(|message| message.content.text())
            .collect();
        assert_eq!(
            texts,
            ["turn 0", "turn 1", "turn 2", "turn 3", "turn 4", "turn 5"]
        );
        assert_eq!(row.unread, 6);
        assert_eq!(row.last.as_ref().unwrap().content.text(), "turn 5");
    }
    assert_eq!(shop.count("message").await, 30);
    assert_eq!(shop.count("contact").await, 5);
    assert_eq!(shop.count("contact_identity").await, 5);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_body_again_is_a_replay_and_changes_nothing(_: PgPoolOptions, options: PgConnectOptions) {
    let shop = shop(options).await;
    let body = messages(&[text("4915112345", "w1", "once", recently(&shop.env))]);
    assert_eq!(shop.deliver(&body).await.applied, 1);
    let before = (shop.threads().await, shop.count("event").await);
    for _ in 0..3 {
        assert_eq!(
            shop.deliver(&body).await,
            Receipt {
                replays: 1,
                ..Receipt::default()
            }
        );
    }
    assert_eq!((shop.threads().await, shop.count("event").await), before);
    let mut tenant = shop.enter().await;
    let replays: i32 =
        sqlx::query_scalar("SELECT replays FROM webhook_part WHERE workspace_id = $1")
            .bind(shop.fixture.workspace.0)
            .fetch_one(tenant.conn())
            .await
            .unwrap();
    assert_eq!(replays, 3);
}

#[sqlx::test(migrations = "../migrations")]
async fn the_same_message_in_other_bodies_is_added_once_even_after_it_was_purged(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options.clone()).await;
    let at = recently(&shop.env);
    let same = text("4915112345", "w1", "once", at);
    let bodies: Vec<_> = (0..8)
        .map(|n| {
            messages(&[
                same.clone(),
                text("4915112345", &format!("x{n}"), "another", at + n),
            ])
        })
        .collect();
    for receipt in
        futures::future::join_all(bodies.iter().map(|body| deliver(&shop.env, body))).await
    {
        assert_eq!(receipt.unwrap().applied, 1);
    }
    assert_eq!(shop.count("message").await, 9);
    testing::as_owner(&options, "message", "DELETE FROM message").await;
    assert_eq!(
        shop.deliver(messages(&[same, json!({"id":"z"})]))
            .await
            .kept,
        1
    );
    assert_eq!(shop.count("message").await, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn bodies_with_the_same_people_in_opposite_orders_all_go_in(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let at = recently(&shop.env);
    let people: Vec<_> = (0..6).map(|n| format!("49151{n:05}")).collect();
    let bodies: Vec<_> = (0..10)
        .map(|turn| {
            let mut elements: Vec<_> = people
                .iter()
                .map(|from| text(from, &format!("w{from}.{turn}"), "hi", at + turn))
                .collect();
            if turn % 2 == 1 {
                elements.reverse();
            }
            messages(&elements)
        })
        .collect();
    for receipt in
        futures::future::join_all(bodies.iter().map(|body| deliver(&shop.env, body))).await
    {
        assert_eq!(
            receipt.unwrap(),
            Receipt {
                applied: 1,
                ..Receipt::default()
            }
        );
    }
    let threads = shop.threads().await;
    assert_eq!(threads.len(), 6);
    assert!(threads.iter().all(|(_, messages)| messages.len() == 10));
    // Every message is in the feed, once.
    let mut tenant = shop.enter().await;
    let bodies: Vec<String> = sqlx::query_scalar("SELECT body FROM event WHERE workspace_id = $1")
        .bind(shop.fixture.workspace.0)
        .fetch_all(tenant.conn())
        .await
        .unwrap();
    let told: BTreeSet<_> = bodies
        .iter()
        .filter_map(|body| match serde_json::from_str(body).unwrap() {
            postern_types::Event::Message { message, .. } => Some(message.id),
            _ => None,
        })
        .collect();
    assert_eq!(told.len(), 60);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_part_that_fails_is_told_and_the_others_are_replays_when_meta_tries_again(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options.clone()).await;
    let neighbour = neighbour(&shop.env, "777").await;
    let at = recently(&shop.env);
    let body = body(&[
        change(NUMBER, "messages", &[text("4915112345", "w1", "a", at)]),
        change("777", "messages", &[text("4915112345", "w2", "b", at)]),
    ]);
    // The neighbour's data key is out of reach for now.
    let hide = async || {
        let sql = format!(
            "UPDATE workspace_key SET wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1)
              WHERE workspace_id = '{}'",
            neighbour.workspace
        );
        testing::as_owner(&options, "workspace_key", &sql).await;
    };
    hide().await;
    assert!(deliver(&shop.env, &body).await.is_err(), "not acknowledged");
    assert_eq!(shop.texts().await, ["a"]);
    hide().await;
    let receipt = deliver(&shop.env, &body).await.unwrap();
    assert_eq!((receipt.applied, receipt.replays), (1, 1));
    assert_eq!(shop.texts().await, ["a"]);
    let theirs = threads(&mut neighbour.enter(&shop.env).await).await;
    assert_eq!(theirs[0].1.len(), 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn bodies_with_two_numbers_in_opposite_orders_all_go_in(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    testing::channel(&shop.env, &shop.fixture, "777").await;
    let at = recently(&shop.env);
    let bodies: Vec<_> = (0..12)
        .map(|turn| {
            let mut changes: Vec<_> = [NUMBER, "777"]
                .iter()
                .enumerate()
                .map(|(n, number)| {
                    let mut elements: Vec<_> = ["4915112345", "4915112346"]
                        .iter()
                        .map(|from| text(from, &format!("w{from}.{turn}"), "hi", at + turn))
                        .collect();
                    if (turn + n as i64) % 2 == 1 {
                        elements.reverse();
                    }
                    change(number, "messages", &elements)
                })
                .collect();
            if turn % 2 == 1 {
                changes.reverse();
            }
            body(&changes)
        })
        .collect();
    for receipt in
        futures::future::join_all(bodies.iter().map(|body| deliver(&shop.env, body))).await
    {
        assert_eq!(receipt.unwrap().applied, 1);
    }
    let threads = shop.threads().await;
    assert_eq!(threads.len(), 4);
    assert!(threads.iter().all(|(_, messages)| messages.len() == 12));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_message_does_not_wait_for_a_reply_that_is_being_written(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let at = recently(&shop.env);
    shop.deliver(messages(&[text("4915112345", "w1", "one", at)]))
        .await;
    // What the reply's row holds of the conversation until its transaction ends.
    let mut replying = shop.enter().await;
    sqlx::query("SELECT id FROM conversation WHERE workspace_id = $1 FOR KEY SHARE")
        .bind(shop.fixture.workspace.0)
        .execute(replying.conn())
        .await
        .unwrap();
    let two = messages(&[text("4915112345", "w2", "two", at + 1)]);
    let mut delivery = Box::pin(shop.deliver(&two));
    assert!(!waits(&shop.env, &mut delivery).await);
    replying.commit().await.unwrap();
    assert_eq!(shop.texts().await, ["one", "two"]);
}
