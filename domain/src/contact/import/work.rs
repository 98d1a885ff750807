//! The work: a file gone through from its first row to its last, to try it out or to take its contacts in.

use super::{
    Import, Lies,
    apply::{Of, Outcome, apply},
    bring::{ALL_LINES, LINES, TOO_MANY, short},
    fault, find, number, promise_to_forget,
    row::{Bad, Book, Seen, Wanted, judge},
    sheet::Rows,
    told, undo,
};
use crate::{
    Env, Error, Result, Tenant, audit, event, file,
    job::{self, Claim, Job, LEASE},
};
use postern_types::{ImportId, ImportState};
use serde_json::json;
use std::collections::HashMap;
use time::Duration;
use uuid::Uuid;

/// Rows of one step, each a transaction of its own.
pub const STEP: usize = 500;
/// Rows between which others have their turn.
const BREATH: usize = 20;
/// How often a step is begun anew because somebody wrote, or was merged, meanwhile.
const TRIES: usize = 4;
/// What was done to contacts that one step of forgetting takes away.
const ROUND: i64 = 5_000;
/// When one is looked at again that is being worked on when it is to be forgotten.
const LATER: Duration = Duration::DAY;

/// Does what the import's state says.
pub(crate) async fn run(env: &Env, mut tenant: Tenant, job: &Job) -> Result<()> {
    let id: ImportId = job.payload()?;
    let import = match find(env, &mut tenant, id).await {
        Ok(import) => import,
        Err(Error::NotFound) => return end(tenant, job).await,
        Err(error) => return Err(error),
    };
    match import.state {
        ImportState::Checking | ImportState::Importing => {
            let book = Book::load(&mut tenant, &import.plan).await?;
            tenant.commit().await?;
            go_through(env, job, import, book).await
        }
        ImportState::Undoing => {
            tenant.commit().await?;
            undo::run(env, job, id).await
        }
        _ => end(tenant, job).await,
    }
}

async fn end(mut tenant: Tenant, job: &Job) -> Result<()> {
    job::done(&mut tenant, job.claim).await?;
    tenant.commit().await
}

/// Goes through all rows. Those that were dealt with before are read again, for what they said is said twice by others.
async fn go_through(env: &Env, job: &Job, mut import: Import, mut book: Book) -> Result<()> {
    let lies = import
        .lies
        .take()
        .ok_or_else(|| Error::internal("an import's file was let go before its time"))?;
    let plan = &import.plan;
    let mut rows = Rows::open(env, &lies, &plan.encoding, plan.separator, u64::MAX).await?;
    let headings = rows
        .headings()
        .await?
        .map(|row| row.cells.into_iter().map(short).collect::<Vec<_>>())
        .unwrap_or_default();
    let of = Of {
        import: import.id,
        author: import.author.map(|author| author.0),
        plan,
        headings: &headings,
        dry: import.state == ImportState::Checking,
    };
    let (mut seen, mut taken) = (Seen::default(), HashMap::new());
    let mut many = 0;
    loop {
        let records = rows.next(STEP).await?;
        let Some(last) = records.last().map(|record| record.row) else {
            return finish(env, job, &import, &lies, End::Whole).await;
        };
        let full = records.iter().filter(|record| !record.is_empty()).count();
        many += u32::try_from(full).unwrap_or(u32::MAX);
        if many > LINES || last > ALL_LINES {
            return finish(env, job, &import, &lies, End::TooMany).await;
        }
        if full == 0 {
            continue;
        }
        let mut step = Step {
            last,
            ..Step::default()
        };
        let new = last > import.place;
        let mut tenant = job.claim.enter(env).await?;
        if new {
            book = Book::load(&mut tenant, plan).await?;
        } else {
            job::extend(&mut tenant, job.claim, LEASE).await?;
        }
        tenant.commit().await?;
        for (nth, record) in records.into_iter().enumerate() {
            if record.is_empty() {
                continue;
            }
            if nth % BREATH == 0 {
                tokio::task::yield_now().await;
            }
            let done = record.row <= import.place;
            let judged = judge(record, &headings, plan, &book, &mut seen);
            match judged {
                _ if done => {}
                Ok(wanted) => step.wanted.push(wanted),
                Err(bad) => step.bad.push(bad),
            }
        }
        if new && !step.take(env, job, &of, &mut taken).await? {
            return finish(env, job, &import, &lies, End::Stopped).await;
        }
    }
}

