//! What contacts are known by: a number, or Meta's id of a person within one business portfolio.

use super::form::other_form;
use crate::{Env, Result, Tenant, payload::Person};
use postern_types::ContactId;
use uuid::Uuid;

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

    fn add(&mut self, kind: &str, scope: &str, value: &str) {
        self.kinds.push(kind.to_owned());
        self.scopes.push(scope.to_owned());
        self.values.push(value.to_owned());
    }
}

/// The ids by which `person` is found; Meta's hold within `scope`.
pub(super) fn ids(scope: &str, person: &Person) -> Ids {
    let mut ids = Ids {
        kinds: Vec::new(),
        scopes: Vec::new(),
        values: Vec::new(),
    };
    for (kind, scope, value) in [
        ("phone", "", &person.phone),
        ("bsuid", scope, &person.bsuid),
    ] {
        if let Some(value) = value {
            ids.add(kind, scope, value);
        }
    }
    ids
}

/// Who is known by a number, who by its other form, and who by Meta's id.
#[derive(Clone, Copy, Default)]
pub(super) struct Holders {
    pub phone: Option<ContactId>,
    pub form: Option<ContactId>,
    pub bsuid: Option<ContactId>,
    /// One of them was merged while this waited: who holds the ids now is to be read anew.
    pub moving: bool,
}

impl Holders {
    /// How many of the ids somebody has.
    pub fn len(&self) -> usize {
        usize::from(self.phone.is_some()) + usize::from(self.bsuid.is_some())
    }

    /// Who is known by the number, however it is written.
    pub fn by_number(&self) -> Option<ContactId> {
        self.phone.or(self.form)
    }

    /// Who it is: the number decides where the two are known as two people.
    pub fn who(&self) -> Option<ContactId> {
        self.by_number().or(self.bsuid)
    }
}

/// Who holds the ids, held until the transaction ends: nobody merges them away meanwhile.
pub(super) async fn holders(tenant: &mut Tenant, scope: &str, person: &Person) -> Result<Holders> {
    let workspace = tenant.workspace();
    let mut sought = ids(scope, person);
    let other = person.phone.as_deref().and_then(other_form);
    if let Some(other) = &other {
        sought.add("phone", "", other);
    }
    let rows = sqlx::query!(
        r#"SELECT i.kind, i.value, i.contact_id AS "id: ContactId", c.merged_into IS NOT NULL AS "merged!"
             FROM unnest($2::text[], $3::text[], $4::text[]) AS u(kind, scope, value)
             JOIN contact_identity i ON i.workspace_id = $1 AND i.kind = u.kind AND i.scope = u.scope
                                    AND i.value = u.value
             JOIN contact c ON c.workspace_id = $1 AND c.id = i.contact_id
            -- In the order in which a merge locks them.
            ORDER BY c.id FOR KEY SHARE OF c"#,
        workspace.0,
        &sought.kinds,
        &sought.scopes,
        &sought.values,
    )
    .fetch_all(tenant.conn())
    .await?;
    let of = |kind: &str, value: Option<&String>| {
        let value = value?;
        let row = rows
            .iter()
            .find(|row| row.kind == kind && row.value == *value);
        row.map(|row| row.id)
    };
    Ok(Holders {
        phone: of("phone", person.phone.as_ref()),
        form: of("phone", other.as_ref()),
        bsuid: of("bsuid", person.bsuid.as_ref()),
        moving: rows.iter().any(|row| row.merged),
    })
}

/// Whether the contact is known by any of Meta's ids in that scope.
pub(super) async fn has_bsuid(
    tenant: &mut Tenant,
    scope: &str,
    contact: ContactId,
) -> Result<bool> {
    let workspace = tenant.workspace();
    let has = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM contact_identity
                           WHERE workspace_id = $1 AND contact_id = $2 AND kind = 'bsuid' AND scope = $3) AS "has!""#,
        workspace.0,
        contact.0,
        scope,
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

/// Keeps Meta's id over linked portfolios; says who has it, when that is another contact.
pub(super) async fn take_parent(
    tenant: &mut Tenant,
    contact: ContactId,
    person: &Person,
) -> Result<Option<ContactId>> {
    let Some(parent) = &person.parent else {
        return Ok(None);
    };
    let mut ids = ids("", &Person::default());
    ids.add("parent", "", parent);
    if take(tenant, &ids, contact).await? == 1 {
        return Ok(None);
    }
    let workspace = tenant.workspace();
    let holder: Uuid = sqlx::query_scalar!(
        "SELECT contact_id FROM contact_identity
          WHERE workspace_id = $1 AND kind = 'parent' AND scope = '' AND value = $2",
        workspace.0,
        parent,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(Some(ContactId(holder)).filter(|holder| *holder != contact))
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

/// Notes that Meta has given the contact another id in place of this one: nothing is sent to it any more.
pub(super) async fn end(
    env: &Env,
    tenant: &mut Tenant,
    scope: &str,
    contact: ContactId,
    bsuid: &str,
) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE contact_identity SET ended_at = $5
          WHERE workspace_id = $1 AND kind = 'bsuid' AND scope = $2 AND value = $3 AND contact_id = $4",
        workspace.0,
        scope,
        bsuid,
        contact.0,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}
