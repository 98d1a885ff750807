//! Meta's ids of people hold within a business portfolio; which one that is may be learnt late.

use super::alike::suggest;
use crate::{Result, Tenant};
use postern_types::{ContactId, Why};

/// Ids that were learnt within one scope hold in a wider one from now on. What is known there already of another contact
/// stays where it is: they have one id, so they are suggested as one.
pub(crate) async fn widen(tenant: &mut Tenant, from: &str, to: &str) -> Result<()> {
    let workspace = tenant.workspace();
    if from == to {
        return Ok(());
    }
    let twins = sqlx::query!(
        r#"SELECT i.contact_id AS "one: ContactId", k.contact_id AS "other: ContactId"
             FROM contact_identity i
             JOIN contact_identity k ON k.workspace_id = i.workspace_id AND k.kind = i.kind AND k.value = i.value
                                    AND k.scope = $3
            WHERE i.workspace_id = $1 AND i.kind = 'bsuid' AND i.scope = $2
            ORDER BY i.contact_id, k.contact_id"#,
        workspace.0,
        from,
        to,
    )
    .fetch_all(tenant.conn())
    .await?;
    for twin in twins {
        if twin.one != twin.other {
            suggest(tenant, twin.one, twin.other, Why::Id).await?;
        }
    }
    sqlx::query!(
        "UPDATE contact_identity i SET scope = $3
          WHERE i.workspace_id = $1 AND i.kind = 'bsuid' AND i.scope = $2
            AND NOT EXISTS (SELECT FROM contact_identity k
                             WHERE k.workspace_id = $1 AND k.kind = 'bsuid' AND k.scope = $3 AND k.value = i.value)",
        workspace.0,
        from,
        to,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}
