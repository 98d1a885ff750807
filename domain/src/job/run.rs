//! Running: a job is opened inside its workspace and handed to what it is about.

use super::{
    Kind,
    claim::{self, Claim},
};
use crate::{
    Env, Error, Result, Tenant, channel::health, contact::import, courtesy, delivery, file, member,
    otp, outbound, portal, source, task, teams, template,
};
use time::Duration;

/// Tries after which a job that only meets faults of ours is given up.
const TRIES: u32 = 8;
/// Tries after which a job is given up that does not live to tell of its faults: it broke its worker each time. More than
/// anything asks for that does tell.
const MOST: u32 = 12;
/// The longest pause before a job that failed is put back.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(4);

/// Runs a claimed job and, when it fails, puts it back or gives it up. An error is for the log: by then all is done that
/// can be. A claim that was lost is none, for somebody else has the job.
pub async fn attend(env: &Env, claim: Claim) -> Result<()> {
    let Err(error) = run(env, claim).await else {
        return Ok(());
    };
    // A database that is away is given some seconds; after that the lease runs out by itself.
    let mut pause = std::time::Duration::from_millis(100);
    loop {
        match stumble(env, claim, &error).await {
            // Not found is said of a lost claim, and of a row that a job looks for: only here the two can be told apart.
            Err(Error::NotFound) => return Ok(()),
            Err(again) if again.is_passing() && pause <= PATIENCE => {
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
            _ => return Err(error),
        }
    }
}

/// Does a claimed job. It may run twice: what it calls sees to it that the second time changes nothing.
/// [`Error::NotFound`] when the claim was lost.
pub async fn run(env: &Env, claim: Claim) -> Result<()> {
    let mut tenant = claim.enter(env).await?;
    let job = claim::open(env, &mut tenant, claim).await?;
    if job.attempts > MOST {
        tracing::error!(job.id = %claim.job, workspace.id = %claim.workspace, "a job was given up: it never ended");
        give_up(env, &mut tenant, claim, job.kind, "never ended").await?;
        return tenant.commit().await;
    }
    match job.kind {
        Kind::Send => outbound::run(env, tenant, &job).await,
        Kind::FetchFile => file::run_fetch(env, tenant, &job).await,
        Kind::ExpireFile => file::run_expiry(env, tenant, &job).await,
        Kind::Courtesy => courtesy::run(env, tenant, &job).await,
        Kind::Health => health::run(env, tenant, &job).await,
        Kind::Templates => template::run(env, tenant, &job).await,
        Kind::EmptyTeam => teams::run(env, tenant, &job).await,
        Kind::LetGo => member::run(env, tenant, &job).await,
        Kind::TaskNews => task::run_news(env, tenant, &job).await,
        Kind::PinAsked => portal::run_asked(env, tenant, &job).await,
        Kind::Import => import::run(env, tenant, &job).await,
        Kind::ForgetImport => import::run_forget(env, tenant, &job).await,
        Kind::Cut => delivery::run_cut(env, tenant, &job).await,
        Kind::Deliver => delivery::run(env, tenant, &job).await,
        Kind::Otp => otp::run(env, tenant, &job).await,
        Kind::Source => source::run(env, tenant, &job).await,
    }
}

/// Puts a job back that a fault of ours stopped; gives it up after several. [`Error::NotFound`] when the claim was lost.
pub(crate) async fn stumble(env: &Env, claim: Claim, error: &Error) -> Result<()> {
    let mut tenant = claim.enter(env).await?;
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        "SELECT kind, attempts FROM job WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        claim.job.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let attempts = u32::try_from(row.attempts).unwrap_or(0);
    let fault = kind_of(error);
    if attempts < TRIES {
        let pause = Duration::seconds(1 << attempts.min(8));
        claim::retry_at(&mut tenant, claim, env.now() + pause, fault).await?;
    } else {
        give_up(env, &mut tenant, claim, Kind::parse(&row.kind)?, fault).await?;
    }
    tenant.commit().await
}

/// When a job that goes on for ever looks again after faults of ours.
const AGAIN: Duration = Duration::hours(1);

async fn give_up(
    env: &Env,
    tenant: &mut Tenant,
    claim: Claim,
    kind: Kind,
    fault: &str,
) -> Result<()> {
    match kind {
        Kind::Send => outbound::give_up(env, tenant, claim).await?,
        Kind::FetchFile => file::give_up(env, tenant, claim).await?,
        Kind::Import => import::give_up(env, tenant, claim).await?,
        Kind::Source => source::give_up(env, tenant, claim).await?,
        // A job that was given up stays for a month, and this one holds a code: it goes.
        Kind::Otp => {
            otp::give_up(env, tenant, claim).await?;
            return claim::done(tenant, claim).await;
        }
        // What stays in the store for longer harms nobody.
        Kind::ExpireFile
        | Kind::Courtesy
        | Kind::TaskNews
        | Kind::PinAsked
        | Kind::ForgetImport => {}
        // These go on for ever, or until they are done: whatever was wrong, they look again later.
        Kind::Health
        | Kind::Templates
        | Kind::EmptyTeam
        | Kind::LetGo
        | Kind::Cut
        | Kind::Deliver => {
            return claim::wait_until(tenant, claim, env.now() + AGAIN).await;
        }
    }
    claim::dead(tenant, claim, fault).await
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

#[cfg(test)]
mod tests;
