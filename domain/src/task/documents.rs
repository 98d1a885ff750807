//! Documents of a task: those that the contact is asked for, and those that are taken away. They are brought by the way of
//! files.

use super::{News, hold, line, told, touch, write};
use crate::{Env, Error, Result, Tenant, file};
use postern_types::{DocumentId, FileId, SessionId, TaskId};

/// Whether a task may have one more: it has a hundred at most, with those that are asked for and those that a client who asks
/// does not see. Whoever adds one holds the task's row.
pub(crate) async fn has_room(tenant: &mut Tenant, id: TaskId) -> Result<bool> {
    let room = sqlx::query_scalar!(r#"SELECT task_has_room($1) AS "room!""#, id.0)
        .fetch_one(tenant.conn())
        .await?;
    Ok(room)
}

/// Asks the contact for a document of that name. [`Error::Conflict`] on a task that they do not see.
pub async fn ask(env: &Env, tenant: &mut Tenant, id: TaskId, name: &str) -> Result<DocumentId> {
    let name = line(
        "document",
        name,
        120,
        "Say in 1 to 120 characters what you need.",
    )?;
    let held = hold(tenant, id).await?;
    if !held.shared {
        return Err(Error::conflict(
            "The contact does not see this task. Nothing was asked: share it first.",
        ));
    }
    if !has_room(tenant, id).await? {
        return Err(Error::conflict(
            "A task has 100 documents at most. Nothing was asked: take some away, or make another task.",
        ));
    }
    let workspace = tenant.workspace();
    let document: DocumentId = env.id();
    sqlx::query!(
        "INSERT INTO task_document (workspace_id, id, task_id, name, author_id, asked, internal, at)
         VALUES ($1, $2, $3, $4, $5, true, false, $6)",
        workspace.0,
        document.0,
        id.0,
        name,
        held.actor.0,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    write(env, tenant, &held, "asked", name).await?;
    touch(env, tenant, id).await?;
    told(env, tenant, &held, News::Changed, ("task.asked", name)).await?;
    Ok(document)
}

/// Takes one away for good; one that is asked for is not asked for any more.
pub async fn take_away(
    env: &Env,
    tenant: &mut Tenant,
    id: TaskId,
    document: DocumentId,
) -> Result<()> {
    let held = hold(tenant, id).await?;
    let workspace = tenant.workspace();
    let gone = sqlx::query!(
        r#"SELECT name, internal, file_id AS "file: FileId" FROM task_document
            WHERE workspace_id = $1 AND id = $2 AND task_id = $3"#,
        workspace.0,
        document.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    if let Some(file) = gone.file {
        // It is seen by its document: afterwards a limited agent would not find it.
        file::let_go(env, tenant, file).await?;
    }
    sqlx::query!(
        "DELETE FROM task_document WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        document.0,
    )
    .execute(tenant.conn())
    .await?;
    // The contact reads the history, too: what was among colleagues stays unnamed.
    let name = if gone.internal { "" } else { &gone.name };
    write(env, tenant, &held, "document_gone", name).await?;
    touch(env, tenant, id).await?;
    let what = ("task.document_removed", gone.name.as_str());
    told(env, tenant, &held, News::Changed, what).await
}

/// Where one is had for five minutes, for the session that acts.
pub async fn link(
    env: &Env,
    tenant: &mut Tenant,
    session: SessionId,
    id: TaskId,
    document: DocumentId,
) -> Result<String> {
    let workspace = tenant.workspace();
    let file = sqlx::query_scalar!(
        r#"SELECT file_id AS "file!: FileId" FROM task_document
            WHERE workspace_id = $1 AND id = $2 AND task_id = $3 AND file_id IS NOT NULL"#,
        workspace.0,
        document.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let links = file::links(env, tenant, session, &[file]).await?;
    let whole = links.into_iter().next().map(|(_, whole, _)| whole);
    whole.ok_or(Error::NotFound)
}
