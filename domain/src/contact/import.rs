//! Contacts from a file: brought, looked at, tried out, taken in, and taken back.
//!
//! The file lies in the store, sealed, and is read row by row each time. Trying it out and doing it are one piece of work
//! (`work`), which a job does some hundreds of rows at a time, each with how far it is in one transaction: whenever it is cut
//! off, it goes on behind the last of them, and nobody comes in twice. What it does to a contact is written down (`change`),
//! so that it can be taken back (`undo`) for as long as that is kept.

mod apply;
mod change;
mod fault;
mod row;
mod sheet;
mod split;
mod suggest;
mod text;
mod undo;
mod work;

pub(crate) use fault::SEALED as FAULTS;
pub use fault::piece;
pub(crate) use work::{give_up, run, run_forget};

use super::{field, phone};
use crate::{
    Env, Error, Result, Tenant, audit,
    env::moment,
    event,
    file::{self, Sheet},
    job::{self, Kind},
    teams, vault,
};
use bytes::Bytes;
use futures::Stream;
use postern_types::{
    IMPORT_BYTES, IMPORT_SEPARATORS, ImportColumn, ImportCounts, ImportId, ImportKnown, ImportLook,
    ImportPage, ImportPlan, ImportState, ImportUndone, ImportView, MemberId, Right, SessionId,
    Side, WorkspaceId,
};
use row::Book;
use serde_json::json;
use sheet::Rows;
use sqlx::types::Json;
use std::time::Duration;
use text::Guess;
use time::OffsetDateTime;
use zeroize::Zeroizing;

/// Where the key of a file is sealed.
pub(crate) const KEY: &str = "contact_import.key_sealed";

/// Rows of a file, without the headings and empty ones.
const LINES: u32 = 100_000;
/// For how long an import can be taken back, and its file lies here.
const KEPT: Duration = Duration::from_hours(30 * 24);
/// Bytes that are looked at to find out how a file is to be read.
const BEGIN: u64 = 256 * 1024;
/// Rows that are shown of it.
const SHOWN: usize = 5;
/// Files that lie in a workspace untouched.
const WAITING: i64 = 20;

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

/// A file that may come.
#[derive(Debug)]
pub struct Admitted {
    session: SessionId,
    workspace: WorkspaceId,
    name: String,
}

