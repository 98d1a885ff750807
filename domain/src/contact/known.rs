//! Contacts by their identities: one contact, however it names itself.

use super::terms;
use crate::{Env, Error, Result, Tenant, payload::Person};
use postern_types::ContactId;

/// The contact that `person` is, made if nobody is known by any of their ids. Both ids are learnt when both are told,
/// and the name is the one they gave last. `account` is the business account within which Meta's ids hold.
pub(crate) async fn resolve(
    env: &Env,
    tenant: &mut Tenant,
    account: &str,
    person: &Person,
) -> Result<ContactId> {
    let ids = ids(account, person);
    for _ in 0..3 {
        if let Some(known) = find(tenant, &ids).await? {
            // An id that another contact already has stays there: the two are left for somebody to merge.
            take(tenant, &ids, known).await?;
            rename(tenant, known, person).await?;
            return Ok(known);
        }
        if let Some(made) = make(env, tenant, &ids, person).await? {
            return Ok(made);
        }
        // Another transaction made them meanwhile, and it has committed.
    }
    Err(Error::Unavailable)
}

/// Adds to a contact the ids that nobody has yet.
pub(crate) async fn learn(
    tenant: &mut Tenant,
    account: &str,
    contact: ContactId,
    person: &Person,
) -> Result<()> {
    take(tenant, &ids(account, person), contact).await?;
    Ok(())
}

/// Kinds, scopes and values of ids, the number first: always in one order, so that two transactions that make the same
/// person wait for each other and do not block one another.
struct Ids {
    kinds: Vec<String>,
    scopes: Vec<String>,
    values: Vec<String>,
}

fn ids(account: &str, person: &Person) -> Ids {
    let mut ids = Ids {
        kinds: Vec::new(),
        scopes: Vec::new(),
        values: Vec::new(),
    };
    for (kind, scope, value) in [
        ("phone", "", &person.phone),
        ("bsuid", account, &person.bsuid),
    ] {
        if let Some(value) = value {
            ids.kinds.push(kind.to_owned());
            ids.scopes.push(scope.to_owned());
            ids.values.push(value.clone());
        }
    }
    ids
}

async fn find(tenant: &mut Tenant, ids: &Ids) -> Result<Option<ContactId>> {
    let workspace = tenant.workspace();
    let found = sqlx::query_scalar!(
        // The number decides when the two ids are known as two people.
        r#"SELECT i.contact_id AS "id: ContactId"
             FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS u(kind, scope, value, place)
             JOIN contact_identity i ON i.workspace_id = $1 AND i.kind = u.kind AND i.scope = u.scope
                                    AND i.value = u.value
            ORDER BY u.place LIMIT 1"#,
        workspace.0,
        &ids.kinds,
        &ids.scopes,
        &ids.values,
    )
    .fetch_optional(tenant.conn())
    .await?;
    Ok(found)
}

/// Claims the ids that are free; says how many. Waits for a transaction that is claiming one of them.
async fn take(tenant: &mut Tenant, ids: &Ids, contact: ContactId) -> Result<u64> {
    let workspace = tenant.workspace();
    let taken = sqlx::query!(
        "INSERT INTO contact_identity (workspace_id, kind, scope, value, contact_id)
         SELECT $1, u.kind, u.scope, u.value, $5
           FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS u(kind, scope, value, place)
          ORDER BY u.place
         ON CONFLICT (workspace_id, kind, scope, value) DO NOTHING",
        workspace.0,
        &ids.kinds,
        &ids.scopes,
        &ids.values,
        contact.0,
    )
    .execute(tenant.conn())
    .await?;
    Ok(taken.rows_affected())
}

/// Makes a contact with all of the ids, or none when one of them was taken meanwhile.
async fn make(
    env: &Env,
    tenant: &mut Tenant,
    ids: &Ids,
    person: &Person,
) -> Result<Option<ContactId>> {
    let workspace = tenant.workspace();
    let id: ContactId = env.id();
    let shown = person.phone.as_ref().map(|digits| format!("+{digits}"));
    sqlx::query!(
        "INSERT INTO contact (workspace_id, id, name, phone, created_at) VALUES ($1, $2, $3, $4, $5)",
        workspace.0,
        id.0,
        person.name,
        shown,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    if take(tenant, ids, id).await? < ids.values.len() as u64 {
        sqlx::query!(
            "DELETE FROM contact_identity WHERE workspace_id = $1 AND contact_id = $2",
            workspace.0,
            id.0,
        )
        .execute(tenant.conn())
        .await?;
        sqlx::query!(
            "DELETE FROM contact WHERE workspace_id = $1 AND id = $2",
            workspace.0,
            id.0,
        )
        .execute(tenant.conn())
        .await?;
        return Ok(None);
    }
    index(tenant, id, person.name.as_deref(), shown.as_deref()).await?;
    Ok(Some(id))
}

/// Keeps the name they gave themselves, and the number that they had hidden, under which they are then found.
async fn rename(tenant: &mut Tenant, id: ContactId, person: &Person) -> Result<()> {
    let workspace = tenant.workspace();
    let shown = person.phone.as_ref().map(|digits| format!("+{digits}"));
    let changed = sqlx::query!(
        "UPDATE contact SET name = coalesce($3, name), phone = coalesce(phone, $4)
          WHERE workspace_id = $1 AND id = $2
            AND (name IS DISTINCT FROM coalesce($3, name) OR phone IS NULL AND $4::text IS NOT NULL)
         RETURNING name, phone",
        workspace.0,
        id.0,
        person.name,
        shown,
    )
    .fetch_optional(tenant.conn())
    .await?;
    let Some(now) = changed else { return Ok(()) };
    sqlx::query!(
        "DELETE FROM contact_term WHERE workspace_id = $1 AND contact_id = $2",
        workspace.0,
        id.0,
    )
    .execute(tenant.conn())
    .await?;
    index(tenant, id, now.name.as_deref(), now.phone.as_deref()).await
}

async fn index(
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
