//! Cutting: the feed read from where it was left, and a delivery made of each event for each endpoint that chose its kind.

use super::{
    KEPT, SEALED,
    lane::{self, Lane},
};
use crate::{
    Env, Error, Result, Tenant,
    event::{self, Position, Told},
    job::{self, Job, Kind, LEASE},
    vault,
    wake::Signal,
};
use postern_types::{EndpointId, FeedCursor, JobId, WorkspaceId};
use std::collections::BTreeSet;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Without a bell, the feed is looked at so often: a process that is killed between its commit and its bell tells nobody.
const SELDOM: Duration = Duration::minutes(1);
/// While a transaction holds back what has been committed above it.
const SOON: Duration = Duration::milliseconds(500);
/// Rows of a deleted endpoint that one transaction takes away.
const BATCH: i64 = 1000;

fn id() -> JobId {
    job::id_of(Kind::Cut, "feed")
}

/// Wakes whoever cuts the feeds of these workspaces, where there are endpoints; of all workspaces when none is named. Called
/// by the worker when the feed has grown.
pub async fn wake(env: &Env, workspaces: Option<&[WorkspaceId]>) -> Result<()> {
    let ids: Option<Vec<Uuid>> =
        workspaces.map(|some| some.iter().map(|workspace| workspace.0).collect());
    let mut global = env.db.global().await?;
    let woken = sqlx::query_scalar!(
        r#"SELECT wake_cuts($1, $2, $3) AS "woken!""#,
        id().0,
        ids.as_deref(),
        env.now(),
    )
    .fetch_one(global.conn())
    .await?;
    if woken > 0 {
        global.ring(Signal::Jobs);
    }
    global.commit().await
}

/// Begins to cut the workspace's feed at `from`, unless it is cut already. Holds back whoever ends that until this commits.
pub(crate) async fn begin(env: &Env, tenant: &mut Tenant, from: &FeedCursor) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "INSERT INTO endpoint_feed (workspace_id, cursor) VALUES ($1, $2)
         ON CONFLICT (workspace_id) DO UPDATE SET cursor = endpoint_feed.cursor",
        workspace.0,
        from.0,
    )
    .execute(tenant.conn())
    .await?;
    job::add(env, tenant, id(), Kind::Cut, "cut", &()).await
}

/// Has the job look around: an endpoint was deleted, or has to be roused.
pub(crate) async fn recall(env: &Env, tenant: &mut Tenant) -> Result<()> {
    job::recall(tenant, id(), env.now()).await
}

/// An endpoint, as far as cutting goes.
struct Endpoint {
    id: EndpointId,
    kinds: Vec<String>,
    since: Position,
}

/// Does the job: cuts what the feed has, rouses what has to be roused, clears away what was deleted.
pub(crate) async fn run(env: &Env, mut tenant: Tenant, job: &Job) -> Result<()> {
    let until = tokio::time::Instant::now() + LEASE / 2;
    let mut pause = SELDOM;
    loop {
        let Some(more) = page(env, &mut tenant).await? else {
            end(&mut tenant, job).await?;
            return tenant.commit().await;
        };
        let late = tokio::time::Instant::now() >= until;
        match more {
            More::Now if late => pause = Duration::ZERO,
            More::Later => pause = SOON,
            More::Now | More::No => {}
        }
        let again = more == More::Now && !late;
        let again =
            again || (!late && (lane::step(env, &mut tenant).await? | clear(&mut tenant).await?));
        if !again {
            break;
        }
        tenant.commit().await?;
        tenant = job.claim.enter(env).await?;
    }
    let now = env.now();
    job::rest(&mut tenant, job, now + pause, now).await?;
    tenant.commit().await
}

/// Whether the feed has more than what was cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum More {
    Now,
    /// Something stands above the horizon.
    Later,
    No,
}

