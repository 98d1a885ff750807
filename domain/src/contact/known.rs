//! Contacts by their identities: one contact, however it names itself.

use super::{
    identity::{Holders, Ids, free, has_bsuid, holders, ids, take},
    shown::{hide, index, show},
};
use crate::{Env, Error, Result, Tenant, payload::Person};
use postern_types::ContactId;
use time::OffsetDateTime;

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
        let mut known = holders(tenant, &ids).await?;
        let recycled = recycled(tenant, account, person, known).await?;
        if let (Some(before), Some(phone)) = (recycled, &person.phone) {
            give_up(env, tenant, before, phone).await?;
            known.phone = None;
        }
        if let Some(contact) = known.phone.or(known.bsuid) {
            // An id that another contact already has stays there: the two are left for somebody to merge.
            if known.len() < ids.len() {
                take(tenant, &ids, contact).await?;
            }
            // Known by Meta's id alone, they write from a number that is new to us: it is theirs now.
            show(env, tenant, contact, person, known.phone.is_none()).await?;
            return Ok(contact);
        }
        if let Some(made) = make(env, tenant, &ids, person).await? {
            return Ok(made);
        }
        // Another transaction made them meanwhile, and it has committed.
    }
    Err(Error::Unavailable)
}

/// The contact that wrote as `from` until `at`, and writes as `to` from then on. Their number is the new one; whoever has
/// the old one next is somebody else.
pub(crate) async fn moved(
    env: &Env,
    tenant: &mut Tenant,
    account: &str,
    from: &Person,
    to: &Person,
    at: OffsetDateTime,
) -> Result<ContactId> {
    let old = from
        .phone
        .as_ref()
        .filter(|old| to.phone.as_ref().is_some_and(|new| new != *old));
    for _ in 0..3 {
        let before = holders(tenant, &ids(account, from)).await?;
        let Some(contact) = before.phone.or(before.bsuid) else {
            // Never seen, or moved already: Meta tells each of our numbers.
            return resolve(env, tenant, account, to).await;
        };
        let now = holders(tenant, &ids(account, to)).await?;
        if let (Some(other), Some(new)) = (now.phone.filter(|other| *other != contact), &to.phone) {
            if heard_since(tenant, other, at).await? {
                // They wrote by their new number before we were told: there they are.
                if let Some(old) = old {
                    give_up(env, tenant, contact, old).await?;
                }
                return Ok(other);
            }
            // Somebody had it before them.
            give_up(env, tenant, other, new).await?;
        }
        take(tenant, &ids(account, to), contact).await?;
        let now = holders(tenant, &ids(account, to)).await?;
        if to.phone.is_none() || now.phone == Some(contact) {
            if let Some(old) = old {
                give_up(env, tenant, contact, old).await?;
            }
            show(env, tenant, contact, to, true).await?;
            return Ok(contact);
        }
        // Another transaction took the number meanwhile, and it has committed.
    }
    Err(Error::Unavailable)
}

/// Adds to a contact the ids that nobody has yet, when they are the same person's as far as is known: with another of
/// Meta's ids in that account it is somebody else, who has the number now.
pub(crate) async fn learn(
    tenant: &mut Tenant,
    account: &str,
    contact: ContactId,
    person: &Person,
) -> Result<()> {
    let ids = ids(account, person);
    let known = holders(tenant, &ids).await?;
    let same = known.bsuid == Some(contact);
    if same && known.phone.is_some() {
        return Ok(());
    }
    if same || person.bsuid.is_none() || !has_bsuid(tenant, account, contact).await? {
        take(tenant, &ids, contact).await?;
    }
    Ok(())
}

/// Who had `person`'s number before them: a contact with another of Meta's ids in that account. Where there is no such
/// other id, the number decides when the two ids are known as two people.
async fn recycled(
    tenant: &mut Tenant,
    account: &str,
    person: &Person,
    known: Holders,
) -> Result<Option<ContactId>> {
    let Some(by_phone) = known.phone else {
        return Ok(None);
    };
    let another = person.bsuid.is_some()
        && known.bsuid != Some(by_phone)
        && has_bsuid(tenant, account, by_phone).await?;
    Ok(another.then_some(by_phone))
}

/// Whether anything came in from the contact at or after that time.
async fn heard_since(tenant: &mut Tenant, contact: ContactId, at: OffsetDateTime) -> Result<bool> {
    let workspace = tenant.workspace();
    let heard = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM conversation
                           WHERE workspace_id = $1 AND contact_id = $2 AND heard_at >= $3) AS "heard!""#,
        workspace.0,
        contact.0,
        at,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(heard)
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
    if take(tenant, ids, id).await? < ids.len() as u64 {
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

/// Takes a number from a contact: it is neither shown nor written to as theirs any more.
async fn give_up(env: &Env, tenant: &mut Tenant, contact: ContactId, phone: &str) -> Result<()> {
    free(tenant, contact, phone).await?;
    hide(env, tenant, contact, phone).await
}
