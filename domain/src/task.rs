//! Tasks: what is to be done for a contact, by members and, where it is shared, before the contact's eyes.
//!
//! Each verb of a member holds the task, writes what it does, tells the pages of it, and promises [`news`]: the job that puts
//! it into the conversation, mails it and tells the contact. What the contact does in the portal is `portal`'s; it promises
//! the same news.

mod change;
mod comment;
mod create;
mod day;
mod documents;
mod items;
mod list;
mod news;
mod orphan;
mod show;

pub use change::{change, delete};
pub use comment::{comment, comments};
pub use create::create;
pub use documents::{ask, link, take_away};
pub use items::act as change_items;
pub use list::list;
pub use show::show;

pub(crate) use documents::has_room;
pub(crate) use news::{News, run as run_news, tell};
pub(crate) use orphan::{let_go, theirs};

use crate::{Env, Error, Result, Tenant, audit, event};
use postern_types::{ContactId, MemberId, Side, TaskId};
use serde::Serialize;
use uuid::Uuid;

/// A task that is held until the transaction ends: who changes it comes before this or after it.
struct Held {
    id: TaskId,
    contact: ContactId,
    title: String,
    shared: bool,
    /// Who acts.
    actor: MemberId,
}

/// For members alone.
async fn hold(tenant: &mut Tenant, id: TaskId) -> Result<Held> {
    let actor = tenant.actor().await?;
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        r#"SELECT contact_id AS "contact: ContactId", title, shared FROM task
            WHERE workspace_id = $1 AND id = $2 FOR NO KEY UPDATE"#,
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(Held {
        id,
        contact: row.contact,
        title: row.title,
        shared: row.shared,
        actor,
    })
}

/// Writes into a task's history.
async fn write(env: &Env, tenant: &mut Tenant, held: &Held, kind: &str, value: &str) -> Result<()> {
    let workspace = tenant.workspace();
    let id: Uuid = env.id();
    sqlx::query!(
        "INSERT INTO task_change (workspace_id, id, task_id, at, author_id, kind, value)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        workspace.0,
        id,
        held.id.0,
        env.now(),
        held.actor.0,
        kind,
        value,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// Counts a change of what hangs off a task.
async fn touch(env: &Env, tenant: &mut Tenant, id: TaskId) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE task SET rev = rev + 1, changed_at = $3 WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

#[derive(Serialize)]
struct Done<'a> {
    task: TaskId,
    contact: ContactId,
    #[serde(skip_serializing_if = "str::is_empty")]
    what: &'a str,
}

/// What every verb ends with: the audit, the pages, the news.
async fn told(
    env: &Env,
    tenant: &mut Tenant,
    held: &Held,
    news: News,
    (action, what): (&str, &str),
) -> Result<()> {
    let (task, contact) = (held.id, held.contact);
    let detail = Done {
        task,
        contact,
        what,
    };
    audit::record(env, tenant, action, &detail).await?;
    event::side(env, tenant, Side::Task, task.0).await?;
    tell(env, tenant, contact, task, news).await
}

/// One line of 1 to `most` characters, without space around it.
fn line<'a>(
    field: &'static str,
    text: &'a str,
    most: usize,
    words: &'static str,
) -> Result<&'a str> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > most || text.chars().any(char::is_control) {
        return Err(Error::invalid(field, words));
    }
    Ok(text)
}

/// Text of several lines, of up to 4,000 characters.
fn prose(field: &'static str, text: &str) -> Result<String> {
    let text = text.replace('\0', "");
    let text = text.trim_end();
    if text.chars().count() > 4000 {
        return Err(Error::invalid(field, "Use at most 4,000 characters."));
    }
    Ok(text.to_owned())
}

fn title(text: &str) -> Result<&str> {
    line(
        "title",
        text,
        200,
        "Say in 1 to 200 characters, in one line, what is to be done.",
    )
}

/// Makes sure that a member can be given something, and goes on to be one until this transaction ends.
async fn works_here(tenant: &mut Tenant, owner: MemberId) -> Result<()> {
    let workspace = tenant.workspace();
    let active = sqlx::query_scalar!(
        r#"SELECT removed_at IS NULL AND state = 'active' AS "active!" FROM member
            WHERE workspace_id = $1 AND id = $2 FOR SHARE"#,
        workspace.0,
        owner.0,
    )
    .fetch_optional(tenant.conn())
    .await?;
    if active == Some(true) {
        return Ok(());
    }
    Err(Error::invalid(
        "owner",
        "This person does not work here at the moment; choose somebody else.",
    ))
}

#[cfg(test)]
mod tests;
