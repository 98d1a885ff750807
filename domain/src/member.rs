//! Members: people's places in a workspace, from their request to their removal.

mod approval;
mod changes;
mod forget;
mod parting;

pub(crate) use approval::{admins, ask};
pub use approval::{approve, decline};
pub use changes::{change_role, end_access, hand_over, leave, remove, restore, suspend};
pub(crate) use forget::forget;
pub(crate) use parting::run;

use crate::{Env, Error, Result, Tenant, error::OnConstraint as _, event, wake::Signal};
use postern_types::{AccountId, Event, MemberId, MemberState, MemberView, Role};

/// Gives a person a place in the tenant's workspace, without a request.
pub async fn add(
    env: &Env,
    tenant: &mut Tenant,
    account: AccountId,
    role: Role,
) -> Result<MemberId> {
    let workspace = tenant.workspace();
    let id: MemberId = env.id();
    sqlx::query!(
        "INSERT INTO member (workspace_id, id, account_id, role, created_at, since) VALUES ($1, $2, $3, $4, $5, $5)",
        workspace.0,
        id.0,
        account.0,
        role.as_str(),
        env.now(),
    )
    .execute(tenant.conn())
    .await
    .on_constraint("member_account_key", || Error::conflict("This person is a member already."))?;
    announce(env, tenant, id).await?;
    tenant.ring(Signal::Account(account));
    Ok(id)
}

/// Everybody who is or was a member, by name.
pub async fn list(tenant: &mut Tenant) -> Result<Vec<MemberView>> {
    let workspace = tenant.workspace();
    let members = sqlx::query_as!(
        MemberView,
        r#"SELECT m.id AS "id: MemberId", a.name, m.role AS "role: Role",
                  m.removed_at IS NULL AND m.state = 'active' AS "active!",
                  m.removed_at IS NULL AND m.state = 'waiting' AS "waiting!"
             FROM member m JOIN account a ON a.id = m.account_id
            WHERE m.workspace_id = $1
            ORDER BY lower(a.name), m.id"#,
        workspace.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(members)
}

/// A member as they stand, locked until the transaction ends.
pub(crate) struct Place {
    pub account: AccountId,
    pub email: String,
    pub role: Role,
    pub state: MemberState,
}

/// Locks a member who was not removed; [`Error::NotFound`] otherwise.
pub(crate) async fn place(tenant: &mut Tenant, id: MemberId) -> Result<Place> {
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        r#"SELECT m.account_id, a.email, m.role AS "role: Role", m.state AS "state: MemberState"
             FROM member m JOIN account a ON a.id = m.account_id
            WHERE m.workspace_id = $1 AND m.id = $2 AND m.removed_at IS NULL
              FOR NO KEY UPDATE OF m"#,
        workspace.0,
        id.0,
    )
    .fetch_optional(tenant.conn())
    .await?
    .ok_or(Error::NotFound)?;
    Ok(Place {
        account: row.account_id.into(),
        email: row.email,
        role: row.role,
        state: row.state,
    })
}

pub(crate) async fn announce(env: &Env, tenant: &mut Tenant, id: MemberId) -> Result<()> {
    let workspace = tenant.workspace();
    let member = sqlx::query_as!(
        MemberView,
        r#"SELECT m.id AS "id: MemberId", a.name, m.role AS "role: Role",
                  m.removed_at IS NULL AND m.state = 'active' AS "active!",
                  m.removed_at IS NULL AND m.state = 'waiting' AS "waiting!"
             FROM member m JOIN account a ON a.id = m.account_id
            WHERE m.workspace_id = $1 AND m.id = $2"#,
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    event::record(env, tenant, &Event::Member { member }).await
}

/// Tells the feed of the member who acts, as they are: the team's page looks again, for something that it shows was changed.
pub(crate) async fn touch(env: &Env, tenant: &mut Tenant) -> Result<()> {
    match tenant.actor().await {
        Ok(me) => announce(env, tenant, me).await,
        // The operator; no page waits for that.
        Err(Error::Forbidden) => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
