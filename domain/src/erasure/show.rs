//! What would go with a workspace, before it goes.

use crate::{Result, Tenant, workspace};
use postern_types::Erasing;

/// Counts what is there, each kind as far as [`Erasing::MOST`].
pub async fn show(tenant: &mut Tenant) -> Result<Erasing> {
    let name = workspace::name(tenant).await?;
    let workspace = tenant.workspace();
    let most = i64::from(Erasing::MOST);
    let row = sqlx::query!(
        r#"SELECT (SELECT count(*) FROM member WHERE workspace_id = $1 AND removed_at IS NULL) AS "members!",
                  (SELECT count(*) FROM channel WHERE workspace_id = $1) AS "numbers!",
                  (SELECT count(*) FROM (SELECT FROM contact WHERE workspace_id = $1 LIMIT $2) AS few) AS "contacts!",
                  (SELECT count(*) FROM (SELECT FROM conversation WHERE workspace_id = $1 LIMIT $2) AS few)
                      AS "conversations!",
                  (SELECT count(*) FROM (SELECT FROM message WHERE workspace_id = $1 LIMIT $2) AS few) AS "messages!",
                  (SELECT count(*) FROM (SELECT FROM file WHERE workspace_id = $1 LIMIT $2) AS few) AS "files!",
                  EXISTS (SELECT FROM member m JOIN totp t ON t.account_id = m.account_id
                           WHERE m.workspace_id = $1 AND m.id = nullif(current_setting('app.member', true), '')::uuid
                             AND t.confirmed_at IS NOT NULL) AS "factor!""#,
        workspace.0,
        most,
    )
    .fetch_one(tenant.conn())
    .await?;
    let count = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
    Ok(Erasing {
        name,
        members: count(row.members),
        numbers: count(row.numbers),
        contacts: count(row.contacts),
        conversations: count(row.conversations),
        messages: count(row.messages),
        files: count(row.files),
        factor: row.factor,
    })
}
