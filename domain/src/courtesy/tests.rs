//! Who reads and types, as Meta is told of it.

use super::*;
use crate::{
    conversation,
    live::Pass,
    testing::{
        self, Fixture, Moved,
        meta::{FakeMeta, Reply, refused},
        thread,
    },
};
use postern_types::AccountId;
use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::sync::Arc;
use uuid::Uuid;

struct Scene {
    env: Env,
    clock: Arc<Moved>,
    fixture: Fixture,
    conversation: ConversationId,
    meta: FakeMeta,
}

/// A conversation with two messages that nobody has read.
async fn scene(options: PgConnectOptions, reply: Reply) -> Scene {
    let meta = FakeMeta::start(move |_| reply.clone()).await;
    let (mut env, clock) = testing::env(options);
    env.meta.graph = meta.url.parse().unwrap();
    let fixture = testing::workspace(&env, "Shop", Role::Admin).await;
    let channel = testing::channel(&env, &fixture, "100").await;
    let conversation = thread::conversation(&env, &fixture, channel, "15550001111").await;
    let mut tenant = fixture.enter(&env).await;
    for (wamid, minutes) in [("wamid.new", 1), ("wamid.old", 2)] {
        sqlx::query(
            "INSERT INTO message (workspace_id, id, conversation_id, channel_id, direction, kind, body, at, received_at,
                                  wamid, status, status_at)
             VALUES ($1, $2, $3, $4, 'in', 'text', 'Hello', $5, $5, $6, 'received', $5)",
        )
        .bind(fixture.workspace.0)
        .bind(env.id::<Uuid>())
        .bind(conversation.0)
        .bind(channel.0)
        .bind(env.now() - Duration::minutes(minutes))
        .bind(wamid)
        .execute(tenant.conn())
        .await
        .unwrap();
    }
    sqlx::query("UPDATE conversation SET unread = 2 WHERE workspace_id = $1")
        .bind(fixture.workspace.0)
        .execute(tenant.conn())
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    Scene {
        env,
        clock,
        fixture,
        conversation,
        meta,
    }
}

fn good() -> Reply {
    Reply::Json(200, json!({ "success": true }))
}

impl Scene {
    async fn read(&self) {
        let mut tenant = self.fixture.enter(&self.env).await;
        conversation::mark_read(&self.env, &mut tenant, self.conversation)
            .await
            .unwrap();
        tenant.commit().await.unwrap();
    }

    async fn typing(&self) {
        let pass = Pass {
            session: self.fixture.session,
            account: AccountId(Uuid::nil()),
            workspace: self.fixture.workspace,
            member: self.fixture.member,
            limited: false,
            ends_at: self.env.now(),
        };
        typing(&self.env, &pass, self.conversation).await.unwrap();
    }

    async fn choose(&self, receipts: bool, typing: bool) -> Courtesy {
        let mut tenant = self.fixture.enter(&self.env).await;
        let chosen = choose(&self.env, &mut tenant, receipts, typing)
            .await
            .unwrap();
        tenant.commit().await.unwrap();
        chosen
    }

    async fn settings(&self) -> Courtesy {
        settings(&mut self.fixture.enter(&self.env).await)
            .await
            .unwrap()
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn the_contact_is_told_of_the_newest_message_once_it_is_read(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, good()).await;
    s.read().await;
    s.read().await;
    assert_eq!(thread::work(&s.env).await, 1);
    let seen = s.meta.seen();
    assert_eq!(seen.len(), 1, "read twice is told once");
    assert_eq!(seen[0].line, "POST /v24.0/100/messages");
    assert_eq!(
        seen[0].body,
        json!({ "messaging_product": "whatsapp", "status": "read", "message_id": "wamid.new" })
    );
    assert_eq!(thread::jobs(&s.env, &s.fixture).await, 0);
    assert_eq!(s.settings().await, Courtesy::default());
}

#[sqlx::test(migrations = "../migrations")]
async fn typing_is_told_every_twenty_seconds_at_most(_: PgPoolOptions, options: PgConnectOptions) {
    let s = scene(options, good()).await;
    for _ in 0..5 {
        s.typing().await;
    }
    thread::work(&s.env).await;
    assert_eq!(s.meta.seen().len(), 1);
    assert_eq!(
        s.meta.seen()[0].body,
        json!({ "messaging_product": "whatsapp", "status": "read", "message_id": "wamid.new",
                "typing_indicator": { "type": "text" } })
    );
    s.clock.by(Duration::seconds(21));
    s.typing().await;
    thread::work(&s.env).await;
    assert_eq!(s.meta.seen().len(), 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_switched_off_or_late_is_not_told(_: PgPoolOptions, options: PgConnectOptions) {
    let s = scene(options, good()).await;
    s.choose(false, false).await;
    s.read().await;
    s.typing().await;
    assert_eq!(thread::jobs(&s.env, &s.fixture).await, 0);
    let chosen = s.choose(true, true).await;
    assert!(chosen.receipts && chosen.typing);
    s.typing().await;
    s.clock.by(Duration::seconds(11));
    assert_eq!(thread::work(&s.env).await, 1);
    assert_eq!(s.meta.seen().len(), 0, "nobody types there any more");
    assert_eq!(thread::jobs(&s.env, &s.fixture).await, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_meta_does_not_take_is_counted_and_not_said_again(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, refused(400, 131_009)).await;
    s.read().await;
    thread::work(&s.env).await;
    assert_eq!(thread::work(&s.env).await, 0);
    assert_eq!(s.meta.seen().len(), 1);
    let told = s.settings().await;
    assert_eq!((told.refused, told.refused_code), (1, Some(131_009)));
    assert!(told.receipts && told.typing, "the choice stays");
}

#[sqlx::test(migrations = "../migrations")]
async fn another_workspace_sees_and_switches_its_own_alone(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, good()).await;
    let two = testing::workspace(&s.env, "Two", Role::Admin).await;
    let mut tenant = two.enter(&s.env).await;
    choose(&s.env, &mut tenant, false, false).await.unwrap();
    tenant.commit().await.unwrap();
    assert_eq!(s.settings().await, Courtesy::default());
    // Their typing in our conversation says nothing to our contact.
    let pass = Pass {
        session: two.session,
        account: AccountId(Uuid::nil()),
        workspace: two.workspace,
        member: two.member,
        limited: false,
        ends_at: s.env.now(),
    };
    let mut tenant = two.enter(&s.env).await;
    choose(&s.env, &mut tenant, true, true).await.unwrap();
    tenant.commit().await.unwrap();
    typing(&s.env, &pass, s.conversation).await.unwrap();
    assert_eq!(thread::work(&s.env).await, 0);
    assert!(s.meta.seen().is_empty());
}
