//! Comments: to colleagues, or to the contact in the portal.

use super::{News, hold, prose, told, touch};
use crate::{Env, Error, Result, Tenant, env::moment, page};
use postern_types::{CommentId, CommentPage, MemberId, TaskComment, TaskId};
use time::OffsetDateTime;
use uuid::Uuid;

/// Comments of a page. The statement says one more, which tells whether there are older ones.
const SHOWN: usize = 50;
/// Comments of members on a task. What the contact writes has its own bound, and takes up none of it.
const MOST: i64 = 2000;

/// Writes one in the acting member's name. [`Error::Conflict`] for one to the contact on a task that they do not see.
pub async fn comment(
    env: &Env,
    tenant: &mut Tenant,
    id: TaskId,
    body: &str,
    internal: bool,
) -> Result<CommentId> {
    let body = prose("comment", body)?;
    if body.trim().is_empty() {
        return Err(Error::invalid("comment", "Write something first."));
    }
    let held = hold(tenant, id).await?;
    if !internal && !held.shared {
        return Err(Error::conflict(
            "The contact does not see this task. Nothing was written: share it first, or write to colleagues.",
        ));
    }
    room(tenant, id).await?;
    let workspace = tenant.workspace();
    let comment: CommentId = env.id();
    sqlx::query!(
        "INSERT INTO task_comment (workspace_id, id, task_id, author_id, internal, body, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        workspace.0,
        comment.0,
        id.0,
        held.actor.0,
        internal,
        body,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    touch(env, tenant, id).await?;
    let to = if internal { "colleagues" } else { "contact" };
    let news = News::Comment(comment);
    told(env, tenant, &held, news, ("task.commented", to)).await?;
    Ok(comment)
}

async fn room(tenant: &mut Tenant, task: TaskId) -> Result<()> {
    let workspace = tenant.workspace();
    let many = sqlx::query_scalar!(
        r#"SELECT count(*) AS "many!" FROM task_comment
            WHERE workspace_id = $1 AND task_id = $2 AND author_id IS NOT NULL"#,
        workspace.0,
        task.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    if many < MOST {
        return Ok(());
    }
    Err(Error::conflict(
        "There are 2,000 comments on this task already. Nothing was written: make another task.",
    ))
}

/// The page of comments that ends before `before`, or the newest; the oldest first.
pub async fn comments(
    tenant: &mut Tenant,
    id: TaskId,
    before: Option<&str>,
) -> Result<CommentPage> {
    let workspace = tenant.workspace();
    // A task of another workspace is not one without comments, it is not there.
    sqlx::query_scalar!(
        "SELECT id FROM task WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let (at, tie) = match before {
        Some(key) => page::parse::<Uuid>(key)?,
        None => (time::macros::datetime!(9999-01-01 0:00 UTC), Uuid::max()),
    };
    let mut rows = sqlx::query!(
        r#"SELECT id AS "id: CommentId", author_id AS "author: MemberId", internal, body, at FROM task_comment
            WHERE workspace_id = $1 AND task_id = $2 AND (at, id) < ($3, $4)
            ORDER BY at DESC, id DESC LIMIT 51"#,
        workspace.0,
        id.0,
        at,
        tie,
    )
    .fetch_all(tenant.conn())
    .await?;
    let more = rows.len() > SHOWN;
    rows.truncate(SHOWN);
    let key = |(at, id): (OffsetDateTime, CommentId)| page::key(at, id.0);
    let older = rows
        .last()
        .filter(|_| more)
        .map(|row| key((row.at, row.id)));
    let mut comments: Vec<_> = rows
        .into_iter()
        .map(|row| TaskComment {
            id: row.id,
            author: row.author,
            internal: row.internal,
            body: row.body,
            at: moment(row.at),
        })
        .collect();
    comments.reverse();
    Ok(CommentPage { comments, older })
}
