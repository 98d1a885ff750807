//! A contact as it is shown, and the terms under which it is found.

use super::terms;
use crate::{Env, Result, Tenant, conversation, payload::Person};
use postern_types::ContactId;

/// Keeps the name they gave themselves, and their number when it was hidden, or is `new`; they are then found by both.
pub(super) async fn show(
    env: &Env,
    tenant: &mut Tenant,
    id: ContactId,
    person: &Person,
    new: bool,
) -> Result<()> {
    let workspace = tenant.workspace();
    let shown = person.phone.as_ref().map(|digits| format!("+{digits}"));
    let changed = sqlx::query!(
        "UPDATE contact
            SET name = coalesce($3, name),
                phone = CASE WHEN $5 THEN coalesce($4, phone) ELSE coalesce(phone, $4) END
          WHERE workspace_id = $1 AND id = $2
            AND (name IS DISTINCT FROM coalesce($3, name)
                 OR phone IS DISTINCT FROM CASE WHEN $5 THEN coalesce($4, phone) ELSE coalesce(phone, $4) END)
         RETURNING name, phone",
        workspace.0,
        id.0,
        person.name,
        shown,
        new,
    )
    .fetch_optional(tenant.conn())
    .await?;
    match changed {
        Some(now) => changed_to(env, tenant, id, now.name.as_deref(), now.phone.as_deref()).await,
        None => Ok(()),
    }
}

/// Shows a contact without this number, if it was shown with it.
pub(super) async fn hide(
    env: &Env,
    tenant: &mut Tenant,
    contact: ContactId,
    phone: &str,
) -> Result<()> {
    let workspace = tenant.workspace();
    let changed = sqlx::query_scalar!(
        "UPDATE contact SET phone = NULL WHERE workspace_id = $1 AND id = $2 AND phone = $3 RETURNING name",
        workspace.0,
        contact.0,
        format!("+{phone}"),
    )
    .fetch_optional(tenant.conn())
    .await?;
    match changed {
        Some(name) => changed_to(env, tenant, contact, name.as_deref(), None).await,
        None => Ok(()),
    }
}

/// They are found by what they are shown as now, and open inboxes show it.
async fn changed_to(
    env: &Env,
    tenant: &mut Tenant,
    id: ContactId,
    name: Option<&str>,
    phone: Option<&str>,
) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "DELETE FROM contact_term WHERE workspace_id = $1 AND contact_id = $2",
        workspace.0,
        id.0,
    )
    .execute(tenant.conn())
    .await?;
    index(tenant, id, name, phone).await?;
    conversation::tell_of(env, tenant, id).await
}

pub(super) async fn index(
    tenant: &mut Tenant,
    id: ContactId,
    name: Option<&str>,
    phone: Option<&str>,
) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "INSERT INTO contact_term (workspace_id, term, contact_id) SELECT $1, t, $3 FROM unnest($2::text[]) AS t
         ON CONFLICT DO NOTHING",
        workspace.0,
        &terms(name, phone),
        id.0,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}
