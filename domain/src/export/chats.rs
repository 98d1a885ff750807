//! Conversations, what was written in them, and what was sent along.

use super::{Row, Sheet};
use crate::{Result, Tenant};
use uuid::Uuid;

/// Conversations.
pub(super) async fn conversations(tenant: &mut Tenant, after: Uuid) -> Result<Sheet> {
    let workspace = tenant.workspace();
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT v.id,
                  ARRAY[v.id::text, v.contact_id::text, v.contact_name, v.contact_phone, h.name, h.phone, v.state,
                        (SELECT n.name FROM member m JOIN account n ON n.id = m.account_id
                          WHERE m.workspace_id = $1 AND m.id = v.assignee_id),
                        (SELECT t.name FROM team t WHERE t.workspace_id = $1 AND t.id = v.team_id),
                        (SELECT string_agg(b.name, '; ' ORDER BY b.name)
                           FROM conversation_label l JOIN label b ON b.workspace_id = $1 AND b.id = l.label_id
                          WHERE l.workspace_id = $1 AND l.conversation_id = v.id AND b.deleted_at IS NULL),
                        v.unread::text, v.last_text,
                        to_char(v.opened_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                        to_char(v.heard_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                        to_char(v.last_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                        to_char(v.closed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                  ] AS "cells!: Vec<Option<String>>"
             FROM conversation v JOIN channel h ON h.workspace_id = $1 AND h.id = v.channel_id
            WHERE v.workspace_id = $1 AND v.id > $2 ORDER BY v.id LIMIT 1001"#,
        workspace.0,
        after,
    )
    .fetch_all(tenant.conn())
    .await?;
    let head = [
        "id",
        "contact_id",
        "contact",
        "phone",
        "number",
        "number_phone",
        "state",
        "assignee",
        "team",
        "labels",
        "unread",
        "last_line",
        "opened",
        "heard",
        "last",
        "closed",
    ];
    Ok(Sheet::new(&head, rows))
}

/// Messages, and the notes that members wrote between them.
pub(super) async fn messages(tenant: &mut Tenant, after: Uuid) -> Result<Sheet> {
    let workspace = tenant.workspace();
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT e.id,
                  ARRAY[e.id::text, e.conversation_id::text, v.contact_id::text, v.contact_name, v.contact_phone, h.name,
                        to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), e.direction,
                        (SELECT n.name FROM member m JOIN account n ON n.id = m.account_id
                          WHERE m.workspace_id = $1 AND m.id = e.author_id),
                        e.kind, e.body, e.file_id::text, e.status, e.fault_reason
                  ] AS "cells!: Vec<Option<String>>"
             FROM message e
             JOIN conversation v ON v.workspace_id = $1 AND v.id = e.conversation_id
             JOIN channel h ON h.workspace_id = $1 AND h.id = e.channel_id
            WHERE e.workspace_id = $1 AND e.id > $2 ORDER BY e.id LIMIT 1001"#,
        workspace.0,
        after,
    )
    .fetch_all(tenant.conn())
    .await?;
    let head = [
        "id",
        "conversation_id",
        "contact_id",
        "contact",
        "phone",
        "number",
        "at",
        "direction",
        "author",
        "kind",
        "text",
        "file_id",
        "status",
        "fault",
    ];
    Ok(Sheet::new(&head, rows))
}

/// Files: what they are, not what is in them.
pub(super) async fn files(tenant: &mut Tenant, after: Uuid) -> Result<Sheet> {
    let workspace = tenant.workspace();
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT f.id,
                  ARRAY[f.id::text, h.name, f.name, f.kind, f.mime, f.size::text, f.state,
                        (SELECT n.name FROM member m JOIN account n ON n.id = m.account_id
                          WHERE m.workspace_id = $1 AND m.id = f.author_id),
                        to_char(f.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                  ] AS "cells!: Vec<Option<String>>"
             FROM file f LEFT JOIN channel h ON h.workspace_id = $1 AND h.id = f.channel_id
            WHERE f.workspace_id = $1 AND f.id > $2 ORDER BY f.id LIMIT 1001"#,
        workspace.0,
        after,
    )
    .fetch_all(tenant.conn())
    .await?;
    let head = [
        "id", "number", "name", "kind", "type", "bytes", "state", "author", "created",
    ];
    Ok(Sheet::new(&head, rows))
}
