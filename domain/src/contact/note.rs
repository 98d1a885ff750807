//! What members note of a contact.

use super::is_standing;
use crate::{Env, Error, Result, Tenant, audit, env::moment, event, page};
use postern_types::{ContactId, MemberId, NoteId, NotePage, NoteView, Role, Side};
use serde_json::json;
use time::{OffsetDateTime, macros::datetime};
use uuid::Uuid;

/// Notes of a page. The statement says one more.
const NOTES: usize = 50;
/// Characters of a note at most.
const LONGEST: usize = 4_000;

/// What stands before every real row.
pub(super) const END_OF_TIME: OffsetDateTime = datetime!(9999-01-01 0:00 UTC);

/// A page of notes, newest first.
pub async fn page(
    tenant: &mut Tenant,
    contact: ContactId,
    after: Option<&str>,
) -> Result<NotePage> {
    is_standing(tenant, contact).await?;
    let (at, id) = match after {
        Some(key) => page::parse::<Uuid>(key)?,
        None => (END_OF_TIME, Uuid::max()),
    };
    let workspace = tenant.workspace();
    let mut rows = sqlx::query!(
        r#"SELECT id, body, author_id AS "author: MemberId", at, edited_at FROM contact_note
            WHERE workspace_id = $1 AND contact_id = $2 AND (at, id) < ($3, $4::uuid)
            ORDER BY at DESC, id DESC LIMIT 51"#,
        workspace.0,
        contact.0,
        at,
        id,
    )
    .fetch_all(tenant.conn())
    .await?;
    let more = rows.len() > NOTES;
    rows.truncate(NOTES);
    let next = rows
        .last()
        .filter(|_| more)
        .map(|row| page::key(row.at, row.id));
    let notes = rows.into_iter().map(|row| NoteView {
        id: NoteId(row.id),
        body: row.body,
        author: row.author,
        at: moment(row.at),
        edited: row.edited_at.map(moment),
    });
    Ok(NotePage {
        notes: notes.collect(),
        next,
    })
}

/// Notes something of a contact, in the acting member's name.
pub async fn add(env: &Env, tenant: &mut Tenant, contact: ContactId, body: &str) -> Result<NoteId> {
    is_standing(tenant, contact).await?;
    let body = checked(body)?;
    let author = tenant.actor().await?;
    let workspace = tenant.workspace();
    let id: NoteId = env.id();
    sqlx::query!(
        "INSERT INTO contact_note (workspace_id, id, contact_id, author_id, body, at) VALUES ($1, $2, $3, $4, $5, $6)",
        workspace.0,
        id.0,
        contact.0,
        author.0,
        body,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    told(env, tenant, contact, "contact.noted").await?;
    Ok(id)
}

/// Notes what another service told of a contact at that time, in nobody's name; what is longer than a note is cut.
pub(crate) async fn by_service(
    env: &Env,
    tenant: &mut Tenant,
    contact: ContactId,
    body: &str,
    at: OffsetDateTime,
) -> Result<NoteId> {
    let body: String = body.chars().take(LONGEST).collect();
    let body = checked(&body)?;
    let workspace = tenant.workspace();
    let id: NoteId = env.id();
    sqlx::query!(
        "INSERT INTO contact_note (workspace_id, id, contact_id, body, at) VALUES ($1, $2, $3, $4, $5)",
        workspace.0,
        id.0,
        contact.0,
        body,
        at,
    )
    .execute(tenant.conn())
    .await?;
    event::side(env, tenant, Side::Contact, contact.0).await?;
    Ok(id)
}

/// Writes a note anew; its author alone may.
pub async fn change(env: &Env, tenant: &mut Tenant, id: NoteId, body: &str) -> Result<()> {
    let body = checked(body)?;
    let (contact, author) = find(tenant, id).await?;
    if author != Some(tenant.actor().await?) {
        return Err(Error::Forbidden);
    }
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE contact_note SET body = $3, edited_at = $4 WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
        body,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    told(env, tenant, contact, "contact.note_changed").await
}

/// Deletes a note: its author may, and managers.
pub async fn delete(env: &Env, tenant: &mut Tenant, id: NoteId) -> Result<()> {
    let (contact, author) = find(tenant, id).await?;
    if author != Some(tenant.actor().await?) && !tenant.ranks(Role::Manager).await? {
        return Err(Error::Forbidden);
    }
    let workspace = tenant.workspace();
    sqlx::query!(
        "DELETE FROM contact_note WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
    )
    .execute(tenant.conn())
    .await?;
    told(env, tenant, contact, "contact.note_deleted").await
}

async fn find(tenant: &mut Tenant, id: NoteId) -> Result<(ContactId, Option<MemberId>)> {
    let workspace = tenant.workspace();
    let note = sqlx::query!(
        r#"SELECT contact_id AS "contact: ContactId", author_id AS "author: MemberId" FROM contact_note
            WHERE workspace_id = $1 AND id = $2 FOR UPDATE"#,
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok((note.contact, note.author))
}

async fn told(env: &Env, tenant: &mut Tenant, contact: ContactId, action: &str) -> Result<()> {
    event::side(env, tenant, Side::Contact, contact.0).await?;
    audit::record(env, tenant, action, &json!({ "contact": contact })).await
}

pub(super) fn checked(body: &str) -> Result<String> {
    let body = body.replace('\0', "");
    let body = body.trim();
    if body.is_empty() || body.chars().count() > LONGEST {
        return Err(Error::invalid(
            "note",
            "A note has 1 to 4,000 characters. What you wrote is still here.",
        ));
    }
    Ok(body.to_owned())
}
