//! The first steps of a workspace: which are done, and whether they are still shown.

use super::settings;
use crate::{Env, Result, Tenant, audit};
use postern_types::Steps;
use serde_json::json;

/// What is done, as it is.
pub async fn steps(env: &Env, tenant: &mut Tenant) -> Result<Steps> {
    let member = tenant.actor().await?;
    let workspace = tenant.workspace();
    let steps = sqlx::query_as!(
        Steps,
        r#"SELECT EXISTS (SELECT FROM channel c WHERE c.workspace_id = $1 AND c.state = 'connected') AS "number!",
                  EXISTS (SELECT FROM member m
                           WHERE m.workspace_id = $1 AND m.id <> $2 AND m.removed_at IS NULL)
                  OR EXISTS (SELECT FROM invitation i
                              WHERE i.workspace_id = $1 AND i.ended_at IS NULL AND i.expires_at > $3) AS "team!",
                  EXISTS (SELECT FROM workspace_setting s
                           WHERE s.workspace_id = $1 AND s.hours IS NOT NULL) AS "hours!",
                  EXISTS (SELECT FROM member m
                           WHERE m.workspace_id = $1 AND m.id = $2
                             AND (EXISTS (SELECT FROM totp t
                                           WHERE t.account_id = m.account_id AND t.confirmed_at IS NOT NULL)
                                  OR EXISTS (SELECT FROM passkey p WHERE p.account_id = m.account_id))) AS "factor!",
                  EXISTS (SELECT FROM message g WHERE g.workspace_id = $1 AND g.direction = 'out') AS "reply!",
                  EXISTS (SELECT FROM workspace_setting s
                           WHERE s.workspace_id = $1 AND s.steps_hidden_at IS NOT NULL) AS "hidden!""#,
        workspace.0,
        member.0,
        env.now(),
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(steps)
}

/// Puts them away for every admin of the workspace, or brings them back.
pub async fn hide_steps(env: &Env, tenant: &mut Tenant, hidden: bool) -> Result<()> {
    settings::row(tenant).await?;
    let workspace = tenant.workspace();
    let changed = sqlx::query!(
        "UPDATE workspace_setting SET steps_hidden_at = $2
          WHERE workspace_id = $1 AND (steps_hidden_at IS NOT NULL) <> $3",
        workspace.0,
        hidden.then(|| env.now()),
        hidden,
    )
    .execute(tenant.conn())
    .await?;
    if changed.rows_affected() == 0 {
        return Ok(());
    }
    audit::record(
        env,
        tenant,
        "workspace.steps_hidden",
        &json!({ "hidden": hidden }),
    )
    .await
}
