//! Jobs: work that is promised in a transaction and done after it.

use crate::{Env, Error, Result, Tenant, vault, wake::Signal};
use postern_types::JobId;
use serde::Serialize;

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Sends a message; the payload is its id.
    Send,
}

impl Kind {
    /// The word stored in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Send => "send",
        }
    }
}

/// Promises a job, in the tenant's transaction. Jobs of one lane run one after another.
pub async fn add(
    env: &Env,
    tenant: &mut Tenant,
    kind: Kind,
    lane: &str,
    payload: &(impl Serialize + Sync),
) -> Result<JobId> {
    let workspace = tenant.workspace();
    let id: JobId = env.id();
    let payload = serde_json::to_vec(payload).map_err(|error| Error::Internal(error.into()))?;
    let sealed = vault::seal(env, tenant, "job.sealed", &id.to_string(), &payload).await?;
    sqlx::query!(
        "INSERT INTO job (workspace_id, id, kind, lane, run_at, sealed) VALUES ($1, $2, $3, $4, $5, $6)",
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
    Ok(id)
}
