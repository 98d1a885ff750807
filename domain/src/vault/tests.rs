//! Keys and what they seal: where it opens, how it goes under a new one, and what is said of it.

mod cut;
mod load;
mod retired;
mod rotated;
mod verified;

use super::{Note, UNWRAPPED, column::Column, open, ring::Owner, seal};
use crate::{
    Env, Tenant, audit,
    channel::secrets,
    crypto::{self, Keys, NamedKey, Rings},
    job, quarantine, test_message,
    testing::{self, Fixture},
};
use postern_types::{ChannelId, JobId, Role, TestKind, WorkspaceId};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::{collections::BTreeMap, pin::pin, sync::Arc};
use uuid::Uuid;
use zeroize::Zeroizing;

/// The environment with these master keys, the newest first, and a memory that was never told of any data key.
fn with_masters(env: &Env, ids: &[&str]) -> Env {
    UNWRAPPED.lock().unwrap().clear();
    let named = |id: &str| NamedKey {
        id: id.to_owned(),
        secret: Zeroizing::new(crypto::sha256(id.as_bytes()).to_vec()),
    };
    Env {
        keys: Arc::new(Keys::new(
            Rings {
                master: ids.iter().map(|id| named(id)).collect(),
                token: vec![named("t1")],
            },
            Zeroizing::new(vec![3; 32]),
        )),
        ..env.clone()
    }
}

/// A workspace with a value in each sealed column.
struct Full {
    fixture: Fixture,
    channel: ChannelId,
}

async fn full(env: &Env, name: &str, number: &str) -> Full {
    let fixture = testing::workspace(env, name, Role::Owner).await;
    let channel = testing::channel(env, &fixture, number).await;
    let mut tenant = fixture.enter(env).await;
    let row = channel.to_string();
    let app = seal(env, &mut tenant, secrets::APP_SECRET, &row, b"app").await;
    let word = seal(env, &mut tenant, secrets::VERIFY_TOKEN, &row, b"word").await;
    sqlx::query(
        "UPDATE channel SET callback_key = $2, app_secret_sealed = $3, verify_token_sealed = $4 WHERE workspace_id = $1",
    )
    .bind(fixture.workspace.0)
    .bind(number)
    .bind(app.unwrap())
    .bind(word.unwrap())
    .execute(tenant.conn())
    .await
    .unwrap();
    audit::record(env, &mut tenant, "a.test", &"detail")
        .await
        .unwrap();
    // A line without details has nothing to open.
    sqlx::query(
        "INSERT INTO audit (workspace_id, id, at, action) VALUES ($1, $2, now(), 'a.test')",
    )
    .bind(fixture.workspace.0)
    .bind(env.id::<Uuid>())
    .execute(tenant.conn())
    .await
    .unwrap();
    let part: Uuid = env.id();
    let place = Column::WebhookPart.place();
    let sealed = seal(env, &mut tenant, place, &part.to_string(), b"part").await;
    sqlx::query(
        "INSERT INTO webhook_part (workspace_id, id, channel_id, digest, sealed, received_at, state)
         VALUES ($1, $2, $3, $4, $5, now(), 'applied')",
    )
    .bind(fixture.workspace.0)
    .bind(part)
    .bind(channel.0)
    .bind(&part.as_bytes()[..])
    .bind(sealed.unwrap())
    .execute(tenant.conn())
    .await
    .unwrap();
    let event: Uuid = env.id();
    let place = Column::ChannelEvent.place();
    let sealed = seal(env, &mut tenant, place, &event.to_string(), b"event").await;
    sqlx::query(
        "INSERT INTO channel_event (workspace_id, id, account_id, field, event, at, received_at, digest, sealed)
         VALUES ($1, $2, 'waba-1', 'field', '', now(), now(), $3, $4)",
    )
    .bind(fixture.workspace.0)
    .bind(event)
    .bind(&event.as_bytes()[..])
    .bind(sealed.unwrap())
    .execute(tenant.conn())
    .await
    .unwrap();
    let file: Uuid = env.id();
    let place = Column::FileKey.place();
    let sealed = seal(env, &mut tenant, place, &file.to_string(), &[4; 32]).await;
    // One that waits has no key.
    sqlx::query(
        "INSERT INTO file (workspace_id, id, channel_id, kind, claimed, mime, state, size, sha256, key_sealed, object,
                           created_at)
         SELECT $1, f.id, $3, 'image', 'image/png', 'image/png', f.state, 1, '', f.key, 'object', now()
           FROM (VALUES ($2::uuid, 'stored', $4::bytea), ($5::uuid, 'waiting', NULL)) AS f (id, state, key)",
    )
    .bind(fixture.workspace.0)
    .bind(file)
    .bind(channel.0)
    .bind(sealed.unwrap())
    .bind(env.id::<Uuid>())
    .execute(tenant.conn())
    .await
    .unwrap();
    add_import(env, &mut tenant, fixture.workspace).await;
    add_callers(env, &mut tenant, fixture.workspace).await;
    let body = serde_json::json!({ "text": "test" });
    test_message::deliver(env, &mut tenant, None, "+1", TestKind::Message, &body)
        .await
        .unwrap();
    let logo: Uuid = env.id();
    let place = Column::WorkspaceLogo.place();
    let sealed = seal(env, &mut tenant, place, &logo.to_string(), b"logo").await;
    sqlx::query("INSERT INTO workspace_logo VALUES ($1, $2, 'image/png', $3)")
        .bind(fixture.workspace.0)
        .bind(logo)
        .bind(sealed.unwrap())
        .execute(tenant.conn())
        .await
        .unwrap();
    add_call(env, &mut tenant, fixture.workspace).await;
    tenant.commit().await.unwrap();
    add_jobs(env, &fixture, 1).await;
    let piece = quarantine::Stranger {
        reason: quarantine::Reason::UnknownNumber,
        piece: name.as_bytes().to_vec(),
    };
    quarantine::keep(env, None, &[piece]).await.unwrap();
    Full { fixture, channel }
}

