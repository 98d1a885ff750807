//! Rows applied, some hundreds in one transaction: a statement for each kind of thing and not for each row.

use super::{
    change::{Changes, Known, of_known, of_new},
    row::{Bad, Wanted},
    write::write,
};
use crate::{Env, Result, Tenant, audit, contact::form::other_form};
use postern_types::{ImportId, ImportPlan, TONES};
use serde_json::json;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// What is applied, and whether it is only tried out.
pub struct Of<'a> {
    pub import: ImportId,
    pub author: Option<Uuid>,
    pub plan: &'a ImportPlan,
    pub headings: &'a [String],
    pub dry: bool,
}

/// What became of the rows.
#[derive(Default)]
pub struct Outcome {
    pub made: i32,
    pub changed: i32,
    pub same: i32,
    pub bad: Vec<Bad>,
}

/// A contact, whether they are new, and what becomes otherwise.
pub struct Deed<'a> {
    pub contact: Uuid,
    pub new: bool,
    pub changes: Changes,
    pub wanted: &'a Wanted,
}

/// Applies rows; none when somebody wrote or was merged meanwhile: then it is to be done anew, in another transaction. `taken`
/// says which row was about which contact before.
pub async fn apply(
    env: &Env,
    tenant: &mut Tenant,
    of: &Of<'_>,
    rows: &[Wanted],
    taken: &mut HashMap<Uuid, u32>,
) -> Result<Option<Outcome>> {
    let mut outcome = Outcome::default();
    let owners: HashSet<Uuid> = rows
        .iter()
        .filter_map(|wanted| Some(wanted.owner?.0))
        .collect();
    if !of.dry && hold_members(tenant, owners.iter().copied().collect()).await? < owners.len() {
        // Somebody went meanwhile: the row is to be judged anew.
        return Ok(None);
    }
    let holders = Holders::read(tenant, rows).await?;
    let Some(known) = known(tenant, holders.ids(), of.dry).await? else {
        return Ok(None);
    };
    let before = applied(tenant, of.import, holders.ids()).await?;
    let labels = labels(env, tenant, rows, of.dry).await?;
    let mut deeds = Vec::new();
    for wanted in rows {
        let theirs: Vec<Uuid> = wanted
            .labels
            .iter()
            .filter_map(|name| labels.get(name))
            .copied()
            .collect();
        let who = match holders.who(wanted, &known) {
            Ok(who) => who,
            Err(words) => {
                outcome.bad.push(of.bad(wanted, words));
                continue;
            }
        };
        let Some(who) = who else {
            deeds.push(Deed {
                contact: env.id(),
                new: true,
                changes: of_new(wanted, &theirs),
                wanted,
            });
            continue;
        };
        let earlier = taken.get(&who.id).filter(|row| **row != wanted.row);
        if earlier.is_some() || before.contains(&who.id) {
            let words = match earlier {
                Some(row) => {
                    format!("Row {row} is about the same contact already. That one counts.")
                }
                None => {
                    "An earlier row is about the same contact already. That one counts.".to_owned()
                }
            };
            outcome.bad.push(of.bad(wanted, words));
            continue;
        }
        taken.insert(who.id, wanted.row);
        deeds.push(Deed {
            contact: who.id,
            new: false,
            changes: of_known(who, wanted, &theirs, of.plan.known),
            wanted,
        });
    }
    notes(env, tenant, of, &mut deeds).await?;
    for deed in &deeds {
        let fresh = of.dry
            && deed
                .wanted
                .labels
                .iter()
                .any(|name| !labels.contains_key(name));
        let otherwise = !deed.changes.is_empty()
            || (fresh && of.plan.known != postern_types::ImportKnown::Leave);
        match (deed.new, otherwise) {
            (true, _) => outcome.made += 1,
            (false, true) => outcome.changed += 1,
            (false, false) => outcome.same += 1,
        }
    }
    deeds.retain(|deed| deed.new || !deed.changes.is_empty());
    if of.dry || deeds.is_empty() {
        return Ok(Some(outcome));
    }
    Ok(write(env, tenant, of, &deeds).await?.then_some(outcome))
}

impl Of<'_> {
    /// A row that cannot be applied, by its number or address.
    fn bad(&self, wanted: &Wanted, words: String) -> Bad {
        use postern_types::ImportColumn::{Email, Phone};
        let by = if wanted.digits.is_some() {
            Phone
        } else {
            Email
        };
        let at = self.plan.columns.iter().position(|column| *column == by);
        Bad {
            row: wanted.row,
            column: at
                .and_then(|at| self.headings.get(at))
                .cloned()
                .unwrap_or_default(),
            words,
            cells: wanted.cells.clone(),
        }
    }
}

/// Who has which number, and which address.
struct Holders {
    phones: HashMap<String, Uuid>,
    emails: HashMap<String, Vec<Uuid>>,
}

