//! Contacts from a file: brought, looked at, tried out, taken in, and taken back.
//!
//! The file lies in the store, sealed, and is read row by row each time. Trying it out and doing it are one piece of work
//! (`work`), which a job does some hundreds of rows at a time, each with how far it is in one transaction: whenever it is cut
//! off, it goes on behind the last of them, and nobody comes in twice. What it does to a contact is written down (`change`),
//! so that it can be taken back (`undo`) for as long as that is kept.

mod apply;
mod bring;
mod change;
mod fault;
mod row;
mod sheet;
mod split;
mod suggest;
mod text;
mod undo;
mod work;
mod write;

pub use bring::{Admitted, admit, receive};
pub(crate) use fault::SEALED as FAULTS;
pub use fault::piece;
pub(crate) use work::{give_up, run, run_forget};

use super::{field, phone};
use crate::{
    Env, Error, Result, Tenant, audit,
    env::moment,
    event,
    file::Sheet,
    job::{self, Kind},
    teams, vault,
};
use bring::begin;
use postern_types::{
    IMPORT_SEPARATORS, ImportColumn, ImportCounts, ImportId, ImportLook, ImportPage, ImportPlan,
    ImportState, ImportUndone, ImportView, MemberId, Right, Side, WorkspaceId,
};
use row::Book;
use serde_json::json;
use sqlx::types::Json;
use std::time::Duration;
use time::OffsetDateTime;
use zeroize::Zeroizing;

/// Where the key of a file is sealed.
pub(crate) const KEY: &str = "contact_import.key_sealed";

/// For how long an import can be taken back. Its file goes when it is done; one that was not imported lies here as long.
const KEPT: Duration = Duration::from_hours(30 * 24);

/// Where a file lies, and what opens it.
struct Lies {
    workspace: WorkspaceId,
    id: ImportId,
    sheet: Sheet,
}

/// An import.
struct Import {
    id: ImportId,
    author: Option<MemberId>,
    plan: ImportPlan,
    state: ImportState,
    place: u32,
    name: String,
    /// None once the file was let go.
    lies: Option<Lies>,
}

/// The beginning of the file, read as it was chosen; with nothing chosen, as it is planned. Headings in another encoding suggest
/// other columns.
pub async fn look(
    env: &Env,
    mut tenant: Tenant,
    id: ImportId,
    choice: Option<(String, char)>,
) -> Result<ImportLook> {
    teams::allowed(&mut tenant, Right::Import).await?;
    let import = find(env, &mut tenant, id).await?;
    let fields = field::all(&mut tenant).await?;
    tenant.commit().await?;
    let lies = import.lies.ok_or_else(let_go)?;
    let mut plan = import.plan;
    let other = choice
        .filter(|(encoding, separator)| (&plan.encoding, plan.separator) != (encoding, *separator));
    let anew = other.is_some();
    if let Some((encoding, separator)) = other {
        check_reading(&encoding, separator)?;
        (plan.encoding, plan.separator) = (encoding, separator);
    }
    let (headings, rows) = begin(env, &lies, &plan).await?;
    if anew || plan.columns.len() != headings.len() {
        plan.columns = suggest::columns(&headings, &fields);
    }
    Ok(ImportLook {
        plan,
        headings,
        rows,
    })
}

/// Tries the file out as it is planned: nobody is made or changed, and it is known then what would be.
pub async fn check(env: &Env, tenant: &mut Tenant, id: ImportId, plan: &ImportPlan) -> Result<()> {
    teams::allowed(tenant, Right::Import).await?;
    hold(tenant, id).await?;
    let import = find(env, tenant, id).await?;
    if !matches!(import.state, ImportState::Read | ImportState::Checked) {
        return Err(under_way());
    }
    import.lies.as_ref().ok_or_else(let_go)?;
    let book = Book::load(tenant, plan).await?;
    check_plan(plan, &book)?;
    begin_anew(tenant, id, ImportState::Checking).await?;
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE contact_import SET plan = $3 WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
        Json(plan) as _,
    )
    .execute(tenant.conn())
    .await?;
    work(env, tenant, id).await
}

