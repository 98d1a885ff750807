//! A client comments on a task that is shared with them.

use super::page;
use crate::{
    Env, Error, Result, Tenant, event,
    task::{self, News},
};
use postern_types::{CommentId, ContactId, Side, TaskId};
use time::Duration;

/// Characters of a comment.
pub const LONGEST: usize = 4_000;
/// Comments of one client within [`SPAN`]: each may become a letter and a line of a conversation.
const MOST: i64 = 60;
/// Comments of the client on one task, at all.
const MOST_OF_TASK: i64 = 500;
/// The time that they are counted over.
const SPAN: Duration = Duration::HOUR;

/// Adds it, and promises that the agents hear of it. [`Error::Invalid`] on `body` says what is wrong with it,
/// [`Error::NotFound`] that the task is not shared with this client.
pub async fn comment(
    env: &Env,
    tenant: &mut Tenant,
    task: TaskId,
    body: &str,
) -> Result<CommentId> {
    let body = checked(body)?;
    let client = page::client(tenant).await?;
    let workspace = tenant.workspace();
    room(env, tenant, client, task).await?;
    let id: CommentId = env.id();
    sqlx::query!(
        // The policies of a client refuse a task that is not theirs to see.
        "INSERT INTO task_comment (workspace_id, id, task_id, author_id, internal, body, at)
         VALUES ($1, $2, $3, NULL, false, $4, $5)",
        workspace.0,
        id.0,
        task.0,
        body,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    event::side(env, tenant, Side::Task, task.0).await?;
    task::tell(env, tenant, client, task, News::Comment(id)).await?;
    Ok(id)
}

/// Whether there is room for one more. The client is held until the transaction ends, so that what they send at once, by
/// whatever link, is counted one after the other.
async fn room(env: &Env, tenant: &mut Tenant, client: ContactId, task: TaskId) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query_scalar!(
        "SELECT id FROM contact WHERE workspace_id = $1 AND id = $2 FOR NO KEY UPDATE",
        workspace.0,
        client.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let written = sqlx::query!(
        r#"SELECT count(*) FILTER (WHERE c.at > $3) AS "lately!", count(*) FILTER (WHERE t.id = $4) AS "here!"
             FROM task t
             JOIN task_comment c ON c.workspace_id = $1 AND c.task_id = t.id AND c.author_id IS NULL
            WHERE t.workspace_id = $1 AND t.contact_id = $2 AND (c.at > $3 OR t.id = $4)"#,
        workspace.0,
        client.0,
        env.now() - SPAN,
        task.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    if written.here >= MOST_OF_TASK {
        return Err(Error::conflict(
            "You have written 500 comments on this task already. Nothing was sent: write in the chat.",
        ));
    }
    if written.lately >= MOST {
        return Err(Error::TooMany { retry_after_s: 900 });
    }
    Ok(())
}

/// As it is kept: 1 to [`LONGEST`] characters, lines as they are, without what steers a screen.
fn checked(body: &str) -> Result<String> {
    let body = body.replace("\r\n", "\n");
    let body: String = body
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect();
    let body = body.trim();
    match body.chars().count() {
        0 => Err(Error::invalid("body", "Write something first.")),
        1..=LONGEST => Ok(body.to_owned()),
        long => Err(Error::invalid(
            "body",
            format!(
                "A comment may have {LONGEST} characters at most, and this has {long}. Nothing was sent; make it shorter."
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_kept_as_it_was_written_within_bounds() {
        assert_eq!(checked(" a\r\n\tb\0\u{1b}c \n").unwrap(), "a\n\tbc");
        for wrong in ["", " \r\n ", &"x".repeat(LONGEST + 1)] {
            assert!(matches!(
                checked(wrong),
                Err(Error::Invalid { field: "body", .. })
            ));
        }
        assert_eq!(
            checked(&"é".repeat(LONGEST)).unwrap().chars().count(),
            LONGEST
        );
    }
}
