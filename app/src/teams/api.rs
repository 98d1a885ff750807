//! Teams, as server functions; each is a manager's, and one an admin's.

use crate::{
    error::ApiError,
    session::{Api, ApiClient},
};
use leptos::prelude::*;
use postern_types::{ChannelId, MemberId, TeamId, Teams};

/// All teams, and where each number's conversations go.
#[server(client = ApiClient, prefix = "/api", endpoint = "teams/list", protocol = Api)]
pub async fn list() -> Result<Teams, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Teams.role()).await?;
    let teams = postern_domain::teams::show(&mut tenant).await?;
    tenant.commit().await?;
    Ok(teams)
}

/// Makes a team.
#[server(client = ApiClient, prefix = "/api", endpoint = "teams/create", protocol = Api)]
pub async fn create(name: String) -> Result<TeamId, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Teams.role()).await?;
    let id = postern_domain::teams::create(&crate::ssr::env(), &mut tenant, &name).await?;
    tenant.commit().await?;
    Ok(id)
}

/// Calls a team otherwise.
#[server(client = ApiClient, prefix = "/api", endpoint = "teams/rename", protocol = Api)]
pub async fn rename(id: TeamId, name: String) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Teams.role()).await?;
    postern_domain::teams::rename(&crate::ssr::env(), &mut tenant, id, &name).await?;
    tenant.commit().await?;
    Ok(())
}

/// Deletes a team; its conversations and numbers are no team's from then on.
#[server(client = ApiClient, prefix = "/api", endpoint = "teams/delete", protocol = Api)]
pub async fn delete(id: TeamId) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Teams.role()).await?;
    postern_domain::teams::delete(&crate::ssr::env(), &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(())
}

/// Takes a member into a team.
#[server(client = ApiClient, prefix = "/api", endpoint = "teams/add", protocol = Api)]
pub async fn add(id: TeamId, member: MemberId) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Teams.role()).await?;
    postern_domain::teams::add(&crate::ssr::env(), &mut tenant, id, member).await?;
    tenant.commit().await?;
    Ok(())
}

/// Takes a member out of a team.
#[server(client = ApiClient, prefix = "/api", endpoint = "teams/take-out", protocol = Api)]
pub async fn take_out(id: TeamId, member: MemberId) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Teams.role()).await?;
    postern_domain::teams::take_out(&crate::ssr::env(), &mut tenant, id, member).await?;
    tenant.commit().await?;
    Ok(())
}

/// Has a number's new conversations go to a team, or to none.
#[server(client = ApiClient, prefix = "/api", endpoint = "teams/number", protocol = Api)]
pub async fn take_number(channel: ChannelId, team: Option<TeamId>) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Teams.role()).await?;
    postern_domain::teams::take_number(&crate::ssr::env(), &mut tenant, channel, team).await?;
    tenant.commit().await?;
    Ok(())
}

/// Has agents see their own and their teams' conversations alone, or all again.
#[server(client = ApiClient, prefix = "/api", endpoint = "teams/limit", protocol = Api)]
pub async fn limit(limited: bool) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Limit.role()).await?;
    postern_domain::teams::limit(&crate::ssr::env(), &mut tenant, limited).await?;
    tenant.commit().await?;
    Ok(())
}
