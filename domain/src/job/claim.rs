//! Claims: a job belongs to one worker at a time, for as long as its lease lasts.

use super::{Kind, SEALED};
use crate::{Env, Error, Result, Tenant, vault, wake::Signal};
use postern_types::{JobId, WorkspaceId};
use serde::de::DeserializeOwned;
use std::time::Duration;
use time::OffsetDateTime;
use uuid::Uuid;
use zeroize::Zeroizing;

/// How long a claim holds. It is well above the longest exchange with Meta: who lost it is dead, not slow.
pub const LEASE: Duration = Duration::from_mins(1);

/// A job that a worker has claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Whose job it is.
    pub workspace: WorkspaceId,
    /// The job.
    pub job: JobId,
    /// This claim's own name. One that ran out is lost, also when the same process claims the job again.
    pub(super) worker: Uuid,
}

/// A claimed job, opened.
pub(crate) struct Job {
    pub claim: Claim,
    pub kind: Kind,
    /// Tries so far, this one included; waiting is no try.
    pub attempts: u32,
    /// When it was due.
    pub run_at: OffsetDateTime,
    payload: Zeroizing<Vec<u8>>,
}

impl Job {
    /// What it was promised with.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.payload).map_err(|error| Error::Internal(error.into()))
    }
}

/// Claims up to `most` jobs that are due, each the first of its lane.
pub async fn claim(env: &Env, most: u16, lease: Duration) -> Result<Vec<Claim>> {
    let worker: Uuid = env.id();
    let mut global = env.db.global().await?;
    let rows = sqlx::query!(
        r#"SELECT workspace_id AS "workspace!", job_id AS "job!" FROM claim_jobs($1, $2, $3, $4)"#,
        worker,
        i32::from(most),
        lease.as_secs_f64(),
        env.now(),
    )
    .fetch_all(global.conn())
    .await?;
    global.commit().await?;
    Ok(rows
        .into_iter()
        .map(|row| Claim {
            workspace: WorkspaceId(row.workspace),
            job: JobId(row.job),
            worker,
        })
        .collect())
}

/// How long until a job is due; none when there is no job.
pub async fn next(env: &Env) -> Result<Option<Duration>> {
    let mut global = env.db.global().await?;
    let ms = sqlx::query_scalar!("SELECT next_job_ms($1)", env.now())
        .fetch_one(global.conn())
        .await?;
    global.commit().await?;
    Ok(ms.map(|ms| Duration::from_millis(u64::try_from(ms).unwrap_or(0))))
}

impl Claim {
    /// Enters the job's workspace; [`Error::NotFound`] once the claim is lost.
    pub(crate) async fn enter(&self, env: &Env) -> Result<Tenant> {
        env.db.job(self.workspace, self.job, self.worker).await
    }
}

/// Reads the job of a claim inside its workspace.
pub(crate) async fn open(env: &Env, tenant: &mut Tenant, claim: Claim) -> Result<Job> {
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        "SELECT kind, attempts, run_at, sealed FROM job WHERE workspace_id = $1 AND id = $2 AND worker = $3",
        workspace.0,
        claim.job.0,
        claim.worker,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(Job {
        claim,
        kind: Kind::parse(&row.kind)?,
        attempts: u32::try_from(row.attempts).unwrap_or(0),
        run_at: row.run_at,
        payload: vault::open(env, tenant, SEALED, &claim.job.to_string(), &row.sealed).await?,
    })
}

/// It is done: its lane moves on.
pub(crate) async fn done(tenant: &mut Tenant, claim: Claim) -> Result<()> {
    let workspace = tenant.workspace();
    let gone = sqlx::query!(
        "DELETE FROM job WHERE workspace_id = $1 AND id = $2 AND worker = $3",
        workspace.0,
        claim.job.0,
        claim.worker,
    )
    .execute(tenant.conn())
    .await?;
    tenant.ring(Signal::Jobs);
    held(gone.rows_affected())
}

