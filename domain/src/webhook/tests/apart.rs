//! On the short way nobody holds up, undoes or takes along what is others'.

use super::{
    short::{take, take_as, take_together},
    *,
};
use crate::webhook::intake::Taken;
use futures::future::join_all;
use sqlx::postgres::PgPoolOptions;

#[sqlx::test(migrations = "../migrations")]
async fn one_that_the_database_refuses_does_not_keep_the_others_out(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options.clone()).await;
    let at = recently(&shop.env);
    shop.deliver(messages(&[text("4915112345", "w1", "first", at)]))
        .await;
    // Its key is lost while its message is there: nobody can add it again.
    testing::as_owner(&options, "message_key", "DELETE FROM message_key").await;
    let bodies: Vec<_> = (1..=3)
        .map(|n| {
            messages(&[text(
                "4915112345",
                &format!("w{n}"),
                &format!("text {n}"),
                at + n,
            )])
        })
        .collect();
    assert_eq!(take_together(&shop.env, &bodies).await, [Taken::Not; 3]);
    let receipts = join_all(bodies.iter().map(|body| shop.deliver(body))).await;
    assert_eq!(
        receipts.iter().map(|receipt| receipt.kept).sum::<usize>(),
        1
    );
    assert_eq!(shop.texts().await, ["first", "text 2", "text 3"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn who_hangs_up_takes_nobodys_message_along(_: PgPoolOptions, options: PgConnectOptions) {
    let shop = shop(options).await;
    let at = recently(&shop.env);
    shop.deliver(messages(&[text("4915112345", "w0", "first", at)]))
        .await;
    let bodies: Vec<_> = (1..=20)
        .map(|n| messages(&[text("4915112345", &format!("w{n}"), &n.to_string(), at + n)]))
        .collect();
    let deliveries = bodies.into_iter().enumerate().map(|(place, body)| {
        let env = shop.env.clone();
        let task = tokio::spawn(async move { deliver(&env, body).await });
        async move {
            if place % 2 == 0 {
                tokio::task::yield_now().await;
                task.abort();
                return None;
            }
            Some(task.await.unwrap().unwrap())
        }
    });
    let receipts = join_all(deliveries).await;
    let answered: Vec<_> = receipts.into_iter().flatten().collect();
    assert_eq!(answered.len(), 10);
    assert!(answered.iter().all(|receipt| receipt.applied == 1));
    let texts = shop.texts().await;
    let odd = (1..=20).filter(|n| n % 2 == 0).map(|n| n.to_string());
    for answered in odd {
        assert_eq!(
            texts.iter().filter(|text| **text == answered).count(),
            1,
            "{answered}"
        );
    }
    assert_eq!(shop.env.intake.len(), 0);
}

const NEIGHBOURS: &str = "200000000000001";

/// A shop and its neighbour, to both of whom the same person has written; and what writes to one of their numbers again.
async fn beside_a_neighbour(options: PgConnectOptions) -> (Shop, impl Fn(&str, &str) -> String) {
    let shop = shop(options).await;
    neighbour(&shop.env, NEIGHBOURS).await;
    let at = recently(&shop.env);
    let said = move |number: &str, wamid: &str| {
        let message = text("4915112345", wamid, "hello", at);
        body(&[change(number, "messages", &[message])])
    };
    for number in [NUMBER, NEIGHBOURS] {
        shop.deliver(said(number, "w1")).await;
    }
    (shop, said)
}

#[sqlx::test(migrations = "../migrations")]
async fn an_id_of_a_message_that_went_out_undoes_nobody_elses(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (shop, said) = beside_a_neighbour(options).await;
    let conversation = shop.threads().await[0].0.id;
    let mut tenant = shop.enter().await;
    sqlx::query(
        "INSERT INTO message (workspace_id, id, conversation_id, channel_id, direction, kind, body, at, received_at,
                              wamid, status, status_at)
         VALUES ($1, gen_random_uuid(), $2, $3, 'out', 'text', 'a reply', now(), now(), 'ours', 'sent', now())",
    )
    .bind(shop.fixture.workspace.0)
    .bind(conversation.0)
    .bind(shop.channel.0)
    .execute(tenant.conn())
    .await
    .unwrap();
    tenant.commit().await.unwrap();
    // Whoever has an app of their own can sign this, again and again.
    let bodies = [said(NUMBER, "ours"), said(NEIGHBOURS, "w2")];
    let taken = take_together(&shop.env, &bodies).await;
    assert_eq!(taken, [Taken::Not, Taken::Applied]);
    assert_eq!(shop.deliver(&bodies[0]).await.kept, 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_conversation_that_somebody_holds_keeps_nobody_else_waiting(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (shop, said) = beside_a_neighbour(options).await;
    let conversation = shop.threads().await[0].0.id;
    let mut holder = shop.enter().await;
    crate::conversation::hold(&mut holder, conversation)
        .await
        .unwrap();
    let bodies = [said(NUMBER, "w2"), said(NEIGHBOURS, "w2")];
    let taken = take_together(&shop.env, &bodies).await;
    assert_eq!(taken, [Taken::Not, Taken::Applied]);
    // Its own waits, and goes in once it is free.
    let mut delivery = Box::pin(deliver(&shop.env, &bodies[0]));
    assert!(waits(&shop.env, &mut delivery).await);
    holder.commit().await.unwrap();
    assert_eq!(delivery.await.unwrap().applied, 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn who_has_an_app_of_their_own_stands_in_their_own_line_whatever_number_they_name(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let at = recently(&shop.env);
    let fixture = testing::workspace(&shop.env, "Flooding", Role::Agent).await;
    let door = own_app(&shop.env, &fixture, "300000000000001").await;
    let body = messages(&[text("4915112345", "w1", "hello", at)]);
    let signer = crate::webhook::door::open(&shop.env, &door, |_| true)
        .await
        .unwrap();
    let held = shop.env.intake.hold();
    let flood: Vec<_> = (0..1001)
        .map(|_| take_as(&shop.env, signer.clone(), body.as_bytes()))
        .collect();
    let mut flood = Box::pin(join_all(flood));
    assert!(futures::poll!(&mut flood).is_pending());
    assert_eq!(shop.env.intake.len(), 1000, "their own line is full");
    let mut own = Box::pin(take(&shop.env, &body));
    assert!(futures::poll!(&mut own).is_pending());
    assert_eq!(shop.env.intake.len(), 1001, "the number's own is not");
    drop(held);
    let (own, flood) = futures::join!(own, flood);
    assert_eq!(own.unwrap(), Taken::Not, "nobody knows them yet");
    assert_eq!(flood.into_iter().filter(Result::is_err).count(), 1);
}
