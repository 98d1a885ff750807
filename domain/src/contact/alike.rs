//! Contacts who may be one person: suggested to members, who decide.

use crate::{Env, Error, Result, Tenant, audit, payload::Person};
use postern_types::{ContactId, Why};
use serde_json::json;

/// Suggests that two contacts are one. A pair that somebody said are two stays said.
pub(super) async fn suggest(
    tenant: &mut Tenant,
    one: ContactId,
    other: ContactId,
    why: Why,
) -> Result<()> {
    let workspace = tenant.workspace();
    let (one, other) = pair(one, other);
    sqlx::query!(
        "INSERT INTO contact_suggestion (workspace_id, one_id, other_id, why) VALUES ($1, $2, $3, $4)
         ON CONFLICT (workspace_id, one_id, other_id) DO NOTHING",
        workspace.0,
        one.0,
        other.0,
        why as Why,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// Suggests those who go by the person's username. It may be somebody else's by now: no more than a suggestion.
pub(super) async fn suggest_namesakes(
    tenant: &mut Tenant,
    contact: ContactId,
    person: &Person,
) -> Result<()> {
    let Some(username) = &person.username else {
        return Ok(());
    };
    let workspace = tenant.workspace();
    let others = sqlx::query_scalar!(
        r#"SELECT id AS "id: ContactId" FROM contact
            WHERE workspace_id = $1 AND username = $2 AND id <> $3 AND merged_into IS NULL ORDER BY id LIMIT 5"#,
        workspace.0,
        username,
        contact.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    for other in others {
        suggest(tenant, contact, other, Why::Username).await?;
    }
    Ok(())
}

/// A member says that two contacts are two: they are not suggested any more.
pub async fn dismiss(
    env: &Env,
    tenant: &mut Tenant,
    one: ContactId,
    other: ContactId,
) -> Result<()> {
    let workspace = tenant.workspace();
    let (one, other) = pair(one, other);
    let dismissed = sqlx::query!(
        "UPDATE contact_suggestion SET dismissed_at = $4 WHERE workspace_id = $1 AND one_id = $2 AND other_id = $3",
        workspace.0,
        one.0,
        other.0,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    if dismissed.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    let detail = json!({ "contact": one, "other": other });
    audit::record(env, tenant, "contact.told_apart", &detail).await
}

fn pair(one: ContactId, other: ContactId) -> (ContactId, ContactId) {
    (one.min(other), one.max(other))
}
