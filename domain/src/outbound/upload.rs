//! The files of a message: brought to Meta before it is posted. Nothing of the message has left until then, so that this
//! is tried again without a doubt.

use super::{
    own,
    prepare::{fail, number},
    verdict::{self, Hold, Verdict},
};
use crate::{
    Env, Result, channel, fault,
    file::{self, Handed},
    graph::{Fault, Refusal},
    job::{self, Job},
    rate,
};
use postern_types::{ChannelId, FileId, MessageId, SendFault};
use secrecy::SecretString;
use time::OffsetDateTime;

/// A file on its way to Meta.
pub(super) struct Parcel {
    pub message: MessageId,
    pub channel: ChannelId,
    pub file: FileId,
    pub read_at: OffsetDateTime,
    pub token: SecretString,
    pub phone_number_id: String,
}

/// Brings it there: Meta's id of it. None when it does not go, or not now; then message and job are as they have to be. To
/// be called outside of any transaction.
pub(super) async fn bring(env: &Env, job: &Job, parcel: &Parcel) -> Result<Option<String>> {
    // Boxed: it holds pieces of the file.
    let handed = Box::pin(file::meta_id(
        env,
        job.claim,
        parcel.file,
        &parcel.token,
        &parcel.phone_number_id,
    ));
    match handed.await? {
        Handed::Id(id) => return Ok(Some(id)),
        Handed::Not(Fault::Refused(refusal)) => refused(env, job, parcel, &refusal).await?,
        Handed::Not(Fault::Passing(why)) => away(env, job, parcel, why).await?,
        Handed::Not(Fault::Foreign | Fault::Gone) => {
            away(env, job, parcel, "not where it should be").await?;
        }
    }
    Ok(None)
}

async fn away(env: &Env, job: &Job, parcel: &Parcel, why: &str) -> Result<()> {
    let mut tenant = job.claim.enter(env).await?;
    if let Some(after) = verdict::unreachable(job.attempts) {
        job::retry_at(&mut tenant, job.claim, env.now() + after, why).await?;
    } else {
        let fault =
            own("WhatsApp could not be reached to hand over the file. Try again in some minutes.");
        fail(env, &mut tenant, job, parcel.message, fault).await?;
    }
    tenant.commit().await
}

async fn refused(env: &Env, job: &Job, parcel: &Parcel, refusal: &Refusal) -> Result<()> {
    let mut tenant = job.claim.enter(env).await?;
    let (words, retry) = fault::words(refusal.code);
    let fault = SendFault {
        code: refusal.code,
        reason: words.to_owned(),
        retry,
        details: fault::details(&refusal.details),
    };
    match verdict::verdict(refusal, job.attempts) {
        Verdict::Again { after, hold } => {
            let until = env.now() + after;
            if hold == Hold::Number {
                rate::shut(env, &mut tenant, &number(parcel.channel), until).await?;
            }
            let why = format!("meta {}", refusal.code);
            job::retry_at(&mut tenant, job.claim, until, &why).await?;
        }
        Verdict::Disconnect => {
            let read_at = parcel.read_at;
            channel::mark_disconnected(env, &mut tenant, parcel.channel, read_at, words).await?;
            let fault = SendFault {
                retry: true,
                ..fault
            };
            fail(env, &mut tenant, job, parcel.message, fault).await?;
        }
        Verdict::Fail => fail(env, &mut tenant, job, parcel.message, fault).await?,
    }
    tenant.commit().await
}
