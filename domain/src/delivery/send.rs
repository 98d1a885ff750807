//! Sending: the first that waits of a lane, posted outside of any transaction.

use super::{SEALED, lane::Lane, retry, settle::settle};
use crate::{
    Env, Error, Result, Tenant,
    endpoint::Signers,
    job::{self, Job, LEASE},
    outside::{self, Answer},
    vault,
};
use postern_types::DeliveryId;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use time::OffsetDateTime;
use url::Url;

/// A delivery on its way.
pub(super) struct Parcel {
    pub id: DeliveryId,
    /// Which attempt this is, of all and of its round, and when that began.
    pub number: i32,
    pub tries: i32,
    pub first: OffsetDateTime,
    /// When it was read.
    pub at: OffsetDateTime,
    url: String,
    event: String,
    body: String,
    signers: Signers,
}

/// What came of an attempt.
pub(super) struct Outcome {
    pub answer: std::result::Result<Answer, &'static str>,
    pub took: std::time::Duration,
}

/// Does a lane's job: commits that an attempt is made, makes it, and commits what came of it.
pub(crate) async fn run(env: &Env, mut tenant: Tenant, job: &Job) -> Result<()> {
    let lane: Lane = job.payload()?;
    let Some(_seat) = env.outside.seat(tenant.workspace(), lane.endpoint) else {
        let at = env.now() + retry::turn(env);
        job::wait_until(&mut tenant, job.claim, at).await?;
        return tenant.commit().await;
    };
    let parcel = prepare(env, &mut tenant, job, &lane).await?;
    tenant.commit().await?;
    let Some(parcel) = parcel else { return Ok(()) };
    // A process that stood still keeps it: by the time of an answer somebody else might have the lane.
    if env.now() - parcel.at > LEASE / 2 {
        return Ok(());
    }
    let began = tokio::time::Instant::now();
    let answer = post(env, &parcel).await;
    let outcome = Outcome {
        answer,
        took: began.elapsed(),
    };
    finish(env, job, &lane, &parcel, &outcome).await
}

/// An attempt that begins as late as it may ends before its lease does.
const _: () = assert!(
    LEASE.as_millis()
        > LEASE.as_millis() / 2 + outside::TOTAL.as_millis() + crate::db::ACQUIRE.as_millis()
);

/// Takes up the first that waits, and notes that it is tried; none when there is nothing to do, or not yet.
async fn prepare(env: &Env, tenant: &mut Tenant, job: &Job, lane: &Lane) -> Result<Option<Parcel>> {
    // From here on nobody adds to the lane unseen: what is committed later finds this job gone, and makes another.
    job::extend(tenant, job.claim, LEASE).await?;
    let workspace = tenant.workspace();
    let endpoint = sqlx::query!(
        "SELECT url, secret_sealed, old_sealed, old_until FROM endpoint
          WHERE workspace_id = $1 AND id = $2 AND state = 'on' AND deleted_at IS NULL",
        workspace.0,
        lane.endpoint.0,
    )
    .fetch_optional(tenant.conn())
    .await?;
    let next = first(tenant, lane).await?;
    // While it is paused what waits goes on waiting, without a job.
    let (Some(endpoint), Some(next)) = (endpoint, next) else {
        job::done(tenant, job.claim).await?;
        return Ok(None);
    };
    let now = env.now();
    if next.due_at > now {
        job::wait_until(tenant, job.claim, next.due_at).await?;
        return Ok(None);
    }
    let old = endpoint.old_sealed.as_deref().zip(endpoint.old_until);
    let signers = Signers::open(env, tenant, lane.endpoint, &endpoint.secret_sealed, old).await?;
    let body = vault::open(env, tenant, SEALED, &next.id.to_string(), &next.sealed).await?;
    let body = String::from_utf8(body.to_vec())
        .map_err(|_| Error::internal("the body of a delivery is no text"))?;
    let parcel = Parcel {
        id: next.id,
        number: next.attempts + 1,
        tries: next.tries + 1,
        first: next.first_at.unwrap_or(now),
        at: now,
        url: endpoint.url,
        event: next.event_id,
        body,
        signers,
    };
    sqlx::query!(
        "UPDATE delivery SET attempts = $3, tries = $4, first_at = $5 WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        parcel.id.0,
        parcel.number,
        parcel.tries,
        parcel.first,
    )
    .execute(tenant.conn())
    .await?;
    sqlx::query!(
        "INSERT INTO delivery_attempt (workspace_id, delivery_id, number, at) VALUES ($1, $2, $3, $4)",
        workspace.0,
        parcel.id.0,
        parcel.number,
        now,
    )
    .execute(tenant.conn())
    .await?;
    Ok(Some(parcel))
}

struct Next {
    id: DeliveryId,
    event_id: String,
    sealed: Vec<u8>,
    attempts: i32,
    tries: i32,
    first_at: Option<OffsetDateTime>,
    due_at: OffsetDateTime,
}

async fn first(tenant: &mut Tenant, lane: &Lane) -> Result<Option<Next>> {
    let workspace = tenant.workspace();
    let next = sqlx::query_as!(
        Next,
        r#"SELECT id AS "id: DeliveryId", event_id, sealed, attempts, tries, first_at, due_at FROM delivery
            WHERE workspace_id = $1 AND endpoint_id = $2 AND object = $3 AND state = 'waiting' ORDER BY seq LIMIT 1"#,
        workspace.0,
        lane.endpoint.0,
        lane.object,
    )
    .fetch_optional(tenant.conn())
    .await?;
    Ok(next)
}

/// One attempt: the body as it was cut, signed with this moment.
async fn post(env: &Env, parcel: &Parcel) -> std::result::Result<Answer, &'static str> {
    let url = Url::parse(&parcel.url).map_err(|_| "the address is not one")?;
    let timestamp = env.now().unix_timestamp();
    let signature = parcel.signers.sign(&parcel.event, timestamp, &parcel.body);
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in [
        ("webhook-id", parcel.event.as_str()),
        ("webhook-timestamp", &timestamp.to_string()),
        ("webhook-signature", &signature),
    ] {
        let value = HeaderValue::from_str(value).map_err(|_| "a header cannot be sent")?;
        headers.insert(HeaderName::from_static(name), value);
    }
    env.outside
        .post(&url, headers, parcel.body.clone().into_bytes())
        .await
}

/// Commits the outcome. A database that is away for a moment must not cost it: it is offered again for a quarter of the lease.
async fn finish(
    env: &Env,
    job: &Job,
    lane: &Lane,
    parcel: &Parcel,
    outcome: &Outcome,
) -> Result<()> {
    let started = tokio::time::Instant::now();
    let mut pause = std::time::Duration::from_millis(100);
    loop {
        match settle(env, job, lane, parcel, outcome).await {
            Err(error) if error.is_passing() && started.elapsed() < LEASE / 4 => {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(std::time::Duration::from_secs(3));
            }
            end => return end,
        }
    }
}
