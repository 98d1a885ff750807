//! What the contact reads and writes in the portal, held by the database.

use super::*;
use postern_types::{CommentId, LinkId, PortalSessionId};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

/// Enters as the contact.
pub(in crate::task) async fn client(h: &House) -> Tenant {
    let (link, session): (LinkId, PortalSessionId) = (h.env.id(), h.env.id());
    let mut tenant = h.enter().await;
    sqlx::query(
        "INSERT INTO portal_link (workspace_id, id, contact_id, token_hash, pin_hash, pin_at, created_at)
         VALUES ($1, $2, $3, $4, '', now(), now())",
    )
    .bind(h.owner.workspace.0)
    .bind(link.0)
    .bind(h.contact.0)
    .bind(&h.env.bytes::<32>()[..])
    .execute(tenant.conn())
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO portal_session (workspace_id, id, link_id, created_at, expires_at, seen_at, network, browser)
         VALUES ($1, $2, $3, now(), now() + interval '1 day', now(), '', '')",
    )
    .bind(h.owner.workspace.0)
    .bind(session.0)
    .bind(link.0)
    .execute(tenant.conn())
    .await
    .unwrap();
    tenant.commit().await.unwrap();
    let entered = h.env.db.portal(h.owner.workspace, session).await;
    entered.unwrap()
}

/// Writes a comment as the contact does, with its news.
pub(in crate::task) async fn say(h: &House, id: TaskId, body: &str) -> CommentId {
    let mut tenant = client(h).await;
    let comment: CommentId = h.env.id();
    sqlx::query(
        "INSERT INTO task_comment (workspace_id, id, task_id, internal, body, at) VALUES ($1, $2, $3, false, $4, $5)",
    )
    .bind(h.owner.workspace.0)
    .bind(comment.0)
    .bind(id.0)
    .bind(body)
    .bind(h.env.now())
    .execute(tenant.conn())
    .await
    .unwrap();
    tell(&h.env, &mut tenant, h.contact, id, News::Comment(comment))
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    comment
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_client_reads_what_is_shared_with_them_and_nothing_of_colleagues(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let (secret, shared) = (h.task("Secret", false).await, h.task("Shared", true).await);
    let mut tenant = h.enter().await;
    for (internal, body) in [(true, "among us"), (false, "to you")] {
        comment(&h.env, &mut tenant, shared, body, internal)
            .await
            .unwrap();
    }
    comment(&h.env, &mut tenant, secret, "hidden", true)
        .await
        .unwrap();
    ask(&h.env, &mut tenant, shared, "Passport").await.unwrap();
    let add = ItemAct::Add("Photo".into());
    change_items(&h.env, &mut tenant, shared, &add)
        .await
        .unwrap();
    change_items(&h.env, &mut tenant, secret, &add)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let mut theirs = client(&h).await;
    let count = async |tenant: &mut Tenant, table: &str| -> i64 {
        sqlx::query_scalar(AssertSqlSafe(format!("SELECT count(*) FROM {table}")))
            .fetch_one(tenant.conn())
            .await
            .unwrap()
    };
    for (table, many) in [
        ("task", 1),
        ("task_comment", 1),
        ("task_document", 1),
        ("task_item", 1),
        ("task_change WHERE kind = 'created'", 1),
        ("conversation", 0),
        ("message", 0),
    ] {
        assert_eq!(count(&mut theirs, table).await, many, "{table}");
    }
    let view = show(&h.env, &mut theirs, shared).await.unwrap();
    assert_eq!(view.comments.comments.len(), 1);
    assert_eq!(view.comments.comments[0].body, "to you");
    let other = show(&h.env, &mut theirs, secret).await;
    assert!(matches!(other, Err(Error::NotFound)));
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_client_writes_comments_documents_and_changes_of_their_own_and_nothing_else(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let (secret, shared) = (h.task("Secret", false).await, h.task("Shared", true).await);
    let mut tenant = h.enter().await;
    let add = ItemAct::Add("Photo".into());
    change_items(&h.env, &mut tenant, shared, &add)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let mut theirs = client(&h).await;
    let env = &h.env;
    let form = show(env, &mut theirs, shared).await.unwrap().form;
    for answer in [
        create(env, &mut theirs, &h.new_task("x", true))
            .await
            .map(drop),
        change(env, &mut theirs, shared, 2, &form).await,
        delete(env, &mut theirs, shared).await,
        change_items(env, &mut theirs, shared, &add).await,
        comment(env, &mut theirs, shared, "hello", false)
            .await
            .map(drop),
        ask(env, &mut theirs, shared, "x").await.map(drop),
    ] {
        assert!(matches!(answer, Err(Error::Forbidden)), "{answer:?}");
    }
    let (w, me) = (h.owner.workspace, h.owner.member);
    let id = || env.id::<Uuid>();
    for (sql, is_taken) in [
        (
            format!(
                "INSERT INTO task_comment VALUES ('{w}', '{}', '{shared}', NULL, false, 'hi', now())",
                id()
            ),
            true,
        ),
        (
            format!(
                "INSERT INTO task_change VALUES ('{w}', '{}', '{shared}', now(), NULL, 'document', 'x')",
                id()
            ),
            true,
        ),
        (
            format!(
                "INSERT INTO task_comment VALUES ('{w}', '{}', '{secret}', NULL, false, 'hi', now())",
                id()
            ),
            false,
        ),
        (
            format!(
                "INSERT INTO task_comment VALUES ('{w}', '{}', '{shared}', '{me}', false, 'hi', now())",
                id()
            ),
            false,
        ),
        (
            format!(
                "INSERT INTO task_change VALUES ('{w}', '{}', '{shared}', now(), '{me}', 'status', 'done')",
                id()
            ),
            false,
        ),
        (
            format!(
                "INSERT INTO task_item VALUES ('{w}', '{}', '{shared}', 9, 'x')",
                id()
            ),
            false,
        ),
        ("UPDATE task_item SET done_at = now()".into(), false),
        (
            "UPDATE task SET status = 'done', ended_at = now()".into(),
            false,
        ),
        ("UPDATE task SET title = 'x'".into(), false),
    ] {
        theirs.mark().await.unwrap();
        let done = sqlx::query(AssertSqlSafe(sql.clone()))
            .execute(theirs.conn())
            .await;
        let wrote = done.as_ref().is_ok_and(|done| done.rows_affected() > 0);
        assert_eq!(wrote, is_taken, "{sql}: {done:?}");
        theirs.undo().await.unwrap();
    }
}
