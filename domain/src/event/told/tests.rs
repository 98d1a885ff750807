//! What callers read of what happened.

use super::{hushed, told};
use crate::{
    Env, Tenant, conversation, event, message,
    testing::{self, Fixture},
};
use postern_types::{Compose, ConversationId, EventKind, FeedCursor, Role, Side};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use uuid::Uuid;

/// What callers are told behind `cursor`, read until nothing is hidden any more.
async fn all(tenant: &mut Tenant, mut cursor: FeedCursor) -> Vec<event::Told> {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    let mut read = Vec::new();
    loop {
        let reading = event::read(tenant, &cursor).await.unwrap();
        for entry in reading.entries {
            read.extend(told(tenant, &entry).await.unwrap());
            cursor = entry.cursor;
        }
        if !reading.more {
            return read;
        }
        assert!(std::time::Instant::now() < deadline);
        tokio::task::yield_now().await;
    }
}

async fn say(env: &Env, fixture: &Fixture, conversation: ConversationId, text: &str, note: bool) {
    let mut tenant = fixture.enter(env).await;
    let compose = Compose {
        id: env.id(),
        conversation,
        text: text.to_owned(),
        note,
        reply_to: None,
        sends: None,
    };
    message::compose(env, &mut tenant, &compose).await.unwrap();
    tenant.commit().await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn each_event_is_told_under_one_id_with_what_it_is_of_and_without_what_opens_anything(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let one = testing::workspace(&env, "One", Role::Owner).await;
    let channel = testing::channel(&env, &one, "100").await;
    let talk =
        testing::conversation(&env, &one, channel, "Amira", time::Duration::minutes(1)).await;
    let mut tenant = one.enter(&env).await;
    let start = crate::testing::end(&mut tenant).await;
    tenant.commit().await.unwrap();
    let token = "A".repeat(43);
    let link = format!("Here: https://portal.example.test/p/{token}. Bye");
    say(&env, &one, talk, &link, false).await;
    say(&env, &one, talk, "between us", true).await;
    let mut tenant = one.enter(&env).await;
    conversation::assign(&env, &mut tenant, talk, Some(one.member))
        .await
        .unwrap();
    let contact = conversation::row(&mut tenant, talk).await.unwrap().contact;
    let gone: Uuid = env.id();
    for (what, id) in [
        (Side::Contact, contact.id.0),
        (Side::Task, gone),
        (Side::Portal, contact.id.0),
    ] {
        event::side(&env, &mut tenant, what, id).await.unwrap();
    }
    event::anew(&env, &mut tenant).await.unwrap();
    tenant.commit().await.unwrap();
    let mut tenant = one.enter(&env).await;
    let read = all(&mut tenant, start.clone()).await;
    let kinds: Vec<_> = read.iter().map(|told| told.kind).collect();
    assert!(kinds.starts_with(&[EventKind::MessageSent, EventKind::MessageNoted]));
    assert!(kinds.contains(&EventKind::ConversationChanged), "{kinds:?}");
    assert!(
        kinds.ends_with(&[
            EventKind::ContactChanged,
            EventKind::TaskDeleted,
            EventKind::PortalChanged
        ]),
        "{kinds:?}"
    );
    let message = &read[0].data["message"];
    assert_eq!(
        message["text"],
        "Here: https://portal.example.test/p/…. Bye"
    );
    assert_eq!(message["conversation_id"], json!(talk));
    assert_eq!(
        (read[0].object.clone(), read[1].object.clone()),
        (talk.to_string(), talk.to_string())
    );
    let last = &read[read.len() - 3..];
    assert_eq!(last[0].data["contact"]["name"], "Amira");
    assert_eq!(last[0].object, format!("contact:{}", contact.id));
    assert_eq!(last[1].data, json!({ "task_id": gone, "task": null }));
    for told in &read {
        assert!(
            told.id.starts_with("evt_") && told.id.len() == 36,
            "{}",
            told.id
        );
        let body: Value = serde_json::from_str(&told.body().unwrap()).unwrap();
        assert_eq!(body["type"], told.kind.as_str());
        assert!(body["timestamp"].as_str().unwrap().ends_with('Z'));
        assert!(!body.to_string().contains(&token));
    }
    // Read again it is the same; another workspace has none of it.
    assert_eq!(all(&mut tenant, start.clone()).await, read);
    let two = testing::workspace(&env, "Two", Role::Owner).await;
    let mut tenant = two.enter(&env).await;
    let theirs = all(&mut tenant, start).await;
    assert!(
        theirs
            .iter()
            .all(|told| read.iter().all(|ours| ours.id != told.id))
    );
    let mut ids: Vec<_> = read.iter().map(|told| &told.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), read.len());
}

#[test]
fn the_token_of_a_portal_link_is_hushed_wherever_it_stands() {
    let token = "aB3_-".repeat(9);
    for (text, expected) in [
        (format!("/p/{token}"), "/p/…".to_owned()),
        (
            format!("a/p/{token}?x /p/{token}"),
            "a/p/…?x /p/…".to_owned(),
        ),
        (format!("/p//p/{token}!"), "/p//p/…!".to_owned()),
        ("/p/short /p/".to_owned(), "/p/short /p/".to_owned()),
        (format!("{token} ü/p/ü"), format!("{token} ü/p/ü")),
    ] {
        assert_eq!(hushed(&text), expected);
    }
}
