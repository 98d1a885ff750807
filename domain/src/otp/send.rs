//! Sending a code: once at most, and never one that is over.

use super::finish;
use crate::{
    Env, Result, Tenant, channel, fault,
    graph::{self, Outcome, Recipient},
    job::{self, Claim, Job},
    outbound::{self, DISCONNECTED, UNPAID},
    rate,
};
use postern_types::{AttemptId, ChannelId, ChannelState, OtpId, OtpState, SendFault, Status};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;

/// What a job of this kind is promised with: the one place where the code stands until it is sent.
#[derive(Serialize, Deserialize)]
pub(super) struct Parcel {
    pub id: OtpId,
    /// Digits with the country code.
    pub phone: String,
    /// Meta's object of the template, filled in.
    pub content: Value,
}

/// All that a post needs, so that it needs no transaction.
pub(super) struct Letter {
    pub id: OtpId,
    /// It goes along to Meta, and comes back with every status.
    pub attempt: AttemptId,
    pub channel: ChannelId,
    /// When the token was read.
    pub read_at: OffsetDateTime,
    /// When the code is over.
    pub expires_at: OffsetDateTime,
    token: SecretString,
    phone_number_id: String,
    parcel: Parcel,
}

/// Does a job of sending a code: commits that it is being sent, posts outside of any transaction, and commits what came back.
pub(crate) async fn run(env: &Env, mut tenant: Tenant, job: &Job) -> Result<()> {
    let letter = prepare(env, &mut tenant, job).await?;
    tenant.commit().await?;
    let Some(letter) = letter else {
        return Ok(());
    };
    let outcome = post(env, &letter).await;
    finish::finish(env, job, &letter, outcome).await
}

/// A process that stood still before the post keeps it: by the time Meta had answered, somebody else might have the job, and
/// the code might be over.
pub(super) async fn post(env: &Env, letter: &Letter) -> Outcome {
    let now = env.now();
    if now - letter.read_at > job::LEASE / 2 || now >= letter.expires_at {
        return Outcome::NotSent;
    }
    graph::send(
        &env.meta,
        &letter.token,
        &letter.phone_number_id,
        &Recipient::Phone(letter.parcel.phone.clone()),
        &letter.parcel.content,
        None,
        &letter.attempt.to_string(),
    )
    .await
}

struct Record {
    state: OtpState,
    expires_at: OffsetDateTime,
    delivery: Status,
    channel: ChannelId,
    channel_state: ChannelState,
    phone_number_id: String,
}

/// Marks the code as being sent and says how; none when it is not to be sent now, or never.
pub(super) async fn prepare(env: &Env, tenant: &mut Tenant, job: &Job) -> Result<Option<Letter>> {
    let parcel = job.payload::<Parcel>()?;
    let Some(row) = read(tenant, parcel.id).await? else {
        job::done(tenant, job.claim).await?;
        return Ok(None);
    };
    if row.delivery != Status::Queued {
        if row.delivery == Status::Sending {
            // Somebody began to send it and is gone: nobody knows how far they came. A second code would be a second code.
            let from = From::any(&[Status::Sending]);
            step(
                env,
                tenant,
                parcel.id,
                from,
                Status::Unknown,
                Step::default(),
            )
            .await?;
        }
        job::done(tenant, job.claim).await?;
        return Ok(None);
    }
    let token = match barred(env, tenant, &row).await? {
        Ok(token) => token,
        Err(fault) => {
            let from = From::any(&[Status::Queued]);
            step(env, tenant, parcel.id, from, Status::Failed, fault.into()).await?;
            job::done(tenant, job.claim).await?;
            return Ok(None);
        }
    };
    let bucket = outbound::number(row.channel);
    if let Some(at) = rate::take(env, tenant, &bucket).await? {
        rate::set_right(env, tenant, &bucket).await?;
        job::wait_until(tenant, job.claim, at).await?;
        return Ok(None);
    }
    let letter = Letter {
        id: parcel.id,
        attempt: env.id(),
        channel: row.channel,
        read_at: env.now(),
        expires_at: row.expires_at,
        token,
        phone_number_id: row.phone_number_id,
        parcel,
    };
    let begun = Step {
        attempt: Some(letter.attempt),
        ..Step::default()
    };
    let from = From::any(&[Status::Queued]);
    step(env, tenant, letter.id, from, Status::Sending, begun).await?;
    job::extend(tenant, job.claim, job::LEASE).await?;
    Ok(Some(letter))
}

/// The token to send it with, or why it is not sent.
async fn barred(
    env: &Env,
    tenant: &mut Tenant,
    row: &Record,
) -> Result<std::result::Result<SecretString, SendFault>> {
    if let Some(why) = is_over(env, row) {
        return Ok(Err(outbound::own(why)));
    }
    let token = match row.channel_state {
        ChannelState::Connected => channel::secrets::token(env, tenant, row.channel).await?,
        ChannelState::Disconnected => None,
    };
    let Some(token) = token else {
        return Ok(Err(outbound::own(DISCONNECTED)));
    };
    if rate::is_shut(env, tenant, &outbound::unpaid(row.channel)).await? {
        return Ok(Err(outbound::known(UNPAID)));
    }
    Ok(Ok(token))
}

