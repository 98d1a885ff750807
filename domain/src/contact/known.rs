//! Contacts by their identities: one contact, however it names itself.

use super::{
    alike::{suggest, suggest_namesakes},
    form::other_form,
    identity::{Holders, Ids, end, free, has_bsuid, holders, ids, take, take_parent},
    merge::standing,
    shown::{hide, index, show},
};
use crate::{Env, Error, Result, Tenant, payload::Person};
use postern_types::{ContactId, Why};
use time::OffsetDateTime;

/// How often it is read anew who has an id, when another transaction gave it to somebody meanwhile.
const TRIES: usize = 4;

/// Who has that number, in whichever form it is written.
pub(crate) async fn of_number(tenant: &mut Tenant, digits: &str) -> Result<Option<ContactId>> {
    let person = Person {
        phone: Some(digits.to_owned()),
        ..Person::default()
    };
    Ok(holders(tenant, "", &person).await?.by_number())
}

/// The contact that `person` is, made if nobody is known by any of their ids. Both ids are learnt when both are told,
/// and the name is the one they gave last. `scope` is the portfolio within which Meta's ids hold, or the account where the
/// portfolio is not known. The contact is held: nobody merges it away before the transaction ends.
pub(crate) async fn resolve(
    env: &Env,
    tenant: &mut Tenant,
    scope: &str,
    person: &Person,
) -> Result<ContactId> {
    let ids = ids(scope, person);
    for _ in 0..TRIES {
        let mut known = holders(tenant, scope, person).await?;
        if known.moving {
            continue;
        }
        let recycled = recycled(tenant, scope, person, known).await?;
        if let (Some(before), Some(phone)) = (recycled, &person.phone) {
            give_up(env, tenant, before, phone).await?;
            (known.phone, known.form) = (None, None);
        }
        if let Some(contact) = known.who() {
            // An id that another contact already has stays there: the two are left for somebody to merge.
            if known.len() < ids.len() {
                take(tenant, &ids, contact).await?;
            }
            // Known by Meta's id alone, they write from a number that is new to us: it is theirs now.
            let new = known.by_number().is_none();
            let changed = show(env, tenant, contact, person, new).await?;
            compare(tenant, contact, person, known, changed).await?;
            return Ok(contact);
        }
        if let Some(made) = make(env, tenant, &ids, person).await? {
            compare(tenant, made, person, known, true).await?;
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
    scope: &str,
    from: &Person,
    to: &Person,
    at: OffsetDateTime,
) -> Result<ContactId> {
    let old = from
        .phone
        .as_ref()
        .filter(|old| to.phone.as_ref().is_some_and(|new| new != *old));
    for _ in 0..TRIES {
        let before = holders(tenant, scope, from).await?;
        if before.moving {
            continue;
        }
        let Some(contact) = before.who() else {
            // Never seen, or moved already: Meta tells each of our numbers.
            return resolve(env, tenant, scope, to).await;
        };
        let now = holders(tenant, scope, to).await?;
        if now.moving {
            continue;
        }
        if let (Some(other), Some(new)) = (now.phone.filter(|other| *other != contact), &to.phone) {
            if heard_since(tenant, other, at).await? {
                // They wrote by their new number before we were told: there they are.
                if let Some(old) = old {
                    give_up(env, tenant, contact, old).await?;
                }
                suggest(tenant, contact, other, Why::Id).await?;
                return Ok(other);
            }
            // Somebody had it before them.
            give_up(env, tenant, other, new).await?;
        }
        take(tenant, &ids(scope, to), contact).await?;
        let now = holders(tenant, scope, to).await?;
        if to.phone.is_none() || now.phone == Some(contact) {
            if let Some(old) = old {
                give_up(env, tenant, contact, old).await?;
            }
            if let (Some(old), Some(new)) = (&from.bsuid, &to.bsuid)
                && old != new
            {
                end(env, tenant, scope, contact, old).await?;
            }
            let changed = show(env, tenant, contact, to, true).await?;
            compare(tenant, contact, to, now, changed).await?;
            return Ok(contact);
        }
        // Another transaction took the number meanwhile, and it has committed.
    }
    Err(Error::Unavailable)
}

/// Adds to a contact what is told of them elsewhere, when they are the same person as far as is known: with another of
/// Meta's ids in that scope it is somebody else, who has the number now.
pub(crate) async fn learn(
    env: &Env,
    tenant: &mut Tenant,
    scope: &str,
    contact: ContactId,
    person: &Person,
) -> Result<()> {
    let known = holders(tenant, scope, person).await?;
    let theirs = known.who() == Some(contact) && known.bsuid.is_none_or(|holder| holder == contact);
    let told = person.name.is_some() || person.username.is_some() || person.parent.is_some();
    if theirs && !known.moving && !told && known.len() == ids(scope, person).len() {
        return Ok(());
    }
    let contact = match known.who() {
        Some(who) if who == contact && !known.moving => contact,
        // Nothing holds it: it may be merged into another one meanwhile.
        _ => standing(tenant, contact).await?,
    };
    let same = known.bsuid == Some(contact);
    if !same && person.bsuid.is_some() && has_bsuid(tenant, scope, contact).await? {
        return Ok(());
    }
    let ids = ids(scope, person);
    if known.len() < ids.len() {
        take(tenant, &ids, contact).await?;
    }
    let free = known.phone.is_none_or(|holder| holder == contact);
    let told = Person {
        phone: person.phone.clone().filter(|_| free),
        ..person.clone()
    };
    let changed = show(env, tenant, contact, &told, false).await?;
    compare(tenant, contact, person, known, changed).await
}

/// Suggests whoever else has one of the person's ids, and their username when it is new.
async fn compare(
    tenant: &mut Tenant,
    contact: ContactId,
    person: &Person,
    known: Holders,
    changed: bool,
) -> Result<()> {
    let parent = take_parent(tenant, contact, person).await?;
    for (other, why) in [
        (known.phone, Why::Id),
        (known.bsuid, Why::Id),
        (known.form, Why::Number),
        (parent, Why::Id),
    ] {
        if let Some(other) = other.filter(|other| *other != contact) {
            suggest(tenant, contact, other, why).await?;
        }
    }
    if changed {
        suggest_namesakes(tenant, contact, person).await?;
    }
    Ok(())
}

/// Who had `person`'s number before them: a contact with another of Meta's ids in that scope. Where there is no such
/// other id, the number decides when the two ids are known as two people.
async fn recycled(
    tenant: &mut Tenant,
    scope: &str,
    person: &Person,
    known: Holders,
) -> Result<Option<ContactId>> {
    let Some(by_phone) = known.by_number() else {
        return Ok(None);
    };
    let another = person.bsuid.is_some()
        && known.bsuid != Some(by_phone)
        && has_bsuid(tenant, scope, by_phone).await?;
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
        "INSERT INTO contact (workspace_id, id, name, username, phone, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        workspace.0,
        id.0,
        person.name,
        person.username,
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
    index(tenant, id).await?;
    Ok(Some(id))
}

/// Takes a number from a contact, in each of its forms: it is neither shown nor written to as theirs any more.
async fn give_up(env: &Env, tenant: &mut Tenant, contact: ContactId, phone: &str) -> Result<()> {
    for form in other_form(phone).into_iter().chain([phone.to_owned()]) {
        free(tenant, contact, &form).await?;
        hide(env, tenant, contact, &form).await?;
    }
    Ok(())
}
