//! What a conversation says of its contact is what the contact says, and open inboxes are told.

use super::*;
use crate::{
    inbound,
    payload::{Inbound, Person},
};
use postern_types::{ConversationRow, FeedCursor};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A message from the only number there is, by somebody of that name and that id of Meta's.
async fn hear(town: &Town, wamid: &str, name: &str, bsuid: Option<&str>) {
    let mut tenant = town.one.enter(&town.env).await;
    let number = inbound::numbers(&mut tenant, &["100".to_owned()])
        .await
        .unwrap()
        .remove(0);
    let inbound = Inbound {
        side: crate::payload::Side::Contact,
        said: crate::payload::Said::default(),
        wamid: wamid.to_owned(),
        at: town.env.now(),
        kind: "text".to_owned(),
        body: "hi".to_owned(),
        from: Person {
            phone: Some("4915112345".to_owned()),
            bsuid: bsuid.map(str::to_owned),
            name: Some(name.to_owned()),
            ..Person::default()
        },
        moved_to: None,
    };
    let new = inbound::apply(&town.env, &mut tenant, &number, &inbound)
        .await
        .unwrap();
    assert!(new);
    tenant.commit().await.unwrap();
}

/// All that the lists show.
async fn shown(town: &Town, fixture: &Fixture) -> BTreeMap<ConversationId, ConversationRow> {
    let mut tenant = fixture.enter(&town.env).await;
    let mut rows = BTreeMap::new();
    for state in [ConversationState::Open, ConversationState::Closed] {
        let request = ListRequest {
            state,
            ..ListRequest::default()
        };
        let page = list(&mut tenant, &request).await.unwrap();
        rows.extend(page.rows.into_iter().map(|row| (row.id, row)));
    }
    rows
}

/// What an inbox shows that showed `rows` and heard the feed since: a row gives way to a newer one alone.
async fn heard(
    town: &Town,
    cursor: &mut FeedCursor,
    mut rows: BTreeMap<ConversationId, ConversationRow>,
) -> BTreeMap<ConversationId, ConversationRow> {
    let mut tenant = town.one.enter(&town.env).await;
    for event in testing::feed(&mut tenant, cursor).await {
        if let Event::Conversation { conversation } | Event::Message { conversation, .. } = event
            && rows
                .get(&conversation.id)
                .is_none_or(|known| known.rev < conversation.rev)
        {
            rows.insert(conversation.id, conversation);
        }
    }
    rows
}

async fn place(town: &Town) -> FeedCursor {
    crate::testing::end(&mut town.one.enter(&town.env).await).await
}