/// Cuts up to a page. None when no endpoint is left.
pub(super) async fn page(env: &Env, tenant: &mut Tenant) -> Result<Option<More>> {
    let workspace = tenant.workspace();
    let here = sqlx::query_scalar!(
        "SELECT cursor FROM endpoint_feed WHERE workspace_id = $1",
        workspace.0,
    )
    .fetch_optional(tenant.conn())
    .await?;
    let Some(here) = here.map(FeedCursor) else {
        return Ok(None);
    };
    let (endpoints, deleted) = endpoints(tenant).await?;
    if endpoints.is_empty() {
        return Ok(deleted.then_some(More::No));
    }
    let reading = match event::read(tenant, &here).await {
        Ok(reading) => reading,
        Err(Error::Conflict(_)) => {
            lost(env, tenant, &here).await?;
            return Ok(Some(More::Now));
        }
        Err(error) => return Err(error),
    };
    let mut cuts = Vec::new();
    for entry in &reading.entries {
        let Some(told) = event::told(tenant, entry).await? else {
            continue;
        };
        let kind = told.kind.as_str();
        let chosen = endpoints
            .iter()
            .filter(|to| to.since < entry.position && to.kinds.iter().any(|known| known == kind));
        for endpoint in chosen {
            cuts.push((endpoint.id, told.clone()));
        }
    }
    // Of a full page the last entry is the end.
    let last = reading.entries.last().map(|entry| entry.cursor.clone());
    let Some(end) = reading.end.or(last) else {
        return Ok(Some(if reading.more { More::Later } else { More::No }));
    };
    write(env, tenant, &cuts).await?;
    move_on(tenant, &here, &end).await?;
    Ok(Some(match (reading.more, reading.entries.is_empty()) {
        (true, false) => More::Now,
        (true, true) => More::Later,
        (false, _) => More::No,
    }))
}

