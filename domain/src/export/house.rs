//! What belongs to the workspace itself: who works in it, what it sorts by, its numbers and templates.

use super::{Row, Sheet};
use crate::{Result, Tenant};
use uuid::Uuid;

/// Members, those who left among them.
pub(super) async fn members(tenant: &mut Tenant, after: Uuid) -> Result<Sheet> {
    let workspace = tenant.workspace();
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT m.id,
                  ARRAY[m.id::text, n.name, n.email, m.role, m.state,
                        (SELECT string_agg(t.name, '; ' ORDER BY t.name)
                           FROM team_member x JOIN team t ON t.workspace_id = $1 AND t.id = x.team_id
                          WHERE x.workspace_id = $1 AND x.member_id = m.id AND t.deleted_at IS NULL),
                        to_char(m.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                        to_char(m.removed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                  ] AS "cells!: Vec<Option<String>>"
             FROM member m JOIN account n ON n.id = m.account_id
            WHERE m.workspace_id = $1 AND m.id > $2 ORDER BY m.id LIMIT 1001"#,
        workspace.0,
        after,
    )
    .fetch_all(tenant.conn())
    .await?;
    let head = [
        "id", "name", "email", "role", "state", "teams", "since", "removed",
    ];
    Ok(Sheet::new(&head, rows))
}

/// Teams.
pub(super) async fn teams(tenant: &mut Tenant, after: Uuid) -> Result<Sheet> {
    let workspace = tenant.workspace();
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT t.id,
                  ARRAY[t.id::text, t.name,
                        (SELECT string_agg(n.name, '; ' ORDER BY n.name)
                           FROM team_member x
                           JOIN member m ON m.workspace_id = $1 AND m.id = x.member_id
                           JOIN account n ON n.id = m.account_id
                          WHERE x.workspace_id = $1 AND x.team_id = t.id),
                        to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                  ] AS "cells!: Vec<Option<String>>"
             FROM team t
            WHERE t.workspace_id = $1 AND t.id > $2 AND t.deleted_at IS NULL ORDER BY t.id LIMIT 1001"#,
        workspace.0,
        after,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(Sheet::new(&["id", "name", "members", "created"], rows))
}

/// Labels, and how many wear each.
pub(super) async fn labels(tenant: &mut Tenant, after: Uuid) -> Result<Sheet> {
    let workspace = tenant.workspace();
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT b.id,
                  ARRAY[b.id::text, b.name, b.tone::text,
                        (SELECT count(*) FROM contact_label l WHERE l.workspace_id = $1 AND l.label_id = b.id)::text,
                        (SELECT count(*) FROM conversation_label l WHERE l.workspace_id = $1 AND l.label_id = b.id)::text,
                        to_char(b.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                  ] AS "cells!: Vec<Option<String>>"
             FROM label b
            WHERE b.workspace_id = $1 AND b.id > $2 AND b.deleted_at IS NULL ORDER BY b.id LIMIT 1001"#,
        workspace.0,
        after,
    )
    .fetch_all(tenant.conn())
    .await?;
    let head = [
        "id",
        "name",
        "colour",
        "contacts",
        "conversations",
        "created",
    ];
    Ok(Sheet::new(&head, rows))
}

/// The fields that contacts have.
pub(super) async fn fields(tenant: &mut Tenant, after: Uuid) -> Result<Sheet> {
    let workspace = tenant.workspace();
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT f.id,
                  ARRAY[f.id::text, f.name, f.kind, array_to_string(f.choices, '; '), f.position::text,
                        to_char(f.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                  ] AS "cells!: Vec<Option<String>>"
             FROM contact_field f
            WHERE f.workspace_id = $1 AND f.id > $2 AND f.deleted_at IS NULL ORDER BY f.id LIMIT 1001"#,
        workspace.0,
        after,
    )
    .fetch_all(tenant.conn())
    .await?;
    let head = ["id", "name", "kind", "choices", "position", "created"];
    Ok(Sheet::new(&head, rows))
}

/// Numbers. What opens Meta's door to them stays here.
pub(super) async fn channels(tenant: &mut Tenant, after: Uuid) -> Result<Sheet> {
    let workspace = tenant.workspace();
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT h.id,
                  ARRAY[h.id::text, h.name, h.phone, h.phone_number_id, h.account_id, h.state, h.state_reason,
                        (SELECT t.name FROM team t WHERE t.workspace_id = $1 AND t.id = h.team_id),
                        to_char(h.connected_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                  ] AS "cells!: Vec<Option<String>>"
             FROM channel h WHERE h.workspace_id = $1 AND h.id > $2 ORDER BY h.id LIMIT 1001"#,
        workspace.0,
        after,
    )
    .fetch_all(tenant.conn())
    .await?;
    let head = [
        "id",
        "name",
        "phone",
        "phone_number_id",
        "account_id",
        "state",
        "reason",
        "team",
        "connected",
    ];
    Ok(Sheet::new(&head, rows))
}

/// Templates, in Meta's own form.
pub(super) async fn templates(tenant: &mut Tenant, after: Uuid) -> Result<Sheet> {
    let workspace = tenant.workspace();
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT p.id,
                  ARRAY[p.id::text, p.account_id, p.name, p.language, p.category, p.status, p.quality, p.reason,
                        p.components::text,
                        to_char(p.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                        to_char(p.gone_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                  ] AS "cells!: Vec<Option<String>>"
             FROM template p WHERE p.workspace_id = $1 AND p.id > $2 ORDER BY p.id LIMIT 1001"#,
        workspace.0,
        after,
    )
    .fetch_all(tenant.conn())
    .await?;
    let head = [
        "id",
        "account_id",
        "name",
        "language",
        "category",
        "status",
        "quality",
        "reason",
        "components",
        "updated",
        "gone",
    ];
    Ok(Sheet::new(&head, rows))
}
