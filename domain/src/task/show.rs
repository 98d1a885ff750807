//! One task with all that hangs off it.

use super::{comments, day};
use crate::{Env, Result, Tenant, env::moment};
use postern_types::{
    ContactBrief, ContactId, ConversationId, DocumentId, FileId, MemberId, MessageId, TaskChange,
    TaskDocument, TaskForm, TaskId, TaskItem, TaskItemId, TaskStatus, TaskTold, TaskView,
};

/// A task in full.
pub async fn show(env: &Env, tenant: &mut Tenant, id: TaskId) -> Result<TaskView> {
    let today = day::text(day::today(env, tenant).await?);
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        r#"SELECT t.title, t.description, t.status AS "status: TaskStatus", t.due, t.owner_id AS "owner: MemberId",
                  t.shared, t.tells, t.author_id AS "author: MemberId", t.message_id AS "message: MessageId",
                  t.created_at, t.ended_at, t.rev, t.told AS "told: TaskTold", t.told_at,
                  t.contact_id AS "contact: ContactId",
                  m.conversation_id AS "conversation?: ConversationId",
                  coalesce(p.given_name, p.name, p.username) AS name, p.phone AS "phone?"
             FROM task t
             LEFT JOIN contact p ON p.workspace_id = t.workspace_id AND p.id = t.contact_id
             LEFT JOIN message m ON m.workspace_id = t.workspace_id AND m.id = t.message_id
            WHERE t.workspace_id = $1 AND t.id = $2"#,
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(TaskView {
        id,
        rev: row.rev,
        form: TaskForm {
            title: row.title,
            description: row.description,
            status: row.status,
            due: row.due.map(day::text),
            owner: row.owner,
            shared: row.shared,
            tells: row.tells,
        },
        contact: ContactBrief {
            id: row.contact,
            name: row.name,
            phone: row.phone,
        },
        author: row.author,
        message: row.message,
        conversation: row.conversation,
        created: moment(row.created_at),
        ended: row.ended_at.map(moment),
        today,
        items: items(tenant, id).await?,
        comments: comments(tenant, id, None).await?,
        documents: documents(tenant, id).await?,
        changes: changes(tenant, id).await?,
        told: row.told.zip(row.told_at.map(moment)),
    })
}

async fn items(tenant: &mut Tenant, task: TaskId) -> Result<Vec<TaskItem>> {
    let workspace = tenant.workspace();
    let items = sqlx::query_as!(
        TaskItem,
        r#"SELECT id AS "id: TaskItemId", body, done_at IS NOT NULL AS "done!" FROM task_item
            WHERE workspace_id = $1 AND task_id = $2 ORDER BY position, id LIMIT 200"#,
        workspace.0,
        task.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(items)
}

/// The newest, the oldest of them first.
async fn documents(tenant: &mut Tenant, task: TaskId) -> Result<Vec<TaskDocument>> {
    let workspace = tenant.workspace();
    let rows = sqlx::query!(
        r#"SELECT d.id AS "id: DocumentId", d.name, d.file_id AS "file: FileId", f.size AS "size?",
                  d.author_id AS "author: MemberId", d.asked, d.internal, d.at
             FROM task_document d LEFT JOIN file f ON f.workspace_id = d.workspace_id AND f.id = d.file_id
            WHERE d.workspace_id = $1 AND d.task_id = $2 ORDER BY d.at DESC, d.id DESC LIMIT 200"#,
        workspace.0,
        task.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    let documents = rows.into_iter().rev().map(|row| TaskDocument {
        id: row.id,
        name: row.name,
        file: row.file,
        size: row.size,
        author: row.author,
        asked: row.asked,
        internal: row.internal,
        at: moment(row.at),
    });
    Ok(documents.collect())
}

async fn changes(tenant: &mut Tenant, task: TaskId) -> Result<Vec<TaskChange>> {
    let workspace = tenant.workspace();
    let rows = sqlx::query!(
        r#"SELECT at, author_id AS "author: MemberId", kind, value FROM task_change
            WHERE workspace_id = $1 AND task_id = $2 ORDER BY at DESC, id DESC LIMIT 50"#,
        workspace.0,
        task.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    let changes = rows.into_iter().map(|row| TaskChange {
        at: moment(row.at),
        author: row.author,
        kind: row.kind,
        value: row.value,
    });
    Ok(changes.collect())
}
