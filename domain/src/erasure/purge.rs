//! Emptying what was deleted: a bounded step at a time, by one process at a time. Whoever comes next goes on where the last
//! one was cut off.

use crate::{Env, Error, Result, vault};
use postern_types::WorkspaceId;

/// Rows of a table that one transaction takes away.
const ROWS: i32 = 2000;
/// Objects of the store that one step takes away.
const OBJECTS: usize = 200;

/// What one step did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing waits to be emptied, or another process is at it.
    Nothing,
    /// So many rows of a table, or files, are gone.
    Gone {
        /// Whose they were.
        workspace: WorkspaceId,
        /// The table; `files` for the store.
        part: String,
        /// How many.
        count: u64,
    },
    /// Nothing is left of it.
    Done(WorkspaceId),
}

/// Takes the next part of what was deleted away: files before rows, the rows that point to others before those.
pub async fn step(env: &Env) -> Result<Step> {
    step_of(env, ROWS, OBJECTS).await
}

pub(crate) async fn step_of(env: &Env, rows: i32, objects: usize) -> Result<Step> {
    let mut failed = None;
    for workspace in waiting(env).await? {
        match part_of(env, workspace, rows, objects).await {
            Ok(Step::Nothing) => {}
            // The others do not wait until this one's store answers.
            Err(error) => failed = Some(error),
            done => return done,
        }
    }
    failed.map_or(Ok(Step::Nothing), Err)
}

async fn part_of(env: &Env, workspace: WorkspaceId, rows: i32, objects: usize) -> Result<Step> {
    vault::forget(workspace);
    let done = match env.files.clear(workspace, objects).await {
        Ok(0) => purge(env, workspace, rows).await,
        files => close(env, workspace).await.and_then(|()| {
            Ok(Step::Gone {
                workspace,
                part: "files".to_owned(),
                count: files?,
            })
        }),
    };
    match done {
        // Another process has just taken away the last of it.
        Err(Error::NotFound) => Ok(Step::Nothing),
        done => done,
    }
}

/// What each step that takes rows away does besides: whoever had come in before it was deleted may have let somebody in
/// since, or made a key.
async fn close(env: &Env, workspace: WorkspaceId) -> Result<()> {
    let mut global = env.db.global().await?;
    sqlx::query!("SELECT part FROM purge_workspace($1, 0)", workspace.0)
        .fetch_one(global.conn())
        .await?;
    global.commit().await
}

async fn purge(env: &Env, workspace: WorkspaceId, rows: i32) -> Result<Step> {
    let mut global = env.db.global().await?;
    let mine = sqlx::query_scalar!(
        r#"SELECT pg_try_advisory_xact_lock(hashtextextended('erasure', 0)) AS "mine!""#
    )
    .fetch_one(global.conn())
    .await?;
    if !mine {
        return Ok(Step::Nothing);
    }
    let row = sqlx::query!(
        "SELECT part, gone FROM purge_workspace($1, $2)",
        workspace.0,
        rows,
    )
    .fetch_one(global.conn())
    .await?;
    global.commit().await?;
    Ok(match row.part {
        None => Step::Done(workspace),
        Some(part) => Step::Gone {
            workspace,
            part,
            count: row.gone.and_then(|gone| gone.try_into().ok()).unwrap_or(0),
        },
    })
}

/// Those that are not empty yet, the oldest first.
async fn waiting(env: &Env) -> Result<Vec<WorkspaceId>> {
    let mut global = env.db.global().await?;
    let waiting = sqlx::query_scalar!(
        r#"SELECT workspace AS "workspace: WorkspaceId" FROM erasure ORDER BY asked_at, workspace LIMIT 100"#
    )
    .fetch_all(global.conn())
    .await?;
    Ok(waiting)
}
