//! A contact as it is shown, and the terms under which it is found.

use super::terms;
use crate::{Env, Result, Tenant, conversation, payload::Person};
use postern_types::ContactId;
use uuid::Uuid;

/// Keeps the name and username they gave themselves, and their number when it was hidden, or is `new`; they are then found
/// by all of them. True when that changed something.
pub(super) async fn show(
    env: &Env,
    tenant: &mut Tenant,
    id: ContactId,
    person: &Person,
    new: bool,
) -> Result<bool> {
    let workspace = tenant.workspace();
    let shown = person.phone.as_ref().map(|digits| format!("+{digits}"));
    let changed = sqlx::query!(
        "UPDATE contact
            SET name = coalesce($3, name), username = coalesce($6, username),
                phone = CASE WHEN $5 THEN coalesce($4, phone) ELSE coalesce(phone, $4) END
          WHERE workspace_id = $1 AND id = $2
            AND (name IS DISTINCT FROM coalesce($3, name)
                 OR username IS DISTINCT FROM coalesce($6, username)
                 OR phone IS DISTINCT FROM CASE WHEN $5 THEN coalesce($4, phone) ELSE coalesce(phone, $4) END)",
        workspace.0,
        id.0,
        person.name,
        shown,
        new,
        person.username,
    )
    .execute(tenant.conn())
    .await?;
    let changed = changed.rows_affected() > 0;
    if changed {
        changed_to(env, tenant, id).await?;
    }
    Ok(changed)
}

/// Shows a contact without this number, if it was shown with it.
pub(super) async fn hide(
    env: &Env,
    tenant: &mut Tenant,
    contact: ContactId,
    phone: &str,
) -> Result<()> {
    let workspace = tenant.workspace();
    let changed = sqlx::query!(
        "UPDATE contact SET phone = NULL WHERE workspace_id = $1 AND id = $2 AND phone = $3",
        workspace.0,
        contact.0,
        format!("+{phone}"),
    )
    .execute(tenant.conn())
    .await?;
    if changed.rows_affected() > 0 {
        changed_to(env, tenant, contact).await?;
    }
    Ok(())
}

/// They are found by what they are shown as now, and open inboxes show it.
pub(super) async fn changed_to(env: &Env, tenant: &mut Tenant, id: ContactId) -> Result<()> {
    forget(tenant, id).await?;
    index(tenant, id).await?;
    conversation::tell_of(env, tenant, id).await
}

/// Nobody finds them any more.
pub(super) async fn forget(tenant: &mut Tenant, id: ContactId) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "DELETE FROM contact_term WHERE workspace_id = $1 AND contact_id = $2",
        workspace.0,
        id.0,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// They are found by every name that they have, and by each of their numbers.
pub(super) async fn index(tenant: &mut Tenant, id: ContactId) -> Result<()> {
    let workspace = tenant.workspace();
    let known = sqlx::query!(
        r#"SELECT c.given_name, c.name, c.username, c.phone, c.email,
                  ARRAY(SELECT i.value FROM contact_identity i
                         WHERE i.workspace_id = $1 AND i.contact_id = $2 AND i.kind = 'phone') AS "phones!"
             FROM contact c WHERE c.workspace_id = $1 AND c.id = $2"#,
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let names = [known.given_name, known.name, known.username];
    let terms = all_terms(&names, &known.phones, known.phone, known.email);
    sqlx::query!(
        "INSERT INTO contact_term (workspace_id, term, contact_id) SELECT $1, t, $3 FROM unnest($2::text[]) AS t
         ON CONFLICT DO NOTHING",
        workspace.0,
        &terms,
        id.0,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// [`index`] for many at once, who may have been found by something else before.
pub(super) async fn index_all(tenant: &mut Tenant, ids: &[Uuid]) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "DELETE FROM contact_term WHERE workspace_id = $1 AND contact_id = ANY ($2)",
        workspace.0,
        ids,
    )
    .execute(tenant.conn())
    .await?;
    let known = sqlx::query!(
        r#"SELECT c.id, c.given_name, c.name, c.username, c.phone, c.email,
                  ARRAY(SELECT i.value FROM contact_identity i
                         WHERE i.workspace_id = $1 AND i.contact_id = c.id AND i.kind = 'phone') AS "phones!"
             FROM contact c WHERE c.workspace_id = $1 AND c.id = ANY ($2)"#,
        workspace.0,
        ids,
    )
    .fetch_all(tenant.conn())
    .await?;
    let (mut found, mut whose) = (Vec::new(), Vec::new());
    for row in known {
        let terms = all_terms(
            &[row.given_name, row.name, row.username],
            &row.phones,
            row.phone,
            row.email,
        );
        whose.extend(terms.iter().map(|_| row.id));
        found.extend(terms);
    }
    sqlx::query!(
        "INSERT INTO contact_term (workspace_id, term, contact_id)
         SELECT $1, u.term, u.contact FROM unnest($2::text[], $3::uuid[]) AS u (term, contact)
         ON CONFLICT DO NOTHING",
        workspace.0,
        &found,
        &whose,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// What somebody is found by.
fn all_terms(
    names: &[Option<String>],
    phones: &[String],
    phone: Option<String>,
    email: Option<String>,
) -> Vec<String> {
    let names = names.iter().map(|name| terms(name.as_deref(), None));
    let phones = phones.iter().chain(&phone);
    let phones = phones.map(|phone| terms(None, Some(phone)));
    // An address by its words, and as a whole: most of one domain have its words in common.
    let address = email.iter().map(|email| {
        let mut terms = terms(Some(email), None);
        terms.push(email.to_lowercase());
        terms
    });
    let mut terms: Vec<String> = names.chain(phones).chain(address).flatten().collect();
    terms.sort_unstable();
    terms.dedup();
    terms
}
