//! What contacts are told of an agent who reads or types. It is worth a moment, and then nothing: it is never tried again.

use crate::{
    Env, Result, Tenant, audit, channel, conversation, graph,
    job::{self, Job},
    rate::{self, Bucket},
};
use postern_types::{ChannelId, ChannelState, ConversationId, Courtesy, JobId, Role};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

/// Meta shows "typing…" for 25 seconds: it is told no more often than every twenty.
const TYPING_EVERY_S: f64 = 20.0;
/// What was not told by then is not told.
const LATE: Duration = Duration::minutes(2);
const TYPING_LATE: Duration = Duration::seconds(10);
/// Meta takes receipts for the messages of so many days.
const RECEIPTS: Duration = Duration::days(30);

/// What a job of this kind was promised with.
#[derive(Serialize, Deserialize)]
struct Word {
    conversation: ConversationId,
    typing: bool,
    #[serde(with = "time::serde::timestamp")]
    at: OffsetDateTime,
}

/// What the workspace tells its contacts.
pub async fn settings(tenant: &mut Tenant) -> Result<Courtesy> {
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        "SELECT receipts, typing, refused, refused_code, refused_at FROM courtesy WHERE workspace_id = $1",
        workspace.0,
    )
    .fetch_optional(tenant.conn())
    .await?;
    Ok(row.map_or_else(Courtesy::default, |row| Courtesy {
        receipts: row.receipts,
        typing: row.typing,
        refused: row.refused,
        refused_code: row.refused_code,
        refused_at: row.refused_at.map(crate::env::moment),
    }))
}

#[derive(Serialize)]
struct Chosen {
    receipts: bool,
    typing: bool,
}

/// Switches them; an admin's.
pub async fn choose(
    env: &Env,
    tenant: &mut Tenant,
    receipts: bool,
    typing: bool,
) -> Result<Courtesy> {
    let chosen = Chosen { receipts, typing };
    audit::record(env, tenant, "courtesy.choose", &chosen).await?;
    let workspace = tenant.workspace();
    sqlx::query!(
        "INSERT INTO courtesy (workspace_id, receipts, typing) VALUES ($1, $2, $3)
         ON CONFLICT (workspace_id) DO UPDATE SET receipts = excluded.receipts, typing = excluded.typing",
        workspace.0,
        receipts,
        typing,
    )
    .execute(tenant.conn())
    .await?;
    settings(tenant).await
}

/// Somebody has read a conversation: its contact is told, in the same transaction or not at all.
pub(crate) async fn read(
    env: &Env,
    tenant: &mut Tenant,
    conversation: ConversationId,
) -> Result<()> {
    if settings(tenant).await?.receipts {
        promise(env, tenant, conversation, false).await?;
    }
    Ok(())
}

/// Somebody types in a conversation. An error is for the log: whoever types is not to be kept.
pub async fn typing(env: &Env, pass: &crate::live::Pass, of: ConversationId) -> Result<()> {
    let mut tenant = env
        .db
        .member(pass.session, pass.workspace, Role::Agent)
        .await?;
    if settings(&mut tenant).await?.typing && conversation::is_there(&mut tenant, of).await? {
        let often = Bucket {
            name: format!("typing:{of}"),
            holds: 1.0,
            per_second: 1.0 / TYPING_EVERY_S,
        };
        if rate::take(env, &mut tenant, &often).await?.is_none() {
            promise(env, &mut tenant, of, true).await?;
        }
    }
    tenant.commit().await
}

async fn promise(
    env: &Env,
    tenant: &mut Tenant,
    conversation: ConversationId,
    typing: bool,
) -> Result<()> {
    let word = Word {
        conversation,
        typing,
        at: env.now(),
    };
    let id: JobId = env.id();
    let lane = format!("courtesy:{conversation}");
    job::add(env, tenant, id, job::Kind::Courtesy, &lane, &word).await
}

/// The number that a word is told by, and what it is about.
struct Told {
    channel: ChannelId,
    phone_number_id: String,
    wamid: String,
}

/// Does such a job. It is done before Meta is asked, so that it is asked once at most.
pub(crate) async fn run(env: &Env, mut tenant: Tenant, job: &Job) -> Result<()> {
    let word = job.payload::<Word>()?;
    job::done(&mut tenant, job.claim).await?;
    let late = if word.typing { TYPING_LATE } else { LATE };
    if env.now() - word.at > late {
        return tenant.commit().await;
    }
    let Some(told) = newest(env, &mut tenant, word.conversation).await? else {
        return tenant.commit().await;
    };
    let token = channel::secrets::token(env, &mut tenant, told.channel).await?;
    let workspace = tenant.workspace();
    tenant.commit().await?;
    let Some(token) = token else { return Ok(()) };
    let answer = graph::mark_read(
        &env.meta,
        &token,
        &told.phone_number_id,
        &told.wamid,
        word.typing,
    )
    .await;
    let Err(code) = answer else { return Ok(()) };
    let mut tenant = env.db.channel(workspace, told.channel).await?;
    count(env, &mut tenant, code).await?;
    tenant.commit().await
}

/// The newest message of the contact, while its number is connected.
async fn newest(
    env: &Env,
    tenant: &mut Tenant,
    conversation: ConversationId,
) -> Result<Option<Told>> {
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        r#"SELECT m.channel_id AS "channel: ChannelId", ch.phone_number_id, m.wamid AS "wamid!",
                  ch.state AS "state: ChannelState"
             FROM message m JOIN channel ch ON ch.workspace_id = m.workspace_id AND ch.id = m.channel_id
            WHERE m.workspace_id = $1 AND m.conversation_id = $2 AND m.direction = 'in' AND m.wamid IS NOT NULL
              AND m.at > $3
            ORDER BY m.at DESC, m.arrival DESC LIMIT 1"#,
        workspace.0,
        conversation.0,
        env.now() - RECEIPTS,
    )
    .fetch_optional(tenant.conn())
    .await?;
    Ok(row
        .filter(|row| row.state == ChannelState::Connected)
        .map(|row| Told {
            channel: row.channel,
            phone_number_id: row.phone_number_id,
            wamid: row.wamid,
        }))
}

/// Remembers that Meta did not take one: an admin sees how often that was.
async fn count(env: &Env, tenant: &mut Tenant, code: i64) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "INSERT INTO courtesy AS c (workspace_id, refused, refused_code, refused_at) VALUES ($1, 1, $2, $3)
         ON CONFLICT (workspace_id) DO UPDATE
            SET refused = c.refused + 1, refused_code = excluded.refused_code, refused_at = excluded.refused_at",
        workspace.0,
        code,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests;
