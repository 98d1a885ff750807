//! The open tasks of a member, once that member is gone.

use crate::{Env, Result, Tenant, event};
use postern_types::{Event, MemberId, Side};
use uuid::Uuid;

/// Tasks of one round.
const ROUND: i64 = 500;

/// How many open tasks are that member's.
pub(crate) async fn theirs(tenant: &mut Tenant, of: MemberId) -> Result<usize> {
    let workspace = tenant.workspace();
    let many = sqlx::query_scalar!(
        r#"SELECT count(*) AS "many!" FROM task WHERE workspace_id = $1 AND owner_id = $2 AND ended_at IS NULL"#,
        workspace.0,
        of.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(usize::try_from(many).unwrap_or(0))
}

/// Lets go of some open tasks of that member: they are nobody's then, and their history says that `author` did it. Whether
/// there may be more. For whoever sees them all.
pub(crate) async fn let_go(
    env: &Env,
    tenant: &mut Tenant,
    from: MemberId,
    author: MemberId,
) -> Result<bool> {
    let workspace = tenant.workspace();
    let gone = sqlx::query_scalar!(
        "UPDATE task SET owner_id = NULL, rev = rev + 1, changed_at = $4
          WHERE workspace_id = $1 AND owner_id = $2 AND id IN (
                SELECT h.id FROM task h WHERE h.workspace_id = $1 AND h.id IN (
                       SELECT t.id FROM task t WHERE t.workspace_id = $1 AND t.owner_id = $2 AND t.ended_at IS NULL
                        ORDER BY t.due NULLS LAST, t.id LIMIT $3)
                 ORDER BY h.id FOR NO KEY UPDATE)
          RETURNING id",
        workspace.0,
        from.0,
        ROUND,
        env.now(),
    )
    .fetch_all(tenant.conn())
    .await?;
    if gone.is_empty() {
        return Ok(false);
    }
    let ids: Vec<Uuid> = gone.iter().map(|_| env.id()).collect();
    sqlx::query!(
        "INSERT INTO task_change (workspace_id, id, task_id, at, author_id, kind, value)
         SELECT $1, u.id, u.task, $4, $5, 'owner', '' FROM unnest($2::uuid[], $3::uuid[]) AS u (id, task)",
        workspace.0,
        &ids,
        &gone,
        env.now(),
        author.0,
    )
    .execute(tenant.conn())
    .await?;
    let told = gone.into_iter().map(|id| Event::Side {
        what: Side::Task,
        id,
    });
    event::record_all(env, tenant, &told.collect::<Vec<_>>()).await?;
    Ok(true)
}
