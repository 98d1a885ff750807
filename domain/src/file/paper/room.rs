//! How much may lie here, of a task and of a client.

use super::{Bringer, Paper};
use crate::{Env, Error, Result, Tenant, task};
use postern_types::{ContactId, TaskId};
use time::Duration;

/// Documents that a client may bring within a day.
const MOST: i64 = 100;
/// Their bytes.
pub(super) const MOST_BYTES: i64 = 512 * 1024 * 1024;
/// Bytes of all documents of a client that lie here.
pub(super) const ALL_BYTES: i64 = 5 * 1024 * 1024 * 1024;

/// [`Error::Conflict`] when the task has as many documents as it may have, or as much lies here of a client as may;
/// [`Error::TooMany`] when a client has brought so much within a day that so many bytes more are not taken. Whoever keeps it
/// [`hold`]s what is counted, with the size as it came: nothing passes a ceiling, however much comes at once.
pub(super) async fn room(
    env: &Env,
    tenant: &mut Tenant,
    by: &Bringer,
    contact: ContactId,
    paper: &Paper,
    size: u64,
) -> Result<()> {
    if paper.asked.is_none() && !task::has_room(tenant, paper.task).await? {
        return Err(Error::conflict(
            "This task has 100 documents, which is all that it may have. Yours was not kept: it needs another task.",
        ));
    }
    if !by.is_client() {
        return Ok(());
    }
    let workspace = tenant.workspace();
    let brought = sqlx::query!(
        r#"SELECT count(*) FILTER (WHERE created_at > $3) AS "files!",
                  coalesce(sum(size) FILTER (WHERE created_at > $3), 0)::bigint AS "bytes!",
                  coalesce(sum(size), 0)::bigint AS "all!"
             FROM file WHERE workspace_id = $1 AND contact_id = $2 AND author_id IS NULL"#,
        workspace.0,
        contact.0,
        env.now() - Duration::DAY,
    )
    .fetch_one(tenant.conn())
    .await?;
    // What is not known yet is something.
    let size = i64::try_from(size.max(1)).unwrap_or(i64::MAX);
    if brought.all.saturating_add(size) > ALL_BYTES {
        return Err(Error::conflict(
            "You have brought 5 GB of documents, which is all that is kept for you, or would have with this one. It was not \
             kept: ask for some to be taken away first.",
        ));
    }
    if brought.files < MOST && brought.bytes.saturating_add(size) <= MOST_BYTES {
        return Ok(());
    }
    Err(Error::TooMany {
        retry_after_s: 3600,
    })
}

/// Holds what is counted until the transaction ends: the client's own row, then the task's, as everybody does who takes both.
pub(super) async fn hold(
    tenant: &mut Tenant,
    by: &Bringer,
    contact: ContactId,
    task: TaskId,
) -> Result<()> {
    let workspace = tenant.workspace();
    if by.is_client() {
        sqlx::query_scalar!(
            "SELECT id FROM contact WHERE workspace_id = $1 AND id = $2 FOR NO KEY UPDATE",
            workspace.0,
            contact.0,
        )
        .fetch_one(tenant.conn())
        .await?;
    }
    sqlx::query_scalar!(
        "SELECT id FROM task WHERE workspace_id = $1 AND id = $2 FOR NO KEY UPDATE",
        workspace.0,
        task.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(())
}
