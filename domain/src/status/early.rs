//! Statuses that come before Meta's answer: they wait for the id that it names.

use super::{Change, Whose, by_id, move_on};
use crate::{Env, Result, Tenant, payload::StatusNews};
use postern_types::{ChannelId, MessageId, Status};
use time::OffsetDateTime;

/// Applies the statuses that came before Meta's answer. To be called in the transaction that stores the answer's
/// `wamid` in the message, after it.
pub async fn take_early(
    env: &Env,
    tenant: &mut Tenant,
    channel: ChannelId,
    wamid: &str,
    message: MessageId,
) -> Result<()> {
    let early = drain(tenant, channel, wamid).await?;
    for row in early {
        let Some(target) = by_id(tenant, channel, message).await? else {
            return Ok(());
        };
        let change = Change {
            status: row.status,
            at: row.at,
            wamid,
            fault: row.fault,
            details: row.details.as_deref(),
            // The message goes by this id now.
            whose: Whose::Current,
        };
        move_on(env, tenant, &target, &change).await?;
    }
    Ok(())
}

/// A status that waited.
pub(crate) struct Early {
    pub status: Status,
    pub at: OffsetDateTime,
    /// Meta's code, when it failed.
    pub fault: Option<i64>,
    details: Option<String>,
}

/// Takes out what waits for that id, which is held until the transaction ends.
pub(crate) async fn drain(
    tenant: &mut Tenant,
    channel: ChannelId,
    wamid: &str,
) -> Result<Vec<Early>> {
    let workspace = tenant.workspace();
    lock(tenant, channel, wamid).await?;
    let early = sqlx::query_as!(
        Early,
        r#"DELETE FROM status_early WHERE workspace_id = $1 AND channel_id = $2 AND wamid = $3
           RETURNING status AS "status: Status", at, fault_code AS fault, fault_details AS details"#,
        workspace.0,
        channel.0,
        wamid,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(early)
}

/// Keeps what belongs to no message yet.
pub(super) async fn keep(
    env: &Env,
    tenant: &mut Tenant,
    channel: ChannelId,
    status: Status,
    news: &StatusNews,
) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "INSERT INTO status_early (workspace_id, channel_id, wamid, status, at, fault_code, received_at, fault_details)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (workspace_id, channel_id, wamid, status) DO NOTHING",
        workspace.0,
        channel.0,
        news.wamid,
        status.as_str(),
        news.at,
        news.fault,
        env.now(),
        news.details,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// Holds one of Meta's ids until the transaction ends: whoever stores Meta's answer waits, and then finds what is kept
/// here. A body is applied a few elements a transaction, so that few ids are held at a time: the database has room for
/// some thousands of locks in all.
pub(super) async fn lock(tenant: &mut Tenant, channel: ChannelId, wamid: &str) -> Result<()> {
    sqlx::query!(
        "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
        format!("{channel}:{wamid}"),
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}
