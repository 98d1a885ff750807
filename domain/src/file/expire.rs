//! Files that an agent uploaded and sent nowhere: they go after a day.

use super::{job_of, lane};
use crate::{Env, Error, Result, Tenant, job, job::Job};
use postern_types::FileId;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long an upload waits for its message.
const WAITS: Duration = Duration::from_hours(24);
/// Files of a workspace that may wait for their messages.
const MOST: i64 = 500;
/// Their bytes.
const MOST_BYTES: i64 = 2 * 1024 * 1024 * 1024;

#[derive(Serialize, Deserialize)]
struct Order {
    file: FileId,
    objects: Vec<String>,
}

/// [`Error::Conflict`] when so much waits in the workspace that no more is taken. Those on their way at the same time are not
/// counted: what they may go beyond is bounded by how many may come at once.
pub(super) async fn room(env: &Env, tenant: &mut Tenant) -> Result<()> {
    let workspace = tenant.workspace();
    let waiting = sqlx::query!(
        // Of more than two days ago none waits, however late its job is; no more of the index is read.
        r#"SELECT count(*) AS "files!", coalesce(sum(f.size), 0)::bigint AS "bytes!"
             FROM file f
            WHERE f.workspace_id = $1 AND f.author_id IS NOT NULL AND f.created_at > $2
              -- A task's document waits for no message.
              AND f.contact_id IS NULL
              AND NOT EXISTS (SELECT FROM message m WHERE m.workspace_id = $1 AND m.file_id = f.id)"#,
        workspace.0,
        env.now() - WAITS * 2,
    )
    .fetch_one(tenant.conn())
    .await?;
    if waiting.files < MOST && waiting.bytes < MOST_BYTES {
        return Ok(());
    }
    Err(Error::conflict(
        "Too many files wait to be sent in this workspace: there may be 500, of 2 GB together. This one was not kept. \
         Send some of them, or add it later: a file that is not sent goes after a day.",
    ))
}

/// Promises to look again in a day, in the transaction that stores the file.
pub(super) async fn promise(
    env: &Env,
    tenant: &mut Tenant,
    file: FileId,
    objects: Vec<String>,
) -> Result<()> {
    let order = Order { file, objects };
    let kind = job::Kind::ExpireFile;
    job::add_after(
        env,
        tenant,
        job_of(kind, file),
        kind,
        &lane(file),
        WAITS,
        &order,
    )
    .await
}

/// Looks now: a file that a task's document named goes, if nothing else names it.
pub(crate) async fn let_go(env: &Env, tenant: &mut Tenant, file: FileId) -> Result<()> {
    let workspace = tenant.workspace();
    let lies = sqlx::query!(
        "SELECT object, thumb_object FROM file WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        file.0,
    )
    .fetch_optional(tenant.conn())
    .await?;
    let Some(lies) = lies else { return Ok(()) };
    let objects = lies.object.into_iter().chain(lies.thumb_object).collect();
    let order = Order { file, objects };
    let kind = job::Kind::ExpireFile;
    job::add(env, tenant, job_of(kind, file), kind, &lane(file), &order).await
}

/// Does such a job: a file that a message or a task's document names stays; another one goes with its objects. Its row goes
/// first, so that nothing can name what is not there any more; a job that is cut off in between goes on with the objects.
pub(crate) async fn run(env: &Env, mut tenant: Tenant, job: &Job) -> Result<()> {
    let order: Order = job.payload()?;
    let workspace = tenant.workspace();
    let used = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM message WHERE workspace_id = $1 AND file_id = $2)
               OR EXISTS (SELECT FROM task_document WHERE workspace_id = $1 AND file_id = $2) AS "used!""#,
        workspace.0,
        order.file.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    if used {
        job::done(&mut tenant, job.claim).await?;
        return tenant.commit().await;
    }
    sqlx::query!(
        // A message that names it at this moment holds it: then this fails, and the next try sees the message.
        "DELETE FROM file WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        order.file.0,
    )
    .execute(tenant.conn())
    .await?;
    tenant.commit().await?;
    for object in &order.objects {
        env.files.delete(object).await?;
    }
    let mut tenant = job.claim.enter(env).await?;
    job::done(&mut tenant, job.claim).await?;
    tenant.commit().await
}
