//! Jobs: work that is promised in a transaction and done after it.

mod claim;
mod run;
mod sweep;

#[cfg(test)]
pub(crate) use claim::open;
pub use claim::{Claim, LEASE, claim, next};
pub(crate) use claim::{Job, anew, done, extend, retry_at, wait_until};
pub use run::{attend, run};
pub use sweep::sweep;

use crate::{Env, Error, Result, Tenant, vault, wake::Signal};
use postern_types::JobId;
use serde::Serialize;
use time::OffsetDateTime;

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Sends a message; the payload is its id, and so is the job's.
    Send,
}

impl Kind {
    /// The word stored in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Send => "send",
        }
    }

    fn parse(word: &str) -> Result<Self> {
        match word {
            "send" => Ok(Self::Send),
            _ => Err(Error::internal("a job is of an unknown kind")),
        }
    }
}

pub(crate) const SEALED: &str = "job.sealed";

/// Promises a job, in the tenant's transaction. Jobs of one lane run one after another. The same id again is the same
/// job: one that waits is due now, one that gave up begins anew, and one that runs is left to it.
pub async fn add(
    env: &Env,
    tenant: &mut Tenant,
    id: JobId,
    kind: Kind,
    lane: &str,
    payload: &(impl Serialize + Sync),
) -> Result<()> {
    let workspace = tenant.workspace();
    let payload = serde_json::to_vec(payload).map_err(|error| Error::Internal(error.into()))?;
    let sealed = vault::seal(env, tenant, SEALED, &id.to_string(), &payload).await?;
    sqlx::query!(
        // A clock that goes before the database's must not put it off for the other processes.
        "INSERT INTO job (workspace_id, id, kind, lane, run_at, sealed) VALUES ($1, $2, $3, $4, least($5, now()), $6)
         ON CONFLICT (workspace_id, id) DO UPDATE
            SET state = 'ready', turn = DEFAULT, run_at = excluded.run_at, attempts = 0, sealed = excluded.sealed,
                fault = NULL
          WHERE job.state <> 'running'",
        workspace.0,
        id.0,
        kind.as_str(),
        lane,
        env.now(),
        sealed,
    )
    .execute(tenant.conn())
    .await?;
    tenant.ring(Signal::Jobs);
    Ok(())
}

/// Has a waiting job look again now, for what it waits for has happened.
pub(crate) async fn nudge(tenant: &mut Tenant, id: JobId, now: OffsetDateTime) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE job SET run_at = least($3, now())
          WHERE workspace_id = $1 AND id = $2 AND state = 'ready' AND run_at > least($3, now())",
        workspace.0,
        id.0,
        now,
    )
    .execute(tenant.conn())
    .await?;
    tenant.ring(Signal::Jobs);
    Ok(())
}

/// Whether `most` jobs or more are waiting in a lane.
pub(crate) async fn is_full(tenant: &mut Tenant, lane: &str, most: i64) -> Result<bool> {
    let workspace = tenant.workspace();
    let full = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM job WHERE workspace_id = $1 AND lane = $2 AND state <> 'dead'
                          OFFSET $3) AS "full!""#,
        workspace.0,
        lane,
        most - 1,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(full)
}

#[cfg(test)]
mod tests;