impl Holders {
    async fn read(tenant: &mut Tenant, rows: &[Wanted]) -> Result<Self> {
        let workspace = tenant.workspace();
        let digits = rows.iter().filter_map(|wanted| wanted.digits.as_deref());
        let digits: Vec<String> = digits
            .flat_map(|digits| other_form(digits).into_iter().chain([digits.to_owned()]))
            .collect();
        let phones = sqlx::query!(
            "SELECT value, contact_id FROM contact_identity
              WHERE workspace_id = $1 AND kind = 'phone' AND scope = '' AND value = ANY ($2)",
            workspace.0,
            &digits,
        )
        .fetch_all(tenant.conn())
        .await?;
        let sought = rows.iter().filter(|wanted| wanted.digits.is_none());
        let sought: Vec<String> = sought.filter_map(|wanted| wanted.email.clone()).collect();
        // A contact is found by their address as a whole.
        let found = sqlx::query!(
            r#"SELECT t.term, t.contact_id
                 FROM contact_term t JOIN contact c ON c.workspace_id = $1 AND c.id = t.contact_id
                WHERE t.workspace_id = $1 AND t.term = ANY ($2) AND c.merged_into IS NULL AND lower(c.email) = t.term
                ORDER BY t.contact_id"#,
            workspace.0,
            &sought,
        )
        .fetch_all(tenant.conn())
        .await?;
        let mut emails: HashMap<String, Vec<Uuid>> = HashMap::new();
        for row in found {
            emails.entry(row.term).or_default().push(row.contact_id);
        }
        Ok(Self {
            phones: phones
                .into_iter()
                .map(|row| (row.value, row.contact_id))
                .collect(),
            emails,
        })
    }

    fn ids(&self) -> Vec<Uuid> {
        let all = self.phones.values().chain(self.emails.values().flatten());
        let all: HashSet<Uuid> = all.copied().collect();
        all.into_iter().collect()
    }

    /// Who a row is about; none who is known. Words when it may be several.
    fn who<'a>(
        &self,
        wanted: &Wanted,
        known: &'a HashMap<Uuid, Known>,
    ) -> Result<Option<&'a Known>, String> {
        if let Some(digits) = &wanted.digits {
            let other = other_form(digits).and_then(|other| self.phones.get(&other));
            let id = self.phones.get(digits).or(other);
            return Ok(id.and_then(|id| known.get(id)));
        }
        let all = wanted
            .email
            .as_ref()
            .and_then(|email| self.emails.get(email));
        match all.map_or(&[][..], Vec::as_slice) {
            [] => Ok(None),
            [one] => Ok(known.get(one)),
            [..] => Err("Several contacts have this address: add the number, so that it is known whom this is about.".to_owned()),
        }
    }
}

/// Holds members so that none of them goes meanwhile; how many of them work here. Before any contact is held, as who removes a
/// member does.
pub async fn hold_members(tenant: &mut Tenant, mut ids: Vec<Uuid>) -> Result<usize> {
    let workspace = tenant.workspace();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(0);
    }
    let here = sqlx::query!(
        "SELECT id FROM member WHERE workspace_id = $1 AND id = ANY ($2) AND state = 'active' AND removed_at IS NULL
          ORDER BY id FOR SHARE",
        workspace.0,
        &ids,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(here.len())
}

/// Contacts as they are, held unless it is only tried out; none when one of them was merged meanwhile.
async fn known(
    tenant: &mut Tenant,
    mut ids: Vec<Uuid>,
    dry: bool,
) -> Result<Option<HashMap<Uuid, Known>>> {
    let workspace = tenant.workspace();
    ids.sort_unstable();
    if !dry {
        sqlx::query!(
            // In the order in which a merge locks them.
            "SELECT id FROM contact WHERE workspace_id = $1 AND id = ANY ($2) ORDER BY id FOR NO KEY UPDATE",
            workspace.0,
            &ids,
        )
        .fetch_all(tenant.conn())
        .await?;
    }
    let rows = sqlx::query!(
        r#"SELECT id, given_name, coalesce(name, username) AS name, phone, email, owner_id, merged_into IS NOT NULL AS "merged!"
             FROM contact WHERE workspace_id = $1 AND id = ANY ($2)"#,
        workspace.0,
        &ids,
    )
    .fetch_all(tenant.conn())
    .await?;
    if rows.len() < ids.len() || rows.iter().any(|row| row.merged) {
        return Ok(None);
    }
    let mut known: HashMap<Uuid, Known> = rows
        .into_iter()
        .map(|row| {
            let known = Known {
                id: row.id,
                given_name: row.given_name,
                name: row.name,
                phone: row.phone,
                email: row.email,
                owner: row.owner_id,
                ..Known::default()
            };
            (row.id, known)
        })
        .collect();
    belongings(tenant, &ids, &mut known).await?;
    Ok(Some(known))
}

