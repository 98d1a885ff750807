//! Making a task, also from a message.

use super::{Held, News, day, prose, title, told, works_here, write};
use crate::{Env, Error, Result, Tenant};
use postern_types::{ContactId, MessageId, NewTask, TaskId};

/// Tasks of one contact that are to be done, at most.
const MOST: i64 = 500;

/// Makes it, in the acting member's name. [`Error::NotFound`] for a contact or a message that who acts does not see.
pub async fn create(env: &Env, tenant: &mut Tenant, new: &NewTask) -> Result<TaskId> {
    let actor = tenant.actor().await?;
    let name = title(&new.title)?;
    let description = prose("description", &new.description)?;
    let due = day::parse(new.due.as_deref())?;
    if let Some(owner) = new.owner {
        works_here(tenant, owner).await?;
    }
    let contact = contact(tenant, new).await?;
    room(tenant, contact).await?;
    let workspace = tenant.workspace();
    let id: TaskId = env.id();
    sqlx::query!(
        "INSERT INTO task (workspace_id, id, contact_id, title, description, status, due, owner_id, author_id, shared,
                           message_id, created_at, changed_at)
         VALUES ($1, $2, $3, $4, $5, 'open', $6, $7, $8, $9, $10, $11, $11)",
        workspace.0,
        id.0,
        contact.0,
        name,
        description,
        due,
        new.owner.map(|owner| owner.0),
        actor.0,
        new.shared,
        new.message.map(|message| message.0),
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    let held = Held {
        id,
        contact,
        title: name.to_owned(),
        shared: new.shared,
        actor,
    };
    write(env, tenant, &held, "created", name).await?;
    told(env, tenant, &held, News::Changed, ("task.created", name)).await?;
    Ok(id)
}

/// For whom: whoever the message is from, or who was chosen; the contact that is left, of one that was merged.
async fn contact(tenant: &mut Tenant, new: &NewTask) -> Result<ContactId> {
    let chosen = match (new.message, new.contact) {
        (Some(message), chosen) => {
            let with = talks_with(tenant, message).await?;
            if chosen.is_some_and(|chosen| chosen != with) {
                return Err(Error::invalid(
                    "contact",
                    "The message is from somebody else. Choose its contact, or make the task without it.",
                ));
            }
            with
        }
        (None, Some(chosen)) => chosen,
        (None, None) => {
            return Err(Error::invalid("contact", "Choose for whom it is."));
        }
    };
    let workspace = tenant.workspace();
    let found = sqlx::query_scalar!(
        r#"SELECT coalesce(merged_into, id) AS "id!: ContactId" FROM contact WHERE workspace_id = $1 AND id = $2"#,
        workspace.0,
        chosen.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(found)
}

async fn talks_with(tenant: &mut Tenant, message: MessageId) -> Result<ContactId> {
    let workspace = tenant.workspace();
    let contact = sqlx::query_scalar!(
        r#"SELECT c.contact_id AS "contact: ContactId" FROM message m
             JOIN conversation c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id
            WHERE m.workspace_id = $1 AND m.id = $2"#,
        workspace.0,
        message.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(contact)
}

async fn room(tenant: &mut Tenant, contact: ContactId) -> Result<()> {
    let workspace = tenant.workspace();
    let many = sqlx::query_scalar!(
        r#"SELECT count(*) AS "many!" FROM task WHERE workspace_id = $1 AND contact_id = $2 AND ended_at IS NULL"#,
        workspace.0,
        contact.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    if many < MOST {
        return Ok(());
    }
    Err(Error::conflict(
        "There are 500 tasks to be done for this contact already. Nothing was made: finish or delete some of them first.",
    ))
}
