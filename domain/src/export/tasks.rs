//! Tasks and what hangs off them.

use super::{Row, Sheet};
use crate::{Result, Tenant};
use uuid::Uuid;

/// Tasks.
pub(super) async fn tasks(tenant: &mut Tenant, after: Uuid) -> Result<Sheet> {
    let workspace = tenant.workspace();
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT t.id,
                  ARRAY[t.id::text, t.contact_id::text, coalesce(c.given_name, c.name, c.username), t.title, t.description,
                        t.status, t.due::text,
                        (SELECT n.name FROM member m JOIN account n ON n.id = m.account_id
                          WHERE m.workspace_id = $1 AND m.id = t.owner_id),
                        (SELECT n.name FROM member m JOIN account n ON n.id = m.account_id
                          WHERE m.workspace_id = $1 AND m.id = t.author_id),
                        CASE WHEN t.shared THEN 'yes' ELSE 'no' END,
                        to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                        to_char(t.changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                        to_char(t.ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                  ] AS "cells!: Vec<Option<String>>"
             FROM task t JOIN contact c ON c.workspace_id = $1 AND c.id = t.contact_id
            WHERE t.workspace_id = $1 AND t.id > $2 ORDER BY t.id LIMIT 1001"#,
        workspace.0,
        after,
    )
    .fetch_all(tenant.conn())
    .await?;
    let head = [
        "id",
        "contact_id",
        "contact",
        "title",
        "description",
        "status",
        "due",
        "owner",
        "author",
        "shared",
        "created",
        "changed",
        "ended",
    ];
    Ok(Sheet::new(&head, rows))
}

/// The lines of their lists.
pub(super) async fn items(tenant: &mut Tenant, after: Uuid) -> Result<Sheet> {
    let workspace = tenant.workspace();
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT i.id,
                  ARRAY[i.id::text, i.task_id::text, t.title, i.position::text, i.body,
                        to_char(i.done_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                  ] AS "cells!: Vec<Option<String>>"
             FROM task_item i JOIN task t ON t.workspace_id = $1 AND t.id = i.task_id
            WHERE i.workspace_id = $1 AND i.id > $2 ORDER BY i.id LIMIT 1001"#,
        workspace.0,
        after,
    )
    .fetch_all(tenant.conn())
    .await?;
    let head = ["id", "task_id", "task", "position", "text", "done"];
    Ok(Sheet::new(&head, rows))
}

/// Comments: without an author, the contact's.
pub(super) async fn comments(tenant: &mut Tenant, after: Uuid) -> Result<Sheet> {
    let workspace = tenant.workspace();
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT o.id,
                  ARRAY[o.id::text, o.task_id::text, t.title, o.body,
                        (SELECT n.name FROM member m JOIN account n ON n.id = m.account_id
                          WHERE m.workspace_id = $1 AND m.id = o.author_id),
                        CASE WHEN o.internal THEN 'yes' ELSE 'no' END,
                        to_char(o.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                  ] AS "cells!: Vec<Option<String>>"
             FROM task_comment o JOIN task t ON t.workspace_id = $1 AND t.id = o.task_id
            WHERE o.workspace_id = $1 AND o.id > $2 ORDER BY o.id LIMIT 1001"#,
        workspace.0,
        after,
    )
    .fetch_all(tenant.conn())
    .await?;
    let head = ["id", "task_id", "task", "text", "author", "internal", "at"];
    Ok(Sheet::new(&head, rows))
}

/// Documents: those that are there, and those that are asked for.
pub(super) async fn documents(tenant: &mut Tenant, after: Uuid) -> Result<Sheet> {
    let workspace = tenant.workspace();
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT o.id,
                  ARRAY[o.id::text, o.task_id::text, t.title, o.name, o.file_id::text,
                        (SELECT n.name FROM member m JOIN account n ON n.id = m.account_id
                          WHERE m.workspace_id = $1 AND m.id = o.author_id),
                        CASE WHEN o.asked THEN 'yes' ELSE 'no' END, CASE WHEN o.internal THEN 'yes' ELSE 'no' END,
                        to_char(o.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                  ] AS "cells!: Vec<Option<String>>"
             FROM task_document o JOIN task t ON t.workspace_id = $1 AND t.id = o.task_id
            WHERE o.workspace_id = $1 AND o.id > $2 ORDER BY o.id LIMIT 1001"#,
        workspace.0,
        after,
    )
    .fetch_all(tenant.conn())
    .await?;
    let head = [
        "id", "task_id", "task", "name", "file_id", "author", "asked", "internal", "at",
    ];
    Ok(Sheet::new(&head, rows))
}