/// A file of contacts, and rows of it that are at fault.
async fn add_import(env: &Env, tenant: &mut Tenant, workspace: WorkspaceId) {
    let import: Uuid = env.id();
    let place = Column::ImportKey.place();
    let sealed = seal(env, tenant, place, &import.to_string(), b"import").await;
    sqlx::query(
        "INSERT INTO contact_import (workspace_id, id, name, size, object, key_sealed, plan, lines, state, created_at)
         VALUES ($1, $2, 'x', 1, 'x', $3, '{}', 1, 'read', now())",
    )
    .bind(workspace.0)
    .bind(import)
    .bind(sealed.unwrap())
    .execute(tenant.conn())
    .await
    .unwrap();
    let place = Column::ImportFault.place();
    let sealed = seal(env, tenant, place, &import.to_string(), b"fault").await;
    sqlx::query("INSERT INTO contact_import_fault VALUES ($1, $2, $2, 2, $3)")
        .bind(workspace.0)
        .bind(import)
        .bind(sealed.unwrap())
        .execute(tenant.conn())
        .await
        .unwrap();
}

/// What was answered to a call.
async fn add_call(env: &Env, tenant: &mut Tenant, workspace: WorkspaceId) {
    let call: Uuid = env.id();
    let place = Column::ApiCall.place();
    let sealed = seal(env, tenant, place, &call.to_string(), b"answer").await;
    sqlx::query("INSERT INTO api_call VALUES ($1, $2, '', now(), 200, $3)")
        .bind(workspace.0)
        .bind(call)
        .bind(sealed.unwrap())
        .execute(tenant.conn())
        .await
        .unwrap();
}

/// Where machines are told of what happens, and where they tell.
async fn add_callers(env: &Env, tenant: &mut Tenant, workspace: WorkspaceId) {
    add_endpoint(env, tenant, workspace).await;
    add_source(env, tenant, workspace).await;
}

/// A source with its secret, and what came from it.
async fn add_source(env: &Env, tenant: &mut Tenant, workspace: WorkspaceId) {
    let id: Uuid = env.id();
    let row = id.to_string();
    let place = Column::SourceSecret.place();
    let secret = seal(env, tenant, place, &row, b"source").await.unwrap();
    let place = Column::SourceBody.place();
    let body = seal(env, tenant, place, &row, b"body").await.unwrap();
    sqlx::query(
        "INSERT INTO source (workspace_id, id, provider, token_hash, secret_sealed, created_at)
         VALUES ($1, $2, 'generic', uuid_send($2), $3, now())",
    )
    .bind(workspace.0)
    .bind(id)
    .bind(secret)
    .execute(tenant.conn())
    .await
    .unwrap();
    // One that was deleted has nothing to open.
    sqlx::query(
        "INSERT INTO source (workspace_id, id, provider, secret_sealed, created_at, deleted_at)
         VALUES ($1, $2, 'generic', '', now(), now())",
    )
    .bind(workspace.0)
    .bind(env.id::<Uuid>())
    .execute(tenant.conn())
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO source_entry (workspace_id, id, source_id, event_id, at, state, done_at, sealed)
         VALUES ($1, $2, $2, 'x', now(), 'ignored', now(), $3)",
    )
    .bind(workspace.0)
    .bind(id)
    .bind(body)
    .execute(tenant.conn())
    .await
    .unwrap();
    // Of what was refused nothing is kept.
    sqlx::query(
        "INSERT INTO source_entry (workspace_id, id, source_id, at, state, done_at)
         VALUES ($1, $2, $3, now(), 'refused', now())",
    )
    .bind(workspace.0)
    .bind(env.id::<Uuid>())
    .bind(id)
    .execute(tenant.conn())
    .await
    .unwrap();
}