/// It failed, for a reason that names nobody, and is tried again at `at`.
pub(crate) async fn retry_at(
    tenant: &mut Tenant,
    claim: Claim,
    at: OffsetDateTime,
    fault: &str,
) -> Result<()> {
    let workspace = tenant.workspace();
    let put_back = sqlx::query!(
        "UPDATE job SET state = 'ready', run_at = $4, fault = $5, worker = NULL, claimed_until = NULL
          WHERE workspace_id = $1 AND id = $2 AND worker = $3",
        workspace.0,
        claim.job.0,
        claim.worker,
        at,
        fault,
    )
    .execute(tenant.conn())
    .await?;
    tenant.ring(Signal::Jobs);
    held(put_back.rows_affected())
}

/// It has to wait until `at`, which is no try.
pub(crate) async fn wait_until(
    tenant: &mut Tenant,
    claim: Claim,
    at: OffsetDateTime,
) -> Result<()> {
    let workspace = tenant.workspace();
    let put_back = sqlx::query!(
        "UPDATE job SET state = 'ready', run_at = $4, attempts = attempts - 1, worker = NULL, claimed_until = NULL
          WHERE workspace_id = $1 AND id = $2 AND worker = $3",
        workspace.0,
        claim.job.0,
        claim.worker,
        at,
    )
    .execute(tenant.conn())
    .await?;
    tenant.ring(Signal::Jobs);
    held(put_back.rows_affected())
}

/// It has nothing to do until `at`, unless it was recalled while it ran: then it runs once more at once. Neither is a try.
pub(crate) async fn rest(
    tenant: &mut Tenant,
    job: &Job,
    at: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<()> {
    let workspace = tenant.workspace();
    let put_back = sqlx::query!(
        "UPDATE job SET state = 'ready', run_at = CASE WHEN run_at = $4 THEN $5 ELSE least($6, now()) END, attempts = 0,
                        worker = NULL, claimed_until = NULL
          WHERE workspace_id = $1 AND id = $2 AND worker = $3",
        workspace.0,
        job.claim.job.0,
        job.claim.worker,
        job.run_at,
        at,
        now,
    )
    .execute(tenant.conn())
    .await?;
    tenant.ring(Signal::Jobs);
    held(put_back.rows_affected())
}

/// It has to run once more at once, as if it were new: what it is about was changed under it.
pub(crate) async fn anew(tenant: &mut Tenant, claim: Claim, now: OffsetDateTime) -> Result<()> {
    let workspace = tenant.workspace();
    let put_back = sqlx::query!(
        "UPDATE job SET state = 'ready', run_at = least($4, now()), attempts = 0, worker = NULL, claimed_until = NULL
          WHERE workspace_id = $1 AND id = $2 AND worker = $3",
        workspace.0,
        claim.job.0,
        claim.worker,
        now,
    )
    .execute(tenant.conn())
    .await?;
    tenant.ring(Signal::Jobs);
    held(put_back.rows_affected())
}

/// It is given up: it stays for the operator to see, and its lane moves on.
pub(super) async fn dead(tenant: &mut Tenant, claim: Claim, fault: &str) -> Result<()> {
    let workspace = tenant.workspace();
    let given_up = sqlx::query!(
        "UPDATE job SET state = 'dead', fault = $4, worker = NULL, claimed_until = NULL
          WHERE workspace_id = $1 AND id = $2 AND worker = $3",
        workspace.0,
        claim.job.0,
        claim.worker,
        fault,
    )
    .execute(tenant.conn())
    .await?;
    tenant.ring(Signal::Jobs);
    held(given_up.rows_affected())
}

/// Begins the lease anew, from this moment and not from the transaction's beginning. Nobody else can claim the job before this transaction ends.
pub(crate) async fn extend(tenant: &mut Tenant, claim: Claim, lease: Duration) -> Result<()> {
    let workspace = tenant.workspace();
    let extended = sqlx::query!(
        "UPDATE job SET claimed_until = clock_timestamp() + make_interval(secs => $4)
          WHERE workspace_id = $1 AND id = $2 AND worker = $3",
        workspace.0,
        claim.job.0,
        claim.worker,
        lease.as_secs_f64(),
    )
    .execute(tenant.conn())
    .await?;
    held(extended.rows_affected())
}

fn held(rows: u64) -> Result<()> {
    if rows == 0 {
        return Err(Error::NotFound);
    }
    Ok(())
}
