//! A workspace's team, as those see it who run it.

use crate::{Env, Result, Tenant, env::moment};
use postern_types::{
    AccessView, InvitationId, InvitationView, MemberId, MemberState, Role, SessionId, Team,
    TeamMember,
};

/// Everybody who is a member or waits to be, and the open invitations.
pub async fn show(env: &Env, tenant: &mut Tenant) -> Result<Team> {
    let mut members = members(tenant).await?;
    for (member, access) in access(env, tenant).await? {
        if let Some(member) = members.iter_mut().find(|known| known.id == member) {
            member.seen = member.seen.max(Some(access.seen));
            member.access.push(access);
        }
    }
    let workspace = tenant.workspace();
    let factor_required = sqlx::query_scalar!(
        "SELECT factor_required FROM workspace WHERE workspace_id = $1",
        workspace.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(Team {
        members,
        invitations: invitations(env, tenant).await?,
        factor_required,
    })
}

async fn members(tenant: &mut Tenant) -> Result<Vec<TeamMember>> {
    let workspace = tenant.workspace();
    let rows = sqlx::query!(
        r#"SELECT m.id AS "id: MemberId", a.name, a.email, m.role AS "role: Role", m.state AS "state: MemberState",
                  m.since, m.asked_from,
                  (SELECT count(*) FROM conversation c
                    WHERE c.workspace_id = $1 AND c.assignee_id = m.id AND c.state = 'open') AS "conversations!",
                  (EXISTS (SELECT FROM totp t WHERE t.account_id = a.id AND t.confirmed_at IS NOT NULL)
                   OR EXISTS (SELECT FROM passkey p WHERE p.account_id = a.id)) AS "factor!",
                  m.id IS NOT DISTINCT FROM nullif(current_setting('app.member', true), '')::uuid AS "you!"
             FROM member m JOIN account a ON a.id = m.account_id
            WHERE m.workspace_id = $1 AND m.removed_at IS NULL
            ORDER BY m.state = 'waiting' DESC, lower(a.name), m.id"#,
        workspace.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| TeamMember {
            id: row.id,
            name: row.name,
            email: row.email,
            role: row.role,
            state: row.state,
            since: moment(row.since),
            network: row.asked_from,
            seen: None,
            access: Vec::new(),
            conversations: u32::try_from(row.conversations).unwrap_or(u32::MAX),
            factor: row.factor,
            you: row.you,
        })
        .collect())
}

/// The browsers that opened this workspace and may still.
async fn access(env: &Env, tenant: &mut Tenant) -> Result<Vec<(MemberId, AccessView)>> {
    let workspace = tenant.workspace();
    let rows = sqlx::query!(
        r#"SELECT x.member_id AS "member: MemberId", x.session_id AS "session: SessionId", s.label, s.network,
                  greatest(x.seen_at, s.seen_at) AS "seen!"
             FROM member_access x JOIN session s ON s.id = x.session_id
             JOIN member m ON m.workspace_id = $1 AND m.id = x.member_id
            WHERE x.workspace_id = $1 AND s.ended_at IS NULL AND s.expires_at > $2 AND s.created_at >= m.access_from
            ORDER BY 5 DESC"#,
        workspace.0,
        env.now(),
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let access = AccessView {
                session: row.session,
                label: row.label,
                network: row.network,
                seen: moment(row.seen),
            };
            (row.member, access)
        })
        .collect())
}

async fn invitations(env: &Env, tenant: &mut Tenant) -> Result<Vec<InvitationView>> {
    let workspace = tenant.workspace();
    let rows = sqlx::query!(
        r#"SELECT i.id AS "id: InvitationId", i.email, i.domain, i.role AS "role: Role", a.name AS "by?",
                  i.sent_at, i.expires_at
             FROM invitation i
             LEFT JOIN member m ON m.workspace_id = $1 AND m.id = i.by_id
             LEFT JOIN account a ON a.id = m.account_id
            WHERE i.workspace_id = $1 AND i.ended_at IS NULL AND i.expires_at > $2
            ORDER BY i.sent_at DESC, i.id"#,
        workspace.0,
        env.now(),
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| InvitationView {
            id: row.id,
            email: row.email,
            domain: row.domain,
            role: row.role,
            by: row.by,
            sent: moment(row.sent_at),
            expires: moment(row.expires_at),
        })
        .collect())
}
