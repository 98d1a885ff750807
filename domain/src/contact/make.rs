//! A contact whom a member adds, before they ever wrote.

use super::{
    identity::{holders, ids, take},
    shown::index,
    written::Written,
};
use crate::{Env, Error, Result, Tenant, audit, event, payload::Person};
use postern_types::{ContactForm, ContactId, Side};
use serde_json::json;

/// Adds a contact. [`Error::Conflict`] when somebody has the number already. A limited agent's is theirs: they would not see
/// it otherwise.
pub async fn create(env: &Env, tenant: &mut Tenant, form: &ContactForm) -> Result<ContactId> {
    let mut written = Written::read(tenant, form).await?;
    if written.name.is_none() && written.digits.is_none() && written.email.is_none() {
        return Err(Error::invalid(
            "name",
            "Enter a name, a number or an address: by one of them the contact is known.",
        ));
    }
    if tenant.limited().await? {
        written.owner = Some(tenant.actor().await?);
    }
    let person = Person {
        phone: written.digits.clone(),
        ..Person::default()
    };
    refuse_taken(tenant, &person, None).await?;
    let workspace = tenant.workspace();
    let id: ContactId = env.id();
    sqlx::query!(
        "INSERT INTO contact (workspace_id, id, given_name, phone, email, owner_id, created_at)
         VALUES ($1, $2, $3, '+' || $4, $5, $6, $7)",
        workspace.0,
        id.0,
        written.name,
        written.digits,
        written.email,
        written.owner.map(|owner| owner.0),
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    claim(tenant, &person, id).await?;
    index(tenant, id).await?;
    event::side(env, tenant, Side::Contact, id.0).await?;
    audit::record(
        env,
        tenant,
        "contact.created",
        &json!({ "contact": id, "name": written.name }),
    )
    .await?;
    Ok(id)
}

/// Makes the number the contact's. [`Error::Conflict`] when somebody took it a moment ago.
pub(super) async fn claim(tenant: &mut Tenant, person: &Person, id: ContactId) -> Result<()> {
    let ids = ids("", person);
    if take(tenant, &ids, id).await? < ids.len() as u64 {
        return Err(Error::conflict(
            "Somebody with this number wrote a moment ago, and is a contact now. Nothing was saved.",
        ));
    }
    Ok(())
}

/// [`Error::Conflict`] when the number is somebody else's than `own`, in whichever form. It names them to whoever sees them.
pub(super) async fn refuse_taken(
    tenant: &mut Tenant,
    person: &Person,
    own: Option<ContactId>,
) -> Result<()> {
    if person.phone.is_none() {
        return Ok(());
    }
    // A number has one contact, whoever sees them.
    let limited = tenant.limited().await?;
    if limited {
        tenant.widen().await?;
    }
    let holder = holders(tenant, "", person).await?.by_number();
    if limited {
        tenant.narrow().await?;
    }
    let Some(holder) = holder.filter(|holder| Some(*holder) != own) else {
        return Ok(());
    };
    let workspace = tenant.workspace();
    let name = sqlx::query_scalar!(
        r#"SELECT coalesce(given_name, name, username, phone, '') AS "name!" FROM contact WHERE workspace_id = $1 AND id = $2"#,
        workspace.0,
        holder.0,
    )
    .fetch_optional(tenant.conn())
    .await?;
    Err(match name {
        Some(name) => Error::conflict(format!(
            "{name} has this number already. Nothing was saved: look them up, or merge the two."
        )),
        None => Error::conflict(
            "This number belongs to a contact whom you do not see. Nothing was saved: ask a manager.",
        ),
    })
}
