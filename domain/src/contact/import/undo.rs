//! Taking an import back, some hundreds of contacts at a time: what it did to each goes with its undoing, in one transaction.

use super::{
    apply::{belongings, hold_members},
    change::{Changes, Known},
    told,
    work::{STEP, settle},
};
use crate::{
    Env, Result, Tenant, audit,
    contact::shown::index_all,
    event,
    job::{self, Job, LEASE},
};
use postern_types::{ImportId, ImportState, ImportUndone};
use serde_json::json;
use sqlx::types::Json;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// What was done to a contact.
struct Did {
    contact: Uuid,
    made: bool,
    changes: Changes,
}

/// Takes all of it back.
pub async fn run(env: &Env, job: &Job, id: ImportId) -> Result<()> {
    loop {
        let mut tenant = job.claim.enter(env).await?;
        let Some(undone) = step(env, &mut tenant, id).await? else {
            settle(env, &mut tenant, id, ImportState::Undone, None).await?;
            over(env, &mut tenant, id).await?;
            event::anew(env, &mut tenant).await?;
            job::done(&mut tenant, job.claim).await?;
            return tenant.commit().await;
        };
        note(&mut tenant, id, undone).await?;
        told(env, &mut tenant, id).await?;
        job::extend(&mut tenant, job.claim, LEASE).await?;
        tenant.commit().await?;
    }
}

/// What was taken back in all is audited.
async fn over(env: &Env, tenant: &mut Tenant, id: ImportId) -> Result<()> {
    let view = super::view(tenant, id).await?;
    let undone = view.undone.unwrap_or_default();
    let detail = json!({
        "import": id, "file": view.name, "removed": undone.gone, "restored": undone.restored,
        "left": undone.written + undone.used + undone.touched,
    });
    audit::record(env, tenant, "contact.import_taken_back", &detail).await
}