/// How it ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Whole,
    /// Somebody wanted it to.
    Stopped,
    /// Read as it is planned, the file has more rows than it may have.
    TooMany,
}

/// Rows that are dealt with in one transaction.
#[derive(Default)]
struct Step {
    last: u32,
    wanted: Vec<Wanted>,
    bad: Vec<Bad>,
}

impl Step {
    /// Deals with them; false when somebody wants it to end here, and nothing of them was done.
    async fn take(
        self,
        env: &Env,
        job: &Job,
        of: &Of<'_>,
        taken: &mut HashMap<Uuid, u32>,
    ) -> Result<bool> {
        for _ in 0..TRIES {
            let mut tenant = job.claim.enter(env).await?;
            if is_stopped(&mut tenant, of.import).await? {
                return Ok(false);
            }
            let Some(outcome) = apply(env, &mut tenant, of, &self.wanted, taken).await? else {
                continue;
            };
            self.note(env, &mut tenant, job, of, outcome).await?;
            tenant.commit().await?;
            return Ok(true);
        }
        Err(Error::Unavailable)
    }

    /// Notes how far it is, in the transaction in which it was done.
    async fn note(
        self,
        env: &Env,
        tenant: &mut Tenant,
        job: &Job,
        of: &Of<'_>,
        outcome: Outcome,
    ) -> Result<()> {
        let mut bad = [self.bad, outcome.bad].concat();
        bad.sort_by_key(|bad| bad.row);
        let faulty = i32::try_from(bad.len()).unwrap_or(i32::MAX);
        fault::keep(env, tenant, of.import, of.headings, bad).await?;
        let workspace = tenant.workspace();
        sqlx::query!(
            "UPDATE contact_import
                SET place = $3, seen = seen + $4 + $5 + $6 + $7, made = made + $4, changed = changed + $5, same = same + $6,
                    faulty = faulty + $7
              WHERE workspace_id = $1 AND id = $2",
            workspace.0,
            of.import.0,
            number(self.last),
            outcome.made,
            outcome.changed,
            outcome.same,
            faulty,
        )
        .execute(tenant.conn())
        .await?;
        told(env, tenant, of.import).await?;
        job::extend(tenant, job.claim, LEASE).await
    }
}

/// Whether somebody wants it to end; [`Error::NotFound`] when it is gone.
async fn is_stopped(tenant: &mut Tenant, id: ImportId) -> Result<bool> {
    let workspace = tenant.workspace();
    let stop = sqlx::query_scalar!(
        "SELECT stop FROM contact_import WHERE workspace_id = $1 AND id = $2 FOR NO KEY UPDATE",
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(stop)
}

/// Says that it is over. That things are called otherwise is told once, and not for each contact.
async fn finish(env: &Env, job: &Job, import: &Import, lies: &Lies, how: End) -> Result<()> {
    let mut tenant = job.claim.enter(env).await?;
    let state = match (import.state, how) {
        (ImportState::Checking, End::Whole) => ImportState::Checked,
        (ImportState::Checking, _) => ImportState::Read,
        (_, End::Whole) => ImportState::Done,
        (_, _) => ImportState::Stopped,
    };
    let fault = (how == End::TooMany).then_some(TOO_MANY);
    settle(env, &mut tenant, import.id, state, fault).await?;
    if state.is_undoable() {
        over(env, &mut tenant, import.id).await?;
        promise_to_forget(env, &mut tenant, import.id, &lies.sheet.object).await?;
    }
    job::done(&mut tenant, job.claim).await?;
    tenant.commit().await?;
    if state.is_undoable() {
        // Nobody reads it any more. Should this fail, it goes with what is forgotten later.
        file::drop_sheet(env, lies.sheet.object.clone()).await;
    }
    Ok(())
}

/// Puts an import into a state in which nothing is being done.
pub async fn settle(
    env: &Env,
    tenant: &mut Tenant,
    id: ImportId,
    state: ImportState,
    fault: Option<&str>,
) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        // How many rows there are is known for certain once all were read as they are planned.
        "UPDATE contact_import
            SET state = $3, stop = false, fault = $4, lines = CASE WHEN $3 = 'checked' THEN seen ELSE lines END,
                ended_at = CASE WHEN state = 'importing' THEN $5 ELSE ended_at END
          WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
        state as ImportState,
        fault,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    told(env, tenant, id).await
}

