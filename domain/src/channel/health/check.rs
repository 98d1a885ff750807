//! Asking Meta how a number is: when it is connected, every few hours, and when an admin wants to know.

use super::{
    Alarm,
    learn::{alarm, learn},
};
use crate::{
    Env, Error, Result, Tenant,
    channel::{self, secrets},
    fault,
    graph::{self, Looked, Refusal},
    job::{self, Job},
};
use postern_types::{ChannelId, ChannelState, Severity, WorkspaceId};
use secrecy::SecretString;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// From one look to the next. Meta allows 200 requests an hour for all the numbers of an account.
const EVERY: Duration = Duration::hours(4);
/// After one that came to nothing.
const SOON: Duration = Duration::minutes(15);
/// Workspaces that are read at once.
const BATCH: i32 = 100;

/// Promises a look at a number, now; one that is promised already is brought forward, and goes on for ever.
pub(crate) async fn promise(env: &Env, tenant: &mut Tenant, id: ChannelId) -> Result<()> {
    let kind = job::Kind::Health;
    let job = job::id_of(kind, &id.to_string());
    job::add(env, tenant, job, kind, &format!("health:{id}"), &id).await
}

/// Has Meta asked about a number as soon as a worker is free. [`Error::Conflict`] while it is disconnected.
pub async fn check_now(env: &Env, tenant: &mut Tenant, id: ChannelId) -> Result<()> {
    if channel::find(tenant, id).await?.state == ChannelState::Disconnected {
        return Err(Error::conflict(
            "The number is disconnected, so Meta cannot be asked about it. Connect it again first.",
        ));
    }
    promise(env, tenant, id).await
}

/// Promises a look at every connected number that has none: it was connected by an older version, or its job was given
/// up.
pub async fn watch(env: &Env) -> Result<()> {
    let mut after = Uuid::nil();
    loop {
        let mut global = env.db.global().await?;
        let all = sqlx::query_scalar!(
            r#"SELECT workspace_id AS "id!: WorkspaceId" FROM next_workspaces($1, $2)"#,
            after,
            BATCH,
        )
        .fetch_all(global.conn())
        .await?;
        global.commit().await?;
        let Some(last) = all.last() else {
            return Ok(());
        };
        after = last.0;
        for workspace in all {
            let mut tenant = match env.db.operator(workspace).await {
                // It was deleted at this moment.
                Err(Error::NotFound) => continue,
                entered => entered?,
            };
            for id in unwatched(&mut tenant).await? {
                promise(env, &mut tenant, id).await?;
            }
            tenant.commit().await?;
        }
    }
}

async fn unwatched(tenant: &mut Tenant) -> Result<Vec<ChannelId>> {
    let workspace = tenant.workspace();
    let ids = sqlx::query_scalar!(
        r#"SELECT c.id AS "id: ChannelId" FROM channel c
            WHERE c.workspace_id = $1 AND c.state = 'connected'
              AND NOT EXISTS (SELECT FROM job j WHERE j.workspace_id = c.workspace_id AND j.lane = 'health:' || c.id
                                AND j.state <> 'dead')"#,
        workspace.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(ids)
}

/// Does the job: asks outside of any transaction, keeps what comes back, and looks again in some hours.
pub(crate) async fn run(env: &Env, mut tenant: Tenant, job: &Job) -> Result<()> {
    let id = job.payload::<ChannelId>()?;
    let asked_at = env.now();
    let Some((phone_number_id, token)) = way(env, &mut tenant, id).await? else {
        // Whoever connects it promises another.
        job::done(&mut tenant, job.claim).await?;
        return tenant.commit().await;
    };
    job::extend(&mut tenant, job.claim, job::LEASE).await?;
    tenant.commit().await?;
    let looked = graph::look(&env.meta, &token, &phone_number_id).await;
    let mut tenant = job.claim.enter(env).await?;
    let next = match looked {
        Looked::Seen(facts) => {
            learn(env, &mut tenant, id, &facts, asked_at).await?;
            note(&mut tenant, id, Some(asked_at), None).await?;
            EVERY
        }
        Looked::Refused(refusal) => refused(env, &mut tenant, id, &refusal, asked_at).await?,
        Looked::Silent => {
            let words = "Meta could not be reached. Postern tries again in some minutes.";
            note(&mut tenant, id, None, Some(words)).await?;
            SOON
        }
    };
    // Whoever waits for the answer hears that it is here, also when nothing has changed.
    channel::touch(env, &mut tenant, id).await?;
    job::wait_until(&mut tenant, job.claim, env.now() + spread(env, next)).await?;
    tenant.commit().await
}

/// How Meta is asked; none when the number is disconnected.
async fn way(
    env: &Env,
    tenant: &mut Tenant,
    id: ChannelId,
) -> Result<Option<(String, SecretString)>> {
    let channel = channel::find(tenant, id).await?;
    let token = match channel.state {
        ChannelState::Connected => secrets::token(env, tenant, id).await?,
        ChannelState::Disconnected => None,
    };
    Ok(token.map(|token| (channel.phone_number_id, token)))
}

/// What a refusal means, and when to ask again.
async fn refused(
    env: &Env,
    tenant: &mut Tenant,
    id: ChannelId,
    refusal: &Refusal,
    asked_at: OffsetDateTime,
) -> Result<Duration> {
    let words = match refusal.code {
        // The token is no good for anything. One that only may not look can still send.
        0 | 102 | 104 | 190 => {
            let (words, _) = fault::words(190);
            channel::mark_disconnected(env, tenant, id, asked_at, words).await?;
            words
        }
        4 | 17 | 613 | 80_007..=80_008 => {
            note(
                tenant,
                id,
                None,
                Some("Meta asks for fewer requests just now. Postern tries again in some minutes."),
            )
            .await?;
            return Ok(SOON);
        }
        3 | 10 | 200..=299 | 131_005 => {
            "The access token may not look at this number: it needs whatsapp_business_management. Connect the number again with one \
             that may."
        }
        33 | 100 => {
            let alert = Alarm::new(
                "gone",
                Severity::Critical,
                "Meta knows nothing of this number under the access token. It may have been deleted or moved: look in WhatsApp manager, \
                 and connect it again.",
            );
            // Once a day, not every few hours.
            let day = asked_at.replace_time(time::Time::MIDNIGHT);
            alarm(env, tenant, id, &alert, day).await?;
            "Meta knows nothing of this number under the access token."
        }
        _ => "Meta did not want to say how this number is.",
    };
    note(tenant, id, None, Some(words)).await?;
    Ok(EVERY)
}

/// Notes when Meta answered, or why it did not.
async fn note(
    tenant: &mut Tenant,
    id: ChannelId,
    checked_at: Option<OffsetDateTime>,
    fault: Option<&str>,
) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE channel SET checked_at = coalesce($3, checked_at), check_fault = $4 WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
        checked_at,
        fault,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// Up to a quarter longer, so that numbers that were connected together do not ask together for ever.
fn spread(env: &Env, pause: Duration) -> Duration {
    let [dice] = env.bytes();
    pause + pause * f64::from(dice) / 1024.0
}
