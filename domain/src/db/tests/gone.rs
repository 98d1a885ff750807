//! A workspace as a whole: what the serving role cannot take from it, and what goes when its owner deletes it.

use crate::{
    Env, conversation, draft,
    erasure::{self, Step},
    message, testing,
};
use postern_types::{Compose, Role};
use sqlx::{
    AssertSqlSafe, Connection as _, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::collections::BTreeMap;
use time::Duration;

#[sqlx::test(migrations = "../migrations")]
async fn the_serving_role_erases_no_history_and_no_key(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let one = testing::workspace(&env, "One", Role::Owner).await;
    let mut tenant = one.enter(&env).await;
    for attempt in [
        "DELETE FROM workspace",
        "UPDATE workspace SET created_at = now()",
        "DELETE FROM workspace_key",
        "UPDATE workspace_key SET wrapped = ''",
        "DELETE FROM audit",
        "UPDATE audit SET action = ''",
        "UPDATE audit SET link = NULL",
        "DELETE FROM audit_head",
        "UPDATE audit_head SET position = 1",
        "DELETE FROM channel",
        "DELETE FROM conversation",
        "DELETE FROM message",
        "DELETE FROM message_key",
        "DELETE FROM message_status",
        "DELETE FROM webhook_part",
        "DELETE FROM event",
        "DELETE FROM member",
        "UPDATE member SET account_id = id",
        "TRUNCATE audit",
    ] {
        tenant.mark().await.unwrap();
        let refused = sqlx::query(attempt).execute(tenant.conn()).await;
        assert!(
            refused
                .unwrap_err()
                .to_string()
                .contains("permission denied"),
            "{attempt}"
        );
        tenant.undo().await.unwrap();
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_full_workspace_goes_as_a_whole_and_the_next_one_keeps_everything(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options.clone());
    let one = fill(&env, "One", "100").await;
    let two = fill(&env, "Two", "200").await;
    let mut owner = PgConnection::connect_with(&options).await.unwrap();
    let tables = open_tables(&mut owner).await;
    let before = count(&mut owner, &tables, two).await;
    for full in [&before, &count(&mut owner, &tables, one).await] {
        let empty: Vec<_> = full.iter().filter(|(_, rows)| **rows == 0).collect();
        assert!(
            empty.is_empty(),
            "a full workspace has these too: {empty:?}"
        );
    }
    run(
        &mut owner,
        &format!("DELETE FROM workspace WHERE workspace_id = '{one}'"),
    )
    .await;
    let gone = count(&mut owner, &tables, one).await;
    assert!(gone.values().all(|rows| *rows == 0), "{gone:?}");
    assert_eq!(count(&mut owner, &tables, two).await, before);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_deleted_workspace_is_emptied_in_bounded_steps_and_the_next_one_keeps_everything(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    const ROWS: i32 = 7;
    let (env, _) = testing::env(options.clone());
    let one = fill(&env, "One", "100").await;
    let two = fill(&env, "Two", "200").await;
    let mut owner = PgConnection::connect_with(&options).await.unwrap();
    let tables = open_tables(&mut owner).await;
    // Work that waits in one lane, more messages than a step takes, and contacts that went into one of an earlier step.
    let more = format!(
        "INSERT INTO message (workspace_id, id, conversation_id, channel_id, direction, kind, body, at, received_at, status,
                              status_at)
             SELECT '{one}', gen_random_uuid(), id, channel_id, 'note', 'text', 'x', now(), now(), 'received', now()
               FROM conversation, generate_series(1, 30) WHERE workspace_id = '{one}';
         INSERT INTO contact (workspace_id, id, created_at, merged_into)
             SELECT '{one}', gen_random_uuid(), now(),
                    (SELECT id FROM contact WHERE workspace_id = '{one}' AND merged_into IS NULL)
               FROM generate_series(1, 20);
         INSERT INTO job (workspace_id, id, kind, lane, run_at, sealed)
             SELECT '{one}', gen_random_uuid(), 'send', 'l', now(), '' FROM generate_series(1, 20)"
    );
    run(&mut owner, &more).await;
    for workspace in [one, two] {
        for name in ["a", "b", "c"] {
            let name = format!("{workspace}/{name}");
            env.files.put_raw(&name, vec![1]).await;
        }
    }
    let before = count(&mut owner, &tables, two).await;
    for full in [&before, &count(&mut owner, &tables, one).await] {
        let empty: Vec<_> = full.iter().filter(|(_, rows)| **rows == 0).collect();
        assert!(
            empty.is_empty(),
            "a full workspace has these too: {empty:?}"
        );
    }

    erasure::operate(&env, one, "One").await.unwrap();
    let closed = count(&mut owner, &tables, one).await;
    assert_eq!((closed["workspace_key"], closed["channel_route"]), (0, 0));
    let mut parts = Vec::new();
    loop {
        match erasure::step_of(&env, ROWS, 2).await.unwrap() {
            Step::Gone {
                workspace,
                part,
                count,
            } => {
                assert_eq!(workspace, one);
                assert!(count <= u64::try_from(ROWS).unwrap(), "{part}: {count}");
                parts.push(part);
            }
            Step::Done(workspace) => {
                assert_eq!(workspace, one);
                break;
            }
            Step::Nothing => panic!("nobody else is at it"),
        }
    }
    assert_eq!(&parts[..3], ["files", "files", "job"], "{parts:?}");
    assert_eq!(parts.last().unwrap(), "workspace");
    let messages = parts.iter().filter(|part| *part == "message").count();
    assert!(messages > 4, "{parts:?}");
    let gone = count(&mut owner, &tables, one).await;
    assert!(gone.values().all(|rows| *rows == 0), "{gone:?}");
    assert_eq!(count(&mut owner, &tables, two).await, before);
    let left = env.files.names().await;
    assert_eq!(left.len(), 3);
    assert!(left.iter().all(|name| name.starts_with(&two.to_string())));
    let waits: i64 = sqlx::query_scalar("SELECT count(*) FROM erasure")
        .fetch_one(&mut owner)
        .await
        .unwrap();
    assert_eq!(waits, 0);
}

/// Every table of a workspace, opened to the owner.
async fn open_tables(owner: &mut PgConnection) -> Vec<String> {
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
          WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attname = 'workspace_id'",
    )
    .fetch_all(&mut *owner)
    .await
    .unwrap();
    for table in &tables {
        run(
            owner,
            &format!("ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"),
        )
        .await;
    }
    tables
}

/// A workspace with a row in every table.
pub(super) async fn fill(env: &Env, name: &str, number: &str) -> postern_types::WorkspaceId {
    let fixture = testing::workspace(env, name, Role::Owner).await;
    let (workspace, session, member) = (fixture.workspace, fixture.session, fixture.member);
    let channel = testing::channel(env, &fixture, number).await;
    let thread = testing::conversation(env, &fixture, channel, "Amira", Duration::minutes(1)).await;
    let mut tenant = fixture.enter(env).await;
    conversation::assign(env, &mut tenant, thread, Some(fixture.member))
        .await
        .unwrap();
    for note in [false, true] {
        let compose = Compose {
            id: env.id(),
            conversation: thread,
            text: "hello".to_owned(),
            note,
            reply_to: None,
            sends: None,
        };
        message::compose(env, &mut tenant, &compose).await.unwrap();
    }
    draft::save(env, &mut tenant, thread, "half a sen", false)
        .await
        .unwrap();
    let rest = format!(
        "INSERT INTO contact_identity (workspace_id, kind, scope, value, contact_id)
             SELECT workspace_id, 'phone', '', '1555', id FROM contact;
         INSERT INTO contact (workspace_id, id, created_at) VALUES ('{workspace}', '{channel}', now());
         INSERT INTO contact_suggestion
             SELECT one.workspace_id, one.id, other.id, 'id' FROM contact one JOIN contact other ON one.id < other.id;
         INSERT INTO contact_merge (workspace_id, id, kept_id, gone_id, at, moved)
             SELECT workspace_id, id, '{channel}', id, now(), '[]' FROM contact WHERE id <> '{channel}';
         UPDATE contact SET merged_into = '{channel}' WHERE id <> '{channel}';
         INSERT INTO message_try SELECT workspace_id, gen_random_uuid(), id FROM message LIMIT 1;
         INSERT INTO message_status (workspace_id, message_id, status, at, heard_at)
             SELECT workspace_id, id, 'sent', now(), now() FROM message LIMIT 1;
         INSERT INTO message_key VALUES ('{workspace}', 'x');
         INSERT INTO status_early VALUES ('{workspace}', '{channel}', 'w1', 'read', now(), NULL, now());
         INSERT INTO channel_event VALUES ('{workspace}', '{channel}', '{channel}', 'a', 'flows', '', now(), now(), 'x', 'x');
         INSERT INTO channel_fact VALUES ('{workspace}', '{channel}', 'quality', 'GREEN', now(), now());
         INSERT INTO channel_change VALUES ('{workspace}', '{channel}', '{channel}', 'quality', 'GREEN', 'RED', now());
         INSERT INTO channel_alert VALUES ('{workspace}', '{channel}', '{channel}', 'quality', 'warning', 'x', now());
         INSERT INTO file (workspace_id, id, channel_id, kind, claimed, mime, state, created_at)
             VALUES ('{workspace}', '{channel}', '{channel}', 'image', 'image/png', 'image/png', 'waiting', now());
         INSERT INTO webhook_part VALUES ('{workspace}', '{channel}', '{channel}', 'x', 'x', now(), 'kept');
         INSERT INTO template VALUES ('{workspace}', '{channel}', 'waba-1', '1', 'n', 'en', '', '', NULL, NULL, false, '[]',
             '', now(), now(), NULL, now());
         INSERT INTO template_sync VALUES ('{workspace}', 'waba-1', now(), NULL, NULL, NULL);
         INSERT INTO live_ticket VALUES ('{number}', '{workspace}', '{session}', now());
         INSERT INTO member_access (workspace_id, session_id, member_id, seen_at)
             VALUES ('{workspace}', '{session}', '{member}', now());
         INSERT INTO invitation (workspace_id, id, token_hash, role, by_id, sent_at, expires_at)
             VALUES ('{workspace}', '{channel}', '{number}', 'agent', '{member}', now(), now());
         INSERT INTO team VALUES ('{workspace}', '{channel}', 'Sales', now());
         INSERT INTO team_member VALUES ('{workspace}', '{channel}', '{member}');
         UPDATE channel SET team_id = '{channel}';
         UPDATE conversation SET team_id = '{channel}';
         UPDATE workspace SET agents_limited = true;
         INSERT INTO label VALUES ('{workspace}', '{channel}', 'VIP', 1, now());
         INSERT INTO contact_label SELECT workspace_id, id, '{channel}' FROM contact LIMIT 1;
         INSERT INTO conversation_label SELECT workspace_id, id, '{channel}' FROM conversation LIMIT 1;
         INSERT INTO contact_field VALUES ('{workspace}', '{channel}', 'Plan', 'text', '{{}}', 1, now());
         INSERT INTO contact_value SELECT workspace_id, id, '{channel}', 'gold' FROM contact LIMIT 1;
         INSERT INTO contact_note SELECT workspace_id, '{channel}', id, '{member}', 'x', now() FROM contact LIMIT 1;
         INSERT INTO contact_import (workspace_id, id, name, size, plan, lines, state, created_at)
             VALUES ('{workspace}', '{channel}', 'x', 1, '{{}}', 1, 'read', now());
         INSERT INTO contact_import_fault VALUES ('{workspace}', '{channel}', '{channel}', 2, 'x');
         INSERT INTO contact_import_row SELECT workspace_id, '{channel}', id, true, '{{}}' FROM contact LIMIT 1;
         INSERT INTO task (workspace_id, id, contact_id, title, status, created_at, changed_at)
             SELECT workspace_id, '{channel}', id, 'x', 'open', now(), now() FROM contact LIMIT 1;
         INSERT INTO task_item VALUES ('{workspace}', '{channel}', '{channel}', 1, 'x');
         INSERT INTO task_comment VALUES ('{workspace}', '{channel}', '{channel}', NULL, false, 'x', now());
         INSERT INTO task_document VALUES ('{workspace}', '{channel}', '{channel}', 'x', NULL, NULL, true, false, now());
         INSERT INTO task_change VALUES ('{workspace}', '{channel}', '{channel}', now(), NULL, 'created');
         INSERT INTO portal_link (workspace_id, id, contact_id, token_hash, pin_hash, pin_at, created_at)
             SELECT workspace_id, '{channel}', id, '{number}', '', now(), now() FROM contact LIMIT 1;
         INSERT INTO portal_session VALUES ('{workspace}', '{channel}', '{channel}', now(), now(), now(), NULL, '', '');
         INSERT INTO courtesy VALUES ('{workspace}');
         INSERT INTO workspace_setting (workspace_id) VALUES ('{workspace}');
         INSERT INTO workspace_logo VALUES ('{workspace}', '{channel}', 'image/png', 'x');
         INSERT INTO rate_bucket VALUES ('{workspace}', 'x', 1, now());
         INSERT INTO audit VALUES ('{workspace}', '{channel}', now(), NULL, 'x', NULL);
         SELECT link_audit(100)"
    );
    run(tenant.conn(), &rest).await;
    run(tenant.conn(), &callers(workspace, channel, number)).await;
    tenant.commit().await.unwrap();
    workspace
}

/// What machines make.
fn callers(
    workspace: postern_types::WorkspaceId,
    channel: postern_types::ChannelId,
    number: &str,
) -> String {
    format!(
        "INSERT INTO api_key VALUES ('{workspace}', '{channel}', 'x', '{number}', '', '', '', true, NULL, now());
         INSERT INTO api_call VALUES ('{workspace}', '{channel}', 'x', now(), 200, 'x');
         SELECT take_call('{workspace}', 10, 1, 1);
         INSERT INTO endpoint (workspace_id, id, url, kinds, state, since, secret_sealed, created_at)
             VALUES ('{workspace}', '{channel}', 'x', '{{}}', 'on', 'x', 'x', now());
         INSERT INTO endpoint_feed VALUES ('{workspace}', 'x');
         INSERT INTO delivery (workspace_id, id, endpoint_id, event_id, kind, object, at, cut_at, state, due_at, sealed)
             VALUES ('{workspace}', '{channel}', '{channel}', 'x', 'x', 'x', now(), now(), 'waiting', now(), 'x');
         INSERT INTO delivery_attempt VALUES ('{workspace}', '{channel}', 1, now());
         INSERT INTO otp_challenge (workspace_id, id, test, purpose, phone_hash, last_digits, code_hash, state, created_at, expires_at)
             VALUES ('{workspace}', '{channel}', true, 'x', 'x', '', '', 'expired', now(), now());
         INSERT INTO test_message VALUES ('{workspace}', '{channel}', NULL, 'otp', now(), 'x');
         INSERT INTO source (workspace_id, id, provider, token_hash, secret_sealed, created_at)
             VALUES ('{workspace}', '{channel}', 'x', '{number}', 'x', now());
         INSERT INTO source_entry (workspace_id, id, source_id, event_id, at, state, sealed)
             VALUES ('{workspace}', '{channel}', '{channel}', 'x', now(), 'waiting', 'x');
         INSERT INTO source_payment VALUES ('{workspace}', 'x');
         INSERT INTO otp_budget VALUES ('{workspace}', 'x', now(), 1);
         INSERT INTO otp_setting VALUES ('{workspace}', 1, 1, 1, 1)"
    )
}

async fn count(
    owner: &mut PgConnection,
    tables: &[String],
    workspace: postern_types::WorkspaceId,
) -> BTreeMap<String, i64> {
    let mut counts = BTreeMap::new();
    for table in tables {
        let sql = format!("SELECT count(*) FROM {table} WHERE workspace_id = $1");
        let rows = sqlx::query_scalar(AssertSqlSafe(sql))
            .bind(workspace.0)
            .fetch_one(&mut *owner)
            .await
            .unwrap();
        counts.insert(table.clone(), rows);
    }
    counts
}

async fn run(connection: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(connection)
        .await
        .unwrap();
}