fn is_over(env: &Env, row: &Record) -> Option<&'static str> {
    match row.state {
        OtpState::Pending if row.expires_at > env.now() => None,
        OtpState::Pending | OtpState::Expired => {
            Some("Its time was over before it could be sent. It was not sent.")
        }
        OtpState::Superseded => Some("A newer code took its place. It was not sent."),
        OtpState::Verified | OtpState::Failed => Some("It was over already. It was not sent."),
    }
}

async fn read(tenant: &mut Tenant, id: OtpId) -> Result<Option<Record>> {
    let workspace = tenant.workspace();
    let row = sqlx::query_as!(
        Record,
        // Locked: what ends it comes before this or after it, never between.
        r#"SELECT o.state AS "state: OtpState", o.expires_at, o.delivery AS "delivery!: Status",
                  c.id AS "channel: ChannelId", c.state AS "channel_state: ChannelState", c.phone_number_id
             FROM otp_challenge o
             JOIN channel c ON c.workspace_id = o.workspace_id AND c.id = o.channel_id
            WHERE o.workspace_id = $1 AND o.id = $2 AND o.delivery IS NOT NULL
              FOR UPDATE OF o"#,
        workspace.0,
        id.0,
    )
    .fetch_optional(tenant.conn())
    .await?;
    Ok(row)
}

/// What a code's message must be for a step to be taken.
#[derive(Clone, Copy)]
pub(super) struct From<'a> {
    /// In one of these states.
    pub states: &'a [Status],
    /// In this attempt; in any when none.
    pub attempt: Option<AttemptId>,
}

impl<'a> From<'a> {
    fn any(states: &'a [Status]) -> Self {
        Self {
            states,
            attempt: None,
        }
    }
}

/// What it becomes. A fault that is not named is forgotten, and anything else stays.
#[derive(Default)]
pub(super) struct Step {
    pub attempt: Option<AttemptId>,
    pub wamid: Option<[u8; 32]>,
    /// When, by Meta's clock; now when none.
    pub at: Option<OffsetDateTime>,
    pub fault: Option<(i64, String)>,
}

impl std::convert::From<SendFault> for Step {
    fn from(fault: SendFault) -> Self {
        Self {
            fault: Some((fault.code, fault.reason)),
            ..Self::default()
        }
    }
}

impl Step {
    /// That it failed for a reason of Meta's.
    pub(super) fn refused(code: i64) -> Self {
        Self {
            fault: Some((code, fault::words(code).0.to_owned())),
            ..Self::default()
        }
    }
}

/// Takes the step; false, and nothing changed, when the message is not what `from` says.
pub(super) async fn step(
    env: &Env,
    tenant: &mut Tenant,
    id: OtpId,
    from: From<'_>,
    to: Status,
    step: Step,
) -> Result<bool> {
    let workspace = tenant.workspace();
    let states: Vec<String> = from.states.iter().map(|s| s.as_str().to_owned()).collect();
    let (code, reason) = step.fault.unzip();
    let moved = sqlx::query!(
        "UPDATE otp_challenge
            SET delivery = $5, delivery_at = $6, attempt_id = coalesce($7, attempt_id),
                wamid_hash = coalesce($8, wamid_hash), fault_code = $9, fault_reason = $10
          WHERE workspace_id = $1 AND id = $2 AND delivery = ANY ($3) AND ($4::uuid IS NULL OR attempt_id = $4)",
        workspace.0,
        id.0,
        &states,
        from.attempt.map(|attempt| attempt.0),
        to.as_str(),
        step.at.unwrap_or_else(|| env.now()),
        step.attempt.map(|attempt| attempt.0),
        step.wamid.as_ref().map(|wamid| &wamid[..]),
        code,
        reason,
    )
    .execute(tenant.conn())
    .await?;
    Ok(moved.rows_affected() == 1)
}

/// A job that is given up: what did not leave fails, and of what may have left nobody knows.
pub(crate) async fn give_up(env: &Env, tenant: &mut Tenant, claim: Claim) -> Result<()> {
    // A payload that does not open is what may have stopped it.
    let Ok(job) = job::open(env, tenant, claim).await else {
        return Ok(());
    };
    let Ok(parcel) = job.payload::<Parcel>() else {
        return Ok(());
    };
    let fault = outbound::own("Postern had a fault of its own. Ask for another code.");
    let queued = From::any(&[Status::Queued]);
    if !step(env, tenant, parcel.id, queued, Status::Failed, fault.into()).await? {
        let sending = From::any(&[Status::Sending]);
        step(
            env,
            tenant,
            parcel.id,
            sending,
            Status::Unknown,
            Step::default(),
        )
        .await?;
    }
    Ok(())
}
