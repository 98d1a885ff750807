//! Deleting a team: it is gone at once, and its conversations, however many they are, are taken from it some at a time.

use super::allowed;
use crate::{
    Env, Error, Result, Tenant, audit, event,
    job::{self, Job, Kind},
};
use postern_types::{Right, TeamId};
use serde_json::json;

/// Conversations of one step, each a transaction of its own.
const ROUND: i64 = 500;

/// Deletes a team: its conversations and numbers are no team's from then on, and stay whosever they are.
pub async fn delete(env: &Env, tenant: &mut Tenant, id: TeamId) -> Result<()> {
    allowed(tenant, Right::Teams).await?;
    let workspace = tenant.workspace();
    let name = sqlx::query_scalar!(
        "UPDATE team SET deleted_at = $3 WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NULL RETURNING name",
        workspace.0,
        id.0,
        env.now(),
    )
    .fetch_optional(tenant.conn())
    .await?
    .ok_or(Error::NotFound)?;
    sqlx::query!(
        "DELETE FROM team_member WHERE workspace_id = $1 AND team_id = $2",
        workspace.0,
        id.0,
    )
    .execute(tenant.conn())
    .await?;
    sqlx::query!(
        "UPDATE channel SET team_id = NULL WHERE workspace_id = $1 AND team_id = $2",
        workspace.0,
        id.0,
    )
    .execute(tenant.conn())
    .await?;
    let kind = Kind::EmptyTeam;
    let lane = format!("team:{id}");
    job::add(env, tenant, job::id_of(kind, &lane), kind, &lane, &id).await?;
    event::anew(env, tenant).await?;
    audit::record(env, tenant, "team.deleted", &json!({ "name": name })).await
}

/// Does one step of it, and asks for the next until nothing is the team's any more.
pub(crate) async fn run(env: &Env, mut tenant: Tenant, job: &Job) -> Result<()> {
    let id: TeamId = job.payload()?;
    let workspace = tenant.workspace();
    let taken = sqlx::query!(
        // One that somebody holds is not waited for: a later step takes it, or the last one.
        "UPDATE conversation SET team_id = NULL
          WHERE workspace_id = $1 AND id IN (
                SELECT c.id FROM conversation c WHERE c.workspace_id = $1 AND c.team_id = $2
                 LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED)",
        workspace.0,
        id.0,
        ROUND,
    )
    .execute(tenant.conn())
    .await?;
    if taken.rows_affected() > 0 {
        job::anew(&mut tenant, job.claim, env.now()).await?;
        return tenant.commit().await;
    }
    // Those few that were held all the time follow their team.
    sqlx::query!(
        "DELETE FROM team WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NOT NULL",
        workspace.0,
        id.0,
    )
    .execute(tenant.conn())
    .await?;
    job::done(&mut tenant, job.claim).await?;
    tenant.commit().await
}
