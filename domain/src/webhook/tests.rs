//! What holds of webhooks, whatever is in them.

mod addressed;
mod again;
mod apart;
mod conformance;
mod covered;
mod doors;
mod faults;
mod ids;
mod kinds;
mod moves;
mod people;
mod pieces;
mod rekeyed;
mod release;
mod short;
mod statuses;
mod together;
mod traced;

use super::{Door, Receipt, Waiting, part::SEALED, receive, waiting};
use crate::{
    Env, Error, Tenant,
    message::thread,
    testing::{self, Fixture, Moved, waits},
};
use hmac::Mac as _;
use postern_types::{
    ChannelId, ConversationRow, ConversationState, ListRequest, MessageView, Role,
};
use serde_json::{Value, json};
use sqlx::{Connection as _, postgres::PgConnectOptions};
use std::sync::Arc;
use uuid::Uuid;

const NUMBER: &str = "106540352242922";

/// A workspace with a connected number, `waba-1`.
struct Shop {
    env: Env,
    clock: Arc<Moved>,
    fixture: Fixture,
    channel: ChannelId,
}

async fn shop(options: PgConnectOptions) -> Shop {
    let (env, clock) = testing::env(options);
    let fixture = testing::workspace(&env, "Shop", Role::Agent).await;
    let channel = testing::channel(&env, &fixture, NUMBER).await;
    Shop {
        env,
        clock,
        fixture,
        channel,
    }
}

impl Shop {
    async fn enter(&self) -> Tenant {
        self.fixture.enter(&self.env).await
    }

    /// Delivers a body through the installation's door.
    async fn deliver(&self, body: impl AsRef<[u8]>) -> Receipt {
        deliver(&self.env, body).await.unwrap()
    }

    /// Every conversation with its thread, by the contact's number.
    async fn threads(&self) -> Vec<(ConversationRow, Vec<MessageView>)> {
        threads(&mut self.enter().await).await
    }

    /// The texts of the only conversation.
    async fn texts(&self) -> Vec<String> {
        let threads = self.threads().await;
        assert_eq!(threads.len(), 1, "one conversation");
        threads[0]
            .1
            .iter()
            .map(|message| message.content.text().to_owned())
            .collect()
    }

    /// The parts of which something is not shown.
    async fn waiting(&self) -> Vec<Waiting> {
        let mut tenant = self.env.db.operator(self.fixture.workspace).await.unwrap();
        waiting(&mut tenant, None).await.unwrap()
    }

    async fn count(&self, table: &str) -> i64 {
        count(&mut self.enter().await, table).await
    }
}

async fn threads(tenant: &mut Tenant) -> Vec<(ConversationRow, Vec<MessageView>)> {
    let mut threads = Vec::new();
    for state in [ConversationState::Open, ConversationState::Closed] {
        let request = ListRequest {
            state,
            ..ListRequest::default()
        };
        for row in crate::conversation::list(tenant, &request)
            .await
            .unwrap()
            .rows
        {
            let messages = thread(tenant, row.id, None).await.unwrap().messages;
            threads.push((row, messages));
        }
    }
    threads.sort_by(|one, other| one.0.contact.phone.cmp(&other.0.contact.phone));
    threads
}

async fn count(tenant: &mut Tenant, table: &str) -> i64 {
    let workspace = tenant.workspace();
    sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
        "SELECT count(*) FROM {table} WHERE workspace_id = $1"
    )))
    .bind(workspace.0)
    .fetch_one(tenant.conn())
    .await
    .unwrap()
}

async fn deliver(env: &Env, body: impl AsRef<[u8]>) -> Result<Receipt, Error> {
    let body = body.as_ref();
    receive(
        env,
        &Door::Installation,
        Some(&sign("app-secret", body)),
        body,
    )
    .await
}