/// Contacts became others: that is audited, and every page reads anew.
async fn over(env: &Env, tenant: &mut Tenant, id: ImportId) -> Result<()> {
    let view = super::view(tenant, id).await?;
    let counts = view.counts;
    let detail = json!({
        "import": id, "file": view.name, "made": counts.made, "changed": counts.changed, "same": counts.same,
        "faulty": counts.faulty,
    });
    audit::record(env, tenant, "contact.import_ended", &detail).await?;
    event::anew(env, tenant).await
}

/// Gives it up after several faults of ours: what was done so far stays, and can be taken back.
pub(crate) async fn give_up(env: &Env, tenant: &mut Tenant, claim: Claim) -> Result<()> {
    let job = job::open(env, tenant, claim).await?;
    let id: ImportId = job.payload()?;
    let import = match find(env, tenant, id).await {
        Err(Error::NotFound) => return Ok(()),
        import => import?,
    };
    let (state, words) = match import.state {
        ImportState::Checking => (
            ImportState::Read,
            "It could not be tried out: the fault is on our side. Try again later.",
        ),
        ImportState::Importing => (
            ImportState::Stopped,
            "It ended before its time: the fault is on our side. What was imported stays. Bring the file again to go on: nobody \
             comes in twice.",
        ),
        ImportState::Undoing => (
            ImportState::Stopped,
            "It could not be taken back as a whole: the fault is on our side. Try again later.",
        ),
        _ => return Ok(()),
    };
    settle(env, tenant, id, state, Some(words)).await?;
    if import.state == ImportState::Importing {
        over(env, tenant, id).await?;
    }
    Ok(())
}

/// Lets go of an import's file, of what was at fault in it, and of what it did, once it can no longer be taken back. Its line
/// in the list stays.
pub(crate) async fn run_forget(env: &Env, mut tenant: Tenant, job: &Job) -> Result<()> {
    let (id, object): (ImportId, Option<String>) = job.payload()?;
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        r#"SELECT state AS "state: ImportState", coalesce(ended_at, created_at) AS "since!" FROM contact_import
            WHERE workspace_id = $1 AND id = $2 FOR NO KEY UPDATE"#,
        workspace.0,
        id.0,
    )
    .fetch_optional(tenant.conn())
    .await?;
    if let Some(row) = row {
        let due = row.since + super::KEPT;
        let waits = if row.state.is_busy() {
            Some(env.now() + LATER)
        } else {
            Some(due).filter(|due| *due > env.now())
        };
        if let Some(until) = waits {
            job::wait_until(&mut tenant, job.claim, until).await?;
            return tenant.commit().await;
        }
        if forget(&mut tenant, id).await? {
            job::anew(&mut tenant, job.claim, env.now()).await?;
            return tenant.commit().await;
        }
        told(env, &mut tenant, id).await?;
    }
    tenant.commit().await?;
    if let Some(object) = object {
        file::delete_sheet(env, &object).await?;
    }
    end(job.claim.enter(env).await?, job).await
}

/// Takes some of it away; whether there is more.
async fn forget(tenant: &mut Tenant, id: ImportId) -> Result<bool> {
    let workspace = tenant.workspace();
    let gone = sqlx::query!(
        "DELETE FROM contact_import_row WHERE workspace_id = $1 AND import_id = $2 AND contact_id IN (
             SELECT r.contact_id FROM contact_import_row r WHERE r.workspace_id = $1 AND r.import_id = $2 LIMIT $3)",
        workspace.0,
        id.0,
        ROUND,
    )
    .execute(tenant.conn())
    .await?;
    if gone.rows_affected() > 0 {
        return Ok(true);
    }
    sqlx::query!(
        "DELETE FROM contact_import_fault WHERE workspace_id = $1 AND import_id = $2",
        workspace.0,
        id.0,
    )
    .execute(tenant.conn())
    .await?;
    sqlx::query!(
        "UPDATE contact_import SET object = NULL, key_sealed = NULL WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
    )
    .execute(tenant.conn())
    .await?;
    Ok(false)
}
