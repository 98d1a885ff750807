//! The keys of a workspace, with what they are good for now.

use crate::{Env, Result, Tenant, env::moment};
use postern_types::{KeyId, KeyState, KeyView, MemberId, Scope};

/// So many are told of, the newest first; those that open before the others.
const SHOWN: i64 = 200;

/// The keys of the workspace, whoever made them.
pub async fn list(env: &Env, tenant: &mut Tenant) -> Result<Vec<KeyView>> {
    let (workspace, now) = (tenant.workspace(), env.now());
    let rows = sqlx::query!(
        r#"SELECT k.id AS "id: KeyId", k.name, k.hint, k.scopes, k.networks, k.test, k.author_id AS "author: MemberId",
                  coalesce(a.name, '') AS "author_name!", k.created_at, k.expires_at, k.used_at, k.used_from,
                  k.revoked_at IS NOT NULL AS "revoked!",
                  coalesce(m.removed_at IS NULL AND m.state = 'active' AND m.access_from <= k.created_at
                           AND a.disabled_at IS NULL AND m.role IN ('admin', 'owner')
                           AND (NOT w.factor_required OR f.proven), false) AS "stands!"
             FROM api_key k
             LEFT JOIN member m ON m.workspace_id = k.workspace_id AND m.id = k.author_id
             LEFT JOIN account a ON a.id = m.account_id
             LEFT JOIN workspace w ON w.workspace_id = k.workspace_id
             LEFT JOIN LATERAL (
                  SELECT EXISTS (SELECT FROM totp t WHERE t.account_id = a.id AND t.confirmed_at IS NOT NULL)
                         OR EXISTS (SELECT FROM passkey p WHERE p.account_id = a.id) AS proven) f ON true
            WHERE k.workspace_id = $1
            ORDER BY (k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $2)) DESC, k.created_at DESC, k.id DESC
            LIMIT $3"#,
        workspace.0,
        now,
        SHOWN,
    )
    .fetch_all(tenant.conn())
    .await?;
    let keys = rows.into_iter().map(|row| KeyView {
        id: row.id,
        name: row.name,
        hint: row.hint,
        scopes: row.scopes.split(' ').filter_map(Scope::parse).collect(),
        networks: row.networks.split_whitespace().map(str::to_owned).collect(),
        test: row.test,
        author: row.author,
        author_name: row.author_name,
        made: moment(row.created_at),
        expires: row.expires_at.map(moment),
        state: if row.revoked {
            KeyState::Revoked
        } else if row.expires_at.is_some_and(|end| end <= now) {
            KeyState::Expired
        } else if row.stands {
            KeyState::Open
        } else {
            KeyState::Stopped
        },
        used: row.used_at.map(moment),
        used_from: row.used_from,
    });
    Ok(keys.collect())
}