fn sign(secret: &str, body: &[u8]) -> String {
    let mut mac = crate::crypto::mac(secret.as_bytes());
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

/// A body with these changes, under one account.
fn body(changes: &[Value]) -> String {
    json!({"object":"whatsapp_business_account","entry":[{"id":"waba-1","changes":changes}]})
        .to_string()
}

/// A change of the field `messages` for a number.
fn change(number: &str, key: &str, elements: &[Value]) -> Value {
    let metadata = json!({"display_phone_number":"15550783881","phone_number_id":number});
    json!({"field":"messages","value":{"messaging_product":"whatsapp","metadata":metadata,key:elements}})
}

/// A body with text messages for [`NUMBER`].
fn messages(elements: &[Value]) -> String {
    body(&[change(NUMBER, "messages", elements)])
}

fn text(from: &str, wamid: &str, text: &str, at: i64) -> Value {
    json!({"from":from,"id":wamid,"timestamp":at.to_string(),"type":"text","text":{"body":text}})
}

/// Does something as the owner of the tables.
async fn as_owner(options: &PgConnectOptions, sql: &'static str) {
    let mut owner = sqlx::PgConnection::connect_with(options).await.unwrap();
    sqlx::raw_sql(sql).execute(&mut owner).await.unwrap();
    owner.close().await.unwrap();
}

/// Some minutes ago, in Meta's seconds.
fn recently(env: &Env) -> i64 {
    env.now().unix_timestamp() - 600
}

/// A second workspace with a number of its own.
async fn neighbour(env: &Env, number: &str) -> Fixture {
    let fixture = testing::workspace(env, "Neighbour", Role::Agent).await;
    testing::channel(env, &fixture, number).await;
    fixture
}

/// A number connected with a Meta app of its own: callback key, app secret and verify token are told from its id.
async fn own_app(env: &Env, fixture: &Fixture, number: &str) -> Door {
    own_app_with(env, fixture, number, &format!("secret-{number}")).await
}

/// The same with an app secret that is given.
async fn own_app_with(env: &Env, fixture: &Fixture, number: &str, secret: &str) -> Door {
    let channel = testing::channel(env, fixture, number).await;
    let mut tenant = fixture.enter(env).await;
    let (key, place) = (format!("key-{number}"), channel.to_string());
    let mut sealed = Vec::new();
    for (column, plain) in [
        (crate::channel::secrets::APP_SECRET, secret.to_owned()),
        (
            crate::channel::secrets::VERIFY_TOKEN,
            format!("token-{number}"),
        ),
    ] {
        let value = crate::vault::seal(env, &mut tenant, column, &place, plain.as_bytes()).await;
        sealed.push(value.unwrap());
    }
    sqlx::query(
        "UPDATE channel SET callback_key = $3, app_secret_sealed = $4, verify_token_sealed = $5
          WHERE workspace_id = $1 AND id = $2",
    )
    .bind(fixture.workspace.0)
    .bind(channel.0)
    .bind(&key)
    .bind(&sealed[0])
    .bind(&sealed[1])
    .execute(tenant.conn())
    .await
    .unwrap();
    sqlx::query("SELECT claim_number($1, 'waba-1', $2, $3)")
        .bind(number)
        .bind(channel.0)
        .bind(&crate::crypto::sha256(key.as_bytes())[..])
        .execute(tenant.conn())
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    Door::Callback { key }
}

/// What the only part of a workspace says.
async fn only_part(env: &Env, fixture: &Fixture) -> String {
    let mut tenant = fixture.enter(env).await;
    let (id, sealed): (Uuid, Vec<u8>) =
        sqlx::query_as("SELECT id, sealed FROM webhook_part WHERE workspace_id = $1")
            .bind(fixture.workspace.0)
            .fetch_one(tenant.conn())
            .await
            .unwrap();
    let row = id.to_string();
    let plain = crate::vault::open(env, &mut tenant, SEALED, &row, &sealed).await;
    String::from_utf8_lossy(&plain.unwrap()).into_owned()
}
