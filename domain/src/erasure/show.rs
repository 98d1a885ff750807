//! What would go with a workspace, before it goes.

use crate::{Result, Tenant, factor, workspace};
use postern_types::{AccountId, Erasing};

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
                  (SELECT account_id FROM member
                    WHERE workspace_id = $1 AND id = nullif(current_setting('app.member', true), '')::uuid)
                      AS "account: AccountId""#,
        workspace.0,
        most,
    )
    .fetch_one(tenant.conn())
    .await?;
    let factors = match row.account {
        Some(account) => factor::kinds(tenant.conn(), account).await?,
        None => Vec::new(),
    };
    let count = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
    Ok(Erasing {
        name,
        members: count(row.members),
        numbers: count(row.numbers),
        contacts: count(row.contacts),
        conversations: count(row.conversations),
        messages: count(row.messages),
        files: count(row.files),
        factors,
    })
}
