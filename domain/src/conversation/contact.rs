//! What a conversation says of its contact. The database keeps it true (`migrations/0021`); the feed is told here.

use super::Record;
use crate::{Env, Result, Tenant, event};
use postern_types::{ContactId, Event};

/// Tells the feed of the conversations of a contact who is shown otherwise from now on: the newest ones, which are those
/// that an open inbox may hold. The others are seen when they are read.
pub(crate) async fn tell_of(env: &Env, tenant: &mut Tenant, contact: ContactId) -> Result<()> {
    let workspace = tenant.workspace();
    let rows = sqlx::query_as::<_, Record>(
        "SELECT * FROM conversation_row WHERE workspace_id = $1 AND contact_id = $2 ORDER BY last_at DESC LIMIT 20",
    )
    .bind(workspace.0)
    .bind(contact.0)
    .fetch_all(tenant.conn())
    .await?;
    for row in rows {
        let conversation = row.into();
        event::record(env, tenant, &Event::Conversation { conversation }).await?;
    }
    Ok(())
}
