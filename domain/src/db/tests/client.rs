//! What the database lets a client of the portal see and do, table by table.

use super::gone::fill;
use crate::{Env, Error, Tenant, portal, testing};
use postern_types::{ContactId, NewLink, WorkspaceId};
use sqlx::{
    AssertSqlSafe,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::collections::BTreeMap;

/// A full workspace with two contacts, each with a shared task, an internal one, and what belongs to them.
struct Portal {
    env: Env,
    way: portal::Way,
    visit: portal::Visit,
    workspace: WorkspaceId,
    other: ContactId,
}

async fn portal(options: PgConnectOptions) -> Portal {
    let (env, _) = testing::env(options);
    let workspace = fill(&env, "One", "100").await;
    fill(&env, "Two", "200").await;
    let secrets = portal::draw(&env).await.unwrap();
    let mut tenant = env.db.operator(workspace).await.unwrap();
    let (own, other): (ContactId, ContactId) = sqlx::query_as(
        "SELECT o.id, m.id FROM contact o JOIN contact m ON m.merged_into = o.id LIMIT 1",
    )
    .fetch_one(tenant.conn())
    .await
    .unwrap();
    for contact in [own, other] {
        for shared in [true, false] {
            tasks(&mut tenant, contact, shared).await;
        }
    }
    let form = NewLink { days: None };
    let made = portal::make(&env, &mut tenant, own, &form, &secrets)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let browser = testing::browser(&env);
    let secret = made.address.rsplit('/').next().unwrap();
    let way = portal::find(&env, secret, browser.address).await.unwrap();
    let opened = portal::open(&env, &way, &made.pin, &browser).await;
    let visit = opened.map_err(|error| error.to_string()).map(|o| o.visit);
    Portal {
        env,
        way,
        visit: visit.unwrap(),
        workspace,
        other,
    }
}

/// A task with a line, comments and documents of either kind, and its history.
async fn tasks(tenant: &mut Tenant, contact: ContactId, shared: bool) {
    let workspace = tenant.workspace();
    let id = uuid::Uuid::from_u128(contact.0.as_u128() ^ (1 << u32::from(shared)));
    let inside = uuid::Uuid::from_u128(id.as_u128() ^ 4);
    // Files that a member brought, for the client and for colleagues.
    let theirs = uuid::Uuid::from_u128(id.as_u128() ^ 8);
    let inner = uuid::Uuid::from_u128(id.as_u128() ^ 16);
    let sql = format!(
        "INSERT INTO file (workspace_id, id, contact_id, kind, claimed, mime, state, created_at)
             VALUES ('{workspace}', '{id}', '{contact}', 'image', 'image/png', 'image/png', 'waiting', now());
         INSERT INTO file (workspace_id, id, contact_id, author_id, kind, claimed, mime, state, created_at)
             SELECT workspace_id, f.id, '{contact}', m.id, 'image', 'image/png', 'image/png', 'waiting', now()
               FROM member m, (VALUES ('{theirs}'::uuid), ('{inner}')) f (id);
         INSERT INTO task (workspace_id, id, contact_id, title, status, shared, created_at, changed_at)
             VALUES ('{workspace}', '{id}', '{contact}', 'x', 'open', {shared}, now(), now());
         INSERT INTO task_item VALUES ('{workspace}', '{id}', '{id}', 1, 'x');
         INSERT INTO task_comment
             SELECT workspace_id, '{id}'::uuid, '{id}'::uuid, id, false, 'x', now() FROM member
             UNION ALL SELECT workspace_id, '{inside}'::uuid, '{id}'::uuid, id, true, 'x', now() FROM member;
         INSERT INTO task_document VALUES ('{workspace}', '{id}', '{id}', 'x', NULL, NULL, true, false, now()),
             ('{workspace}', '{inside}', '{id}', 'x', '{id}', NULL, false, true, now()),
             ('{workspace}', '{inner}', '{id}', 'x', '{inner}', NULL, false, true, now()),
             ('{workspace}', '{theirs}', '{id}', 'x', '{theirs}', NULL, false, false, now());
         INSERT INTO task_change VALUES ('{workspace}', '{id}', '{id}', now(), NULL, 'created')"
    );
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(tenant.conn())
        .await
        .unwrap();
}

/// How many rows of each table and view of a workspace are seen.
async fn seen(tenant: &mut Tenant) -> BTreeMap<String, i64> {
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
          WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v') AND a.attname = 'workspace_id'
            AND has_table_privilege(c.oid, 'SELECT')",
    )
    .fetch_all(tenant.conn())
    .await
    .unwrap();
    let mut seen = BTreeMap::new();
    for table in tables {
        let sql = format!("SELECT count(*) FROM {table}");
        let rows = sqlx::query_scalar(AssertSqlSafe(sql))
            .fetch_one(tenant.conn())
            .await
            .unwrap();
        seen.insert(table, rows);
    }
    seen
}