#[sqlx::test(migrations = "../migrations")]
async fn a_name_that_changes_reaches_every_list_that_shows_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let town = town(options).await;
    hear(&town, "w1", "Ana", Some("id-1")).await;
    let mut tenant = town.one.enter(&town.env).await;
    let first = *shown(&town, &town.one).await.keys().next().unwrap();
    close(&town.env, &mut tenant, first).await.unwrap();
    tenant.commit().await.unwrap();
    hear(&town, "w2", "Ana", Some("id-1")).await;
    let before = shown(&town, &town.one).await;
    assert_eq!(before.len(), 2, "an old conversation and a new one");

    let mut cursor = place(&town).await;
    hear(&town, "w3", "Ana María", Some("id-1")).await;
    let after = shown(&town, &town.one).await;
    assert!(
        after
            .values()
            .all(|row| row.contact.name.as_deref() == Some("Ana María"))
    );
    assert_eq!(heard(&town, &mut cursor, before).await, after);

    // Somebody else has the number now: it is theirs alone.
    let before = after;
    hear(&town, "w4", "Bento", Some("id-2")).await;
    let after = shown(&town, &town.one).await;
    let phones: Vec<_> = after
        .values()
        .map(|row| (row.contact.label(), row.contact.phone.is_some()))
        .collect();
    assert_eq!(
        phones,
        [("Ana María", false), ("Ana María", false), ("Bento", true)]
    );
    assert_eq!(heard(&town, &mut cursor, before).await, after);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_contact_of_another_workspace_is_another_even_by_the_same_id(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let town = town(options).await;
    let other = testing::channel(&town.env, &town.other, "200").await;
    for (fixture, channel) in [(&town.one, town.channel), (&town.other, other)] {
        testing::conversation(&town.env, fixture, channel, "Ana", Duration::ZERO).await;
    }
    let theirs = shown(&town, &town.other).await;
    let contact = shown(&town, &town.one)
        .await
        .values()
        .next()
        .unwrap()
        .contact
        .id;
    let mut tenant = town.other.enter(&town.env).await;
    for statement in [
        "INSERT INTO contact (workspace_id, id, name, created_at) VALUES ($1, $2, 'Twin', now())",
        "INSERT INTO conversation (workspace_id, id, contact_id, channel_id, state, last_at, opened_at)
         SELECT $1, $2, $2, channel_id, 'open', '2000-01-01', now() FROM conversation WHERE workspace_id = $1",
    ] {
        sqlx::query(statement)
            .bind(town.other.workspace.0)
            .bind(contact.0)
            .execute(tenant.conn())
            .await
            .unwrap();
    }
    tenant.commit().await.unwrap();

    let mut tenant = town.one.enter(&town.env).await;
    sqlx::query("UPDATE contact SET name = 'Bento' WHERE id = $1")
        .bind(contact.0)
        .execute(tenant.conn())
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let named = |rows: &BTreeMap<_, ConversationRow>| -> Vec<String> {
        let mut names: Vec<_> = rows
            .values()
            .map(|row| row.contact.label().to_owned())
            .collect();
        names.sort_unstable();
        names
    };
    assert_eq!(named(&shown(&town, &town.one).await), ["Bento"]);
    let now = shown(&town, &town.other).await;
    assert_eq!(named(&now), ["Ana", "Twin"]);
    assert!(theirs.iter().all(|(id, row)| now[id] == *row));

    // A conversation that is given to another contact says what that one says.
    let mut tenant = town.other.enter(&town.env).await;
    sqlx::query("UPDATE conversation SET contact_id = $1")
        .bind(contact.0)
        .execute(tenant.conn())
        .await
        .unwrap_err();
    drop(tenant);
    let mut tenant = town.other.enter(&town.env).await;
    sqlx::query("UPDATE conversation SET contact_id = $1, state = 'closed'")
        .bind(contact.0)
        .execute(tenant.conn())
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    assert_eq!(named(&shown(&town, &town.other).await), ["Twin", "Twin"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_conversation_made_while_its_contact_changes_does_not_miss_the_change(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    const RENAME: &str = "UPDATE contact SET name = $2 WHERE id = $1";
    const OPEN: &str = "INSERT INTO conversation (workspace_id, id, contact_id, channel_id, state, last_at, opened_at)
         SELECT workspace_id, $2, contact_id, channel_id, 'closed', now(), now() FROM conversation WHERE contact_id = $1
          LIMIT 1";
    let town = town(options).await;
    testing::conversation(&town.env, &town.one, town.channel, "Ana", Duration::ZERO).await;
    let row = shown(&town, &town.one).await.into_values().next().unwrap();
    let contact = row.contact.id.0;
    // Whoever comes second waits for the other, and finds what they did.
    for first in ["rename", "open"] {
        let mut renaming = town.one.enter(&town.env).await;
        let mut opening = town.one.enter(&town.env).await;
        let rename = sqlx::query(RENAME).bind(contact).bind(first);
        let open = sqlx::query(OPEN).bind(contact).bind(town.env.id::<Uuid>());
        if first == "rename" {
            rename.execute(renaming.conn()).await.unwrap();
            let mut second = Box::pin(open.execute(opening.conn()));
            assert!(testing::waits(&town.env, &mut second).await);
            renaming.commit().await.unwrap();
            second.await.unwrap();
            opening.commit().await.unwrap();
        } else {
            open.execute(opening.conn()).await.unwrap();
            let mut second = Box::pin(rename.execute(renaming.conn()));
            assert!(testing::waits(&town.env, &mut second).await);
            opening.commit().await.unwrap();
            second.await.unwrap();
            renaming.commit().await.unwrap();
        }
        let rows = shown(&town, &town.one).await;
        assert!(
            rows.values().all(|row| row.contact.label() == first),
            "{rows:?}"
        );
    }
    assert_eq!(shown(&town, &town.one).await.len(), 3);
}
