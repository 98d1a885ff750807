//! A link's address into the contact's chat. Its PIN never goes that way.

use super::hash;
use crate::{Env, Error, Result, Tenant, audit, message};
use postern_types::{ContactId, ConversationId, LinkId};
use serde_json::json;
use subtle::ConstantTimeEq as _;

/// Sends the address of a link into the open conversation with its contact, as a text of who acts. `address` is the one that
/// was shown when the link was made, for the link itself is kept as a hash: another one is [`Error::NotFound`]. From then on
/// the address stands in the thread, as what was written does, and in WhatsApp; the PIN stands in neither.
/// [`Error::WindowClosed`] when the contact did not write for a day; [`Error::Conflict`] without an open conversation.
pub async fn send(env: &Env, tenant: &mut Tenant, link: LinkId, address: &str) -> Result<()> {
    let (workspace, now) = (tenant.workspace(), env.now());
    let row = sqlx::query!(
        r#"SELECT token_hash, coalesce(c.merged_into, l.contact_id) AS "contact!: ContactId"
             FROM portal_link l JOIN contact c ON c.workspace_id = l.workspace_id AND c.id = l.contact_id
            WHERE l.workspace_id = $1 AND l.id = $2 AND l.revoked_at IS NULL AND (l.expires_at IS NULL OR l.expires_at > $3)"#,
        workspace.0,
        link.0,
        now,
    )
    .fetch_one(tenant.conn())
    .await?;
    let token = address.rsplit('/').next().unwrap_or_default();
    if !bool::from(row.token_hash.as_slice().ct_eq(&hash(token))) {
        return Err(Error::NotFound);
    }
    let conversation = sqlx::query_scalar!(
        r#"SELECT id AS "id: ConversationId" FROM conversation
            WHERE workspace_id = $1 AND contact_id = $2 AND state = 'open'
            ORDER BY heard_at DESC NULLS LAST, last_at DESC, id LIMIT 1"#,
        workspace.0,
        row.contact.0,
    )
    .fetch_optional(tenant.conn())
    .await?
    .ok_or_else(|| {
        Error::conflict(
            "There is no open conversation with this contact. The link was not sent: copy it, and send it another way.",
        )
    })?;
    let text = format!(
        "Here you find what we share with you: {}\nIt opens with a PIN, which we tell you another way.",
        env.post.portal_link(token),
    );
    let sent = message::say(env, tenant, conversation, &text).await?;
    let told = json!({ "contact": row.contact, "link": link, "message": sent.id });
    audit::record(env, tenant, "portal.link_sent", &told).await
}
