//! A task's list to tick off.

use super::{Held, News, hold, line, told, touch, write};
use crate::{Env, Error, Result, Tenant};
use postern_types::{ItemAct, TaskId, TaskItemId};

/// Lines of a list.
const MOST: usize = 100;

struct Item {
    id: TaskItemId,
    body: String,
    done: bool,
}

/// Does something to the list. What is so already changes nothing.
pub async fn act(env: &Env, tenant: &mut Tenant, id: TaskId, act: &ItemAct) -> Result<()> {
    let held = hold(tenant, id).await?;
    let items = read(tenant, id).await?;
    let find = |id: TaskItemId| items.iter().find(|item| item.id == id);
    let (kind, value) = match act {
        ItemAct::Add(body) => {
            let body = body_of(body)?;
            add(env, tenant, &held, items.len(), body).await?;
            ("item", body.to_owned())
        }
        ItemAct::Tick(item, done) => {
            let item = find(*item).ok_or(Error::NotFound)?;
            if item.done == *done {
                return Ok(());
            }
            tick(env, tenant, item.id, *done).await?;
            let kind = if *done { "item_done" } else { "item_undone" };
            (kind, item.body.clone())
        }
        ItemAct::Rename(item, body) => {
            let body = body_of(body)?;
            let item = find(*item).ok_or(Error::NotFound)?;
            if item.body == body {
                return Ok(());
            }
            rename(tenant, item.id, body).await?;
            ("item", body.to_owned())
        }
        ItemAct::Remove(item) => {
            let item = find(*item).ok_or(Error::NotFound)?;
            remove(tenant, item.id).await?;
            ("item_gone", item.body.clone())
        }
        ItemAct::Move(item, before) => {
            let mut order: Vec<_> = items.iter().map(|item| item.id).collect();
            let from = order.iter().position(|id| id == item);
            let moved = order.remove(from.ok_or(Error::NotFound)?);
            let to = match before {
                Some(before) => order
                    .iter()
                    .position(|id| id == before)
                    .ok_or(Error::NotFound)?,
                None => order.len(),
            };
            order.insert(to, moved);
            arrange(tenant, &order).await?;
            // Its order is no news to anybody, but other pages show it.
            touch(env, tenant, id).await?;
            return crate::event::side(env, tenant, postern_types::Side::Task, id.0).await;
        }
    };
    write(env, tenant, &held, kind, &value).await?;
    touch(env, tenant, id).await?;
    told(env, tenant, &held, News::Changed, ("task.listed", kind)).await
}

fn body_of(body: &str) -> Result<&str> {
    line(
        "item",
        body,
        500,
        "A line of the list has 1 to 500 characters.",
    )
}

async fn read(tenant: &mut Tenant, task: TaskId) -> Result<Vec<Item>> {
    let workspace = tenant.workspace();
    let items = sqlx::query_as!(
        Item,
        r#"SELECT id AS "id: TaskItemId", body, done_at IS NOT NULL AS "done!" FROM task_item
            WHERE workspace_id = $1 AND task_id = $2 ORDER BY position, id"#,
        workspace.0,
        task.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(items)
}

async fn add(env: &Env, tenant: &mut Tenant, held: &Held, many: usize, body: &str) -> Result<()> {
    if many >= MOST {
        return Err(Error::conflict(
            "A list has 100 lines at most. Nothing was added: make another task, or take lines away.",
        ));
    }
    let workspace = tenant.workspace();
    let id: TaskItemId = env.id();
    sqlx::query!(
        "INSERT INTO task_item (workspace_id, id, task_id, position, body)
         VALUES ($1, $2, $3, (SELECT coalesce(max(i.position), 0) + 1 FROM task_item i
                               WHERE i.workspace_id = $1 AND i.task_id = $3), $4)",
        workspace.0,
        id.0,
        held.id.0,
        body,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

async fn tick(env: &Env, tenant: &mut Tenant, item: TaskItemId, done: bool) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE task_item SET done_at = $3 WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        item.0,
        done.then(|| env.now()),
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

async fn rename(tenant: &mut Tenant, item: TaskItemId, body: &str) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE task_item SET body = $3 WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        item.0,
        body,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

async fn remove(tenant: &mut Tenant, item: TaskItemId) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "DELETE FROM task_item WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        item.0,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

async fn arrange(tenant: &mut Tenant, order: &[TaskItemId]) -> Result<()> {
    let workspace = tenant.workspace();
    let ids: Vec<_> = order.iter().map(|id| id.0).collect();
    sqlx::query!(
        "UPDATE task_item i SET position = o.nth FROM unnest($2::uuid[]) WITH ORDINALITY AS o (id, nth)
          WHERE i.workspace_id = $1 AND i.id = o.id",
        workspace.0,
        &ids,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}
