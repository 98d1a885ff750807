//! The short way does what the long one does, for many at once, and gives back what it is not made for.

use super::*;
use crate::webhook::{
    body::Body,
    door::Signer,
    intake::{Intake, Simple, Taken},
};
use futures::future::join_all;
use postern_types::{ConversationId, Event, FeedCursor};
use sqlx::postgres::PgPoolOptions;

/// What the short way makes of a body that the installation's app has signed.
pub(super) async fn take(env: &Env, body: impl AsRef<[u8]>) -> Result<Taken, Error> {
    take_as(env, Signer::Installation, body.as_ref()).await
}

pub(super) async fn take_as(env: &Env, signer: Signer, body: &[u8]) -> Result<Taken, Error> {
    let text = std::str::from_utf8(body).unwrap();
    let simple = Simple::read(&Body::read(text, body), env.now()).expect("it is simple");
    env.intake.take(env, signer, simple).await
}

/// Has all of them in line before the first transaction begins, and gives what became of each.
pub(super) async fn take_together(env: &Env, bodies: &[String]) -> Vec<Taken> {
    let work = join_all(bodies.iter().map(|body| take(env, body)));
    let taken = env.intake.together(bodies.len(), work).await;
    taken.into_iter().map(Result::unwrap).collect()
}

async fn end(shop: &Shop) -> FeedCursor {
    crate::testing::end(&mut shop.enter().await).await
}

