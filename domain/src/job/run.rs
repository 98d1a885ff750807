//! Running: a job is opened inside its workspace and handed to what it is about.

use super::{
    Kind,
    claim::{self, Claim},
};
use crate::{Env, Error, Result, outbound};
use time::Duration;

/// Tries after which a job that only meets faults of ours is given up.
const TRIES: u32 = 8;

/// Does a claimed job. It may run twice: what it calls sees to it that the second time changes nothing.
/// [`Error::NotFound`] when the claim was lost.
pub async fn run(env: &Env, claim: Claim) -> Result<()> {
    let mut tenant = claim.enter(env).await?;
    let job = claim::open(env, &mut tenant, claim).await?;
    match job.kind {
        Kind::Send => outbound::run(env, tenant, &job).await,
    }
}

/// Puts a job back that a fault of ours stopped; gives it up after several.
pub async fn stumble(env: &Env, claim: Claim, error: &Error) -> Result<()> {
    let mut tenant = claim.enter(env).await?;
    let workspace = tenant.workspace();
    let attempts = sqlx::query_scalar!(
        "SELECT attempts FROM job WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        claim.job.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let attempts = u32::try_from(attempts).unwrap_or(0);
    let fault = kind_of(error);
    if attempts < TRIES {
        let pause = Duration::seconds(1 << attempts.min(8));
        claim::retry_at(&mut tenant, claim, env.now() + pause, fault).await?;
    } else {
        outbound::give_up(env, &mut tenant, claim).await?;
        claim::dead(&mut tenant, claim, fault).await?;
    }
    tenant.commit().await
}

/// What is kept of an error: never its words, which can hold what a row held.
fn kind_of(error: &Error) -> &'static str {
    match error {
        Error::Unavailable => "database not available",
        Error::NotFound => "not found",
        Error::Internal(_) => "internal",
        _ => "refused",
    }
}
