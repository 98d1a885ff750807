//! What Meta's statuses tell of a code's message. They are matched by the digest of Meta's id, or by our own of the try.

use super::{
    send::{From, Step, step},
    wamid_hash,
};
use crate::{Env, Result, Tenant, outbound, payload::StatusNews, status};
use postern_types::{ChannelId, OtpId, Status};
use time::OffsetDateTime;

/// Applies a status that belongs to no message; false when it belongs to no code either. Who calls it holds Meta's id.
pub(crate) async fn told(
    env: &Env,
    tenant: &mut Tenant,
    channel: ChannelId,
    to: Status,
    news: &StatusNews,
) -> Result<bool> {
    let workspace = tenant.workspace();
    let hash = wamid_hash(env, channel, &news.wamid);
    let found = sqlx::query!(
        r#"SELECT id AS "id: OtpId", delivery AS "delivery!: Status" FROM otp_challenge
            WHERE workspace_id = $1 AND channel_id = $2 AND delivery IS NOT NULL
              AND (wamid_hash = $3 OR attempt_id = $4)
            LIMIT 1 FOR UPDATE"#,
        workspace.0,
        channel.0,
        &hash[..],
        news.ours.map(|ours| ours.0),
    )
    .fetch_optional(tenant.conn())
    .await?;
    let Some(row) = found else {
        return Ok(false);
    };
    let change = Change {
        to,
        at: news.at,
        fault: news.fault,
        wamid: hash,
    };
    move_on(env, tenant, channel, row.id, row.delivery, &change).await?;
    Ok(true)
}

/// Applies the statuses that came before Meta's answer; in the transaction that stores it, after it.
pub(super) async fn take_early(
    env: &Env,
    tenant: &mut Tenant,
    channel: ChannelId,
    wamid: &str,
    id: OtpId,
) -> Result<()> {
    let mut current = Status::Accepted;
    for early in status::drain(tenant, channel, wamid).await? {
        let change = Change {
            to: early.status,
            at: early.at,
            fault: early.fault,
            wamid: wamid_hash(env, channel, wamid),
        };
        if move_on(env, tenant, channel, id, current, &change).await? {
            current = early.status;
        }
    }
    Ok(())
}

struct Change {
    to: Status,
    at: OffsetDateTime,
    fault: Option<i64>,
    wamid: [u8; 32],
}

/// Forward only, as a message's; false when that changes nothing.
async fn move_on(
    env: &Env,
    tenant: &mut Tenant,
    channel: ChannelId,
    id: OtpId,
    current: Status,
    change: &Change,
) -> Result<bool> {
    if status::advance(current, change.to).is_none() {
        return Ok(false);
    }
    let failed = change.to == Status::Failed;
    let what = if failed {
        Step::refused(change.fault.unwrap_or(-1))
    } else {
        Step::default()
    };
    let what = Step {
        at: Some(change.at),
        wamid: Some(change.wamid),
        ..what
    };
    let from = From {
        states: &[current],
        attempt: None,
    };
    let moved = step(env, tenant, id, from, change.to, what).await?;
    if let Some(code) = change.fault.filter(|_| moved && failed) {
        outbound::refused(env, tenant, channel, code).await?;
    }
    Ok(moved)
}