/// Takes the contacts in, as they were tried out.
pub async fn start(env: &Env, tenant: &mut Tenant, id: ImportId) -> Result<()> {
    teams::allowed(tenant, Right::Import).await?;
    hold(tenant, id).await?;
    let import = find(env, tenant, id).await?;
    if import.state != ImportState::Checked {
        return Err(under_way());
    }
    import.lies.as_ref().ok_or_else(let_go)?;
    begin_anew(tenant, id, ImportState::Importing).await?;
    let told = json!({ "import": id, "file": import.name });
    audit::record(env, tenant, "contact.import_started", &told).await?;
    work(env, tenant, id).await
}

/// Ends what is being done where it is. What was done stays, and can be taken back.
pub async fn stop(env: &Env, tenant: &mut Tenant, id: ImportId) -> Result<()> {
    teams::allowed(tenant, Right::Import).await?;
    hold(tenant, id).await?;
    let workspace = tenant.workspace();
    let stopped = sqlx::query!(
        "UPDATE contact_import SET stop = true
          WHERE workspace_id = $1 AND id = $2 AND state IN ('checking', 'importing')",
        workspace.0,
        id.0,
    )
    .execute(tenant.conn())
    .await?;
    if stopped.rows_affected() > 0 {
        let name = view(tenant, id).await?.name;
        let detail = json!({ "import": id, "file": name });
        audit::record(env, tenant, "contact.import_stopped", &detail).await?;
    }
    told(env, tenant, id).await
}

/// Takes an import back: whom it made and nobody touched goes, what it changed and nobody changed since becomes what it was.
/// [`Error::Conflict`] when that can no longer be done.
pub async fn undo(env: &Env, tenant: &mut Tenant, id: ImportId) -> Result<()> {
    teams::allowed(tenant, Right::Import).await?;
    hold(tenant, id).await?;
    let import = find(env, tenant, id).await?;
    let view = view(tenant, id).await?;
    if !import.state.is_undoable() {
        return Err(under_way());
    }
    if view.until.is_none_or(|until| until < moment(env.now())) {
        return Err(let_go());
    }
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE contact_import SET state = 'undoing', fault = NULL, undone = coalesce(undone, $3)
          WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
        Json(ImportUndone::default()) as _,
    )
    .execute(tenant.conn())
    .await?;
    let told = json!({ "import": id, "file": import.name });
    audit::record(env, tenant, "contact.import_undone", &told).await?;
    work(env, tenant, id).await
}

/// Forgets a file that was brought and not imported.
pub async fn discard(env: &Env, mut tenant: Tenant, id: ImportId) -> Result<()> {
    teams::allowed(&mut tenant, Right::Import).await?;
    hold(&mut tenant, id).await?;
    let import = find(env, &mut tenant, id).await?;
    if !matches!(import.state, ImportState::Read | ImportState::Checked) {
        return Err(under_way());
    }
    let workspace = tenant.workspace();
    sqlx::query!(
        "DELETE FROM contact_import WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
    )
    .execute(tenant.conn())
    .await?;
    let detail = json!({ "import": id, "file": import.name });
    audit::record(env, &mut tenant, "contact.import_discarded", &detail).await?;
    // The job that would have let go of it later looks now: it takes the file out of the store, however often that fails.
    let object = import.lies.map(|lies| lies.sheet.object);
    let job = job::id_of(Kind::ForgetImport, &id.to_string());
    job::add(
        env,
        &mut tenant,
        job,
        Kind::ForgetImport,
        &format!("import:{id}"),
        &(id, object),
    )
    .await?;
    told(env, &mut tenant, id).await?;
    tenant.commit().await
}

