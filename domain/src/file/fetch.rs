//! Fetching a file from Meta: a job of its own, with a number's token, to Meta's hosts, as often as it takes.

use super::{
    KEY, Kind, job_of, kind,
    kind::Type,
    lane,
    taken::{self, Looks, MOST, Taken, Taking},
    tell,
};
use crate::{
    Env, Error, Result, Tenant, channel, fault,
    graph::{self, Fault, Refusal},
    job::{self, Claim, Job},
    vault,
};
use postern_types::{ChannelId, ChannelState, FileId};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use tokio::sync::OwnedSemaphorePermit;

/// Pauses between tries, in seconds; after the last of them it is given up, and somebody may ask for it again.
const PAUSES: [i64; 6] = [5, 30, 120, 600, 1800, 3600];
/// How long an address that a webhook told is used: it is good for five minutes.
const FRESH: Duration = Duration::minutes(4);
/// How often a transfer extends its job's claim.
const EXTEND: std::time::Duration = std::time::Duration::from_secs(15);

const BROKEN: &str = "Postern had a fault of its own. Fetch it again, and tell your administrator.";
const GONE: &str = "WhatsApp does not have this file any more. Ask the contact to send it again.";
const LARGE: &str = "It is larger than 100 MB. It was not kept.";

#[derive(Serialize, Deserialize)]
struct Order {
    file: FileId,
    url: Option<String>,
    at: i64,
}

/// Promises to fetch it.
pub(super) async fn promise(
    env: &Env,
    tenant: &mut Tenant,
    file: FileId,
    url: Option<String>,
) -> Result<()> {
    let order = Order {
        file,
        url,
        at: env.now().unix_timestamp(),
    };
    job::add(
        env,
        tenant,
        job_of(job::Kind::FetchFile, file),
        job::Kind::FetchFile,
        &lane(file),
        &order,
    )
    .await
}

/// All that a transfer needs, so that it needs no transaction.
struct Ready {
    file: FileId,
    channel: ChannelId,
    phone_number_id: String,
    media_id: String,
    token: SecretString,
    read_at: OffsetDateTime,
    kind: Kind,
    claimed: String,
    name: Option<String>,
    expected: Option<String>,
    url: Option<String>,
    _place: OwnedSemaphorePermit,
}

/// What became of a transfer.
enum Outcome {
    Here(Box<(Taken, Type, Looks)>),
    /// It is not kept.
    Refused(String),
    /// It does not come.
    Failed(String),
    /// It may come later.
    Again(&'static str),
    /// Meta does not take the number's token any more.
    Disconnect(Refusal),
}

/// Does a job of fetching.
pub(crate) async fn run(env: &Env, mut tenant: Tenant, job: &Job) -> Result<()> {
    let Some(ready) = prepare(env, &mut tenant, job).await? else {
        return tenant.commit().await;
    };
    tenant.commit().await?;
    let outcome = transfer(env, job.claim, &ready).await?;
    settle(env, job, &ready, outcome).await
}

async fn prepare(env: &Env, tenant: &mut Tenant, job: &Job) -> Result<Option<Ready>> {
    let order: Order = job.payload()?;
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        r#"SELECT c.id AS channel_id, f.media_id AS "media_id!", f.kind, f.claimed, f.name, f.expected, c.phone_number_id,
                  c.state AS "state: ChannelState"
             FROM file f JOIN channel c ON c.workspace_id = f.workspace_id AND c.id = f.channel_id
            WHERE f.workspace_id = $1 AND f.id = $2 AND f.state = 'waiting' AND f.media_id IS NOT NULL"#,
        workspace.0,
        order.file.0,
    )
    .fetch_optional(tenant.conn())
    .await?;
    let Some(row) = row else {
        // Here already, or erased.
        job::done(tenant, job.claim).await?;
        return Ok(None);
    };
    let place = match env.files.place(env.now()) {
        Ok(place) => place,
        Err(at) => {
            job::wait_until(tenant, job.claim, at).await?;
            return Ok(None);
        }
    };
    let channel = ChannelId(row.channel_id);
    let token = match row.state {
        ChannelState::Connected => channel::secrets::token(env, tenant, channel).await?,
        ChannelState::Disconnected => None,
    };
    let Some(token) = token else {
        let words = "The number is disconnected. An admin has to connect it again; then fetch the file again.";
        end(env, tenant, order.file, "failed", words).await?;
        job::done(tenant, job.claim).await?;
        return Ok(None);
    };
    job::extend(tenant, job.claim, job::LEASE).await?;
    let fresh = job.attempts == 1 && order.at >= (env.now() - FRESH).unix_timestamp();
    Ok(Some(Ready {
        file: order.file,
        channel,
        phone_number_id: row.phone_number_id,
        media_id: row.media_id,
        token,
        read_at: env.now(),
        kind: Kind::of(&row.kind),
        claimed: row.claimed,
        name: row.name,
        expected: row.expected,
        url: order.url.filter(|_| fresh),
        _place: place,
    }))
}

