//! Jobs: work that is promised in a transaction and done after it.

mod claim;
mod run;
mod sweep;

pub use claim::{Claim, LEASE, claim, next};
pub(crate) use claim::{Job, anew, done, extend, open, rest, retry_at, wait_until};
pub use run::{attend, run};
pub use sweep::sweep;

use crate::{Env, Error, Result, Tenant, crypto, vault, wake::Signal};
use postern_types::JobId;
use serde::Serialize;
use time::OffsetDateTime;
use uuid::{Builder, Uuid, Version};

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Sends a message; the payload is its id, and so is the job's.
    Send,
    /// Fetches a file that came in; one for each.
    FetchFile,
    /// Looks whether an uploaded file was sent, and lets it go when not; one for each.
    ExpireFile,
    /// Tells a contact that somebody reads or types.
    Courtesy,
    /// Asks Meta how a number is; the payload is its id. It goes on for ever.
    Health,
    /// Asks Meta for an account's templates; comes back by itself.
    Templates,
    /// Takes its conversations from a team that was deleted; the payload is its id.
    EmptyTeam,
    /// Lets go of what a member had in hand who is gone; the payload is their id, and who did it.
    LetGo,
    /// Tells what became of a task; one for each piece of news.
    TaskNews,
    /// Tells that a contact asks for a new PIN; one for each link.
    PinAsked,
    /// Tries an import out, does it or takes it back; the payload is its id. One of a workspace at a time.
    Import,
    /// Lets go of what was kept of an import for undoing it; one for each.
    ForgetImport,
    /// Cuts the feed into deliveries for endpoints. It goes on for as long as there are endpoints.
    Cut,
    /// Delivers what waits for an endpoint of one object's events, one after another.
    Deliver,
    /// Sends a one-time code; one for each, and it alone holds the code.
    Otp,
    /// Applies what another provider posted; one for each request.
    Source,
}

impl Kind {
    /// The word stored in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::FetchFile => "fetch_file",
            Self::ExpireFile => "expire_file",
            Self::Courtesy => "courtesy",
            Self::Health => "health",
            Self::Templates => "templates",
            Self::EmptyTeam => "empty_team",
            Self::LetGo => "let_go",
            Self::TaskNews => "task_news",
            Self::PinAsked => "pin_asked",
            Self::Import => "import",
            Self::ForgetImport => "forget_import",
            Self::Cut => "cut",
            Self::Deliver => "deliver",
            Self::Otp => "otp",
            Self::Source => "source",
        }
    }

    fn parse(word: &str) -> Result<Self> {
        match word {
            "send" => Ok(Self::Send),
            "fetch_file" => Ok(Self::FetchFile),
            "expire_file" => Ok(Self::ExpireFile),
            "courtesy" => Ok(Self::Courtesy),
            "health" => Ok(Self::Health),
            "templates" => Ok(Self::Templates),
            "empty_team" => Ok(Self::EmptyTeam),
            "let_go" => Ok(Self::LetGo),
            "task_news" => Ok(Self::TaskNews),
            "pin_asked" => Ok(Self::PinAsked),
            "import" => Ok(Self::Import),
            "forget_import" => Ok(Self::ForgetImport),
            "cut" => Ok(Self::Cut),
            "deliver" => Ok(Self::Deliver),
            "otp" => Ok(Self::Otp),
            "source" => Ok(Self::Source),
            _ => Err(Error::internal("a job is of an unknown kind")),
        }
    }
}

pub(crate) const SEALED: &str = "job.sealed";

/// The id of the one job of that kind about something. A message is sent under its own id, which its sender chose: no such
/// id may be of this version, and so none is another job's.
pub(crate) fn id_of(kind: Kind, about: &str) -> JobId {
    JobId(
        Builder::from_bytes(crypto::id_bytes(&format!("{}:{about}", kind.as_str())))
            .with_version(Version::Custom)
            .into_uuid(),
    )
}

/// Whether [`id_of`] makes such ids.
pub(crate) fn is_made_up(id: Uuid) -> bool {
    id.get_version() == Some(Version::Custom)
}

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
    add_after(
        env,
        tenant,
        id,
        kind,
        lane,
        std::time::Duration::ZERO,
        payload,
    )
    .await
}

/// The same, due after a while.
pub(crate) async fn add_after(
    env: &Env,
    tenant: &mut Tenant,
    id: JobId,
    kind: Kind,
    lane: &str,
    after: std::time::Duration,
    payload: &(impl Serialize + Sync),
) -> Result<()> {
    let workspace = tenant.workspace();
    let payload = serde_json::to_vec(payload).map_err(|error| Error::Internal(error.into()))?;
    let sealed = vault::seal(env, tenant, SEALED, &id.to_string(), &payload).await?;
    sqlx::query!(
        // A clock that goes before the database's must not put it off for the other processes.
        "INSERT INTO job (workspace_id, id, kind, lane, run_at, sealed)
         VALUES ($1, $2, $3, $4, least($5, now()) + make_interval(secs => $7), $6)
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
        after.as_secs_f64(),
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

/// A job to be promised with others.
pub(crate) struct Promise {
    pub id: JobId,
    pub lane: String,
    pub payload: Vec<u8>,
}

/// Promises jobs of one kind, each id once. One that is there already is left as it is, but for one that gave up; with
/// `at_once` one that waits is due now. Until this commits, none of them ends: whoever [`extend`]s its claim and looks for work
/// behind that sees what this has committed.
pub(crate) async fn add_all(
    env: &Env,
    tenant: &mut Tenant,
    kind: Kind,
    at_once: bool,
    jobs: &[Promise],
) -> Result<()> {
    if jobs.is_empty() {
        return Ok(());
    }
    let workspace = tenant.workspace();
    let plain: Vec<_> = jobs
        .iter()
        .map(|job| (job.id.to_string(), job.payload.as_slice()))
        .collect();
    let sealed = vault::seal_all(env, tenant, SEALED, &plain).await?;
    let ids: Vec<_> = jobs.iter().map(|job| job.id.0).collect();
    let lanes: Vec<_> = jobs.iter().map(|job| job.lane.clone()).collect();
    sqlx::query!(
        // A row in the way is locked, whether it is changed or not.
        "INSERT INTO job (workspace_id, id, kind, lane, run_at, sealed)
         SELECT $1, n.id, $2, n.lane, least($3, now()), n.sealed
           FROM unnest($4::uuid[], $5::text[], $6::bytea[]) AS n (id, lane, sealed)
         ON CONFLICT (workspace_id, id) DO UPDATE
            SET state = 'ready', turn = DEFAULT, run_at = excluded.run_at, attempts = 0, sealed = excluded.sealed,
                fault = NULL
          WHERE job.state = 'dead' OR ($7 AND job.state = 'ready')",
        workspace.0,
        kind.as_str(),
        env.now(),
        &ids,
        &lanes,
        &sealed,
        at_once,
    )
    .execute(tenant.conn())
    .await?;
    tenant.ring(Signal::Jobs);
    Ok(())
}

/// [`nudge`] for a job that goes on for ever: one that runs looks again when it comes to [`rest`].
pub(crate) async fn recall(tenant: &mut Tenant, id: JobId, now: OffsetDateTime) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE job SET run_at = least($3, now())
          WHERE workspace_id = $1 AND id = $2 AND state <> 'dead' AND (state = 'running' OR run_at > least($3, now()))",
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
