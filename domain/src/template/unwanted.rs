//! Marketing whose contact has told WhatsApp to stop it: asked when it is written, when it is sent again, and when it goes out.

use crate::{Result, Tenant};
use postern_types::{ContactId, MessageId};

/// What is said of it.
pub(crate) const UNWANTED: &str = "This contact has told WhatsApp to stop marketing from you. A template that is no marketing \
                                   can still be sent.";

/// Whether a template of that category is not wanted by the contact.
pub(super) async fn is_unwanted_by(
    tenant: &mut Tenant,
    contact: ContactId,
    category: &str,
) -> Result<bool> {
    if category != "MARKETING" {
        return Ok(false);
    }
    let workspace = tenant.workspace();
    let stopped = sqlx::query_scalar!(
        r#"SELECT marketing_stopped_at IS NOT NULL AS "stopped!" FROM contact WHERE workspace_id = $1 AND id = $2"#,
        workspace.0,
        contact.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(stopped)
}

/// The same of a message that was written: the template that it is may count as something else by now, and its contact may
/// have changed their mind.
pub(crate) async fn is_unwanted(tenant: &mut Tenant, message: MessageId) -> Result<bool> {
    let workspace = tenant.workspace();
    let unwanted = sqlx::query_scalar!(
        r#"SELECT EXISTS (
             SELECT FROM message m
               JOIN conversation c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id
               JOIN contact p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id
               JOIN channel ch ON ch.workspace_id = m.workspace_id AND ch.id = m.channel_id
               JOIN template t ON t.workspace_id = ch.workspace_id AND t.account_id = ch.account_id
                              AND t.name = m.sending -> 'template' ->> 'name'
                              AND t.language = m.sending -> 'template' -> 'language' ->> 'code'
              WHERE m.workspace_id = $1 AND m.id = $2 AND t.category = 'MARKETING'
                AND p.marketing_stopped_at IS NOT NULL) AS "unwanted!""#,
        workspace.0,
        message.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(unwanted)
}