/// The imports of the workspace, newest first: fifty at most.
pub async fn all(tenant: &mut Tenant) -> Result<Vec<ImportView>> {
    teams::allowed(tenant, Right::Import).await?;
    let workspace = tenant.workspace();
    let rows = sqlx::query_as!(
        Shown,
        r#"SELECT id AS "id: ImportId", name, size, author_id AS "author: MemberId", created_at, ended_at,
                  state AS "state: ImportState", lines, seen, made, changed, same, faulty, fault,
                  undone AS "undone: Json<ImportUndone>", object IS NOT NULL AS "kept!"
             FROM contact_import WHERE workspace_id = $1 ORDER BY created_at DESC, id DESC LIMIT 50"#,
        workspace.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(rows.into_iter().map(Shown::view).collect())
}

/// One of them, with what its page shows.
pub async fn page(env: &Env, tenant: &mut Tenant, id: ImportId) -> Result<ImportPage> {
    teams::allowed(tenant, Right::Import).await?;
    let view = view(tenant, id).await?;
    let import = find(env, tenant, id).await?;
    Ok(ImportPage {
        view,
        plan: import.plan,
        fields: field::all(tenant).await?,
        faults: fault::first(env, tenant, id).await?,
    })
}

async fn view(tenant: &mut Tenant, id: ImportId) -> Result<ImportView> {
    let workspace = tenant.workspace();
    let row = sqlx::query_as!(
        Shown,
        r#"SELECT id AS "id: ImportId", name, size, author_id AS "author: MemberId", created_at, ended_at,
                  state AS "state: ImportState", lines, seen, made, changed, same, faulty, fault,
                  undone AS "undone: Json<ImportUndone>", object IS NOT NULL AS "kept!"
             FROM contact_import WHERE workspace_id = $1 AND id = $2"#,
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(row.view())
}

/// An import as its row says.
struct Shown {
    id: ImportId,
    name: String,
    size: i64,
    author: Option<MemberId>,
    created_at: OffsetDateTime,
    ended_at: Option<OffsetDateTime>,
    state: ImportState,
    lines: i32,
    seen: i32,
    made: i32,
    changed: i32,
    same: i32,
    faulty: i32,
    fault: Option<String>,
    undone: Option<Json<ImportUndone>>,
    kept: bool,
}

impl Shown {
    fn view(self) -> ImportView {
        let many = |number: i32| u32::try_from(number).unwrap_or(0);
        let until = self
            .ended_at
            .filter(|_| self.state.is_undoable() && self.kept);
        ImportView {
            id: self.id,
            name: self.name,
            size: u64::try_from(self.size).unwrap_or(0),
            author: self.author,
            at: moment(self.created_at),
            state: self.state,
            lines: many(self.lines),
            counts: ImportCounts {
                seen: many(self.seen),
                made: many(self.made),
                changed: many(self.changed),
                same: many(self.same),
                faulty: many(self.faulty),
            },
            fault: self.fault,
            undone: self.undone.map(|Json(undone)| undone),
            until: until.map(|ended| moment(ended + KEPT)),
            kept: self.kept,
        }
    }
}

async fn find(env: &Env, tenant: &mut Tenant, id: ImportId) -> Result<Import> {
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        r#"SELECT author_id AS "author: MemberId", name, size, object, key_sealed, plan AS "plan: Json<ImportPlan>",
                  state AS "state: ImportState", place
             FROM contact_import WHERE workspace_id = $1 AND id = $2"#,
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let lies = match (row.object, row.key_sealed) {
        (Some(object), Some(sealed)) => {
            let key = vault::open(env, tenant, KEY, &id.to_string(), &sealed).await?;
            let key: [u8; 32] = key
                .as_slice()
                .try_into()
                .map_err(|_| Error::internal("a file's key is not 32 bytes"))?;
            Some(Lies {
                workspace,
                id,
                sheet: Sheet {
                    key: Zeroizing::new(key),
                    object,
                    size: u64::try_from(row.size).unwrap_or(0),
                    head: Vec::new(),
                },
            })
        }
        _ => None,
    };
    Ok(Import {
        id,
        author: row.author,
        plan: row.plan.0,
        state: row.state,
        place: u32::try_from(row.place).unwrap_or(0),
        name: row.name,
        lies,
    })
}

/// Holds an import until the transaction ends.
async fn hold(tenant: &mut Tenant, id: ImportId) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "SELECT id FROM contact_import WHERE workspace_id = $1 AND id = $2 FOR NO KEY UPDATE",
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(())
}

/// Begins to go through the file from its first row on.
async fn begin_anew(tenant: &mut Tenant, id: ImportId, state: ImportState) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE contact_import
            SET state = $3, place = 0, seen = 0, made = 0, changed = 0, same = 0, faulty = 0, stop = false, fault = NULL
          WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
        state as ImportState,
    )
    .execute(tenant.conn())
    .await?;
    sqlx::query!(
        "DELETE FROM contact_import_fault WHERE workspace_id = $1 AND import_id = $2",
        workspace.0,
        id.0,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// Promises that what its state says is done. All imports of a workspace have one lane: one comes after the other.
async fn work(env: &Env, tenant: &mut Tenant, id: ImportId) -> Result<()> {
    let job = job::id_of(Kind::Import, &id.to_string());
    job::add(env, tenant, job, Kind::Import, "import", &id).await?;
    told(env, tenant, id).await
}

/// Promises to let go of it once it can no longer be taken back.
async fn promise_to_forget(
    env: &Env,
    tenant: &mut Tenant,
    id: ImportId,
    object: &str,
) -> Result<()> {
    let job = job::id_of(Kind::ForgetImport, &id.to_string());
    let payload = (id, Some(object));
    job::add_after(
        env,
        tenant,
        job,
        Kind::ForgetImport,
        &format!("import:{id}"),
        KEPT,
        &payload,
    )
    .await
}

/// Has the pages that show it read it anew.
async fn told(env: &Env, tenant: &mut Tenant, id: ImportId) -> Result<()> {
    event::side(env, tenant, Side::Contact, id.0).await
}

fn check_reading(encoding: &str, separator: char) -> Result<()> {
    if text::encoding(encoding).is_none() {
        return Err(Error::invalid("encoding", "Choose one of the encodings."));
    }
    if !IMPORT_SEPARATORS.contains(&separator) {
        return Err(Error::invalid("separator", "Choose one of the separators."));
    }
    Ok(())
}

/// [`Error::Invalid`] on `columns`, `country`, `encoding` or `separator` for what cannot be done.
fn check_plan(plan: &ImportPlan, book: &Book) -> Result<()> {
    check_reading(&plan.encoding, plan.separator)?;
    let refused = |words: &'static str| Err(Error::invalid("columns", words));
    if plan.columns.len() > split::COLUMNS {
        return refused("A file has 200 columns at most.");
    }
    let many = |column: ImportColumn| plan.columns.iter().filter(|each| **each == column).count();
    if many(ImportColumn::Phone) + many(ImportColumn::Email) == 0 {
        return refused(
            "Choose the column of the phone number or of the e-mail address: by one of them contacts are known.",
        );
    }
    for column in &plan.columns {
        let once = match column {
            ImportColumn::Field(id) if !book.has(id.0) => {
                return refused("One of the fields was deleted meanwhile. Choose another one.");
            }
            ImportColumn::Phone
            | ImportColumn::Email
            | ImportColumn::Owner
            | ImportColumn::Field(_) => true,
            _ => false,
        };
        if once && many(*column) > 1 {
            return refused(
                "A number, an address, who looks after them and each field come from one column. Skip the others.",
            );
        }
    }
    let code = plan.country.parse::<u16>();
    if !plan.country.is_empty() && !code.is_ok_and(|code| phone::country_of(code).is_some()) {
        return Err(Error::invalid(
            "country",
            "Enter a country code, such as 49, or nothing.",
        ));
    }
    Ok(())
}

fn number(many: u32) -> i32 {
    i32::try_from(many).unwrap_or(i32::MAX)
}

fn under_way() -> Error {
    Error::conflict("This import stands elsewhere by now. Nothing was done: look at it again.")
}

fn let_go() -> Error {
    Error::conflict("What was kept of this import is gone after 30 days. Nothing was done.")
}

#[cfg(test)]
mod tests;