async fn transfer(env: &Env, claim: Claim, ready: &Ready) -> Result<Outcome> {
    let (mut coming, size) = match coming(env, ready).await {
        Ok(coming) => coming,
        Err(fault) => return Ok(of_fault(ready, fault)),
    };
    if size.is_some_and(|size| size > MOST) {
        return Ok(Outcome::Refused(LARGE.to_owned()));
    }
    let mut taking = Taking::begin(env, claim.workspace, ready.file);
    let mut extended = tokio::time::Instant::now();
    loop {
        let bytes = match coming.next().await {
            Ok(Some(bytes)) => bytes,
            Ok(None) => break,
            Err(fault) => {
                taking.abort().await;
                return Ok(of_fault(ready, fault));
            }
        };
        if !taking.put(&bytes).await? {
            taking.abort().await;
            return Ok(Outcome::Refused(LARGE.to_owned()));
        }
        if extended.elapsed() > EXTEND {
            extend(env, claim).await?;
            extended = tokio::time::Instant::now();
        }
    }
    if size.is_some_and(|size| size != taking.size()) {
        taking.abort().await;
        return Ok(Outcome::Again("not as long as it was told"));
    }
    let taken = taking.finish().await?;
    judge(env, claim, ready, taken).await
}

/// Where its bytes come from, and how many there should be. An address that is too old is asked for anew, once.
async fn coming(env: &Env, ready: &Ready) -> Result<(graph::Coming, Option<u64>), Fault> {
    let mut told = ready.url.clone();
    let mut tries = 2;
    loop {
        let (url, size) = if let Some(url) = told.take() {
            (url, None)
        } else {
            let (token, number) = (&ready.token, &ready.phone_number_id);
            let lying = graph::find_media(&env.meta, token, number, &ready.media_id).await?;
            (lying.url, lying.size)
        };
        tries -= 1;
        match graph::fetch_media(&env.meta, &ready.token, &url).await {
            Ok(coming) => {
                let size = coming.size().or(size);
                return Ok((coming, size));
            }
            Err(Fault::Gone) if tries > 0 => {}
            Err(fault) => return Err(fault),
        }
    }
}

async fn judge(env: &Env, claim: Claim, ready: &Ready, mut taken: Taken) -> Result<Outcome> {
    let told = ready.expected.as_deref().unwrap_or_default();
    if !taken::agrees(told, &taken.sha256) {
        taken.discard(env, None).await;
        return Ok(Outcome::Failed(
            "What came is not what was sent: its hash differs. Fetch it again, or ask the contact to send it again.".to_owned(),
        ));
    }
    let found = match kind::judge(
        ready.kind,
        &ready.claimed,
        ready.name.as_deref(),
        &taken.head,
    ) {
        Ok(found) => found,
        Err(words) => {
            taken.discard(env, None).await;
            return Ok(Outcome::Refused(words));
        }
    };
    match taken.look(env, claim.workspace, ready.file, found).await? {
        Ok(looks) => Ok(Outcome::Here(Box::new((taken, found, looks)))),
        Err(words) => {
            taken.discard(env, None).await;
            Ok(Outcome::Refused(words))
        }
    }
}

fn of_fault(ready: &Ready, fault: Fault) -> Outcome {
    match fault {
        Fault::Gone => Outcome::Failed(GONE.to_owned()),
        Fault::Foreign => {
            // Nothing of the address: it is whoever's words.
            tracing::warn!(file.id = %ready.file, "an address of a file is not Meta's, or leads elsewhere: it was not asked");
            Outcome::Failed(
                "WhatsApp named a place that is not its own, so the file was not fetched."
                    .to_owned(),
            )
        }
        Fault::Passing(why) => Outcome::Again(why),
        Fault::Refused(refusal) => match refusal.code {
            0 | 190 => Outcome::Disconnect(refusal),
            code if refusal.http >= 500 || refusal.http == 429 || fault::words(code).1 => {
                Outcome::Again("refused for now")
            }
            code => Outcome::Failed(format!(
                "WhatsApp does not give this file out, with its error {code}. Ask the contact to send it again."
            )),
        },
    }
}

async fn extend(env: &Env, claim: Claim) -> Result<()> {
    let mut tenant = claim.enter(env).await?;
    job::extend(&mut tenant, claim, job::LEASE).await?;
    tenant.commit().await
}

