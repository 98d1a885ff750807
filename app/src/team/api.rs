//! Running the team, as server functions; each is an admin's, and one an owner's.

use crate::{
    error::ApiError,
    session::{Api, ApiClient},
};
use leptos::prelude::*;
use postern_types::{InvitationId, Invite, InviteLink, LinkMade, MemberId, Role, Team};

/// Everybody who works here or wants to, and who was invited.
#[server(client = ApiClient, prefix = "/api", endpoint = "team/list", protocol = Api)]
pub async fn list() -> Result<Team, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Team.role()).await?;
    let team = postern_domain::team::show(&crate::ssr::env(), &mut tenant).await?;
    tenant.commit().await?;
    Ok(team)
}

/// Mails an invitation.
#[server(client = ApiClient, prefix = "/api", endpoint = "team/invite", protocol = Api)]
pub async fn mail_invitation(form: Invite) -> Result<(), ApiError> {
    let env = crate::ssr::env();
    let mut tenant = crate::ssr::member(postern_types::Right::Team.role()).await?;
    postern_domain::invitation::mail(&env, &mut tenant, &form).await?;
    tenant.commit().await?;
    Ok(())
}

/// Makes a link to be handed on.
#[server(client = ApiClient, prefix = "/api", endpoint = "team/link", protocol = Api)]
pub async fn make_link(form: InviteLink) -> Result<LinkMade, ApiError> {
    let env = crate::ssr::env();
    let mut tenant = crate::ssr::member(postern_types::Right::Team.role()).await?;
    let made = postern_domain::invitation::link(&env, &mut tenant, &form).await?;
    tenant.commit().await?;
    Ok(made)
}

/// Mails an invitation once more; the link before it is void.
#[server(client = ApiClient, prefix = "/api", endpoint = "team/resend", protocol = Api)]
pub async fn resend(id: InvitationId) -> Result<(), ApiError> {
    let env = crate::ssr::env();
    let mut tenant = crate::ssr::member(postern_types::Right::Team.role()).await?;
    postern_domain::invitation::resend(&env, &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(())
}

/// Takes an invitation back.
#[server(client = ApiClient, prefix = "/api", endpoint = "team/withdraw", protocol = Api)]
pub async fn withdraw(id: InvitationId) -> Result<(), ApiError> {
    let env = crate::ssr::env();
    let mut tenant = crate::ssr::member(postern_types::Right::Team.role()).await?;
    postern_domain::invitation::withdraw(&env, &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(())
}

/// Lets somebody in who waits.
#[server(client = ApiClient, prefix = "/api", endpoint = "team/approve", protocol = Api)]
pub async fn approve(id: MemberId, role: Role) -> Result<(), ApiError> {
    let env = crate::ssr::env();
    let mut tenant = crate::ssr::member(postern_types::Right::Team.role()).await?;
    postern_domain::member::approve(&env, &mut tenant, id, role).await?;
    tenant.commit().await?;
    Ok(())
}

/// Turns somebody away who waits, and tells them why.
#[server(client = ApiClient, prefix = "/api", endpoint = "team/decline", protocol = Api)]
pub async fn decline(id: MemberId, reason: String) -> Result<(), ApiError> {
    let env = crate::ssr::env();
    let mut tenant = crate::ssr::member(postern_types::Right::Team.role()).await?;
    postern_domain::member::decline(&env, &mut tenant, id, &reason).await?;
    tenant.commit().await?;
    Ok(())
}

/// Gives a member another role.
#[server(client = ApiClient, prefix = "/api", endpoint = "team/role", protocol = Api)]
pub async fn change_role(id: MemberId, role: Role) -> Result<(), ApiError> {
    let env = crate::ssr::env();
    let mut tenant = crate::ssr::member(postern_types::Right::Team.role()).await?;
    postern_domain::member::change_role(&env, &mut tenant, id, role).await?;
    tenant.commit().await?;
    Ok(())
}

/// Shuts a member out.
#[server(client = ApiClient, prefix = "/api", endpoint = "team/suspend", protocol = Api)]
pub async fn suspend(id: MemberId) -> Result<(), ApiError> {
    let env = crate::ssr::env();
    let mut tenant = crate::ssr::member(postern_types::Right::Team.role()).await?;
    postern_domain::member::suspend(&env, &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(())
}

/// Lets a suspended member in again.
#[server(client = ApiClient, prefix = "/api", endpoint = "team/restore", protocol = Api)]
pub async fn restore(id: MemberId) -> Result<(), ApiError> {
    let env = crate::ssr::env();
    let mut tenant = crate::ssr::member(postern_types::Right::Team.role()).await?;
    postern_domain::member::restore(&env, &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(())
}

/// Removes a member; their open conversations go to the heir, or become nobody's.
#[server(client = ApiClient, prefix = "/api", endpoint = "team/remove", protocol = Api)]
pub async fn remove(id: MemberId, heir: Option<MemberId>) -> Result<(), ApiError> {
    let env = crate::ssr::env();
    let mut tenant = crate::ssr::member(postern_types::Right::Team.role()).await?;
    postern_domain::member::remove(&env, &mut tenant, id, heir).await?;
    tenant.commit().await?;
    Ok(())
}

/// Closes this workspace in every browser of a member, until they sign in anew.
#[server(client = ApiClient, prefix = "/api", endpoint = "team/end-access", protocol = Api)]
pub async fn end_access(id: MemberId) -> Result<(), ApiError> {
    let env = crate::ssr::env();
    let mut tenant = crate::ssr::member(postern_types::Right::Team.role()).await?;
    postern_domain::member::end_access(&env, &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(())
}

/// Makes a member an owner, and oneself an admin.
#[server(client = ApiClient, prefix = "/api", endpoint = "team/hand-over", protocol = Api)]
pub async fn hand_over(id: MemberId) -> Result<(), ApiError> {
    let env = crate::ssr::env();
    let mut tenant = crate::ssr::member(postern_types::Right::Ownership.role()).await?;
    postern_domain::member::hand_over(&env, &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(())
}

/// Requires two-step sign-in of everybody, or not any more.
#[server(client = ApiClient, prefix = "/api", endpoint = "team/require-factor", protocol = Api)]
pub async fn require_factor(required: bool) -> Result<(), ApiError> {
    let env = crate::ssr::env();
    let mut tenant = crate::ssr::member(postern_types::Right::Team.role()).await?;
    postern_domain::workspace::require_factor(&env, &mut tenant, required).await?;
    tenant.commit().await?;
    Ok(())
}
