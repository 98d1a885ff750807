//! Everything that one member has in hand, given on at once.

use super::{Record, works_here};
use crate::{Env, Result, Tenant, event};
use postern_types::{ConversationRow, Event, MemberId};
use uuid::Uuid;

/// Conversations of one round: a statement each to give them, to read them and to tell of them, so that none lasts for long
/// however many there are.
const ROUND: i64 = 500;

/// Gives every open conversation of `from` to `to`, or to nobody; says how many there were.
pub(crate) async fn hand_on(
    env: &Env,
    tenant: &mut Tenant,
    from: MemberId,
    to: Option<MemberId>,
) -> Result<usize> {
    if let Some(to) = to {
        works_here(tenant, to).await?;
    }
    let mut given = 0;
    loop {
        let round = give(tenant, from, to).await?;
        tell(env, tenant, &round).await?;
        given += round.len();
        if round.len() < usize::try_from(ROUND).unwrap_or(0) {
            return Ok(given);
        }
    }
}

async fn give(tenant: &mut Tenant, from: MemberId, to: Option<MemberId>) -> Result<Vec<Uuid>> {
    let workspace = tenant.workspace();
    let given = sqlx::query_scalar!(
        "UPDATE conversation SET assignee_id = $3, rev = rev + 1
          WHERE workspace_id = $1 AND assignee_id = $2 AND state = 'open' AND id IN (
                SELECT id FROM conversation WHERE workspace_id = $1 AND assignee_id = $2 AND state = 'open'
                 ORDER BY id LIMIT $4 FOR NO KEY UPDATE)
         RETURNING id",
        workspace.0,
        from.0,
        to.map(|member| member.0),
        ROUND,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(given)
}

async fn tell(env: &Env, tenant: &mut Tenant, ids: &[Uuid]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let workspace = tenant.workspace();
    let rows = sqlx::query_as::<_, Record>(
        "SELECT * FROM conversation_row WHERE workspace_id = $1 AND id = ANY ($2) ORDER BY id",
    )
    .bind(workspace.0)
    .bind(ids)
    .fetch_all(tenant.conn())
    .await?;
    let events: Vec<Event> = rows
        .into_iter()
        .map(|row| Event::Conversation {
            conversation: ConversationRow::from(row),
        })
        .collect();
    event::record_all(env, tenant, &events).await
}
