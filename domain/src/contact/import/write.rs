//! What becomes of contacts, written: those of one step at once.

use super::apply::{Deed, Of};
use crate::{Env, Error, Result, Tenant, contact::shown::index_all};
use uuid::Uuid;

/// Writes all of it; false when somebody took one of the numbers meanwhile.
pub async fn write(
    env: &Env,
    tenant: &mut Tenant,
    of: &Of<'_>,
    deeds: &[Deed<'_>],
) -> Result<bool> {
    if !make(env, tenant, deeds).await? {
        return Ok(false);
    }
    change(env, tenant, deeds).await?;
    hang(env, tenant, of, deeds).await?;
    let found: Vec<Uuid> = deeds
        .iter()
        .filter(|deed| deed.new || deed.changes.name.is_some() || deed.changes.email.is_some())
        .map(|deed| deed.contact)
        .collect();
    index_all(tenant, &found).await?;
    let whose: Vec<Uuid> = deeds.iter().map(|deed| deed.contact).collect();
    let made: Vec<bool> = deeds.iter().map(|deed| deed.new).collect();
    let changes: Vec<String> = deeds
        .iter()
        .map(|deed| serde_json::to_string(&deed.changes))
        .collect::<std::result::Result<_, _>>()
        .map_err(|error| Error::Internal(error.into()))?;
    let workspace = tenant.workspace();
    sqlx::query!(
        "INSERT INTO contact_import_row (workspace_id, import_id, contact_id, made, changes)
         SELECT $1, $2, u.contact, u.made, u.changes::jsonb
           FROM unnest($3::uuid[], $4::bool[], $5::text[]) AS u (contact, made, changes)",
        workspace.0,
        of.import.0,
        &whose,
        &made,
        &changes,
    )
    .execute(tenant.conn())
    .await?;
    Ok(true)
}

async fn make(env: &Env, tenant: &mut Tenant, deeds: &[Deed<'_>]) -> Result<bool> {
    let new: Vec<&Deed<'_>> = deeds.iter().filter(|deed| deed.new).collect();
    let ids: Vec<Uuid> = new.iter().map(|deed| deed.contact).collect();
    let names: Vec<Option<String>> = new.iter().map(|deed| deed.wanted.name.clone()).collect();
    let digits: Vec<Option<String>> = new.iter().map(|deed| deed.wanted.digits.clone()).collect();
    let emails: Vec<Option<String>> = new.iter().map(|deed| deed.wanted.email.clone()).collect();
    let owners: Vec<Option<Uuid>> = new
        .iter()
        .map(|deed| deed.wanted.owner.map(|owner| owner.0))
        .collect();
    let workspace = tenant.workspace();
    sqlx::query!(
        "INSERT INTO contact (workspace_id, id, given_name, phone, email, owner_id, created_at)
         SELECT $1, u.id, u.name, '+' || u.digits, u.email, u.owner, $7
           FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[]) AS u (id, name, digits, email, owner)",
        workspace.0,
        &ids,
        &names as &[Option<String>],
        &digits as &[Option<String>],
        &emails as &[Option<String>],
        &owners as &[Option<Uuid>],
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    let taken = sqlx::query!(
        // In one order, so that two who take the same numbers do not block one another.
        "INSERT INTO contact_identity (workspace_id, kind, scope, value, contact_id)
         SELECT $1, 'phone', '', u.digits, u.id FROM unnest($2::uuid[], $3::text[]) AS u (id, digits)
          WHERE u.digits IS NOT NULL ORDER BY u.digits
         ON CONFLICT (workspace_id, kind, scope, value) DO NOTHING",
        workspace.0,
        &ids,
        &digits as &[Option<String>],
    )
    .execute(tenant.conn())
    .await?;
    Ok(taken.rows_affected() == digits.iter().flatten().count() as u64)
}

async fn change(env: &Env, tenant: &mut Tenant, deeds: &[Deed<'_>]) -> Result<()> {
    let known = || {
        deeds.iter().filter(|deed| {
            let changes = &deed.changes;
            !deed.new
                && (changes.name.is_some() || changes.email.is_some() || changes.owner.is_some())
        })
    };
    let ids: Vec<Uuid> = known().map(|deed| deed.contact).collect();
    let names: Vec<Option<String>> = known()
        .map(|deed| after(deed.changes.name.as_ref()))
        .collect();
    let emails: Vec<Option<String>> = known()
        .map(|deed| after(deed.changes.email.as_ref()))
        .collect();
    let owners: Vec<Option<Uuid>> = known()
        .map(|deed| after(deed.changes.owner.as_ref()))
        .collect();
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE contact c
            SET given_name = coalesce(u.name, c.given_name), email = coalesce(u.email, c.email),
                owner_id = coalesce(u.owner, c.owner_id), edited_at = $6
           FROM unnest($2::uuid[], $3::text[], $4::text[], $5::uuid[]) AS u (id, name, email, owner)
          WHERE c.workspace_id = $1 AND c.id = u.id",
        workspace.0,
        &ids,
        &names as &[Option<String>],
        &emails as &[Option<String>],
        &owners as &[Option<Uuid>],
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

fn after<T: Clone>(turn: Option<&(Option<T>, T)>) -> Option<T> {
    turn.map(|(_, new)| new.clone())
}

/// Labels, values and notes.
async fn hang(env: &Env, tenant: &mut Tenant, of: &Of<'_>, deeds: &[Deed<'_>]) -> Result<()> {
    let workspace = tenant.workspace();
    let (mut whose, mut labels) = (Vec::new(), Vec::new());
    for deed in deeds {
        whose.extend(deed.changes.labels.iter().map(|_| deed.contact));
        labels.extend(&deed.changes.labels);
    }
    sqlx::query!(
        "INSERT INTO contact_label (workspace_id, contact_id, label_id)
         SELECT $1, u.contact, u.label FROM unnest($2::uuid[], $3::uuid[]) AS u (contact, label) ON CONFLICT DO NOTHING",
        workspace.0,
        &whose,
        &labels,
    )
    .execute(tenant.conn())
    .await?;
    let (mut whose, mut fields, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for deed in deeds {
        for (field, _, new) in &deed.changes.values {
            whose.push(deed.contact);
            fields.push(*field);
            values.push(new.clone());
        }
    }
    sqlx::query!(
        "INSERT INTO contact_value (workspace_id, contact_id, field_id, value)
         SELECT $1, u.contact, u.field, u.value FROM unnest($2::uuid[], $3::uuid[], $4::text[]) AS u (contact, field, value)
         ON CONFLICT (workspace_id, contact_id, field_id) DO UPDATE SET value = excluded.value",
        workspace.0,
        &whose,
        &fields,
        &values,
    )
    .execute(tenant.conn())
    .await?;
    let noted = deeds
        .iter()
        .filter_map(|deed| Some((deed.contact, deed.changes.note?, deed.wanted.note.clone()?)));
    let (mut whose, mut ids, mut bodies) = (Vec::new(), Vec::new(), Vec::new());
    for (contact, id, body) in noted {
        whose.push(contact);
        ids.push(id);
        bodies.push(body);
    }
    sqlx::query!(
        "INSERT INTO contact_note (workspace_id, id, contact_id, author_id, body, at)
         SELECT $1, u.id, u.contact, $5, u.body, $6 FROM unnest($2::uuid[], $3::uuid[], $4::text[]) AS u (id, contact, body)",
        workspace.0,
        &ids,
        &whose,
        &bodies,
        of.author,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}