/// Lets a file in before any of it is read. [`Error::Forbidden`] for whom it is not for, [`Error::Conflict`] when too many lie
/// here untouched, [`Error::Invalid`] on `file` when it says that it is too large.
pub async fn admit(
    env: &Env,
    session: SessionId,
    workspace: WorkspaceId,
    name: Option<&str>,
    size: Option<u64>,
) -> Result<Admitted> {
    let mut tenant = env
        .db
        .member(session, workspace, Right::Import.role())
        .await?;
    let waiting = sqlx::query_scalar!(
        r#"SELECT count(*) AS "waiting!" FROM contact_import
            WHERE workspace_id = $1 AND state IN ('read', 'checked') AND object IS NOT NULL"#,
        workspace.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    tenant.commit().await?;
    if waiting >= WAITING {
        return Err(Error::conflict(
            "Twenty files wait here to be imported. This one was not kept: import some of them, or discard them.",
        ));
    }
    if size.is_some_and(|size| size > IMPORT_BYTES) {
        return Err(refused(
            "A file may have 20 MB at most. Part it in two, and bring them one after the other.",
        ));
    }
    let name = name
        .and_then(file::sheet_name)
        .unwrap_or_else(|| "contacts.csv".to_owned());
    Ok(Admitted {
        session,
        workspace,
        name,
    })
}

/// Takes a file in and finds out how it is to be read. [`Error::Invalid`] on `file` says what is wrong with it as a whole;
/// what is wrong with its rows is found when it is tried out.
pub async fn receive<S, E>(env: &Env, admitted: Admitted, body: S) -> Result<ImportView>
where
    S: Stream<Item = Result<Bytes, E>> + Send,
{
    let Admitted {
        session,
        workspace,
        name,
    } = admitted;
    let id: ImportId = env.id();
    let sheet = file::take_sheet(env, workspace, id.0, IMPORT_BYTES, body).await?;
    let lies = Lies {
        workspace,
        id,
        sheet,
    };
    let kept = keep(env, session, &name, &lies).await;
    // A commit that broke off may have come through all the same: then it stays, named or not.
    if matches!(
        kept,
        Err(Error::NotFound | Error::Unauthorized | Error::Forbidden | Error::Invalid { .. })
    ) {
        file::drop_sheet(env, lies.sheet.object).await;
    }
    kept
}

async fn keep(env: &Env, session: SessionId, name: &str, lies: &Lies) -> Result<ImportView> {
    if let Some(words) = text::is_other(&lies.sheet.head) {
        return Err(refused(words));
    }
    let mut plan = guess(env, lies).await?;
    let lines = measure(env, lies, &plan).await?;
    let (headings, _) = begin(env, lies, &plan).await?;
    let mut tenant = env
        .db
        .member(session, lies.workspace, Right::Import.role())
        .await?;
    let fields = field::all(&mut tenant).await?;
    plan.columns = suggest::columns(&headings, &fields);
    let code = phone::home_code(&mut tenant).await?;
    plan.country = code.map(|code| code.to_string()).unwrap_or_default();
    let author = tenant.actor().await?;
    let key = vault::seal(
        env,
        &mut tenant,
        KEY,
        &lies.id.to_string(),
        &*lies.sheet.key,
    )
    .await?;
    sqlx::query!(
        "INSERT INTO contact_import (workspace_id, id, author_id, name, size, object, key_sealed, plan, lines, state, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'read', $10)",
        lies.workspace.0,
        lies.id.0,
        author.0,
        name,
        i64::try_from(lies.sheet.size).unwrap_or(i64::MAX),
        lies.sheet.object,
        key,
        Json(&plan) as _,
        number(lines),
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    promise_to_forget(env, &mut tenant, lies.id, &lies.sheet.object).await?;
    told(env, &mut tenant, lies.id).await?;
    let view = view(&mut tenant, lies.id).await?;
    tenant.commit().await?;
    Ok(view)
}

/// How a file is to be read, by its bytes.
async fn guess(env: &Env, lies: &Lies) -> Result<ImportPlan> {
    use futures::TryStreamExt as _;
    let mut bytes = std::pin::pin!(lies.bytes(env, u64::MAX).await?);
    let mut guess = Guess::new();
    let mut begin = Vec::new();
    while let Some(piece) = bytes.try_next().await? {
        if begin.len() < 64 * 1024 {
            begin.extend_from_slice(&piece);
        }
        guess.push(&piece);
    }
    let encoding = guess.end().ok_or_else(no_text)?;
    let (text, _, _) = encoding.decode(&begin);
    Ok(ImportPlan {
        encoding: text::name_of(encoding),
        separator: text::separator(&text),
        columns: Vec::new(),
        known: ImportKnown::Fill,
        country: String::new(),
        labels: false,
    })
}

/// How many rows a file has; [`Error::Invalid`] when they are too many, or none, or have too many columns.
async fn measure(env: &Env, lies: &Lies, plan: &ImportPlan) -> Result<u32> {
    let rows = Rows::open(env, lies, &plan.encoding, plan.separator, u64::MAX).await?;
    count(rows).await
}

async fn count(mut rows: Rows) -> Result<u32> {
    let Some(headings) = rows.headings().await? else {
        return Err(if rows.nul {
            no_text()
        } else {
            refused("Nothing stands in this file.")
        });
    };
    if headings.cells.len() > split::COLUMNS {
        return Err(refused(
            "This file has more than 200 columns. Take out those that are not needed, and bring it again.",
        ));
    }
    let mut lines = 0;
    loop {
        let some = rows.next(1_000).await?;
        if some.is_empty() {
            break;
        }
        let full = some.iter().filter(|row| !row.is_empty()).count();
        lines += u32::try_from(full).unwrap_or(u32::MAX);
        if rows.nul {
            return Err(no_text());
        }
        if lines > LINES {
            return Err(refused(
                "This file has more than 100,000 rows. Part it in two, and bring them one after the other.",
            ));
        }
    }
    if lines == 0 {
        return Err(refused(
            "There is only one row in this file, which is taken for the headings. Put headings above your contacts.",
        ));
    }
    Ok(lines)
}

/// The headings and the rows behind them.
async fn begin(
    env: &Env,
    lies: &Lies,
    plan: &ImportPlan,
) -> Result<(Vec<String>, Vec<Vec<String>>)> {
    let mut rows = Rows::open(env, lies, &plan.encoding, plan.separator, BEGIN).await?;
    let headings = rows
        .headings()
        .await?
        .map(|row| row.cells)
        .unwrap_or_default();
    let some = rows.next(SHOWN * 4).await?;
    let shown = some.into_iter().filter(|row| !row.is_empty()).take(SHOWN);
    let shown = shown.map(|row| row.cells.into_iter().map(short).collect());
    Ok((headings.into_iter().map(short).collect(), shown.collect()))
}

/// As much of a cell as is shown.
fn short(cell: String) -> String {
    if cell.chars().nth(200).is_none() {
        return cell;
    }
    cell.chars().take(200).chain(['…']).collect()
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
    sqlx::query!(
        "UPDATE contact_import SET stop = true
          WHERE workspace_id = $1 AND id = $2 AND state IN ('checking', 'importing')",
        workspace.0,
        id.0,
    )
    .execute(tenant.conn())
    .await?;
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
            ImportColumn::Phone | ImportColumn::Email | ImportColumn::Owner => true,
            ImportColumn::Field(id) if !book.has(id.0) => {
                return refused("One of the fields was deleted meanwhile. Choose another one.");
            }
            ImportColumn::Field(_) => true,
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

fn refused(words: &'static str) -> Error {
    Error::invalid("file", words)
}

fn no_text() -> Error {
    refused(
        "This is no text. Save your list as “CSV UTF-8” in your spreadsheet program, and bring that.",
    )
}

fn under_way() -> Error {
    Error::conflict("This import stands elsewhere by now. Nothing was done: look at it again.")
}

fn let_go() -> Error {
    Error::conflict("What was kept of this import is gone after 30 days. Nothing was done.")
}

#[cfg(test)]
mod tests;
