//! Who wrote, and where it lands.

use super::*;
use postern_types::{Direction, Status};
use sqlx::postgres::PgPoolOptions;
use time::Duration;

#[sqlx::test(migrations = "../migrations")]
async fn a_message_makes_contact_conversation_line_and_event(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let at = recently(&shop.env);
    let mut change = change(NUMBER, "messages", &[text("4915112345", "w1", "Hello", at)]);
    change["value"]["contacts"] = json!([{"wa_id":"4915112345","profile":{"name":"Ana Ñu"}}]);
    shop.deliver(body(&[change])).await;
    let threads = shop.threads().await;
    let (row, messages) = &threads[0];
    assert_eq!(row.contact.name.as_deref(), Some("Ana Ñu"));
    assert_eq!(row.contact.phone.as_deref(), Some("+4915112345"));
    assert_eq!(row.channel, shop.channel);
    assert_eq!(row.unread, 1);
    assert_eq!(row.last_at.0, at * 1000);
    assert_eq!(row.window_until.unwrap().0, (at + 86_400) * 1000);
    assert_eq!(messages[0].direction, Direction::In);
    assert_eq!(messages[0].status, Status::Received);
    assert_eq!(messages[0].at.0, at * 1000);
    // Found by the beginning of a word, and by digits.
    for (search, found) in [("ñu", 1), ("ana", 1), ("5112", 1), ("bob", 0)] {
        let request = ListRequest {
            search: search.into(),
            ..ListRequest::default()
        };
        let page = crate::conversation::list(&mut shop.enter().await, &request)
            .await
            .unwrap();
        assert_eq!(page.rows.len(), found, "{search}");
    }
    // Another workspace sees nothing of it.
    let other = neighbour(&shop.env, "777").await;
    let mut tenant = other.enter(&shop.env).await;
    assert!(threads_of(&mut tenant).await.is_empty());
    for table in [
        "contact",
        "contact_identity",
        "contact_term",
        "message",
        "message_key",
        "webhook_part",
    ] {
        let all: i64 =
            sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}")))
                .fetch_one(tenant.conn())
                .await
                .unwrap();
        assert_eq!(all, 0, "{table}");
    }
}

async fn threads_of(tenant: &mut Tenant) -> Vec<(ConversationRow, Vec<MessageView>)> {
    super::threads(tenant).await
}

