//! What contacts are known by: a number, or Meta's id of a person within one business account.

use crate::{Result, Tenant, payload::Person};
use postern_types::ContactId;

/// Kinds, scopes and values of ids, the number first: always in one order, so that two transactions that make the same
/// person wait for each other and do not block one another.
pub(super) struct Ids {
    kinds: Vec<String>,
    scopes: Vec<String>,
    values: Vec<String>,
}

impl Ids {
    pub fn len(&self) -> usize {
        self.values.len()
    }
}

pub(super) fn ids(account: &str, person: &Person) -> Ids {
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

/// Who is known by a number, and who by Meta's id.
#[derive(Clone, Copy, Default)]
pub(super) struct Holders {
    pub phone: Option<ContactId>,
    pub bsuid: Option<ContactId>,
}

impl Holders {
    pub fn len(&self) -> usize {
        usize::from(self.phone.is_some()) + usize::from(self.bsuid.is_some())
    }
}

pub(super) async fn holders(tenant: &mut Tenant, ids: &Ids) -> Result<Holders> {
    let workspace = tenant.workspace();
    let rows = sqlx::query!(
        r#"SELECT i.kind, i.contact_id AS "id: ContactId"
             FROM unnest($2::text[], $3::text[], $4::text[]) AS u(kind, scope, value)
             JOIN contact_identity i ON i.workspace_id = $1 AND i.kind = u.kind AND i.scope = u.scope
                                    AND i.value = u.value"#,
        workspace.0,
        &ids.kinds,
        &ids.scopes,
        &ids.values,
    )
    .fetch_all(tenant.conn())
    .await?;
    let of = |kind: &str| rows.iter().find(|row| row.kind == kind).map(|row| row.id);
    Ok(Holders {
        phone: of("phone"),
        bsuid: of("bsuid"),
    })
}

/// Whether the contact is known by any of Meta's ids in that account.
pub(super) async fn has_bsuid(
    tenant: &mut Tenant,
    account: &str,
    contact: ContactId,
) -> Result<bool> {
    let workspace = tenant.workspace();
    let has = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM contact_identity
                           WHERE workspace_id = $1 AND contact_id = $2 AND kind = 'bsuid' AND scope = $3) AS "has!""#,
        workspace.0,
        contact.0,
        account,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(has)
}

/// Claims the ids that are free; says how many. Waits for a transaction that is claiming one of them.
pub(super) async fn take(tenant: &mut Tenant, ids: &Ids, contact: ContactId) -> Result<u64> {
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

/// Takes a number from a contact.
pub(super) async fn free(tenant: &mut Tenant, contact: ContactId, phone: &str) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "DELETE FROM contact_identity
          WHERE workspace_id = $1 AND kind = 'phone' AND scope = '' AND value = $2 AND contact_id = $3",
        workspace.0,
        phone,
        contact.0,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}
