//! Rows at fault: kept sealed, those of one step together, shown at the page, and taken away as a file that can be mended and
//! brought again.

use super::row::Bad;
use crate::{Env, Error, Result, Tenant, audit, csv, teams, vault};
use postern_types::{ImportFault, ImportId, ImportPiece, Right};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

/// Where they are sealed.
pub(crate) const SEALED: &str = "contact_import_fault.sealed";

/// Rows that the page shows.
const SHOWN: usize = 50;
/// Steps of a piece; the statement says one more.
const STEPS: usize = 8;

/// Those of one step.
#[derive(Serialize, Deserialize)]
struct Step {
    headings: Vec<String>,
    rows: Vec<Bad>,
}

/// Keeps them.
pub async fn keep(
    env: &Env,
    tenant: &mut Tenant,
    import: ImportId,
    headings: &[String],
    rows: Vec<Bad>,
) -> Result<()> {
    let Some(place) = rows.first().map(|row| super::number(row.row)) else {
        return Ok(());
    };
    let id: Uuid = env.id();
    let step = Step {
        headings: headings.to_vec(),
        rows,
    };
    let plain = serde_json::to_vec(&step).map_err(|error| Error::Internal(error.into()))?;
    let sealed = vault::seal(env, tenant, SEALED, &id.to_string(), &plain).await?;
    let workspace = tenant.workspace();
    sqlx::query!(
        "INSERT INTO contact_import_fault (workspace_id, id, import_id, place, sealed) VALUES ($1, $2, $3, $4, $5)",
        workspace.0,
        id,
        import.0,
        place,
        sealed,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// The first of them.
pub async fn first(env: &Env, tenant: &mut Tenant, import: ImportId) -> Result<Vec<ImportFault>> {
    let mut shown = Vec::new();
    let mut after = None;
    while shown.len() < SHOWN {
        let (steps, next) = steps(env, tenant, import, after, 1).await?;
        let rows = steps.into_iter().flat_map(|step| step.rows);
        shown.extend(rows.map(|row| ImportFault {
            row: row.row,
            column: row.column,
            words: row.words,
        }));
        after = next;
        if after.is_none() {
            break;
        }
    }
    shown.truncate(SHOWN);
    Ok(shown)
}

/// A piece of the file: which row it was and what is wrong with it, then the row as it came. A cell that a spreadsheet would
/// act upon is disarmed, and read as it was when the file is brought again.
pub async fn piece(
    env: &Env,
    tenant: &mut Tenant,
    import: ImportId,
    after: Option<Uuid>,
) -> Result<ImportPiece> {
    teams::allowed(tenant, Right::Import).await?;
    let view = super::view(tenant, import).await?;
    let (steps, next) = steps(env, tenant, import, after, STEPS).await?;
    let mut text = String::new();
    if after.is_none() {
        let told = json!({ "import": import, "file": view.name, "faulty": view.counts.faulty });
        audit::record(env, tenant, "contact.import_faults", &told).await?;
    }
    if let (None, Some(step)) = (after, steps.first()) {
        // Without the mark, some programs read UTF-8 as something else.
        text.push(csv::MARK);
        let own = ["Row in the file", "What is wrong"].into_iter();
        csv::write(
            &mut text,
            own.chain(step.headings.iter().map(String::as_str)),
        );
    }
    for row in steps.iter().flat_map(|step| &step.rows) {
        let place = row.row.to_string();
        let words = match row.column.as_str() {
            "" => row.words.clone(),
            column => format!("{column}: {}", row.words),
        };
        let own = [place.as_str(), words.as_str()].into_iter();
        csv::write(&mut text, own.chain(row.cells.iter().map(String::as_str)));
    }
    Ok(ImportPiece { csv: text, next })
}

async fn steps(
    env: &Env,
    tenant: &mut Tenant,
    import: ImportId,
    after: Option<Uuid>,
    most: usize,
) -> Result<(Vec<Step>, Option<Uuid>)> {
    let workspace = tenant.workspace();
    let mut rows = sqlx::query!(
        "SELECT id, sealed FROM contact_import_fault
          WHERE workspace_id = $1 AND import_id = $2
            AND place > coalesce((SELECT f.place FROM contact_import_fault f WHERE f.workspace_id = $1 AND f.id = $3), -1)
          ORDER BY place LIMIT $4",
        workspace.0,
        import.0,
        after,
        i64::try_from(most + 1).unwrap_or(i64::MAX),
    )
    .fetch_all(tenant.conn())
    .await?;
    let more = rows.len() > most;
    rows.truncate(most);
    let next = rows.last().filter(|_| more).map(|row| row.id);
    let mut steps = Vec::new();
    for row in rows {
        let plain = vault::open(env, tenant, SEALED, &row.id.to_string(), &row.sealed).await?;
        steps.push(serde_json::from_slice(&plain).map_err(|error| Error::Internal(error.into()))?);
    }
    Ok((steps, next))
}
