//! What hangs off a contact beside their conversations: notes, tasks, portal links and files move along; labels and what
//! stands in fields are taken over where the contact that is left lacks them, and the other one keeps theirs for the day on
//! which the two are parted.

use crate::{Result, Tenant};
use postern_types::{ContactId, LinkId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a merge moved and took over.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Belongings {
    notes: Vec<Uuid>,
    tasks: Vec<Uuid>,
    links: Vec<LinkId>,
    files: Vec<Uuid>,
    labels: Vec<Uuid>,
    /// Fields, with what was put into them.
    values: Vec<(Uuid, String)>,
}

impl Belongings {
    /// Portal links that moved.
    pub(super) fn links(&self) -> &[LinkId] {
        &self.links
    }
}

/// Makes what is `gone`'s `kept`'s.
pub(super) async fn hand_over(
    tenant: &mut Tenant,
    kept: ContactId,
    gone: ContactId,
) -> Result<Belongings> {
    let workspace = tenant.workspace();
    let notes = sqlx::query_scalar!(
        "UPDATE contact_note SET contact_id = $3 WHERE workspace_id = $1 AND contact_id = $2 RETURNING id",
        workspace.0,
        gone.0,
        kept.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    let tasks = sqlx::query_scalar!(
        "UPDATE task SET contact_id = $3, rev = rev + 1 WHERE workspace_id = $1 AND contact_id = $2 RETURNING id",
        workspace.0,
        gone.0,
        kept.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    let links = sqlx::query_scalar!(
        r#"UPDATE portal_link SET contact_id = $3 WHERE workspace_id = $1 AND contact_id = $2 RETURNING id AS "id: LinkId""#,
        workspace.0,
        gone.0,
        kept.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    let files = sqlx::query_scalar!(
        "UPDATE file SET contact_id = $3 WHERE workspace_id = $1 AND contact_id = $2 RETURNING id",
        workspace.0,
        gone.0,
        kept.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    let labels = sqlx::query_scalar!(
        "INSERT INTO contact_label (workspace_id, contact_id, label_id)
         SELECT $1, $3, l.label_id FROM contact_label l WHERE l.workspace_id = $1 AND l.contact_id = $2
         ON CONFLICT DO NOTHING RETURNING label_id",
        workspace.0,
        gone.0,
        kept.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    let values = sqlx::query!(
        "INSERT INTO contact_value (workspace_id, contact_id, field_id, value)
         SELECT $1, $3, v.field_id, v.value FROM contact_value v WHERE v.workspace_id = $1 AND v.contact_id = $2
         ON CONFLICT DO NOTHING RETURNING field_id, value",
        workspace.0,
        gone.0,
        kept.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    let values = values.into_iter().map(|row| (row.field_id, row.value));
    Ok(Belongings {
        notes,
        tasks,
        links,
        files,
        labels,
        values: values.collect(),
    })
}

/// Gives it back, and says which links went. What was changed since stays with whom it was changed.
pub(super) async fn give_back(
    tenant: &mut Tenant,
    kept: ContactId,
    gone: ContactId,
    moved: &Belongings,
) -> Result<Vec<LinkId>> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE contact_note SET contact_id = $3 WHERE workspace_id = $1 AND contact_id = $2 AND id = ANY ($4)",
        workspace.0,
        kept.0,
        gone.0,
        &moved.notes,
    )
    .execute(tenant.conn())
    .await?;
    sqlx::query!(
        "UPDATE task SET contact_id = $3, rev = rev + 1 WHERE workspace_id = $1 AND contact_id = $2 AND id = ANY ($4)",
        workspace.0,
        kept.0,
        gone.0,
        &moved.tasks,
    )
    .execute(tenant.conn())
    .await?;
    let links: Vec<Uuid> = moved.links.iter().map(|link| link.0).collect();
    let links = sqlx::query_scalar!(
        r#"UPDATE portal_link SET contact_id = $3 WHERE workspace_id = $1 AND contact_id = $2 AND id = ANY ($4)
           RETURNING id AS "id: LinkId""#,
        workspace.0,
        kept.0,
        gone.0,
        &links,
    )
    .fetch_all(tenant.conn())
    .await?;
    sqlx::query!(
        // Also what was brought to one of the tasks since: it goes where its task goes.
        "UPDATE file SET contact_id = $3
          WHERE workspace_id = $1 AND contact_id = $2
            AND (id = ANY ($4) OR id IN (SELECT d.file_id FROM task_document d
                                          WHERE d.workspace_id = $1 AND d.task_id = ANY ($5)))",
        workspace.0,
        kept.0,
        gone.0,
        &moved.files,
        &moved.tasks,
    )
    .execute(tenant.conn())
    .await?;
    sqlx::query!(
        "DELETE FROM contact_label WHERE workspace_id = $1 AND contact_id = $2 AND label_id = ANY ($3)",
        workspace.0,
        kept.0,
        &moved.labels,
    )
    .execute(tenant.conn())
    .await?;
    let (fields, values): (Vec<Uuid>, Vec<String>) = moved.values.iter().cloned().unzip();
    sqlx::query!(
        "DELETE FROM contact_value v USING unnest($3::uuid[], $4::text[]) AS u (field, value)
          WHERE v.workspace_id = $1 AND v.contact_id = $2 AND v.field_id = u.field AND v.value = u.value",
        workspace.0,
        kept.0,
        &fields,
        &values,
    )
    .execute(tenant.conn())
    .await?;
    Ok(links)
}