/// Those that are there, and whether there are deleted ones.
async fn endpoints(tenant: &mut Tenant) -> Result<(Vec<Endpoint>, bool)> {
    let workspace = tenant.workspace();
    let rows = sqlx::query!(
        r#"SELECT id AS "id: EndpointId", kinds, since, deleted_at IS NOT NULL AS "deleted!" FROM endpoint
            WHERE workspace_id = $1 ORDER BY id"#,
        workspace.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    let deleted = rows.iter().any(|row| row.deleted);
    let there = rows.into_iter().filter(|row| !row.deleted).map(|row| {
        Ok(Endpoint {
            id: row.id,
            kinds: row.kinds,
            since: event::position(&FeedCursor(row.since))?,
        })
    });
    Ok((there.collect::<Result<_>>()?, deleted))
}

/// Makes the deliveries, and has their lanes go on. What was cut before, by whatever way, is not cut again.
pub(super) async fn write(
    env: &Env,
    tenant: &mut Tenant,
    cuts: &[(EndpointId, Told)],
) -> Result<()> {
    if cuts.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = cuts.iter().map(|_| env.id()).collect();
    insert(env, tenant, &ids, cuts).await?;
    let lanes: BTreeSet<Lane> = cuts
        .iter()
        .map(|(endpoint, told)| Lane {
            endpoint: *endpoint,
            object: told.object.clone(),
        })
        .collect();
    lane::go_on(env, tenant, false, lanes).await
}

pub(super) async fn insert(
    env: &Env,
    tenant: &mut Tenant,
    ids: &[Uuid],
    cuts: &[(EndpointId, Told)],
) -> Result<()> {
    let bodies = cuts
        .iter()
        .map(|(_, told)| told.body())
        .collect::<Result<Vec<_>>>()?;
    let plain: Vec<_> = ids
        .iter()
        .zip(&bodies)
        .map(|(id, body)| (id.to_string(), body.as_bytes()))
        .collect();
    let sealed = vault::seal_all(env, tenant, SEALED, &plain).await?;
    let endpoints: Vec<Uuid> = cuts.iter().map(|(endpoint, _)| endpoint.0).collect();
    let events: Vec<String> = cuts.iter().map(|(_, told)| told.id.clone()).collect();
    let kinds: Vec<String> = cuts
        .iter()
        .map(|(_, told)| told.kind.as_str().to_owned())
        .collect();
    let objects: Vec<String> = cuts.iter().map(|(_, told)| told.object.clone()).collect();
    let ats: Vec<OffsetDateTime> = cuts.iter().map(|(_, told)| told.at).collect();
    let workspace = tenant.workspace();
    sqlx::query!(
        "INSERT INTO delivery (workspace_id, id, endpoint_id, event_id, kind, object, at, cut_at, state, due_at, sealed)
         SELECT $1, n.id, n.endpoint_id, n.event_id, n.kind, n.object, n.at, $2, 'waiting', $2, n.sealed
           FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::timestamptz[], $9::bytea[])
                WITH ORDINALITY AS n (id, endpoint_id, event_id, kind, object, at, sealed, nth)
          ORDER BY n.nth
         ON CONFLICT (workspace_id, endpoint_id, event_id) DO NOTHING",
        workspace.0,
        env.now(),
        ids,
        &endpoints,
        &events,
        &kinds,
        &objects,
        &ats,
        &sealed,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// Moves the stored place on with what was cut. Another who has moved it has cut the same: then none of this happens.
async fn move_on(tenant: &mut Tenant, from: &FeedCursor, to: &FeedCursor) -> Result<()> {
    let workspace = tenant.workspace();
    let moved = sqlx::query!(
        "UPDATE endpoint_feed SET cursor = $3 WHERE workspace_id = $1 AND cursor = $2",
        workspace.0,
        from.0,
        to.0,
    )
    .execute(tenant.conn())
    .await?;
    if moved.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    Ok(())
}

/// The stored place is none of this feed any more: a backup was put back. It goes on from the oldest event that is kept, as far
/// back as deliveries are: those that were cut already are known, and are not cut again.
async fn lost(env: &Env, tenant: &mut Tenant, here: &FeedCursor) -> Result<()> {
    tracing::warn!(
        workspace.id = %tenant.workspace(),
        "the place up to which webhooks were cut is not of this feed: they go on from the oldest event"
    );
    let oldest = event::beginning(tenant, env.now() - KEPT).await?;
    move_on(tenant, here, &oldest).await?;
    let told = serde_json::json!({ "back_days": KEPT.whole_days() });
    crate::audit::record(env, tenant, "endpoint.feed_lost", &told).await
}

/// Takes rows of deleted endpoints away, then themselves; true while there is more.
async fn clear(tenant: &mut Tenant) -> Result<bool> {
    let workspace = tenant.workspace();
    let gone = sqlx::query!(
        "DELETE FROM delivery WHERE workspace_id = $1 AND id IN (
             SELECT d.id FROM delivery d JOIN endpoint e ON e.workspace_id = d.workspace_id AND e.id = d.endpoint_id
              WHERE d.workspace_id = $1 AND e.deleted_at IS NOT NULL LIMIT $2)",
        workspace.0,
        BATCH,
    )
    .execute(tenant.conn())
    .await?;
    if gone.rows_affected() > 0 {
        return Ok(true);
    }
    let gone = sqlx::query!(
        "DELETE FROM endpoint WHERE workspace_id = $1 AND deleted_at IS NOT NULL",
        workspace.0,
    )
    .execute(tenant.conn())
    .await?;
    Ok(gone.rows_affected() > 0)
}

/// No endpoint is left: the place is forgotten and the job ends, unless somebody has just made another.
async fn end(tenant: &mut Tenant, job: &Job) -> Result<()> {
    let workspace = tenant.workspace();
    // Whoever makes one holds this row, or waits for it.
    sqlx::query!(
        "SELECT cursor FROM endpoint_feed WHERE workspace_id = $1 FOR UPDATE",
        workspace.0,
    )
    .fetch_optional(tenant.conn())
    .await?;
    let (there, deleted) = endpoints(tenant).await?;
    if !there.is_empty() || deleted {
        let now = job.run_at;
        return job::rest(tenant, job, now, now).await;
    }
    sqlx::query!(
        "DELETE FROM endpoint_feed WHERE workspace_id = $1",
        workspace.0,
    )
    .execute(tenant.conn())
    .await?;
    job::done(tenant, job.claim).await
}