/// Commits what became of it. What lies in the store and is not named by then goes.
async fn settle(env: &Env, job: &Job, ready: &Ready, outcome: Outcome) -> Result<()> {
    match outcome {
        Outcome::Here(here) => {
            let (taken, found, looks) = *here;
            let stored = store(env, job, ready, &taken, found, &looks).await;
            // A commit that broke off may have come through all the same: then its objects stay, named or not.
            if matches!(stored, Ok(false) | Err(Error::NotFound)) {
                taken.discard(env, Some(looks)).await;
            }
            stored.map(drop)
        }
        Outcome::Refused(words) => ended(env, job, ready, "refused", &words).await,
        Outcome::Failed(words) => ended(env, job, ready, "failed", &words).await,
        Outcome::Again(why) => again(env, job, ready, why).await,
        Outcome::Disconnect(refusal) => {
            let (words, _) = fault::words(refusal.code);
            let mut tenant = job.claim.enter(env).await?;
            channel::mark_disconnected(env, &mut tenant, ready.channel, ready.read_at, words)
                .await?;
            end(env, &mut tenant, ready.file, "failed", words).await?;
            job::done(&mut tenant, job.claim).await?;
            tenant.commit().await
        }
    }
}

/// False when somebody else was quicker.
async fn store(
    env: &Env,
    job: &Job,
    ready: &Ready,
    taken: &Taken,
    found: Type,
    looks: &Looks,
) -> Result<bool> {
    let mut tenant = job.claim.enter(env).await?;
    let workspace = tenant.workspace();
    let key = vault::seal(env, &mut tenant, KEY, &ready.file.to_string(), &*taken.key).await?;
    let thumb = looks.thumb.as_ref();
    let stored = sqlx::query!(
        "UPDATE file
            SET state = 'stored', fault = NULL, mime = $3, size = $4, sha256 = $5, key_sealed = $6, object = $7,
                thumb_object = $8, thumb_size = $9, thumb_mime = $10, width = $11, height = $12, seconds = $13, wave = $14
          WHERE workspace_id = $1 AND id = $2 AND state = 'waiting'",
        workspace.0,
        ready.file.0,
        found.mime,
        taken::count(taken.size)?,
        &taken.sha256[..],
        key,
        taken.object,
        thumb.map(|thumb| thumb.object.as_str()),
        thumb.map(|thumb| taken::count(thumb.size)).transpose()?,
        thumb.map(|thumb| thumb.mime),
        looks.width,
        looks.height,
        looks.heard.as_ref().map(|heard| heard.seconds),
        looks.heard.as_ref().map(|heard| heard.wave.as_str()),
    )
    .execute(tenant.conn())
    .await?;
    let stored = stored.rows_affected() == 1;
    if stored {
        tell(env, &mut tenant, ready.file).await?;
    }
    job::done(&mut tenant, job.claim).await?;
    tenant.commit().await?;
    Ok(stored)
}

async fn ended(env: &Env, job: &Job, ready: &Ready, state: &str, words: &str) -> Result<()> {
    let mut tenant = job.claim.enter(env).await?;
    end(env, &mut tenant, ready.file, state, words).await?;
    job::done(&mut tenant, job.claim).await?;
    tenant.commit().await
}

async fn again(env: &Env, job: &Job, ready: &Ready, why: &'static str) -> Result<()> {
    let pause = usize::try_from(job.attempts)
        .ok()
        .and_then(|tries| PAUSES.get(tries.saturating_sub(1)));
    let Some(pause) = pause else {
        let words = "WhatsApp could not be reached for this file. Fetch it again in some minutes.";
        return ended(env, job, ready, "failed", words).await;
    };
    // Up to a quarter longer, so that what failed together does not come back together.
    let [dice] = env.bytes();
    let pause = Duration::seconds(*pause) * (1.0 + f64::from(dice) / 1024.0);
    let mut tenant = job.claim.enter(env).await?;
    job::retry_at(&mut tenant, job.claim, env.now() + pause, why).await?;
    tenant.commit().await
}

/// The file does not come; its messages tell so.
async fn end(env: &Env, tenant: &mut Tenant, file: FileId, state: &str, words: &str) -> Result<()> {
    let workspace = tenant.workspace();
    let ended = sqlx::query!(
        "UPDATE file SET state = $3, fault = $4 WHERE workspace_id = $1 AND id = $2 AND state = 'waiting'",
        workspace.0,
        file.0,
        state,
        words,
    )
    .execute(tenant.conn())
    .await?;
    if ended.rows_affected() == 1 {
        tell(env, tenant, file).await?;
    }
    Ok(())
}

/// A job that is given up for a fault of ours: whoever reads the message may have it fetched again.
pub(crate) async fn give_up(env: &Env, tenant: &mut Tenant, claim: Claim) -> Result<()> {
    let workspace = tenant.workspace();
    let lane = sqlx::query_scalar!(
        "SELECT lane FROM job WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        claim.job.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let file = super::of_lane(&lane)?;
    end(env, tenant, file, "failed", BROKEN).await
}