/// An endpoint with two secrets, and a delivery.
async fn add_endpoint(env: &Env, tenant: &mut Tenant, workspace: WorkspaceId) {
    let id: Uuid = env.id();
    let row = id.to_string();
    let mut sealed = Vec::new();
    for column in [
        Column::EndpointSecret,
        Column::EndpointOldSecret,
        Column::Delivery,
    ] {
        let value = seal(env, tenant, column.place(), &row, b"endpoint").await;
        sealed.push(value.unwrap());
    }
    sqlx::query(
        "INSERT INTO endpoint (workspace_id, id, url, kinds, state, since, secret_sealed, old_sealed, old_until, created_at)
         VALUES ($1, $2, 'x', '{}', 'on', 'x', $3, $4, now(), now())",
    )
    .bind(workspace.0)
    .bind(id)
    .bind(&sealed[0])
    .bind(&sealed[1])
    .execute(tenant.conn())
    .await
    .unwrap();
    // One that was deleted has nothing to open.
    sqlx::query(
        "INSERT INTO endpoint (workspace_id, id, url, kinds, state, since, secret_sealed, created_at, deleted_at)
         VALUES ($1, $2, '', '{}', 'on', 'x', '', now(), now())",
    )
    .bind(workspace.0)
    .bind(env.id::<Uuid>())
    .execute(tenant.conn())
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO delivery (workspace_id, id, endpoint_id, event_id, kind, object, at, cut_at, state, due_at, sealed)
         VALUES ($1, $2, $2, 'x', 'x', 'x', now(), now(), 'waiting', now(), $3)",
    )
    .bind(workspace.0)
    .bind(id)
    .bind(&sealed[2])
    .execute(tenant.conn())
    .await
    .unwrap();
}

async fn add_jobs(env: &Env, fixture: &Fixture, count: usize) {
    let mut tenant = fixture.enter(env).await;
    for _ in 0..count {
        let id: JobId = env.id();
        job::add(env, &mut tenant, id, job::Kind::Send, "lane", &id)
            .await
            .unwrap();
    }
    tenant.commit().await.unwrap();
}