/// What they wear, and what stands in their fields.
pub async fn belongings(
    tenant: &mut Tenant,
    ids: &[Uuid],
    known: &mut HashMap<Uuid, Known>,
) -> Result<()> {
    let workspace = tenant.workspace();
    let worn = sqlx::query!(
        "SELECT contact_id, label_id FROM contact_label WHERE workspace_id = $1 AND contact_id = ANY ($2)",
        workspace.0,
        ids,
    )
    .fetch_all(tenant.conn())
    .await?;
    for row in worn {
        if let Some(known) = known.get_mut(&row.contact_id) {
            known.labels.insert(row.label_id);
        }
    }
    let values = sqlx::query!(
        "SELECT contact_id, field_id, value FROM contact_value WHERE workspace_id = $1 AND contact_id = ANY ($2)",
        workspace.0,
        ids,
    )
    .fetch_all(tenant.conn())
    .await?;
    for row in values {
        if let Some(known) = known.get_mut(&row.contact_id) {
            known.values.insert(row.field_id, row.value);
        }
    }
    Ok(())
}

/// Whom this import has dealt with already.
async fn applied(tenant: &mut Tenant, import: ImportId, ids: Vec<Uuid>) -> Result<HashSet<Uuid>> {
    let workspace = tenant.workspace();
    let before = sqlx::query_scalar!(
        "SELECT contact_id FROM contact_import_row WHERE workspace_id = $1 AND import_id = $2 AND contact_id = ANY ($3)",
        workspace.0,
        import.0,
        &ids,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(before.into_iter().collect())
}

/// Labels by what rows call them; those that are not there are made.
async fn labels(
    env: &Env,
    tenant: &mut Tenant,
    rows: &[Wanted],
    dry: bool,
) -> Result<HashMap<String, Uuid>> {
    let names: HashSet<&str> = rows
        .iter()
        .flat_map(|wanted| wanted.labels.iter().map(String::as_str))
        .collect();
    let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
    if names.is_empty() {
        return Ok(HashMap::new());
    }
    let found = find_labels(tenant, &names).await?;
    let mut missing: Vec<String> = names
        .iter()
        .filter(|name| !found.contains_key(*name))
        .cloned()
        .collect();
    if dry || missing.is_empty() {
        return Ok(found);
    }
    missing.sort_unstable();
    let workspace = tenant.workspace();
    let ids: Vec<Uuid> = missing.iter().map(|_| env.id()).collect();
    sqlx::query!(
        "INSERT INTO label (workspace_id, id, name, tone, created_at)
         SELECT $1, u.id, u.name, (u.nth % $5)::smallint, $4
           FROM unnest($2::uuid[], $3::text[]) WITH ORDINALITY AS u (id, name, nth)
         ON CONFLICT DO NOTHING",
        workspace.0,
        &ids,
        &missing,
        env.now(),
        i64::from(TONES),
    )
    .execute(tenant.conn())
    .await?;
    for name in &missing {
        audit::record(env, tenant, "label.created", &json!({ "label": name })).await?;
    }
    find_labels(tenant, &names).await
}

async fn find_labels(tenant: &mut Tenant, names: &[String]) -> Result<HashMap<String, Uuid>> {
    let workspace = tenant.workspace();
    let rows = sqlx::query!(
        r#"SELECT u.name AS "name!", l.id FROM unnest($2::text[]) AS u (name)
             JOIN label l ON l.workspace_id = $1 AND lower(l.name) = lower(u.name) AND l.deleted_at IS NULL"#,
        workspace.0,
        names,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.name, row.id)).collect())
}

/// Gives each note an id, but where the contact has the same one already: bringing a file twice notes nothing twice.
async fn notes(env: &Env, tenant: &mut Tenant, of: &Of<'_>, deeds: &mut [Deed<'_>]) -> Result<()> {
    let leave = of.plan.known == postern_types::ImportKnown::Leave;
    let noting = |deed: &&Deed<'_>| !deed.new && !leave && deed.wanted.note.is_some();
    let whose: Vec<Uuid> = deeds
        .iter()
        .filter(noting)
        .map(|deed| deed.contact)
        .collect();
    let bodies: Vec<String> = deeds
        .iter()
        .filter(noting)
        .filter_map(|deed| deed.wanted.note.clone())
        .collect();
    let workspace = tenant.workspace();
    let there = sqlx::query_scalar!(
        "SELECT n.contact_id FROM unnest($2::uuid[], $3::text[]) AS u (contact, body)
           JOIN contact_note n ON n.workspace_id = $1 AND n.contact_id = u.contact AND n.body = u.body",
        workspace.0,
        &whose,
        &bodies,
    )
    .fetch_all(tenant.conn())
    .await?;
    for deed in deeds {
        let known = !deed.new && (leave || there.contains(&deed.contact));
        if deed.wanted.note.is_some() && !known {
            deed.changes.note = Some(env.id());
        }
    }
    Ok(())
}
