//! What members change of a contact: what they are called, their number, their address, who looks after them.
//!
//! A number that a contact wrote from stays one of theirs when another is shown: their conversations are answered where they
//! wrote. One from which nothing ever came was mistyped, and is let go.

use super::{
    form::other_form,
    identity::{free, holders},
    make::{claim, refuse_taken},
    shown::changed_to,
    written::Written,
};
use crate::{Env, Error, Result, Tenant, audit, event, payload::Person};
use postern_types::{ContactForm, ContactId, MemberId, Side};
use serde_json::json;

/// Makes a contact what the form says.
pub async fn edit(env: &Env, tenant: &mut Tenant, id: ContactId, form: &ContactForm) -> Result<()> {
    let written = Written::read(tenant, form).await?;
    let workspace = tenant.workspace();
    let was = sqlx::query!(
        r#"SELECT given_name, phone, email, owner_id AS "owner: MemberId", merged_into FROM contact
            WHERE workspace_id = $1 AND id = $2 FOR NO KEY UPDATE"#,
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    if was.merged_into.is_some() {
        return Err(Error::conflict(
            "This contact was merged into another one a moment ago. Nothing was saved.",
        ));
    }
    let phone = written.digits.as_ref().map(|digits| format!("+{digits}"));
    let changes = [
        ("name", was.given_name != written.name),
        ("number", was.phone != phone),
        ("address", was.email != written.email),
        ("owner", was.owner != written.owner),
    ];
    let otherwise: Vec<&str> = changes
        .into_iter()
        .filter_map(|(what, changed)| changed.then_some(what))
        .collect();
    if otherwise.is_empty() {
        return Ok(());
    }
    if was.owner != written.owner {
        keep_in_sight(tenant, id, written.owner).await?;
    }
    if was.phone != phone {
        renumber(tenant, id, was.phone.as_deref(), written.digits.as_deref()).await?;
    }
    sqlx::query!(
        "UPDATE contact SET given_name = $3, phone = $4, email = $5, owner_id = $6, edited_at = $7
          WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
        written.name,
        phone,
        written.email,
        written.owner.map(|owner| owner.0),
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    changed_to(env, tenant, id).await?;
    event::side(env, tenant, Side::Contact, id.0).await?;
    let detail = json!({ "contact": id, "changed": otherwise.join(", ") });
    audit::record(env, tenant, "contact.edited", &detail).await
}

/// A limited agent gives away nobody whom they would not see afterwards.
async fn keep_in_sight(tenant: &mut Tenant, id: ContactId, owner: Option<MemberId>) -> Result<()> {
    if !tenant.limited().await? || owner == Some(tenant.actor().await?) {
        return Ok(());
    }
    let seen = sqlx::query_scalar!(r#"SELECT sees_contact($1) AS "seen!""#, id.0)
        .fetch_one(tenant.conn())
        .await?;
    if seen {
        return Ok(());
    }
    Err(Error::invalid(
        "owner",
        "You see this contact because you look after them. Ask a manager to give them to somebody else.",
    ))
}

async fn renumber(
    tenant: &mut Tenant,
    id: ContactId,
    old: Option<&str>,
    new: Option<&str>,
) -> Result<()> {
    let person = Person {
        phone: new.map(str::to_owned),
        ..Person::default()
    };
    refuse_taken(tenant, &person, Some(id)).await?;
    // Who wrote from the old one, wrote; whoever sees it.
    let limited = tenant.limited().await?;
    if limited {
        tenant.widen().await?;
    }
    let done = replace(tenant, id, old, &person).await;
    if limited {
        tenant.narrow().await?;
    }
    done
}

async fn replace(
    tenant: &mut Tenant,
    id: ContactId,
    old: Option<&str>,
    new: &Person,
) -> Result<()> {
    let workspace = tenant.workspace();
    if let Some(old) = old.map(|old| old.trim_start_matches('+')) {
        let wrote = sqlx::query_scalar!(
            r#"SELECT EXISTS (SELECT FROM conversation WHERE workspace_id = $1 AND contact_id = $2) AS "wrote!""#,
            workspace.0,
            id.0,
        )
        .fetch_one(tenant.conn())
        .await?;
        if !wrote {
            for form in other_form(old).into_iter().chain([old.to_owned()]) {
                free(tenant, id, &form).await?;
            }
        } else if new.phone.is_none() {
            return Err(Error::conflict(
                "They are written to by this number, so it stays. Enter another one to show that instead.",
            ));
        } else {
            sqlx::query!(
                "UPDATE conversation SET reply_to = $3 WHERE workspace_id = $1 AND contact_id = $2 AND reply_to IS NULL",
                workspace.0,
                id.0,
                old,
            )
            .execute(tenant.conn())
            .await?;
        }
    }
    if new.phone.is_some() && holders(tenant, "", new).await?.by_number().is_none() {
        claim(tenant, new, id).await?;
    }
    Ok(())
}
