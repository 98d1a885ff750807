//! A contact's own page.

use super::{field, merge::standing, person::described};
use crate::{Env, Result, Tenant};
use postern_types::{ContactId, ContactPage, ConversationId, LabelId, MemberId};
use uuid::Uuid;

/// All of a contact; of one who was merged, the contact that is left.
pub async fn whole(env: &Env, tenant: &mut Tenant, contact: ContactId) -> Result<ContactPage> {
    let id = standing(tenant, contact).await?;
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        r#"SELECT c.phone, c.email, c.owner_id AS "owner: MemberId",
                  ARRAY(SELECT l.label_id FROM contact_label l
                         WHERE l.workspace_id = $1 AND l.contact_id = $2 ORDER BY l.label_id) AS "labels!: Vec<Uuid>",
                  (SELECT t.id FROM conversation t WHERE t.workspace_id = $1 AND t.contact_id = $2
                    ORDER BY t.last_at DESC LIMIT 1) AS "conversation: ConversationId"
             FROM contact c WHERE c.workspace_id = $1 AND c.id = $2"#,
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(ContactPage {
        person: described(env, tenant, id, row.conversation).await?,
        phone: row.phone,
        email: row.email,
        owner: row.owner,
        labels: row.labels.into_iter().map(LabelId).collect(),
        values: field::values(tenant, id).await?,
        conversation: row.conversation,
    })
}