/// Counts what one step took back.
async fn note(tenant: &mut Tenant, id: ImportId, step: ImportUndone) -> Result<()> {
    let workspace = tenant.workspace();
    let before = sqlx::query_scalar!(
        r#"SELECT undone AS "undone: Json<ImportUndone>" FROM contact_import WHERE workspace_id = $1 AND id = $2 FOR NO KEY UPDATE"#,
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let before = before.map(|Json(undone)| undone).unwrap_or_default();
    let now = ImportUndone {
        gone: before.gone + step.gone,
        restored: before.restored + step.restored,
        written: before.written + step.written,
        used: before.used + step.used,
        touched: before.touched + step.touched,
    };
    sqlx::query!(
        "UPDATE contact_import SET undone = $3 WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
        Json(now) as _,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// Takes back what was done to some; none when nothing is left.
async fn step(env: &Env, tenant: &mut Tenant, id: ImportId) -> Result<Option<ImportUndone>> {
    let workspace = tenant.workspace();
    let rows = sqlx::query!(
        r#"SELECT contact_id, made, changes AS "changes: Json<Changes>" FROM contact_import_row
            WHERE workspace_id = $1 AND import_id = $2 ORDER BY contact_id LIMIT $3"#,
        workspace.0,
        id.0,
        i64::try_from(STEP).unwrap_or(i64::MAX),
    )
    .fetch_all(tenant.conn())
    .await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let did: Vec<Did> = rows
        .into_iter()
        .map(|row| Did {
            contact: row.contact_id,
            made: row.made,
            changes: row.changes.0,
        })
        .collect();
    let ids: Vec<Uuid> = did.iter().map(|did| did.contact).collect();
    let owners = did.iter().filter_map(|did| did.changes.owner.as_ref()?.0);
    hold_members(tenant, owners.collect()).await?;
    // Held first, and looked at then: whoever writes meanwhile waits, and whoever wrote is seen.
    sqlx::query!(
        "SELECT id FROM contact WHERE workspace_id = $1 AND id = ANY ($2) ORDER BY id FOR UPDATE",
        workspace.0,
        &ids,
    )
    .fetch_all(tenant.conn())
    .await?;
    let now = now(tenant, &ids).await?;
    let mut undone = ImportUndone::default();
    let mut gone = Vec::new();
    for did in did.iter().filter(|did| did.made) {
        let Some(now) = now.get(&did.contact) else {
            continue;
        };
        match () {
            () if now.written => undone.written += 1,
            () if now.used => undone.used += 1,
            () if is_touched(now, &did.changes) => undone.touched += 1,
            () => gone.push(did.contact),
        }
    }
    undone.gone = u32::try_from(gone.len()).unwrap_or(u32::MAX);
    sqlx::query!(
        "DELETE FROM contact WHERE workspace_id = $1 AND id = ANY ($2)",
        workspace.0,
        &gone,
    )
    .execute(tenant.conn())
    .await?;
    give_back(env, tenant, &did, &now, &mut undone).await?;
    sqlx::query!(
        "DELETE FROM contact_import_row WHERE workspace_id = $1 AND import_id = $2 AND contact_id = ANY ($3)",
        workspace.0,
        id.0,
        &ids,
    )
    .execute(tenant.conn())
    .await?;
    Ok(Some(undone))
}

/// A contact as they are now, and what hangs off them.
struct Now {
    known: Known,
    /// Somebody wrote with them.
    written: bool,
    /// They have a task, a link into the portal, were merged, are known by something else.
    used: bool,
    /// They are somebody else's part now.
    merged: bool,
    /// Their notes, and whether somebody has changed one.
    notes: HashMap<Uuid, bool>,
}

async fn now(tenant: &mut Tenant, ids: &[Uuid]) -> Result<HashMap<Uuid, Now>> {
    let workspace = tenant.workspace();
    let rows = sqlx::query!(
        r#"SELECT c.id, c.given_name, coalesce(c.name, c.username) AS name, c.phone, c.email, c.owner_id,
                  EXISTS (SELECT FROM conversation v WHERE v.workspace_id = $1 AND v.contact_id = c.id) AS "written!",
                  c.merged_into IS NOT NULL AS "merged!",
                  (c.merged_into IS NOT NULL OR c.name IS NOT NULL OR c.username IS NOT NULL
                   -- They said whether they want to be written to.
                   OR c.marketing_told_at IS NOT NULL OR c.marketing_stopped_at IS NOT NULL
                   OR EXISTS (SELECT FROM contact_merge m WHERE m.workspace_id = $1 AND m.kept_id = c.id)
                   OR EXISTS (SELECT FROM task t WHERE t.workspace_id = $1 AND t.contact_id = c.id)
                   OR EXISTS (SELECT FROM file f WHERE f.workspace_id = $1 AND f.contact_id = c.id)
                   OR EXISTS (SELECT FROM portal_link l WHERE l.workspace_id = $1 AND l.contact_id = c.id)
                   OR EXISTS (SELECT FROM contact_identity i
                               WHERE i.workspace_id = $1 AND i.contact_id = c.id
                                 AND (i.kind <> 'phone' OR '+' || i.value IS DISTINCT FROM c.phone))) AS "used!"
             FROM contact c WHERE c.workspace_id = $1 AND c.id = ANY ($2)"#,
        workspace.0,
        ids,
    )
    .fetch_all(tenant.conn())
    .await?;
    let mut whole: HashMap<Uuid, (bool, bool, bool)> = HashMap::new();
    let mut known = HashMap::new();
    for row in rows {
        whole.insert(row.id, (row.written, row.used, row.merged));
        let one = Known {
            id: row.id,
            given_name: row.given_name,
            name: row.name,
            phone: row.phone,
            email: row.email,
            owner: row.owner_id,
            ..Known::default()
        };
        known.insert(row.id, one);
    }
    belongings(tenant, ids, &mut known).await?;
    let notes = sqlx::query!(
        r#"SELECT contact_id, id, edited_at IS NOT NULL AS "edited!" FROM contact_note
            WHERE workspace_id = $1 AND contact_id = ANY ($2)"#,
        workspace.0,
        ids,
    )
    .fetch_all(tenant.conn())
    .await?;
    let mut now: HashMap<Uuid, Now> = known
        .into_iter()
        .map(|(id, known)| {
            let (written, used, merged) = whole.get(&id).copied().unwrap_or_default();
            let now = Now {
                known,
                written,
                used,
                merged,
                notes: HashMap::new(),
            };
            (id, now)
        })
        .collect();
    for note in notes {
        if let Some(now) = now.get_mut(&note.contact_id) {
            now.notes.insert(note.id, note.edited);
        }
    }
    Ok(now)
}

/// Whether a contact is otherwise than the import made them.
fn is_touched(now: &Now, made: &Changes) -> bool {
    let known = &now.known;
    let values = made
        .values
        .iter()
        .map(|(field, _, new)| (*field, new.clone()));
    let values: HashMap<Uuid, String> = values.collect();
    let labels: HashSet<Uuid> = made.labels.iter().copied().collect();
    let notes: HashMap<Uuid, bool> = made.note.into_iter().map(|note| (note, false)).collect();
    known.given_name.as_ref() != new_of(made.name.as_ref())
        || known.email.as_ref() != new_of(made.email.as_ref())
        || known.owner.as_ref() != new_of(made.owner.as_ref())
        || known.phone != made.digits.as_ref().map(|digits| format!("+{digits}"))
        || known.labels != labels
        || known.values != values
        || now.notes != notes
}

fn new_of<T>(turn: Option<&(Option<T>, T)>) -> Option<&T> {
    turn.map(|(_, new)| new)
}

/// Gives contacts what they had before, where it is still what the import made it.
async fn give_back(
    env: &Env,
    tenant: &mut Tenant,
    did: &[Did],
    now: &HashMap<Uuid, Now>,
    undone: &mut ImportUndone,
) -> Result<()> {
    let mut back = Back::default();
    for did in did.iter().filter(|did| !did.made) {
        let Some(now) = now.get(&did.contact) else {
            continue;
        };
        if !now.merged && back.add(did.contact, &did.changes, now) {
            undone.restored += 1;
        } else {
            undone.touched += 1;
        }
    }
    back.write(env, tenant).await
}

#[derive(Default)]
struct Back {
    contacts: Vec<Uuid>,
    names: Vec<Option<String>>,
    emails: Vec<Option<String>>,
    owners: Vec<Option<Uuid>>,
    /// Whose label is taken off, and which.
    worn: (Vec<Uuid>, Vec<Uuid>),
    /// Whose field is emptied, and which.
    emptied: (Vec<Uuid>, Vec<Uuid>),
    /// Whose field gets what.
    valued: (Vec<Uuid>, Vec<Uuid>, Vec<String>),
    notes: Vec<Uuid>,
}

impl Back {
    /// Whether all of it goes back.
    fn add(&mut self, contact: Uuid, changes: &Changes, now: &Now) -> bool {
        let known = &now.known;
        let mut whole = true;
        let mut turned = false;
        let name = older(
            changes.name.as_ref(),
            known.given_name.as_ref(),
            &mut turned,
            &mut whole,
        );
        let email = older(
            changes.email.as_ref(),
            known.email.as_ref(),
            &mut turned,
            &mut whole,
        );
        let owner = older(
            changes.owner.as_ref(),
            known.owner.as_ref(),
            &mut turned,
            &mut whole,
        );
        if turned {
            self.contacts.push(contact);
            self.names.push(name);
            self.emails.push(email);
            self.owners.push(owner);
        }
        for label in &changes.labels {
            if known.labels.contains(label) {
                self.worn.0.push(contact);
                self.worn.1.push(*label);
            }
        }
        for (field, old, new) in &changes.values {
            if known.values.get(field) != Some(new) {
                whole = false;
            } else if let Some(old) = old {
                self.valued.0.push(contact);
                self.valued.1.push(*field);
                self.valued.2.push(old.clone());
            } else {
                self.emptied.0.push(contact);
                self.emptied.1.push(*field);
            }
        }
        match changes.note.map(|note| (note, now.notes.get(&note))) {
            Some((note, Some(false))) => self.notes.push(note),
            Some((_, Some(true))) => whole = false,
            _ => {}
        }
        whole
    }

    async fn write(self, env: &Env, tenant: &mut Tenant) -> Result<()> {
        let workspace = tenant.workspace();
        sqlx::query!(
            "UPDATE contact c SET given_name = u.name, email = u.email,
                    -- Who does not work here any more looks after nobody.
                    owner_id = (SELECT m.id FROM member m
                                 WHERE m.workspace_id = $1 AND m.id = u.owner AND m.state = 'active' AND m.removed_at IS NULL),
                    edited_at = $6
               FROM unnest($2::uuid[], $3::text[], $4::text[], $5::uuid[]) AS u (id, name, email, owner)
              WHERE c.workspace_id = $1 AND c.id = u.id",
            workspace.0,
            &self.contacts,
            &self.names as &[Option<String>],
            &self.emails as &[Option<String>],
            &self.owners as &[Option<Uuid>],
            env.now(),
        )
        .execute(tenant.conn())
        .await?;
        index_all(tenant, &self.contacts).await?;
        sqlx::query!(
            "DELETE FROM contact_label l USING unnest($2::uuid[], $3::uuid[]) AS u (contact, label)
              WHERE l.workspace_id = $1 AND l.contact_id = u.contact AND l.label_id = u.label",
            workspace.0,
            &self.worn.0,
            &self.worn.1,
        )
        .execute(tenant.conn())
        .await?;
        sqlx::query!(
            "DELETE FROM contact_value v USING unnest($2::uuid[], $3::uuid[]) AS u (contact, field)
              WHERE v.workspace_id = $1 AND v.contact_id = u.contact AND v.field_id = u.field",
            workspace.0,
            &self.emptied.0,
            &self.emptied.1,
        )
        .execute(tenant.conn())
        .await?;
        sqlx::query!(
            "UPDATE contact_value v SET value = u.value
               FROM unnest($2::uuid[], $3::uuid[], $4::text[]) AS u (contact, field, value)
              WHERE v.workspace_id = $1 AND v.contact_id = u.contact AND v.field_id = u.field",
            workspace.0,
            &self.valued.0,
            &self.valued.1,
            &self.valued.2,
        )
        .execute(tenant.conn())
        .await?;
        sqlx::query!(
            "DELETE FROM contact_note WHERE workspace_id = $1 AND id = ANY ($2)",
            workspace.0,
            &self.notes,
        )
        .execute(tenant.conn())
        .await?;
        Ok(())
    }
}

/// What stands there once a value was given back: what stood there before the import, or what stands there now when somebody
/// has changed it since, or the import did not.
fn older<T: Clone + PartialEq>(
    turn: Option<&(Option<T>, T)>,
    now: Option<&T>,
    turned: &mut bool,
    whole: &mut bool,
) -> Option<T> {
    match turn {
        Some((old, new)) if now == Some(new) => {
            *turned = true;
            old.clone()
        }
        Some(_) => {
            *whole = false;
            now.cloned()
        }
        None => now.cloned(),
    }
}
