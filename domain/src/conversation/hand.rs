//! Everything that one member has in hand, given on at once.

use super::{Record, works_here};
use crate::{Env, Result, Tenant, event};
use postern_types::{ConversationRow, Event, MemberId};

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
        let round = give(env, tenant, from, to).await?;
        given += round;
        if round < usize::try_from(ROUND).unwrap_or(0) {
            return Ok(given);
        }
    }
}

/// The feed is told first: who gives them away may not see them afterwards.
async fn give(
    env: &Env,
    tenant: &mut Tenant,
    from: MemberId,
    to: Option<MemberId>,
) -> Result<usize> {
    let workspace = tenant.workspace();
    let held = sqlx::query_scalar!(
        "SELECT id FROM conversation WHERE workspace_id = $1 AND assignee_id = $2 AND state = 'open'
          ORDER BY id LIMIT $3 FOR NO KEY UPDATE",
        workspace.0,
        from.0,
        ROUND,
    )
    .fetch_all(tenant.conn())
    .await?;
    if held.is_empty() {
        return Ok(0);
    }
    let rows = sqlx::query_as::<_, Record>(
        "SELECT * FROM conversation_row WHERE workspace_id = $1 AND id = ANY ($2) ORDER BY id",
    )
    .bind(workspace.0)
    .bind(&held)
    .fetch_all(tenant.conn())
    .await?;
    let events: Vec<Event> = rows
        .into_iter()
        .map(|row| {
            let mut conversation = ConversationRow::from(row);
            conversation.assignee = to;
            conversation.rev += 1;
            Event::Conversation { conversation }
        })
        .collect();
    event::record_all(env, tenant, &events).await?;
    sqlx::query_scalar!(
        r#"SELECT hand_conversations($1, $2) AS "given!""#,
        &held,
        to.map(|member| member.0),
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(held.len())
}