#[sqlx::test(migrations = "../migrations")]
async fn a_person_is_one_contact_by_number_and_by_metas_id(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let at = recently(&shop.env);
    let mut n = 0;
    let mut send = async |mut message: Value, contacts: Value| {
        n += 1;
        message["id"] = json!(format!("w{n}"));
        message["timestamp"] = json!(at + n);
        message["type"] = json!("text");
        message["text"] = json!({"body":format!("{n}")});
        let mut change = change(NUMBER, "messages", &[message]);
        change["value"]["contacts"] = contacts;
        assert_eq!(shop.deliver(body(&[change])).await.applied, 1);
    };
    // By the number alone; then both at once; then by Meta's id alone; then with that id in the number's place.
    send(json!({"from":"4915112345"}), json!([])).await;
    send(
        json!({"from":"4915112345","from_user_id":"DE.abc"}),
        json!([{"wa_id":"4915112345","user_id":"DE.abc","profile":{"name":"Ana"}}]),
    )
    .await;
    send(
        json!({"from_user_id":"DE.abc"}),
        json!([{"user_id":"DE.abc","profile":{"name":"Ana Maria"}}]),
    )
    .await;
    send(
        json!({"from":"DE.abc"}),
        json!([{"wa_id":"DE.abc","profile":{}}]),
    )
    .await;
    assert_eq!(shop.texts().await, ["1", "2", "3", "4"]);
    assert_eq!(
        shop.threads().await[0].0.contact.name.as_deref(),
        Some("Ana Maria")
    );
    // Somebody who hides their number is shown with it once it is told.
    send(
        json!({"from":"","from_user_id":"DE.xyz"}),
        json!([{"user_id":"DE.xyz","profile":{"username":"@bo"}}]),
    )
    .await;
    send(
        json!({"from":"4915199999"}),
        json!([{"wa_id":"4915199999","user_id":"DE.xyz"}]),
    )
    .await;
    let threads = shop.threads().await;
    assert_eq!(threads.len(), 2);
    let hidden = &threads[1].0.contact;
    assert_eq!(
        (hidden.name.as_deref(), hidden.phone.as_deref()),
        (Some("@bo"), Some("+4915199999"))
    );
    // They change their number: the new one is theirs as well.
    n = 100;
    let moved = json!({"from":"4915112345","id":"w100","timestamp":at + 100,"type":"system",
        "system":{"type":"user_changed_number","wa_id":"4915100000","body":"changed"}});
    shop.deliver(messages(&[moved])).await;
    let mut change_ = change(
        NUMBER,
        "messages",
        &[text("4915100000", "w101", "new number", at + n + 1)],
    );
    change_["value"]["contacts"] = json!([{"wa_id":"4915100000"}]);
    shop.deliver(body(&[change_])).await;
    assert_eq!(shop.threads().await.len(), 2);
    assert_eq!(shop.count("contact").await, 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn two_contacts_that_turn_out_to_be_one_stay_two_and_become_no_third(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let at = recently(&shop.env);
    shop.deliver(messages(&[text("4915112345", "w1", "by number", at)]))
        .await;
    shop.deliver(messages(&[text("DE.abc", "w2", "by id", at)]))
        .await;
    let mut both = text("4915112345", "w3", "by both", at + 1);
    both["from_user_id"] = json!("DE.abc");
    shop.deliver(messages(&[both])).await;
    assert_eq!(shop.count("contact").await, 2);
    let threads = shop.threads().await;
    let by_number = threads
        .iter()
        .find(|(row, _)| row.contact.phone.is_some())
        .unwrap();
    assert_eq!(by_number.1.len(), 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn the_same_people_with_both_ids_at_once_become_one_contact_each(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let at = recently(&shop.env);
    let bodies: Vec<_> = (0..24)
        .map(|n| {
            let person = n % 3;
            let mut message = text(&format!("491511234{person}"), &format!("w{n}"), "hi", at);
            message["from_user_id"] = json!(format!("DE.p{person}"));
            messages(&[message])
        })
        .collect();
    for receipt in
        futures::future::join_all(bodies.iter().map(|body| deliver(&shop.env, body))).await
    {
        assert_eq!(receipt.unwrap().applied, 1);
    }
    assert_eq!(shop.count("contact").await, 3);
    assert_eq!(shop.count("contact_identity").await, 6);
    assert_eq!(shop.count("conversation").await, 3);
    assert_eq!(shop.count("message").await, 24);
}

#[sqlx::test(migrations = "../migrations")]
async fn somebody_who_is_being_made_by_one_id_is_not_made_again_by_two(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let by_id = crate::payload::Person {
        bsuid: Some("DE.abc".to_owned()),
        ..Default::default()
    };
    let mut tenant = shop.enter().await;
    let made = crate::contact::resolve(&shop.env, &mut tenant, "waba-1", &by_id)
        .await
        .unwrap();
    let mut both = text("4915112345", "w1", "by both", recently(&shop.env));
    both["from_user_id"] = json!("DE.abc");
    let mut delivery = Box::pin(shop.deliver(messages(&[both])));
    assert!(waits(&shop.env, &mut delivery).await);
    tenant.commit().await.unwrap();
    delivery.await;
    assert_eq!(shop.count("contact").await, 1);
    assert_eq!(shop.count("contact_identity").await, 2);
    assert_eq!(shop.threads().await[0].0.contact.id, made);
}

#[sqlx::test(migrations = "../migrations")]
async fn messages_stand_in_metas_order_however_late_they_come(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let now = shop.env.now().unix_timestamp();
    for (wamid, words, at) in [
        ("w3", "third", now - 60),
        ("w1", "first, three days late", now - 3 * 86_400),
        ("w2", "second", now - 120),
        ("w4", "fourth, the same second", now - 60),
    ] {
        shop.deliver(messages(&[text("4915112345", wamid, words, at)]))
            .await;
    }
    assert_eq!(
        shop.texts().await,
        [
            "first, three days late",
            "second",
            "third",
            "fourth, the same second"
        ]
    );
    let row = shop.threads().await.remove(0).0;
    assert_eq!(row.last.unwrap().content.text(), "fourth, the same second");
    assert_eq!(row.window_until.unwrap().0, (now - 60 + 86_400) * 1000);
    // A clock that is far ahead does not keep a conversation on top for ever, nor its window open.
    shop.deliver(messages(&[text(
        "4915112345",
        "w5",
        "from the future",
        now + 30 * 86_400,
    )]))
    .await;
    let row = shop.threads().await.remove(0).0;
    assert!(row.last_at.0 <= (shop.env.now().unix_timestamp() + 1) * 1000);
}

#[sqlx::test(migrations = "../migrations")]
async fn after_closing_the_next_message_opens_a_new_conversation(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let at = recently(&shop.env);
    shop.deliver(messages(&[text("4915112345", "w1", "one", at)]))
        .await;
    let first = shop.threads().await[0].0.id;
    let mut tenant = shop.enter().await;
    crate::conversation::close(&shop.env, &mut tenant, first)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    shop.clock.by(Duration::minutes(1));
    shop.deliver(messages(&[text("4915112345", "w2", "two", at + 60)]))
        .await;
    let threads = shop.threads().await;
    assert_eq!(threads.len(), 2);
    for (row, messages) in threads {
        let (state, words) = if row.id == first {
            (ConversationState::Closed, "one")
        } else {
            (ConversationState::Open, "two")
        };
        assert_eq!((row.state, messages[0].content.text()), (state, words));
    }
    assert_eq!(shop.count("contact").await, 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn every_kind_is_shown_as_what_it_is_and_other_fields_are_kept(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let at = recently(&shop.env);
    let kinds = [
        json!({"type":"image","image":{"id":"1","caption":"Look"}}),
        json!({"type":"reaction","reaction":{"message_id":"w0","emoji":"👍"}}),
        json!({"type":"hologram","hologram":{}}),
        json!({"type":"interactive","errors":[{"code":131_051,"title":"Unsupported"}]}),
    ];
    let elements: Vec<_> = kinds
        .into_iter()
        .enumerate()
        .map(|(n, mut element)| {
            element["from"] = json!("4915112345");
            element["id"] = json!(format!("w{n}"));
            element["timestamp"] = json!(at);
            element
        })
        .collect();
    let echo = change(
        NUMBER,
        "message_echoes",
        &[json!({"id":"w9","to":"4915112345","type":"text","text":{"body":"ours"}})],
    );
    let mut echo_ = echo;
    echo_["field"] = json!("smb_message_echoes");
    let strange = json!({"field":"something_new","value":{"metadata":{"phone_number_id":NUMBER}}});
    let receipt = shop
        .deliver(body(&[
            change(NUMBER, "messages", &elements),
            echo_,
            strange,
        ]))
        .await;
    assert_eq!(
        receipt,
        Receipt {
            applied: 1,
            ..Receipt::default()
        }
    );
    // The reaction stands at the picture.
    let (_, messages) = shop.threads().await.remove(0);
    let shown: Vec<_> = messages
        .iter()
        .map(|message| match &message.content {
            postern_types::Content::Other { kind, summary } => (kind.as_str(), summary.as_str()),
            postern_types::Content::Text { text } => ("text", text.as_str()),
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("image", "Look"),
            ("hologram", ""),
            ("interactive", "Unsupported"),
            ("text", "ours")
        ]
    );
}
