//! A file on its way in: held against what may be, and read for how it is to be read.

use super::{
    KEY, Lies, number, phone, promise_to_forget, sheet::Rows, split, suggest, text, text::Guess,
    told, view,
};
use crate::{Env, Error, Result, Tenant, contact::field, file, vault};
use bytes::Bytes;
use futures::Stream;
use postern_types::{
    IMPORT_BYTES, ImportId, ImportKnown, ImportPlan, ImportView, Right, SessionId, WorkspaceId,
};
use sqlx::types::Json;

/// Rows of a file, without the headings and empty ones.
pub const LINES: u32 = 100_000;
/// With empty ones.
pub const ALL_LINES: u32 = 200_000;
/// What a file is refused for that has more of either. Read otherwise than it was guessed, it may have more than it seemed.
pub const TOO_MANY: &str =
    "This file has more than 100,000 rows. Part it in two, and bring them one after the other.";
/// Bytes of a heading.
const HEADING: usize = 200;
/// Bytes that are looked at to find out how a file is to be read.
const BEGIN: u64 = 256 * 1024;
/// Rows that are shown of it.
const SHOWN: usize = 5;
/// Files that lie in a workspace untouched.
const WAITING: i64 = 20;

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
    room(&mut tenant).await?;
    tenant.commit().await?;
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

/// Whether another file may lie here.
async fn room(tenant: &mut Tenant) -> Result<()> {
    let workspace = tenant.workspace();
    let waiting = sqlx::query_scalar!(
        r#"SELECT count(*) AS "waiting!" FROM contact_import
            WHERE workspace_id = $1 AND state IN ('read', 'checking', 'checked', 'importing') AND object IS NOT NULL"#,
        workspace.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    if waiting >= WAITING {
        return Err(Error::conflict(
            "Twenty files wait here to be imported. This one was not kept: import some of them, or discard them.",
        ));
    }
    Ok(())
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
    // It ends also when nobody waits for it any more: a file that came whole is kept with its row, or not at all.
    let env = env.clone();
    let kept = tokio::spawn(async move {
        let kept = keep(&env, session, &name, &lies).await;
        // A commit that broke off may have come through all the same: then it stays, named or not.
        if matches!(
            kept,
            Err(Error::NotFound
                | Error::Unauthorized
                | Error::Forbidden
                | Error::Conflict(_)
                | Error::Invalid { .. })
        ) {
            file::drop_sheet(&env, lies.sheet.object).await;
        }
        kept
    });
    kept.await
        .map_err(|_| Error::internal("a file was not looked at to its end"))?
}

async fn keep(env: &Env, session: SessionId, name: &str, lies: &Lies) -> Result<ImportView> {
    if let Some(words) = text::is_other(&lies.sheet.head) {
        return Err(refused(words));
    }
    let mut plan = guess(env, lies).await?;
    let many = measure(env, lies, &plan).await?;
    let (headings, _) = begin(env, lies, &plan).await?;
    let mut tenant = env
        .db
        .member(session, lies.workspace, Right::Import.role())
        .await?;
    // One after the other, so that no more are kept than may be, however many come at once.
    sqlx::query!(
        "SELECT workspace_id FROM workspace WHERE workspace_id = $1 FOR NO KEY UPDATE",
        lies.workspace.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    room(&mut tenant).await?;
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
        number(many),
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

pub async fn count(mut rows: Rows) -> Result<u32> {
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
    if headings.cells.iter().any(|name| name.len() > HEADING) {
        return Err(refused(
            "A heading in this file has more than 200 letters. Put short headings above your contacts, and bring it again.",
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
        if lines > LINES || some.last().is_some_and(|row| row.row > ALL_LINES) {
            return Err(refused(TOO_MANY));
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
pub async fn begin(
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
pub fn short(cell: String) -> String {
    if cell.chars().nth(200).is_none() {
        return cell;
    }
    cell.chars().take(200).chain(['…']).collect()
}

fn refused(words: &'static str) -> Error {
    Error::invalid("file", words)
}

fn no_text() -> Error {
    refused(
        "This is no text. Save your list as “CSV UTF-8” in your spreadsheet program, and bring that.",
    )
}
