//! The contacts that a member looked after, once that member is gone.

use crate::{Env, Result, Tenant, event};
use postern_types::{Event, MemberId, Side};

/// Contacts of one round.
const ROUND: i64 = 500;

/// How many contacts that member looks after.
pub(crate) async fn theirs(tenant: &mut Tenant, of: MemberId) -> Result<usize> {
    let workspace = tenant.workspace();
    let many = sqlx::query_scalar!(
        r#"SELECT count(*) AS "many!" FROM contact WHERE workspace_id = $1 AND owner_id = $2"#,
        workspace.0,
        of.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(usize::try_from(many).unwrap_or(0))
}

/// Lets go of some contacts of that member: nobody looks after them then. Whether there may be more. For whoever sees them all.
pub(crate) async fn let_go(env: &Env, tenant: &mut Tenant, from: MemberId) -> Result<bool> {
    let workspace = tenant.workspace();
    let gone = sqlx::query_scalar!(
        // Found in the order of their index, and held in the one in which others hold several.
        "UPDATE contact SET owner_id = NULL
          WHERE workspace_id = $1 AND owner_id = $2 AND id IN (
                SELECT h.id FROM contact h WHERE h.workspace_id = $1 AND h.id IN (
                       SELECT c.id FROM contact c WHERE c.workspace_id = $1 AND c.owner_id = $2
                        ORDER BY c.sort_name, c.id LIMIT $3)
                 ORDER BY h.id FOR NO KEY UPDATE)
          RETURNING id",
        workspace.0,
        from.0,
        ROUND,
    )
    .fetch_all(tenant.conn())
    .await?;
    let more = !gone.is_empty();
    let told = gone.into_iter().map(|id| Event::Side {
        what: Side::Contact,
        id,
    });
    event::record_all(env, tenant, &told.collect::<Vec<_>>()).await?;
    Ok(more)
}
