//! What a source posts: verified, kept as it came, and only then answered.

use super::{
    BODY, SECRET, known,
    provider::{Arrived, Refused},
};
use crate::{
    Env, Error, Result, Tenant,
    attempt::{self, Subject},
    crypto,
    job::{self, Kind},
    vault,
};
use postern_types::{SourceEntryId, SourceId, SourceState, WorkspaceId};
use reqwest::header::HeaderMap;
use time::Duration;

/// Refused requests of a source that the log keeps in an hour. The others are counted.
const REFUSED: i64 = 20;
/// Requests of a source that are taken in a minute. The others are told to come later, and do.
const MOST: i32 = 300;
const WINDOW_S: i32 = 60;

/// Takes a request as it came. `Ok` means that it is committed, now or when it came before.
///
/// [`Error::NotFound`] for an address that is none, [`Error::Unauthorized`] for what is not verified, [`Error::Invalid`] for
/// what is, and holds the number of a card: then nothing of it is kept. [`Error::TooMany`] beyond 300 a minute. Any other error: the provider sends it again.
pub async fn receive(env: &Env, token: &str, headers: &HeaderMap, body: &[u8]) -> Result<()> {
    let (workspace, id) = find(env, token).await?.ok_or(Error::NotFound)?;
    let mut tenant = env.db.source(workspace, id).await?;
    let row = sqlx::query!(
        "SELECT provider, secret_sealed FROM source WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NULL",
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let provider = known(&row.provider)?;
    let row_name = id.to_string();
    let key = vault::open(env, &mut tenant, SECRET, &row_name, &row.secret_sealed).await?;
    let arrived = Arrived {
        headers,
        body,
        now: env.now(),
    };
    if let Err(refused) = (provider.prove)(&arrived, &key) {
        refuse(env, &mut tenant, id, refused).await?;
        tenant.commit().await?;
        return Err(match refused {
            Refused::Card => Error::invalid(
                "body",
                "It holds what looks like the number of a card. Nothing of it was kept.",
            ),
            _ => Error::Unauthorized,
        });
    }
    let many = Subject::fixed(env, "source", id.0.as_bytes(), MOST, WINDOW_S);
    attempt::within(env, tenant.conn(), &[many]).await?;
    // What names itself by nothing is known again by its bytes.
    let event = (provider.id)(&arrived)
        .unwrap_or_else(|| format!("sha256:{}", hex::encode(crypto::sha256(body))));
    keep(env, &mut tenant, id, &event, body).await?;
    tenant.commit().await
}

/// Whether there is a source behind that token.
pub async fn exists(env: &Env, token: &str) -> Result<bool> {
    Ok(find(env, token).await?.is_some())
}

/// One look, whatever the token is.
async fn find(env: &Env, token: &str) -> Result<Option<(WorkspaceId, SourceId)>> {
    let mut alone = env.db.alone().await?;
    let found = sqlx::query!(
        r#"SELECT workspace_id AS "workspace!: WorkspaceId", id AS "id!: SourceId" FROM find_source($1)"#,
        &crypto::sha256(token.as_bytes())[..],
    )
    .fetch_optional(&mut *alone)
    .await?;
    Ok(found.map(|found| (found.workspace, found.id)))
}

/// Keeps it, and promises that it is applied; once, however often it comes.
async fn keep(
    env: &Env,
    tenant: &mut Tenant,
    source: SourceId,
    event: &str,
    body: &[u8],
) -> Result<()> {
    let (workspace, id) = (tenant.workspace(), env.id::<SourceEntryId>());
    let sealed = vault::seal(env, tenant, BODY, &id.to_string(), body).await?;
    let kept = sqlx::query!(
        "INSERT INTO source_entry (workspace_id, id, source_id, event_id, at, state, sealed)
         VALUES ($1, $2, $3, $4, $5, 'waiting', $6)
         ON CONFLICT (workspace_id, source_id, event_id) DO NOTHING",
        workspace.0,
        id.0,
        source.0,
        event,
        env.now(),
        sealed,
    )
    .execute(tenant.conn())
    .await?;
    if kept.rows_affected() == 0 {
        return Ok(());
    }
    promise(env, tenant, id).await
}

/// Has a job apply it. Each has a lane of its own: one that cannot be applied holds up no other.
pub(super) async fn promise(env: &Env, tenant: &mut Tenant, id: SourceEntryId) -> Result<()> {
    let job = job::id_of(Kind::Source, &id.to_string());
    job::add(env, tenant, job, Kind::Source, &format!("source:{id}"), &id).await
}

/// Counts it, and keeps that it came: nothing of its body, and so many an hour.
async fn refuse(env: &Env, tenant: &mut Tenant, source: SourceId, why: Refused) -> Result<()> {
    let (workspace, now) = (tenant.workspace(), env.now());
    // Whoever is refused beside this one waits for it, and counts after it.
    sqlx::query!(
        "UPDATE source SET refused = refused + 1, refused_at = $3 WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        source.0,
        now,
    )
    .execute(tenant.conn())
    .await?;
    let kept = sqlx::query_scalar!(
        r#"SELECT count(*) AS "kept!" FROM source_entry
            WHERE workspace_id = $1 AND source_id = $2 AND state = 'refused' AND at > $3"#,
        workspace.0,
        source.0,
        now - Duration::hours(1),
    )
    .fetch_one(tenant.conn())
    .await?;
    if kept >= REFUSED {
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO source_entry (workspace_id, id, source_id, at, state, why, done_at)
         VALUES ($1, $2, $3, $4, $5, $6, $4)",
        workspace.0,
        env.id::<SourceEntryId>().0,
        source.0,
        now,
        SourceState::Refused.as_str(),
        why.as_str(),
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}
