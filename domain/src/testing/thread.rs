//! A conversation to write in, and a worker that does what is due.

use super::{Fixture, Moved};
use crate::{
    Env, conversation,
    job::{self, LEASE},
    message,
};
use postern_types::{ChannelId, Compose, ContactId, ConversationId, MessageId, MessageView};
use std::time::Duration;

/// A contact with that number who has just written, and the open conversation.
pub async fn conversation(
    env: &Env,
    fixture: &Fixture,
    channel: ChannelId,
    digits: &str,
) -> ConversationId {
    let (contact, id): (ContactId, ConversationId) = (env.id(), env.id());
    let mut tenant = fixture.enter(env).await;
    sqlx::query(
        "INSERT INTO contact (workspace_id, id, phone, created_at) VALUES ($1, $2, $3, $4)",
    )
    .bind(fixture.workspace.0)
    .bind(contact.0)
    .bind(format!("+{digits}"))
    .bind(env.now())
    .execute(tenant.conn())
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO contact_identity (workspace_id, kind, scope, value, contact_id) VALUES ($1, 'phone', '', $2, $3)",
    )
    .bind(fixture.workspace.0)
    .bind(digits)
    .bind(contact.0)
    .execute(tenant.conn())
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO conversation (workspace_id, id, contact_id, channel_id, state, last_at, heard_at, opened_at)
         VALUES ($1, $2, $3, $4, 'open', $5, $5, $5)",
    )
    .bind(fixture.workspace.0)
    .bind(id.0)
    .bind(contact.0)
    .bind(channel.0)
    .bind(env.now())
    .execute(tenant.conn())
    .await
    .unwrap();
    tenant.commit().await.unwrap();
    id
}

/// Writes a reply.
pub async fn write(
    env: &Env,
    fixture: &Fixture,
    conversation: ConversationId,
    text: &str,
) -> MessageId {
    let compose = Compose {
        id: env.id(),
        conversation,
        text: text.to_owned(),
        note: false,
        reply_to: None,
        sends: None,
    };
    let mut tenant = fixture.enter(env).await;
    message::compose(env, &mut tenant, &compose).await.unwrap();
    tenant.commit().await.unwrap();
    compose.id
}

/// The message as it is now.
pub async fn read(env: &Env, fixture: &Fixture, id: MessageId) -> MessageView {
    let mut tenant = fixture.enter(env).await;
    let message = message::find(&mut tenant, id).await.unwrap();
    assert_eq!(
        conversation::row(&mut tenant, message.conversation)
            .await
            .unwrap()
            .last
            .unwrap()
            .status
            .as_str(),
        last_of(&mut tenant, message.conversation).await,
        "the list's last line tells what became of its message"
    );
    message
}

async fn last_of(tenant: &mut crate::Tenant, conversation: ConversationId) -> String {
    sqlx::query_scalar(
        "SELECT m.status FROM message m JOIN conversation c ON c.last_message_id = m.id WHERE c.id = $1",
    )
    .bind(conversation.0)
    .fetch_one(tenant.conn())
    .await
    .unwrap()
}

/// Jobs that are not done, dead ones too.
pub async fn jobs(env: &Env, fixture: &Fixture) -> i64 {
    let mut tenant = fixture.enter(env).await;
    sqlx::query_scalar("SELECT count(*) FROM job")
        .fetch_one(tenant.conn())
        .await
        .unwrap()
}

/// Does what is due now, as a worker would; says how many jobs that were.
pub async fn work(env: &Env) -> usize {
    let claims = job::claim(env, 16, LEASE).await.unwrap();
    let count = claims.len();
    let running = claims.into_iter().map(|claim| job::run(env, claim));
    for result in futures::future::join_all(running).await {
        result.unwrap();
    }
    count
}

/// Does all there is, moving the clock on to what waits, but not beyond `most`.
pub async fn drain(env: &Env, clock: &Moved, most: Duration) -> usize {
    let mut done = 0;
    for _ in 0..1000 {
        done += work(env).await;
        match job::next(env).await.unwrap() {
            Some(wait) if wait <= most => clock.by(wait.try_into().unwrap()),
            _ => return done,
        }
    }
    panic!("the jobs never end");
}