/// JSON without ids and our own times, which differ from one workspace to another.
fn plain(value: &impl serde::Serialize) -> Value {
    let mut value = serde_json::to_value(value).unwrap();
    strip(&mut value);
    value
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(keys) => {
            keys.retain(|key, value| {
                !matches!(key.as_str(), "id" | "channel" | "arrival" | "status_at")
                    && (key != "conversation" || !value.is_string())
            });
            keys.values_mut().for_each(strip);
        }
        Value::Array(list) => list.iter_mut().for_each(strip),
        _ => {}
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn the_short_way_leaves_what_the_long_way_leaves(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let short = shop(options.clone()).await;
    let number = "106540352242999";
    let fixture = neighbour(&short.env, number).await;
    let mut env = short.env.clone();
    env.intake = Intake::of(0);
    let mut cursors = [
        end(&short).await,
        crate::testing::end(&mut fixture.enter(&env).await).await,
    ];
    testing::feed(&mut short.enter().await, &mut cursors[0]).await;
    testing::feed(&mut fixture.enter(&env).await, &mut cursors[1]).await;
    let at = recently(&env);
    let to = |elements: &[Value]| body(&[change("NUMBER", "messages", elements)]);
    let named = |wamid: &str, name: &str| {
        let mut change = change(
            "NUMBER",
            "messages",
            &[text("4915112345", wamid, "named", at + 4)],
        );
        change["value"]["contacts"] = json!([{"wa_id":"4915112345","profile":{"name":name}}]);
        body(&[change])
    };
    let long = "x".repeat(4000);
    for body in [
        to(&[text("4915112345", "w1", "first", at)]),
        to(&[text("4915112345", "w2", "second", at + 2)]),
        // Late, and so not the last line.
        to(&[text("4915112345", "w3", "in between", at + 1)]),
        to(&[text("4915112345", "w4", "at the same second", at + 2)]),
        named("w5", "Ada"),
        named("w6", "Ada"),
        named("w7", "Ada Lovelace"),
        to(&[text("4915112345", "w8", "like any other", at + 5)]),
        to(&[text("4915112345", "w9", &long, at + 6)]),
        // Came before, in another body; and with something new.
        to(&[text("4915112345", "w9", "again", at + 7)]),
        to(&[
            text("4915112345", "w9", "again", at + 8),
            text("4915112345", "w10", "new", at + 8),
        ]),
        // The same body.
        to(&[text("4915112345", "w2", "second", at + 2)]),
    ] {
        let one = deliver(&short.env, body.replace("NUMBER", NUMBER))
            .await
            .unwrap();
        let other = deliver(&env, body.replace("NUMBER", number)).await.unwrap();
        assert_eq!(one, other, "{body}");
    }
    let one = short.threads().await;
    let other = threads(&mut fixture.enter(&env).await).await;
    assert_eq!(one[0].1.len(), 10);
    let rows = |threads: &[(ConversationRow, Vec<MessageView>)]| {
        let plain = threads
            .iter()
            .map(|(row, lines)| (plain(row), plain(lines)));
        plain.collect::<Vec<_>>()
    };
    assert_eq!(rows(&one), rows(&other));
    let [mut cursor, mut its_cursor] = cursors;
    let told = testing::feed(&mut short.enter().await, &mut cursor).await;
    let its = testing::feed(&mut fixture.enter(&env).await, &mut its_cursor).await;
    let messages = |told: &[Event]| {
        let messages = told
            .iter()
            .filter(|event| matches!(event, Event::Message { .. }));
        messages.count()
    };
    assert_eq!(messages(&told), 10);
    assert_eq!(plain(&told), plain(&its));
    let mut tenants = [short.enter().await, fixture.enter(&env).await];
    let mut kept = Vec::new();
    for tenant in &mut tenants {
        kept.push((
            count(tenant, "webhook_part").await,
            count(tenant, "message_key").await,
        ));
    }
    assert_eq!(kept[0], kept[1]);
    assert!(short.waiting().await.is_empty());
}

#[sqlx::test(migrations = "../migrations")]
async fn webhooks_of_many_workspaces_are_one_transaction_and_each_is_told_what_is_its_own(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let at = recently(&shop.env);
    let mut fixtures = vec![(NUMBER.to_owned(), None)];
    for n in 0..3 {
        let number = format!("20000000000000{n}");
        let fixture = neighbour(&shop.env, &number).await;
        fixtures.push((number, Some(fixture)));
    }
    let said = |number: &str, wamid: &str, words: &str, at: i64| {
        body(&[change(
            number,
            "messages",
            &[text("4915112345", wamid, words, at)],
        )])
    };
    let mut cursors = Vec::new();
    for (number, fixture) in &fixtures {
        shop.deliver(said(number, "w0", "hello", at)).await;
        let fixture = fixture.as_ref().unwrap_or(&shop.fixture);
        let mut tenant = fixture.enter(&shop.env).await;
        let mut cursor = crate::testing::end(&mut tenant).await;
        testing::feed(&mut tenant, &mut cursor).await;
        cursors.push(cursor);
    }
    // The same words, ids and senders everywhere: only the number tells them apart.
    let bodies: Vec<_> = (1..=3)
        .flat_map(|turn| fixtures.iter().map(move |(number, _)| (number, turn)))
        .map(|(number, turn)| {
            said(
                number,
                &format!("w{turn}"),
                &format!("{number} {turn}"),
                at + turn,
            )
        })
        .collect();
    let taken = take_together(&shop.env, &bodies).await;
    assert_eq!(taken, vec![Taken::Applied; bodies.len()]);
    let mut transactions = std::collections::BTreeSet::new();
    for ((number, fixture), mut cursor) in fixtures.iter().zip(cursors) {
        let fixture = fixture.as_ref().unwrap_or(&shop.fixture);
        let mut tenant = fixture.enter(&shop.env).await;
        let expected: Vec<_> = (1..=3).map(|turn| format!("{number} {turn}")).collect();
        let threads = threads(&mut tenant).await;
        let texts: Vec<_> = threads[0]
            .1
            .iter()
            .map(|line| line.content.text())
            .collect();
        assert_eq!(texts[1..], expected, "in the order they came");
        assert_eq!((threads.len(), threads[0].0.unread), (1, 4));
        let xids: Vec<String> = sqlx::query_scalar(
            "SELECT DISTINCT xid::text FROM event
              WHERE workspace_id = $1 AND body::json ->> 'type' = 'message'",
        )
        .bind(fixture.workspace.0)
        .fetch_all(tenant.conn())
        .await
        .unwrap();
        transactions.extend(xids);
        let told = testing::feed(&mut tenant, &mut cursor).await;
        let told: Vec<_> = told
            .iter()
            .map(|event| match event {
                Event::Message {
                    message,
                    conversation,
                } => {
                    assert_eq!(conversation.unread, 4);
                    (message.content.text().to_owned(), conversation.rev)
                }
                other => panic!("{other:?}"),
            })
            .collect();
        // Each a step of its own, so that who hears them knows of three and not of one.
        let last = threads[0].0.rev;
        let steps = [last - 2, last - 1, last];
        assert_eq!(told, expected.into_iter().zip(steps).collect::<Vec<_>>());
    }
    // One for each first message, and one for the other twelve.
    assert_eq!(transactions.len(), fixtures.len() + 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_does_not_fit_what_is_known_goes_the_long_way_and_nothing_of_it_is_done(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let at = recently(&shop.env);
    let own = own_app(&shop.env, &shop.fixture, "300000000000001").await;
    let said = |from: &str, wamid: &str| text(from, wamid, "hello", at);
    let with = |from: &str, wamid: &str, contact: Value| {
        let mut change = change(NUMBER, "messages", &[said(from, wamid)]);
        change["value"]["contacts"] = json!([contact]);
        body(&[change])
    };
    shop.deliver(messages(&[
        said("4915100001", "a1"),
        said("4915100002", "b1"),
    ]))
    .await;
    let closed = shop.threads().await[1].0.id;
    close(&shop, closed).await;
    let bodies = [
        ("nobody knows them", messages(&[said("4915100009", "c1")])),
        (
            "one of two is not known",
            messages(&[said("4915100001", "c2"), said("4915100009", "c3")]),
        ),
        (
            "a closed conversation",
            messages(&[said("4915100002", "c4")]),
        ),
        (
            "a new name",
            with(
                "4915100001",
                "c5",
                json!({"wa_id":"4915100001","profile":{"name":"Ada"}}),
            ),
        ),
        (
            "an id that is new",
            with(
                "4915100001",
                "c6",
                json!({"wa_id":"4915100001","user_id":"DE.1"}),
            ),
        ),
        (
            "a number that nobody has",
            body(&[change("999", "messages", &[said("4915100001", "c7")])]),
        ),
        (
            "a number whose own app did not sign",
            body(&[change(
                "300000000000001",
                "messages",
                &[said("4915100001", "c8")],
            )]),
        ),
    ];
    let before = (
        shop.count("message").await,
        shop.count("webhook_part").await,
        shop.count("event").await,
    );
    for (what, body) in &bodies {
        assert_eq!(take(&shop.env, body).await.unwrap(), Taken::Not, "{what}");
    }
    let after = (
        shop.count("message").await,
        shop.count("webhook_part").await,
        shop.count("event").await,
    );
    assert_eq!(after, before);
    // The long way knows what to do with each of them.
    let receipts = join_all(bodies.iter().map(|(_, body)| deliver(&shop.env, body))).await;
    let quarantined: Vec<_> = receipts
        .into_iter()
        .map(|receipt| receipt.unwrap().quarantined)
        .collect();
    assert_eq!(quarantined, [0, 0, 0, 0, 0, 1, 1]);
    // An app of its own speaks for its number, and for no other.
    let signed = |number: &'static str, wamid: &'static str| {
        let body = body(&[change(number, "messages", &[said("4915100001", wamid)])]);
        let (env, own) = (&shop.env, &own);
        async move {
            let signature = sign("secret-300000000000001", body.as_bytes());
            let receipt = receive(env, own, Some(&signature), body.as_bytes()).await;
            receipt.unwrap()
        }
    };
    assert_eq!(
        signed("300000000000001", "c9").await.applied,
        1,
        "the long way"
    );
    assert_eq!(
        signed("300000000000001", "c10").await.applied,
        1,
        "the short way"
    );
    assert_eq!(signed(NUMBER, "c11").await.quarantined, 1);
}

async fn close(shop: &Shop, conversation: ConversationId) {
    let mut tenant = shop.enter().await;
    crate::conversation::close(&shop.env, &mut tenant, conversation)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn a_conversation_that_is_closed_under_a_message_is_not_written_into(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let at = recently(&shop.env);
    shop.deliver(messages(&[text("4915112345", "w1", "first", at)]))
        .await;
    let open = shop.threads().await[0].0.id;
    let mut closing = shop.enter().await;
    crate::conversation::close(&shop.env, &mut closing, open)
        .await
        .unwrap();
    // It was looked up while it was open, and waits for who is closing it.
    let body = messages(&[text("4915112345", "w2", "second", at + 1)]);
    let mut delivery = Box::pin(deliver(&shop.env, &body));
    assert!(waits(&shop.env, &mut delivery).await);
    closing.commit().await.unwrap();
    assert_eq!(delivery.await.unwrap().applied, 1);
    let threads = shop.threads().await;
    let texts: Vec<_> = threads
        .iter()
        .map(|(row, lines)| (row.state, lines.len()))
        .collect();
    assert_eq!(texts.len(), 2, "a new conversation was opened");
    assert!(texts.iter().all(|(_, lines)| *lines == 1), "{texts:?}");
}

#[sqlx::test(migrations = "../migrations")]
async fn the_same_body_and_the_same_message_at_once_are_taken_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let at = recently(&shop.env);
    shop.deliver(messages(&[text("4915112345", "w0", "first", at)]))
        .await;
    let one = messages(&[text("4915112345", "w1", "once", at + 1)]);
    let other = messages(&[
        text("4915112345", "w1", "once", at + 1),
        text("4915112345", "w2", "twice", at + 2),
    ]);
    let bodies = [one.clone(), one.clone(), other.clone(), other, one];
    let taken = take_together(&shop.env, &bodies).await;
    assert_eq!(taken[0], Taken::Applied);
    assert!(
        taken[1..].iter().all(|taken| *taken == Taken::Not),
        "{taken:?}"
    );
    let receipts = join_all(bodies.iter().map(|body| shop.deliver(body))).await;
    let applied: usize = receipts.iter().map(|receipt| receipt.applied).sum();
    let replays: usize = receipts.iter().map(|receipt| receipt.replays).sum();
    assert_eq!((applied, replays), (1, 4));
    assert_eq!(shop.texts().await, ["first", "once", "twice"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_flooded_number_rests_while_others_are_there_and_all_of_it_is_taken(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let mut shop = shop(options).await;
    let other = "200000000000001";
    neighbour(&shop.env, other).await;
    let at = recently(&shop.env);
    let said = |number: &str, wamid: &str| {
        let words = text("4915112345", wamid, "hello", at);
        body(&[change(number, "messages", &[words])])
    };
    shop.deliver(said(NUMBER, "w0")).await;
    shop.deliver(said(other, "n0")).await;
    // Alone; with another number's webhook; with somebody who answers customers.
    for (round, others, works, rests) in [
        ("a", None, false, false),
        ("b", Some("n1"), false, true),
        ("c", None, true, true),
    ] {
        shop.env.intake = Intake::default();
        let somebody = async {
            loop {
                if works {
                    shop.env.intake.somebody_works();
                }
                tokio::task::yield_now().await;
            }
        };
        let mut bodies: Vec<_> = (0..150)
            .map(|n| said(NUMBER, &format!("{round}{n}")))
            .collect();
        bodies.extend(others.map(|wamid| said(other, wamid)));
        let taken = tokio::select! {
            taken = take_together(&shop.env, &bodies) => taken,
            () = somebody => unreachable!("it goes on"),
        };
        assert_eq!(taken, vec![Taken::Applied; bodies.len()], "{round}");
        assert_eq!(shop.env.intake.rests() > 0, rests, "{round}");
    }
}