fn some(seen: BTreeMap<String, i64>) -> Vec<(String, i64)> {
    seen.into_iter().filter(|(_, rows)| *rows > 0).collect()
}

fn of(expected: &[(&str, i64)]) -> Vec<(String, i64)> {
    let expected = expected.iter();
    expected
        .map(|(table, rows)| ((*table).to_owned(), *rows))
        .collect()
}

#[sqlx::test(migrations = "../migrations")]
async fn a_client_sees_what_is_shared_with_them_and_nothing_else_of_a_full_workspace(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let p = portal(options).await;
    let mut tenant = p.env.db.operator(p.workspace).await.unwrap();
    let all = seen(&mut tenant).await;
    let empty: Vec<_> = all.iter().filter(|(_, rows)| **rows == 0).collect();
    assert!(empty.is_empty(), "nothing to be seen in {empty:?}");
    drop(tenant);

    let mut tenant = portal::enter(&p.env, &p.visit).await.unwrap();
    let theirs = of(&[
        ("contact", 1),
        // What they brought for either task, and what colleagues show them: nothing internal, nothing of the other task.
        ("file", 3),
        ("member", 1),
        ("portal_link", 1),
        ("portal_session", 1),
        ("task", 1),
        ("task_change", 1),
        ("task_comment", 1),
        ("task_document", 2),
        ("task_item", 1),
        ("workspace", 1),
        ("workspace_key", 1),
        ("workspace_logo", 1),
        ("workspace_setting", 1),
    ]);
    assert_eq!(some(seen(&mut tenant).await), theirs);
    drop(tenant);

    let mut tenant = p.env.db.link(p.way.workspace, p.way.link).await.unwrap();
    let before_the_pin = of(&[
        ("member", 1),
        ("portal_link", 1),
        ("portal_session", 1),
        ("workspace", 1),
        ("workspace_key", 1),
        ("workspace_logo", 1),
        ("workspace_setting", 1),
    ]);
    assert_eq!(some(seen(&mut tenant).await), before_the_pin);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_client_writes_nothing_but_comments_and_documents_of_their_own_on_shared_tasks(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let p = portal(options).await;
    let (workspace, other, link) = (p.workspace, p.other, p.way.link);
    let mut tenant = p.env.db.operator(workspace).await.unwrap();
    let (hidden, foreign): (uuid::Uuid, uuid::Uuid) = sqlx::query_as(
        "SELECT (SELECT id FROM task WHERE NOT shared AND contact_id <> $1 LIMIT 1),
                (SELECT id FROM task WHERE shared AND contact_id = $1)",
    )
    .bind(other.0)
    .fetch_one(tenant.conn())
    .await
    .unwrap();
    drop(tenant);
    let mut tenant = portal::enter(&p.env, &p.visit).await.unwrap();
    for nothing in [
        "UPDATE conversation SET state = 'closed'".to_owned(),
        "UPDATE message SET body = 'x'".to_owned(),
        "UPDATE draft SET body = 'x'".to_owned(),
        "UPDATE label SET name = 'x'".to_owned(),
        "UPDATE contact_note SET body = 'x'".to_owned(),
        format!("UPDATE contact SET given_name = 'x' WHERE id = '{other}'"),
        format!("UPDATE task SET title = 'x' WHERE id IN ('{hidden}', '{foreign}')"),
        format!("UPDATE portal_link SET revoked_at = now() WHERE id <> '{link}'"),
        format!("UPDATE portal_session SET ended_at = now() WHERE link_id <> '{link}'"),
        // What is seen is not thereby theirs to take away, or to put something else in its place.
        "DELETE FROM job".to_owned(),
        "DELETE FROM task".to_owned(),
        "DELETE FROM task_item".to_owned(),
        "DELETE FROM task_comment".to_owned(),
        "DELETE FROM task_document".to_owned(),
        "UPDATE task_document SET author_id = NULL WHERE NOT asked".to_owned(),
        "DELETE FROM contact".to_owned(),
        "DELETE FROM file".to_owned(),
        "DELETE FROM workspace_logo".to_owned(),
        // What is there is not put in the place of.
        "UPDATE task_document SET at = now() WHERE file_id IS NOT NULL".to_owned(),
    ] {
        let done = sqlx::query(AssertSqlSafe(nothing.clone()))
            .execute(tenant.conn())
            .await
            .unwrap_or_else(|error| panic!("{nothing}: {error}"));
        assert_eq!(done.rows_affected(), 0, "{nothing}");
    }
    let comment = |task: &str, author: &str| {
        format!(
            "INSERT INTO task_comment SELECT '{workspace}'::uuid, gen_random_uuid(), {task}, {author}, false, 'x', now()"
        )
    };
    let shared = "(SELECT id FROM task)";
    let document = |asked: bool, file: &str| {
        format!(
            "INSERT INTO task_document
             SELECT '{workspace}'::uuid, gen_random_uuid(), {shared}, 'x', {file}, NULL::uuid, {asked}, false, now()"
        )
    };
    let own = "(SELECT id FROM file WHERE author_id IS NULL LIMIT 1)";
    for refused in [
        document(true, "NULL::uuid"),
        document(true, own),
        document(false, "(SELECT id FROM file WHERE author_id IS NOT NULL LIMIT 1)"),
        "UPDATE task_document SET file_id = (SELECT id FROM file WHERE author_id IS NOT NULL LIMIT 1) WHERE file_id IS NULL".to_owned(),
        "UPDATE task_document SET at = now() WHERE file_id IS NULL".to_owned(),
        format!("UPDATE portal_link SET contact_id = '{other}'"),
        "UPDATE portal_link SET pin_hash = 'x'".to_owned(),
        "UPDATE portal_link SET revoked_at = now()".to_owned(),
        format!(
            "INSERT INTO portal_session (workspace_id, id, link_id, created_at, expires_at, seen_at, network, browser)
             VALUES ('{workspace}', gen_random_uuid(), '{link}', now(), now() + interval '9 years', now(), '', '')"
        ),
        format!(
            "INSERT INTO task_change SELECT '{workspace}'::uuid, gen_random_uuid(), {shared}, now(), NULL::uuid, 'status', 'done'"
        ),
        format!(
            "INSERT INTO job (workspace_id, id, kind, lane, run_at, sealed)
             SELECT '{workspace}', gen_random_uuid(), 'send', 'portal:' || id, now(), '' FROM contact"
        ),
        "UPDATE contact SET given_name = 'x'".to_owned(),
        "UPDATE task SET title = 'x'".to_owned(),
        "UPDATE task SET shared = false".to_owned(),
        "UPDATE task_item SET done_at = now()".to_owned(),
        "UPDATE workspace SET name = 'x'".to_owned(),
        comment(shared, "(SELECT id FROM member)"),
        comment(&format!("'{hidden}'::uuid"), "NULL::uuid"),
        comment(&format!("'{foreign}'::uuid"), "NULL::uuid"),
        format!(
            "INSERT INTO contact_note SELECT '{workspace}'::uuid, gen_random_uuid(), '{other}'::uuid, id, 'x', now() FROM member"
        ),
        format!(
            "INSERT INTO job (workspace_id, id, kind, lane, run_at, sealed)
             VALUES ('{workspace}', gen_random_uuid(), 'send', 'portal:{other}', now(), '')"
        ),
        format!(
            "INSERT INTO portal_link (workspace_id, id, contact_id, token_hash, pin_hash, pin_at, created_at)
             VALUES ('{workspace}', gen_random_uuid(), '{other}', 'y', '', now(), now())"
        ),
        format!(
            "INSERT INTO file (workspace_id, id, contact_id, kind, claimed, mime, state, created_at)
             VALUES ('{workspace}', gen_random_uuid(), '{other}', 'image', 'image/png', 'image/png', 'waiting', now())"
        ),
    ] {
        tenant.mark().await.unwrap();
        let error = sqlx::query(AssertSqlSafe(refused.clone()))
            .execute(tenant.conn())
            .await
            .expect_err(&refused);
        assert!(
            matches!(Error::from(error), Error::NotFound),
            "as if it were not there: {refused}"
        );
        tenant.undo().await.unwrap();
    }
    for taken in [
        comment(shared, "NULL::uuid"),
        document(false, own),
        format!("UPDATE task_document SET file_id = {own}, at = now() WHERE file_id IS NULL"),
        "UPDATE portal_link SET used_at = now()".to_owned(),
        "UPDATE portal_session SET seen_at = now()".to_owned(),
        "UPDATE portal_session SET ended_at = now()".to_owned(),
    ] {
        let done = sqlx::query(AssertSqlSafe(taken.clone()))
            .execute(tenant.conn())
            .await
            .unwrap_or_else(|error| panic!("{taken}: {error}"));
        assert_eq!(done.rows_affected(), 1, "{taken}");
    }
    // What has ended stays so, for who comes by the same link as well.
    let back = sqlx::query("UPDATE portal_session SET ended_at = NULL")
        .execute(tenant.conn())
        .await
        .unwrap();
    assert_eq!(back.rows_affected(), 0);
    drop(tenant);
    let mut tenant = p.env.db.link(p.way.workspace, link).await.unwrap();
    for refused in [
        format!("UPDATE portal_link SET contact_id = '{other}', tries = 0"),
        "UPDATE portal_link SET pin_hash = 'x'".to_owned(),
        "UPDATE portal_link SET pin_at = now()".to_owned(),
    ] {
        tenant.mark().await.unwrap();
        let error = sqlx::query(AssertSqlSafe(refused.clone()))
            .execute(tenant.conn())
            .await
            .expect_err(&refused);
        assert!(matches!(Error::from(error), Error::NotFound), "{refused}");
        tenant.undo().await.unwrap();
    }
}
