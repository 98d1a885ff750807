//! A workspace's part of a body: sealed as it came, then applied element by element.

use super::Part;
use crate::{
    Env, Error, Result, Tenant,
    inbound::{self, Number},
    payload::{self, Elements, Inbound, StatusNews},
    status, vault,
};
use postern_types::PartId;
use serde_json::{Value, value::RawValue};
use time::OffsetDateTime;

/// What became of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Applied,
    Kept,
    Replay,
}

const SEALED: &str = "webhook_part.sealed";
const TRIES: u32 = 5;

/// Keeps and applies a part in its workspace's own transaction. What two transactions in each other's way undo is tried
/// again; nothing of a try that failed remains.
pub(super) async fn receive(env: &Env, part: &Part, digest: &[u8; 32]) -> Result<Outcome> {
    let mut tries = 1;
    loop {
        match once(env, part, digest).await {
            // With the database away it is Meta who tries again.
            Err(error)
                if error.is_passing() && !matches!(error, Error::Unavailable) && tries < TRIES =>
            {
                tries += 1;
            }
            done => return done,
        }
    }
}

async fn once(env: &Env, part: &Part, digest: &[u8; 32]) -> Result<Outcome> {
    let mut tenant = env.db.channel(part.workspace, part.channel).await?;
    let workspace = tenant.workspace();
    let id: PartId = env.id();
    let received = env.now();
    let sealed = vault::seal(env, &mut tenant, SEALED, &id.to_string(), &part.body).await?;
    let replays = sqlx::query_scalar!(
        "INSERT INTO webhook_part (workspace_id, id, channel_id, digest, sealed, received_at, state)
         VALUES ($1, $2, $3, $4, $5, $6, 'applied')
         ON CONFLICT (workspace_id, digest) DO UPDATE SET replays = webhook_part.replays + 1
         RETURNING replays",
        workspace.0,
        id.0,
        part.channel.0,
        &digest[..],
        sealed,
        received,
    )
    .fetch_one(tenant.conn())
    .await?;
    if replays > 0 {
        tenant.commit().await?;
        return Ok(Outcome::Replay);
    }
    let understood = apply(env, &mut tenant, &part.body, received).await?;
    if !understood {
        mark(&mut tenant, id, "kept").await?;
    }
    tenant.commit().await?;
    Ok(if understood {
        Outcome::Applied
    } else {
        Outcome::Kept
    })
}

/// The parts of the tenant's workspace in which something was not understood, oldest first, 1000 at most.
pub async fn kept(tenant: &mut Tenant) -> Result<Vec<PartId>> {
    let workspace = tenant.workspace();
    let parts = sqlx::query_scalar!(
        r#"SELECT id AS "id: PartId" FROM webhook_part
            WHERE workspace_id = $1 AND state = 'kept' ORDER BY received_at, id LIMIT 1000"#,
        workspace.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(parts)
}

/// Applies a part again; what was applied before changes nothing. True when all of it is understood now.
pub async fn reapply(env: &Env, tenant: &mut Tenant, id: PartId) -> Result<bool> {
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        "SELECT sealed, received_at FROM webhook_part WHERE workspace_id = $1 AND id = $2 FOR UPDATE",
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let body = vault::open(env, tenant, SEALED, &id.to_string(), &row.sealed).await?;
    let understood = apply(env, tenant, &body, row.received_at).await?;
    mark(tenant, id, if understood { "applied" } else { "kept" }).await?;
    Ok(understood)
}

async fn mark(tenant: &mut Tenant, id: PartId, state: &str) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE webhook_part SET state = $3 WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
        state,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// Something that a part tells, understood, with the number it is about.
enum News {
    Message(Inbound),
    Status(StatusNews),
}

/// Applies what is understood of a body; false when something was not. Fields that are known and not shown yet are
/// understood: their place is the sealed part.
async fn apply(
    env: &Env,
    tenant: &mut Tenant,
    body: &[u8],
    received: OffsetDateTime,
) -> Result<bool> {
    let text = payload::readable(body);
    let Some((changes, odd)) = payload::changes(&text) else {
        return Ok(false);
    };
    let mut understood = odd.is_empty();
    for change in changes {
        let Some(elements) = payload::elements(change.raw) else {
            continue;
        };
        understood &= !elements.broken;
        if elements.messages.is_empty() && elements.statuses.is_empty() {
            continue;
        }
        let number = match &elements.number {
            Some(number) => inbound::number(tenant, number).await?,
            None => None,
        };
        // Without a number, or with one that has left since: it waits.
        let Some(number) = number else {
            understood = false;
            continue;
        };
        let (news, all) = read(&elements, received);
        understood &= all;
        for news in news {
            understood &= apply_one(env, tenant, &number, &news).await?;
        }
    }
    Ok(understood)
}

/// Everything that can be read, in an order that is the same in every body: two bodies at once with the same people in
/// them then wait for each other, and do not block one another. One person's messages keep Meta's order.
fn read(elements: &Elements<'_>, received: OffsetDateTime) -> (Vec<News>, bool) {
    let contacts: Vec<Value> = elements
        .contacts
        .iter()
        .filter_map(|raw| value(raw))
        .collect();
    let mut messages: Vec<Inbound> = elements
        .messages
        .iter()
        .filter_map(|raw| Inbound::read(&value(raw)?, &contacts, received))
        .collect();
    let mut statuses: Vec<StatusNews> = elements
        .statuses
        .iter()
        .filter_map(|raw| StatusNews::read(&value(raw)?, received))
        .collect();
    let all =
        messages.len() == elements.messages.len() && statuses.len() == elements.statuses.len();
    messages.sort_by(|one, other| {
        let key = |message: &Inbound| {
            (
                message.from.phone.clone(),
                message.from.bsuid.clone(),
                message.at,
            )
        };
        key(one).cmp(&key(other))
    });
    statuses.sort_by(|one, other| one.wamid.cmp(&other.wamid));
    let news = messages.into_iter().map(News::Message);
    (
        news.chain(statuses.into_iter().map(News::Status)).collect(),
        all,
    )
}

fn value(raw: &RawValue) -> Option<Value> {
    serde_json::from_str(raw.get()).ok()
}

/// Applies one element by itself. False when the database would not have it: then nothing of it remains, and its part
/// is kept for another day.
async fn apply_one(env: &Env, tenant: &mut Tenant, number: &Number, news: &News) -> Result<bool> {
    tenant.mark().await?;
    let applied = match news {
        News::Message(message) => inbound::apply(env, tenant, number, message).await.map(drop),
        News::Status(status) => status::apply(env, tenant, number, status).await,
    };
    match applied {
        Ok(()) => {
            tenant.keep().await?;
            Ok(true)
        }
        Err(error) if error.is_passing() => Err(error),
        Err(error) => {
            tenant.undo().await?;
            tracing::warn!(workspace.id = %tenant.workspace(), fault = kind(&error), "an element of a webhook was kept");
            Ok(false)
        }
    }
}

/// A word for the log that tells nothing of what the element said.
fn kind(error: &Error) -> String {
    match error {
        Error::Internal(cause) => cause
            .downcast_ref::<sqlx::Error>()
            .and_then(sqlx::Error::as_database_error)
            .and_then(|refusal| Some(refusal.code()?.into_owned()))
            .unwrap_or_else(|| "internal".to_owned()),
        Error::NotFound => "not found".to_owned(),
        _ => "refused".to_owned(),
    }
}
