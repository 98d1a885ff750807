//! After an attempt: what it makes of the delivery, of its lane and of the endpoint.

use super::{
    lane::Lane,
    retry,
    send::{Outcome, Parcel},
};
use crate::{
    Env, Result, Tenant, endpoint,
    job::{self, Job, LEASE},
};
use postern_types::{DeliveryState, PausedWhy};
use time::OffsetDateTime;

/// What an attempt comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Taken,
    Again(OffsetDateTime),
    /// The three days are over.
    Failed,
    /// The endpoint wants no more.
    Gone,
}

pub(super) async fn settle(
    env: &Env,
    job: &Job,
    lane: &Lane,
    parcel: &Parcel,
    outcome: &Outcome,
) -> Result<()> {
    let mut tenant = job.claim.enter(env).await?;
    // Holds back whoever adds to the lane, so that what is found below is all that there is.
    job::extend(&mut tenant, job.claim, LEASE).await?;
    let (verdict, fault) = judge(env, parcel, outcome);
    note(&mut tenant, parcel, outcome, fault).await?;
    match verdict {
        Verdict::Taken => end(env, &mut tenant, parcel, DeliveryState::Delivered).await?,
        Verdict::Again(at) => {
            let workspace = tenant.workspace();
            sqlx::query!(
                "UPDATE delivery SET due_at = $3 WHERE workspace_id = $1 AND id = $2",
                workspace.0,
                parcel.id.0,
                at,
            )
            .execute(tenant.conn())
            .await?;
            job::wait_until(&mut tenant, job.claim, at).await?;
            return tenant.commit().await;
        }
        Verdict::Failed => {
            end(env, &mut tenant, parcel, DeliveryState::Failed).await?;
            endpoint::stop(env, &mut tenant, lane.endpoint, PausedWhy::Failing).await?;
        }
        Verdict::Gone => {
            end(env, &mut tenant, parcel, DeliveryState::Failed).await?;
            endpoint::stop(env, &mut tenant, lane.endpoint, PausedWhy::Gone).await?;
        }
    }
    if waits(&mut tenant, lane).await? {
        job::anew(&mut tenant, job.claim, env.now()).await?;
    } else {
        job::done(&mut tenant, job.claim).await?;
    }
    tenant.commit().await
}

/// What the attempt comes to, and why it failed in a few words.
fn judge(env: &Env, parcel: &Parcel, outcome: &Outcome) -> (Verdict, Option<&'static str>) {
    let (fault, asked) = match &outcome.answer {
        Ok(answer) => match answer.status {
            200..=299 => return (Verdict::Taken, None),
            410 => return (Verdict::Gone, Some("the endpoint is gone")),
            300..=399 => ("a redirect, which is not followed", None),
            429 | 503 => {
                let asked = answer.retry_after.as_deref();
                let asked = asked.and_then(|value| retry::asked(value, env.now()));
                ("the endpoint asks for time", asked)
            }
            _ => ("the endpoint did not take it", None),
        },
        Err(fault) => (*fault, None),
    };
    let again = retry::next(env, parcel.tries, parcel.first, asked);
    (again.map_or(Verdict::Failed, Verdict::Again), Some(fault))
}

/// Writes into the log how the attempt ended.
async fn note(
    tenant: &mut Tenant,
    parcel: &Parcel,
    outcome: &Outcome,
    fault: Option<&str>,
) -> Result<()> {
    let workspace = tenant.workspace();
    let answer = outcome.answer.as_ref().ok();
    sqlx::query!(
        "UPDATE delivery_attempt SET duration_ms = $4, status = $5, fault = $6, head = $7
          WHERE workspace_id = $1 AND delivery_id = $2 AND number = $3",
        workspace.0,
        parcel.id.0,
        parcel.number,
        i32::try_from(outcome.took.as_millis()).unwrap_or(i32::MAX),
        answer.map(|answer| i32::from(answer.status)),
        fault,
        answer.map_or("", |answer| answer.head.as_str()),
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

async fn end(env: &Env, tenant: &mut Tenant, parcel: &Parcel, state: DeliveryState) -> Result<()> {
    let workspace = tenant.workspace();
    // What was skipped meanwhile and is taken all the same has been delivered.
    sqlx::query!(
        "UPDATE delivery SET state = $3, ended_at = $4 WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        parcel.id.0,
        state.as_str(),
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

async fn waits(tenant: &mut Tenant, lane: &Lane) -> Result<bool> {
    let workspace = tenant.workspace();
    let waits = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM delivery WHERE workspace_id = $1 AND endpoint_id = $2 AND object = $3
                             AND state = 'waiting') AS "waits!""#,
        workspace.0,
        lane.endpoint.0,
        lane.object,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(waits)
}
