//! Teams: groups of members to whom conversations are given, and whether agents see their own and their teams' alone.
//!
//! What a limited agent sees is held by the database (`migrations/0042`), in every statement. Here it is said who is in which
//! team; whoever may see something else from then on reads everything anew, in every open page.

mod delete;

pub use delete::delete;
pub(crate) use delete::run;

use crate::{Env, Error, Result, Tenant, audit, error::OnConstraint as _, event, member};
use postern_types::{
    ChannelId, MemberId, MemberState, Right, Role, TeamBrief, TeamId, TeamNumber, TeamView, Teams,
};
use serde_json::json;
use std::collections::HashMap;

/// Teams of a workspace at most.
const MOST: i64 = 200;

/// All teams with their members, where each number's conversations go, and whether agents are limited.
pub async fn show(tenant: &mut Tenant) -> Result<Teams> {
    let workspace = tenant.workspace();
    let limited = is_limited(tenant).await?;
    let mut members: HashMap<TeamId, Vec<MemberId>> = HashMap::new();
    let places = sqlx::query!(
        r#"SELECT team_id AS "team: TeamId", member_id AS "member: MemberId" FROM team_member
            WHERE workspace_id = $1 ORDER BY member_id"#,
        workspace.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    for place in places {
        members.entry(place.team).or_default().push(place.member);
    }
    let teams = sqlx::query!(
        r#"SELECT t.id AS "id: TeamId", t.name,
                  (SELECT count(*) FROM conversation c
                    WHERE c.workspace_id = $1 AND c.team_id = t.id AND c.state = 'open') AS "conversations!"
             FROM team t WHERE t.workspace_id = $1 AND t.deleted_at IS NULL ORDER BY lower(t.name), t.id"#,
        workspace.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    let numbers = sqlx::query_as!(
        TeamNumber,
        r#"SELECT id AS "id: ChannelId", name, phone, team_id AS "team: TeamId" FROM channel
            WHERE workspace_id = $1 ORDER BY lower(name), id"#,
        workspace.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    let teams = teams.into_iter().map(|team| TeamView {
        members: members.remove(&team.id).unwrap_or_default(),
        id: team.id,
        name: team.name,
        conversations: u32::try_from(team.conversations).unwrap_or(u32::MAX),
    });
    Ok(Teams {
        teams: teams.collect(),
        numbers,
        limited,
    })
}

/// All teams by name, for whoever gives a conversation to one.
pub(crate) async fn briefs(tenant: &mut Tenant) -> Result<Vec<TeamBrief>> {
    let workspace = tenant.workspace();
    let teams = sqlx::query_as!(
        TeamBrief,
        r#"SELECT t.id AS "id: TeamId", t.name,
                  EXISTS (SELECT FROM team_member m
                           WHERE m.workspace_id = $1 AND m.team_id = t.id
                             AND m.member_id = nullif(current_setting('app.member', true), '')::uuid) AS "mine!"
             FROM team t WHERE t.workspace_id = $1 AND t.deleted_at IS NULL ORDER BY lower(t.name), t.id"#,
        workspace.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(teams)
}

/// Makes a team of nobody. [`Error::Conflict`] when one is called so already.
pub async fn create(env: &Env, tenant: &mut Tenant, name: &str) -> Result<TeamId> {
    allowed(tenant, Right::Teams).await?;
    let name = checked_name(name)?;
    let workspace = tenant.workspace();
    let many = sqlx::query_scalar!(
        r#"SELECT count(*) AS "many!" FROM team WHERE workspace_id = $1 AND deleted_at IS NULL"#,
        workspace.0
    )
    .fetch_one(tenant.conn())
    .await?;
    if many >= MOST {
        return Err(Error::conflict(
            "There are 200 teams already: delete one that is not needed any more.",
        ));
    }
    let id: TeamId = env.id();
    sqlx::query!(
        "INSERT INTO team (workspace_id, id, name, created_at) VALUES ($1, $2, $3, $4)",
        workspace.0,
        id.0,
        name,
        env.now(),
    )
    .execute(tenant.conn())
    .await
    .on_constraint("team_name_key", taken)?;
    event::anew(env, tenant).await?;
    audit::record(
        env,
        tenant,
        "team.created",
        &json!({ "team": id, "name": name }),
    )
    .await?;
    Ok(id)
}

/// Calls a team otherwise.
pub async fn rename(env: &Env, tenant: &mut Tenant, id: TeamId, name: &str) -> Result<()> {
    allowed(tenant, Right::Teams).await?;
    let name = checked_name(name)?;
    let workspace = tenant.workspace();
    let renamed = sqlx::query!(
        "UPDATE team SET name = $3 WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NULL",
        workspace.0,
        id.0,
        name,
    )
    .execute(tenant.conn())
    .await
    .on_constraint("team_name_key", taken)?;
    found(renamed.rows_affected())?;
    event::anew(env, tenant).await?;
    audit::record(
        env,
        tenant,
        "team.renamed",
        &json!({ "team": id, "name": name }),
    )
    .await
}

/// Takes a member into a team. Who is in it already stays.
pub async fn add(env: &Env, tenant: &mut Tenant, id: TeamId, who: MemberId) -> Result<()> {
    allowed(tenant, Right::Teams).await?;
    is_there(tenant, id).await?;
    // Locked: they are not removed meanwhile.
    if member::place(tenant, who).await?.state == MemberState::Waiting {
        return Err(Error::conflict(
            "They wait for approval. Nothing was changed.",
        ));
    }
    let workspace = tenant.workspace();
    let added = sqlx::query!(
        "INSERT INTO team_member (workspace_id, team_id, member_id) VALUES ($1, $2, $3)
         ON CONFLICT (workspace_id, team_id, member_id) DO NOTHING",
        workspace.0,
        id.0,
        who.0,
    )
    .execute(tenant.conn())
    .await?;
    if added.rows_affected() == 0 {
        return Ok(());
    }
    event::anew(env, tenant).await?;
    audit::record(
        env,
        tenant,
        "team.member_added",
        &json!({ "team": id, "member": who }),
    )
    .await
}

/// Takes a member out of a team: what is not assigned to them there is out of a limited agent's sight at once.
pub async fn take_out(env: &Env, tenant: &mut Tenant, id: TeamId, who: MemberId) -> Result<()> {
    allowed(tenant, Right::Teams).await?;
    let workspace = tenant.workspace();
    let gone = sqlx::query!(
        "DELETE FROM team_member WHERE workspace_id = $1 AND team_id = $2 AND member_id = $3",
        workspace.0,
        id.0,
        who.0,
    )
    .execute(tenant.conn())
    .await?;
    found(gone.rows_affected())?;
    event::anew(env, tenant).await?;
    audit::record(
        env,
        tenant,
        "team.member_removed",
        &json!({ "team": id, "member": who }),
    )
    .await
}

/// Has a number's new conversations go to a team, or to none. Those that are there stay where they are.
pub async fn take_number(
    env: &Env,
    tenant: &mut Tenant,
    channel: ChannelId,
    team: Option<TeamId>,
) -> Result<()> {
    allowed(tenant, Right::Teams).await?;
    if let Some(team) = team {
        is_there(tenant, team).await?;
    }
    let workspace = tenant.workspace();
    let changed = sqlx::query!(
        "UPDATE channel SET team_id = $3 WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        channel.0,
        team.map(|team| team.0),
    )
    .execute(tenant.conn())
    .await?;
    found(changed.rows_affected())?;
    audit::record(
        env,
        tenant,
        "channel.team_chosen",
        &json!({ "channel": channel, "team": team }),
    )
    .await
}

/// Has agents see their own and their teams' conversations alone, or all again; at once, in open pages too.
pub async fn limit(env: &Env, tenant: &mut Tenant, limited: bool) -> Result<()> {
    allowed(tenant, Right::Limit).await?;
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE workspace SET agents_limited = $2 WHERE workspace_id = $1",
        workspace.0,
        limited,
    )
    .execute(tenant.conn())
    .await?;
    event::anew(env, tenant).await?;
    let detail = json!({ "limited": limited });
    audit::record(env, tenant, "workspace.agents_limited", &detail).await
}

/// A member's role changed: where agents are limited, they may see more or less than before.
pub(crate) async fn seen_otherwise(
    env: &Env,
    tenant: &mut Tenant,
    from: Role,
    to: Role,
) -> Result<()> {
    if from.may(Right::SeeAll) != to.may(Right::SeeAll) && is_limited(tenant).await? {
        event::anew(env, tenant).await?;
    }
    Ok(())
}

/// Makes sure that something can be given to a team, which is not deleted until this transaction ends.
pub(crate) async fn is_there(tenant: &mut Tenant, id: TeamId) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "SELECT id FROM team WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NULL FOR SHARE",
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(())
}

async fn is_limited(tenant: &mut Tenant) -> Result<bool> {
    let workspace = tenant.workspace();
    let limited = sqlx::query_scalar!(
        "SELECT agents_limited FROM workspace WHERE workspace_id = $1",
        workspace.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(limited)
}

pub(crate) async fn allowed(tenant: &mut Tenant, right: Right) -> Result<()> {
    if tenant.ranks(right.role()).await? {
        Ok(())
    } else {
        Err(Error::Forbidden)
    }
}

pub(crate) fn found(rows: u64) -> Result<()> {
    if rows == 0 {
        Err(Error::NotFound)
    } else {
        Ok(())
    }
}

fn taken() -> Error {
    Error::invalid(
        "team_name",
        "Another team is called so. Choose another name.",
    )
}

/// A name as it is kept: 1 to 60 characters, in one line.
fn checked_name(name: &str) -> Result<&str> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 60 || name.chars().any(char::is_control) {
        return Err(Error::invalid(
            "team_name",
            "Give the team a name of 1 to 60 characters, in one line.",
        ));
    }
    Ok(name)
}

#[cfg(test)]
mod tests;
