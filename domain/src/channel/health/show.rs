//! How numbers stand, for the pages that show it.

use crate::{Env, Error, Result, Tenant, channel, env::moment};
use postern_types::{
    AlertView, ChannelId, Fact, FactChange, FactView, NumberHealth, Severity, Standing,
};
use uuid::Uuid;

/// Changes and alerts that are shown.
const MOST: i64 = 100;

/// Everything that is known of a number.
pub async fn show(tenant: &mut Tenant, id: ChannelId) -> Result<NumberHealth> {
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        "SELECT checked_at, check_fault FROM channel WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(NumberHealth {
        facts: facts(tenant, id).await?,
        changes: changes(tenant, id).await?,
        alerts: alerts(tenant, id).await?,
        checked: row.checked_at.map(moment),
        fault: row.check_fault,
    })
}

async fn facts(tenant: &mut Tenant, id: ChannelId) -> Result<Vec<FactView>> {
    let workspace = tenant.workspace();
    let rows = sqlx::query!(
        r#"SELECT fact AS "fact: Fact", value, since FROM channel_fact
            WHERE workspace_id = $1 AND channel_id = $2 ORDER BY fact"#,
        workspace.0,
        id.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| FactView {
            fact: row.fact,
            value: row.value,
            since: moment(row.since),
        })
        .collect())
}

async fn changes(tenant: &mut Tenant, id: ChannelId) -> Result<Vec<FactChange>> {
    let workspace = tenant.workspace();
    let rows = sqlx::query!(
        r#"SELECT fact AS "fact: Fact", before, after, at FROM channel_change
            WHERE workspace_id = $1 AND channel_id = $2 ORDER BY at DESC, id DESC LIMIT $3"#,
        workspace.0,
        id.0,
        MOST,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| FactChange {
            fact: row.fact,
            before: row.before,
            after: row.after,
            at: moment(row.at),
        })
        .collect())
}

async fn alerts(tenant: &mut Tenant, id: ChannelId) -> Result<Vec<AlertView>> {
    let workspace = tenant.workspace();
    let rows = sqlx::query!(
        r#"SELECT a.id, a.severity AS "severity: Severity", a.words, a.at, a.seen_at, p.name AS "seen_by?"
             FROM channel_alert a
             LEFT JOIN member m ON m.workspace_id = a.workspace_id AND m.id = a.seen_by
             LEFT JOIN account p ON p.id = m.account_id
            WHERE a.workspace_id = $1 AND a.channel_id = $2 ORDER BY a.at DESC, a.id DESC LIMIT $3"#,
        workspace.0,
        id.0,
        MOST,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| AlertView {
            id: row.id,
            severity: row.severity,
            words: row.words,
            at: moment(row.at),
            seen: row.seen_at.map(moment),
            seen_by: row.seen_by,
        })
        .collect())
}

/// How every number stands, at a glance.
pub async fn standings(tenant: &mut Tenant) -> Result<Vec<Standing>> {
    let workspace = tenant.workspace();
    let rows = sqlx::query!(
        r#"SELECT c.id AS "id: ChannelId", q.value AS "quality?", s.value AS "sending?", l.value AS "limit?",
                  (SELECT count(*) FROM channel_alert a
                    WHERE a.workspace_id = c.workspace_id AND a.channel_id = c.id AND a.seen_at IS NULL) AS "alerts!"
             FROM channel c
             LEFT JOIN channel_fact q ON q.workspace_id = c.workspace_id AND q.channel_id = c.id AND q.fact = 'quality'
             LEFT JOIN channel_fact s ON s.workspace_id = c.workspace_id AND s.channel_id = c.id AND s.fact = 'sending'
             LEFT JOIN channel_fact l ON l.workspace_id = c.workspace_id AND l.channel_id = c.id AND l.fact = 'limit'
            WHERE c.workspace_id = $1"#,
        workspace.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Standing {
            channel: row.id,
            quality: row.quality,
            sending: row.sending,
            limit: row.limit,
            alerts: row.alerts,
        })
        .collect())
}

/// The acting admin has seen an alert.
pub async fn see(env: &Env, tenant: &mut Tenant, id: ChannelId, alert: Uuid) -> Result<()> {
    mark_seen(env, tenant, id, Some(alert)).await
}

/// The acting admin has seen all alerts of a number.
pub async fn see_all(env: &Env, tenant: &mut Tenant, id: ChannelId) -> Result<()> {
    mark_seen(env, tenant, id, None).await
}

async fn mark_seen(
    env: &Env,
    tenant: &mut Tenant,
    id: ChannelId,
    alert: Option<Uuid>,
) -> Result<()> {
    let actor = tenant.actor().await?;
    let workspace = tenant.workspace();
    let seen = sqlx::query!(
        "UPDATE channel_alert SET seen_at = coalesce(seen_at, $4), seen_by = CASE WHEN seen_at IS NULL THEN $5 ELSE seen_by END
          WHERE workspace_id = $1 AND channel_id = $2 AND (id = $3 OR ($3::uuid IS NULL AND seen_at IS NULL))",
        workspace.0,
        id.0,
        alert,
        env.now(),
        actor.0,
    )
    .execute(tenant.conn())
    .await?;
    if alert.is_some() && seen.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    channel::touch(env, tenant, id).await
}
