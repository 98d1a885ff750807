//! Contacts as people find them: by every id there is, one person one contact, merged and parted.

mod alike;
mod book;
mod made;
mod merging;
mod search;
mod stopped;
mod worn;

use super::*;
use crate::{
    Env, Tenant, inbound,
    payload::{Contacts, Inbound, Side},
    testing::{self, Fixture, Moved},
};
use postern_types::{ChannelId, ContactId, ConversationId, Role};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::sync::Arc;

/// A workspace with two numbers, `100` and `200`, of one account.
struct Shop {
    env: Env,
    clock: Arc<Moved>,
    one: Fixture,
    channel: ChannelId,
}

async fn shop(options: PgConnectOptions) -> Shop {
    let (env, clock) = testing::env(options);
    let one = testing::workspace(&env, "One", Role::Owner).await;
    let channel = testing::channel(&env, &one, "100").await;
    testing::channel(&env, &one, "200").await;
    Shop {
        env,
        clock,
        one,
        channel,
    }
}

impl Shop {
    async fn enter(&self) -> Tenant {
        self.one.enter(&self.env).await
    }

    /// A message by that number of ours, from whoever `who` says: `phone`, `id`, `name`, `username`.
    async fn hear(&self, number: &str, wamid: &str, who: &Value) -> ContactId {
        let mut tenant = self.enter().await;
        let contact = hear(&self.env, &mut tenant, number, wamid, who).await;
        tenant.commit().await.unwrap();
        contact
    }

    async fn merge(
        &self,
        kept: ContactId,
        gone: ContactId,
    ) -> crate::Result<postern_types::MergeId> {
        let mut tenant = self.enter().await;
        let merge = merge(&self.env, &mut tenant, kept, gone).await?;
        tenant.commit().await?;
        Ok(merge)
    }

    async fn undo(&self, id: postern_types::MergeId) -> crate::Result<ContactId> {
        let mut tenant = self.enter().await;
        let gone = undo(&self.env, &mut tenant, id).await?;
        tenant.commit().await?;
        Ok(gone)
    }

    /// One value of the workspace.
    async fn ask<T>(&self, sql: &'static str) -> T
    where
        T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        let mut tenant = self.enter().await;
        sqlx::query_scalar(sql)
            .fetch_one(tenant.conn())
            .await
            .unwrap()
    }

    /// The conversation over a number that is open with a contact.
    async fn open(&self, contact: ContactId) -> ConversationId {
        let mut tenant = self.enter().await;
        let id: uuid::Uuid = sqlx::query_scalar(
            "SELECT id FROM conversation WHERE contact_id = $1 AND state = 'open' ORDER BY opened_at LIMIT 1",
        )
        .bind(contact.0)
        .fetch_one(tenant.conn())
        .await
        .unwrap();
        id.into()
    }
}

async fn hear(env: &Env, tenant: &mut Tenant, number: &str, wamid: &str, who: &Value) -> ContactId {
    let number = inbound::numbers(tenant, &[number.to_owned()])
        .await
        .unwrap()
        .remove(0);
    let now = env.now();
    let message = json!({"id":wamid,"from":who["phone"],"from_user_id":who["id"],"type":"text","text":{"body":wamid},
        "timestamp":now.unix_timestamp()});
    let told = json!({"wa_id":who["phone"],"user_id":who["id"],"parent_user_id":who["parent"],
        "profile":{"name":who["name"],"username":who["username"]}});
    let message = Inbound::read(&message, Side::Contact, &Contacts::read([&told]), now).unwrap();
    assert!(
        inbound::apply(env, tenant, &number, &message)
            .await
            .unwrap()
    );
    let contact: uuid::Uuid = sqlx::query_scalar(
        "SELECT c.contact_id FROM message m JOIN conversation c ON c.id = m.conversation_id WHERE m.wamid = $1",
    )
    .bind(wamid)
    .fetch_one(tenant.conn())
    .await
    .unwrap();
    contact.into()
}
