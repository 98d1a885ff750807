//! Changing a task as a whole, and deleting it.

use super::{Held, News, day, hold, prose, title, told, works_here, write};
use crate::{Env, Error, Result, Tenant, audit, event, file};
use postern_types::{FileId, MemberId, Right, Side, TaskForm, TaskId, TaskStatus};
use serde_json::json;
use time::Date;

/// A task as it was.
struct Was {
    title: String,
    description: String,
    status: TaskStatus,
    due: Option<Date>,
    owner: Option<MemberId>,
    shared: bool,
    tells: bool,
    rev: i64,
}

/// Makes it what the form says. [`Error::Conflict`] when somebody else changed it since `rev` was read: nothing of theirs is
/// lost.
pub async fn change(
    env: &Env,
    tenant: &mut Tenant,
    id: TaskId,
    rev: i64,
    form: &TaskForm,
) -> Result<()> {
    let name = title(&form.title)?;
    let description = prose("description", &form.description)?;
    let due = day::parse(form.due.as_deref())?;
    let mut held = hold(tenant, id).await?;
    let was = read(tenant, id).await?;
    if was.rev != rev {
        return Err(Error::conflict(
            "Somebody else changed this task since you opened it. Nothing of yours was saved yet.",
        ));
    }
    if form.owner != was.owner
        && let Some(owner) = form.owner
    {
        works_here(tenant, owner).await?;
    }
    let changes = changes(&was, form, name, &description, due);
    if changes.is_empty() && form.tells == was.tells {
        return Ok(());
    }
    for (kind, value) in &changes {
        write(env, tenant, &held, kind, value).await?;
    }
    keep(env, tenant, id, form, (name, &description, due)).await?;
    name.clone_into(&mut held.title);
    held.shared = form.shared;
    let kinds: Vec<_> = changes.iter().map(|(kind, _)| *kind).collect();
    let what = if kinds.is_empty() {
        "tells".to_owned()
    } else {
        kinds.join(", ")
    };
    told(env, tenant, &held, News::Changed, ("task.changed", &what)).await
}

async fn read(tenant: &mut Tenant, id: TaskId) -> Result<Was> {
    let workspace = tenant.workspace();
    let was = sqlx::query_as!(
        Was,
        r#"SELECT title, description, status AS "status: TaskStatus", due, owner_id AS "owner: MemberId", shared, tells, rev
             FROM task WHERE workspace_id = $1 AND id = $2"#,
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(was)
}

/// What is different, as the history tells it.
fn changes(
    was: &Was,
    form: &TaskForm,
    title: &str,
    description: &str,
    due: Option<Date>,
) -> Vec<(&'static str, String)> {
    let mut changes = Vec::new();
    if was.title != title {
        changes.push(("title", title.to_owned()));
    }
    if was.description != description {
        changes.push(("description", String::new()));
    }
    if was.status != form.status {
        changes.push(("status", form.status.as_str().to_owned()));
    }
    if was.due != due {
        changes.push(("due", due.map(day::text).unwrap_or_default()));
    }
    if was.owner != form.owner {
        let owner = form.owner.map(|owner| owner.to_string());
        changes.push(("owner", owner.unwrap_or_default()));
    }
    if was.shared != form.shared {
        let kind = if form.shared { "shared" } else { "unshared" };
        changes.push((kind, String::new()));
    }
    changes
}

async fn keep(
    env: &Env,
    tenant: &mut Tenant,
    id: TaskId,
    form: &TaskForm,
    (title, description, due): (&str, &str, Option<Date>),
) -> Result<()> {
    let workspace = tenant.workspace();
    let kept = sqlx::query!(
        "UPDATE task
            SET title = $3, description = $4, status = $5, due = $6, owner_id = $7, shared = $8, tells = $9,
                changed_at = $10, rev = rev + 1,
                ended_at = CASE WHEN $5 IN ('done', 'cancelled') THEN coalesce(ended_at, $10) END
          WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
        title,
        description,
        form.status.as_str(),
        due,
        form.owner.map(|owner| owner.0),
        form.shared,
        form.tells,
        env.now(),
    )
    .execute(tenant.conn())
    .await
    .map_err(Error::from);
    match kept {
        // The policy does not let a limited agent put a row out of their own sight.
        Err(Error::NotFound) => Err(Error::conflict(
            "You would not see this task any more: ask a manager to give it away. Nothing was changed.",
        )),
        Err(error) => Err(error),
        Ok(_) => Ok(()),
    }
}

/// Deletes it for good, with all that hangs off it; a manager's.
pub async fn delete(env: &Env, tenant: &mut Tenant, id: TaskId) -> Result<()> {
    if !tenant.ranks(Right::DeleteTasks.role()).await? {
        return Err(Error::Forbidden);
    }
    let held: Held = hold(tenant, id).await?;
    let workspace = tenant.workspace();
    let files = sqlx::query_scalar!(
        r#"SELECT file_id AS "file!: FileId" FROM task_document
            WHERE workspace_id = $1 AND task_id = $2 AND file_id IS NOT NULL"#,
        workspace.0,
        id.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    for file in files {
        file::let_go(env, tenant, file).await?;
    }
    sqlx::query!(
        "DELETE FROM task WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
    )
    .execute(tenant.conn())
    .await?;
    event::side(env, tenant, Side::Task, id.0).await?;
    let detail = json!({ "contact": held.contact, "name": held.title });
    audit::record(env, tenant, "task.deleted", &detail).await
}