/// Every value of an owner by its column and row: the id of its key, its sealed bytes and what it says, where it opens.
type Values = BTreeMap<(&'static str, Uuid), (String, Vec<u8>, Option<Vec<u8>>)>;

async fn values(env: &Env, owner: Owner) -> Values {
    let mut values = Values::new();
    let mut tenant = match owner.workspace() {
        Some(workspace) => env.db.operator(workspace).await.unwrap(),
        // Any transaction reads what is nobody's.
        None => env.db.new_workspace(env.id()).await.unwrap(),
    };
    let columns: &[Column] = match owner {
        Owner::Workspace(_) => &Column::WORKSPACE,
        Owner::Installation => &Column::OWN,
    };
    let ring = owner.ring(env, tenant.conn()).await.unwrap();
    for column in columns.iter().copied() {
        let mut after = Uuid::nil();
        loop {
            let rows = column.read(tenant.conn(), owner.uuid(), after, None).await;
            let rows = rows.unwrap();
            let Some(last) = rows.last() else { break };
            after = last.id;
            for row in rows {
                let plain = ring.open(column, row.id, &row.sealed);
                let key = crypto::key_id(&row.sealed).unwrap().to_owned();
                let value = (key, row.sealed, plain.map(|plain| plain.to_vec()));
                values.insert((column.place(), row.id), value);
            }
        }
    }
    values
}

/// What it says, whatever seals it.
fn plain(values: &Values) -> Vec<(&(&'static str, Uuid), &Vec<u8>)> {
    let opened = values.iter().map(|(at, value)| (at, value.2.as_ref()));
    opened
        .map(|(at, plain)| (at, plain.unwrap_or_else(|| panic!("{at:?} opens"))))
        .collect()
}

/// The ids of the keys that seal, each once.
fn keys(values: &Values) -> Vec<&str> {
    let mut keys: Vec<_> = values.values().map(|value| value.0.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The numbers of the workspace's data keys, and their master keys.
async fn data_keys(env: &Env, fixture: &Fixture) -> Vec<(i32, String)> {
    let mut tenant = env.db.operator(fixture.workspace).await.unwrap();
    sqlx::query_as(
        "SELECT number, master_id FROM workspace_key WHERE workspace_id = $1 ORDER BY number",
    )
    .bind(fixture.workspace.0)
    .fetch_all(tenant.conn())
    .await
    .unwrap()
}

/// What comes of `work`, which waits until `before` is committed.
async fn waits_for<T>(env: &Env, work: impl Future<Output = T>, before: Tenant) -> T {
    let mut work = pin!(work);
    // It would be over long before.
    for _ in 0..100 {
        assert!(futures::poll!(&mut work).is_pending(), "it does not wait");
        env.db.global().await.unwrap().commit().await.unwrap();
    }
    before.commit().await.unwrap();
    work.await
}

/// Hears nothing.
fn deaf(_: Note) {}

#[sqlx::test(migrations = "../migrations")]
async fn every_column_of_bytes_is_on_the_list_of_sealed_ones_or_known_to_hold_none(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    /// Hashes and digests: they open nothing and need no key to be read.
    const NOT_SEALED: &[&str] = &[
        "account_link.token_hash",
        "api_call.asked",
        "api_key.hash",
        "audit.digest",
        "audit.link",
        "audit_head.link",
        "channel_event.digest",
        "channel_route.callback_hash",
        "erased_number.digest",
        "factor_step.device",
        "factor_step.ticket_hash",
        "file.sha256",
        "invitation.token_hash",
        "limit_bucket.key",
        "live_ticket.hash",
        "mail.to_digest",
        "mailed_code.ticket_hash",
        "message_key.digest",
        "oidc_way.browser_hash",
        "oidc_way.state_hash",
        "otp_budget.name",
        "otp_challenge.phone_hash",
        "otp_challenge.wamid_hash",
        "passkey.credential_id",
        "passkey_state.device",
        "passkey_state.ticket_hash",
        "portal_link.token_hash",
        "quarantine.digest",
        "recovery_code.digest",
        "session.device",
        "session.previous_hash",
        "session.token_hash",
        "session_spent.token_hash",
        "source.token_hash",
        "source_payment.hash",
        "trusted_device.device",
        "webhook_part.digest",
    ];
    let (env, _) = testing::env(options);
    let mut global = env.db.global().await.unwrap();
    let there: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname || '.' || a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
          WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.atttypid = 'bytea'::regtype
            AND NOT a.attisdropped AND c.relname <> '_sqlx_migrations'",
    )
    .fetch_all(global.conn())
    .await
    .unwrap();
    let listed: Vec<_> = Column::places().collect();
    for column in &there {
        let known = [
            listed.contains(&column.as_str()),
            NOT_SEALED.contains(&column.as_str()),
        ];
        assert!(
            known[0] != known[1],
            "{column}: what is sealed stands in vault::column, so that it rotates with its keys; else list it here"
        );
    }
    for column in listed {
        assert!(
            there.iter().any(|known| known == column),
            "{column} is a column"
        );
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_wrapped_key_that_is_known_here_opens_nothing_in_another_workspace(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options.clone());
    let one = testing::workspace(&env, "One", Role::Owner).await;
    let two = testing::workspace(&env, "Two", Role::Owner).await;
    // Unwrapped in its own workspace, so that it is kept.
    let mut tenant = one.enter(&env).await;
    let sealed = seal(&env, &mut tenant, "a.b", "1", b"text").await.unwrap();
    assert_eq!(
        &*open(&env, &mut tenant, "a.b", "1", &sealed).await.unwrap(),
        b"text"
    );
    tenant.commit().await.unwrap();
    let sql = format!(
        "UPDATE workspace_key SET wrapped = (SELECT wrapped FROM workspace_key WHERE workspace_id = '{}')
          WHERE workspace_id = '{}'",
        one.workspace, two.workspace
    );
    testing::as_owner(&options, "workspace_key", &sql).await;
    let mut tenant = two.enter(&env).await;
    assert!(seal(&env, &mut tenant, "a.b", "1", b"text").await.is_err());
}
