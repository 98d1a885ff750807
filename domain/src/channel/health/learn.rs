//! Keeping what is told of a number: the newest of each fact, what changed, and the alerts that it is worth.

use super::{Alarm, worse::worse};
use crate::{Env, Result, Tenant};
use postern_types::{ChannelId, Fact};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Takes facts that were so at `at`; what is known of a later time stays. True when something is new.
pub(super) async fn learn(
    env: &Env,
    tenant: &mut Tenant,
    channel: ChannelId,
    facts: &[(Fact, String)],
    at: OffsetDateTime,
) -> Result<bool> {
    if facts.is_empty() {
        return Ok(false);
    }
    hold(tenant, channel).await?;
    let mut new = false;
    for (fact, value) in facts {
        new |= take(env, tenant, channel, *fact, value, at).await?;
    }
    Ok(new)
}

/// Whoever learns of a number comes after who learns now: what was before is then the same for both.
async fn hold(tenant: &mut Tenant, channel: ChannelId) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "SELECT id FROM channel WHERE workspace_id = $1 AND id = $2 FOR NO KEY UPDATE",
        workspace.0,
        channel.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(())
}

async fn take(
    env: &Env,
    tenant: &mut Tenant,
    channel: ChannelId,
    fact: Fact,
    value: &str,
    at: OffsetDateTime,
) -> Result<bool> {
    let workspace = tenant.workspace();
    let known = sqlx::query!(
        "SELECT value, told_at FROM channel_fact WHERE workspace_id = $1 AND channel_id = $2 AND fact = $3",
        workspace.0,
        channel.0,
        fact.as_str(),
    )
    .fetch_optional(tenant.conn())
    .await?;
    // Meta's webhooks count in whole seconds: one of the second in which we asked is no older than the answer.
    if known
        .as_ref()
        .is_some_and(|known| at + Duration::SECOND <= known.told_at)
    {
        return Ok(false);
    }
    let before = known.map(|known| known.value);
    let changed = before.as_deref() != Some(value);
    sqlx::query!(
        "INSERT INTO channel_fact AS f (workspace_id, channel_id, fact, value, since, told_at)
         VALUES ($1, $2, $3, $4, $5, $5)
         ON CONFLICT (workspace_id, channel_id, fact) DO UPDATE
            SET value = excluded.value, told_at = greatest(f.told_at, excluded.told_at),
                since = CASE WHEN f.value = excluded.value THEN f.since ELSE excluded.since END",
        workspace.0,
        channel.0,
        fact.as_str(),
        value,
        at,
    )
    .execute(tenant.conn())
    .await?;
    if !changed {
        return Ok(false);
    }
    // What hinders it is a text that says the same in ever new words.
    if let Some(before) = before.as_deref().filter(|_| fact != Fact::Hindrance) {
        remember(env, tenant, channel, fact, (before, value), at).await?;
    }
    if let Some(alert) = worse(fact, before.as_deref(), value) {
        alarm(env, tenant, channel, &alert, at).await?;
    }
    Ok(true)
}

async fn remember(
    env: &Env,
    tenant: &mut Tenant,
    channel: ChannelId,
    fact: Fact,
    (before, after): (&str, &str),
    at: OffsetDateTime,
) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "INSERT INTO channel_change (workspace_id, id, channel_id, fact, before, after, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        workspace.0,
        env.id::<Uuid>(),
        channel.0,
        fact.as_str(),
        before,
        after,
        at,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// Has an admin look. The same at the same time is one alert, and one that was seen stays seen: then false.
pub(crate) async fn alarm(
    env: &Env,
    tenant: &mut Tenant,
    channel: ChannelId,
    alert: &Alarm,
    at: OffsetDateTime,
) -> Result<bool> {
    let workspace = tenant.workspace();
    let added = sqlx::query!(
        "INSERT INTO channel_alert (workspace_id, id, channel_id, kind, severity, words, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (workspace_id, channel_id, kind, at) DO NOTHING",
        workspace.0,
        env.id::<Uuid>(),
        channel.0,
        alert.kind,
        alert.severity.as_str(),
        alert.words,
        at,
    )
    .execute(tenant.conn())
    .await?;
    Ok(added.rows_affected() == 1)
}

/// What an alert of this kind told of is over: nobody has to look any more.
pub(crate) async fn settle(
    env: &Env,
    tenant: &mut Tenant,
    channel: ChannelId,
    kind: &str,
) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE channel_alert SET seen_at = $4
          WHERE workspace_id = $1 AND channel_id = $2 AND kind = $3 AND seen_at IS NULL",
        workspace.0,
        channel.0,
        kind,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}
