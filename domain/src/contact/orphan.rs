//! The contacts that a member looked after, once that member is gone.

use crate::{Env, Result, Tenant, event};
use postern_types::{Event, MemberId, Side};

/// Contacts of one round: a statement to let them go and one to tell of them, so that neither lasts for long.
const ROUND: i64 = 500;

/// Lets go of every contact of that member: nobody looks after them then. Says how many there were. For whoever sees them all.
pub(crate) async fn let_go(env: &Env, tenant: &mut Tenant, from: MemberId) -> Result<usize> {
    let workspace = tenant.workspace();
    let mut all = 0;
    loop {
        let gone = sqlx::query_scalar!(
            "UPDATE contact SET owner_id = NULL
              WHERE workspace_id = $1 AND id IN (
                    SELECT c.id FROM contact c WHERE c.workspace_id = $1 AND c.owner_id = $2
                     ORDER BY c.id LIMIT $3 FOR NO KEY UPDATE)
              RETURNING id",
            workspace.0,
            from.0,
            ROUND,
        )
        .fetch_all(tenant.conn())
        .await?;
        if gone.is_empty() {
            return Ok(all);
        }
        all += gone.len();
        let told = gone.into_iter().map(|id| Event::Side {
            what: Side::Contact,
            id,
        });
        event::record_all(env, tenant, &told.collect::<Vec<_>>()).await?;
    }
}
