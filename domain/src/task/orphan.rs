//! The open tasks of a member, once that member is gone.

use crate::{Env, Error, Result, Tenant, event};
use postern_types::{Event, MemberId, Side};
use uuid::Uuid;

/// Tasks of one round: a statement each to let them go, to write it down and to tell of it.
const ROUND: i64 = 500;

/// Lets go of every open task of that member: it is nobody's then, and its history says so. Says how many there were. For
/// whoever sees them all.
pub(crate) async fn let_go(env: &Env, tenant: &mut Tenant, from: MemberId) -> Result<usize> {
    // Where no person acts, it is the member's own leaving: none would be the contact.
    let author = match tenant.actor().await {
        Ok(member) => member,
        Err(Error::Forbidden) => from,
        Err(error) => return Err(error),
    };
    let workspace = tenant.workspace();
    let mut all = 0;
    loop {
        let gone = sqlx::query_scalar!(
            "UPDATE task SET owner_id = NULL, rev = rev + 1, changed_at = $4
              WHERE workspace_id = $1 AND id IN (
                    SELECT t.id FROM task t WHERE t.workspace_id = $1 AND t.owner_id = $2 AND t.ended_at IS NULL
                     ORDER BY t.id LIMIT $3 FOR NO KEY UPDATE)
              RETURNING id",
            workspace.0,
            from.0,
            ROUND,
            env.now(),
        )
        .fetch_all(tenant.conn())
        .await?;
        if gone.is_empty() {
            return Ok(all);
        }
        all += gone.len();
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
    }
}
