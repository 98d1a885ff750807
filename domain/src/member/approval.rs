//! Asking to come in, and an admin's answer. Who waits sees nothing.

use super::{announce, place};
use crate::{
    Env, Error, Result, Tenant, audit,
    mail::{self, Letter},
    wake::Signal,
    workspace,
};
use postern_types::{AccountId, MemberId, MemberState, Role};
use serde_json::json;

/// Who may wait for a workspace's admins at once.
const MOST: i64 = 500;
/// The longest reason, in characters.
const REASON: usize = 500;

/// Notes that a person asks to come in; whoever was removed may ask again. [`Error::Conflict`] for a member, and for who
/// waits already.
pub(crate) async fn ask(
    env: &Env,
    tenant: &mut Tenant,
    account: AccountId,
    role: Role,
    network: &str,
) -> Result<MemberId> {
    let workspace = tenant.workspace();
    let waiting = sqlx::query_scalar!(
        r#"SELECT count(*) AS "waiting!" FROM member
            WHERE workspace_id = $1 AND state = 'waiting' AND removed_at IS NULL"#,
        workspace.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    if waiting >= MOST {
        return Err(Error::conflict(
            "Too many people wait for this workspace's admins. Ask one of them to look, then try again.",
        ));
    }
    let id = sqlx::query_scalar!(
        "INSERT INTO member (workspace_id, id, account_id, role, state, created_at, since, asked_from)
         VALUES ($1, $2, $3, $4, 'waiting', $5, $5, $6)
         ON CONFLICT (workspace_id, account_id) DO UPDATE
            SET role = excluded.role, state = 'waiting', since = excluded.since, asked_from = excluded.asked_from,
                removed_at = NULL
          WHERE member.removed_at IS NOT NULL
         RETURNING id",
        workspace.0,
        env.id::<MemberId>().0,
        account.0,
        role.as_str(),
        env.now(),
        network,
    )
    .fetch_optional(tenant.conn())
    .await?
    .ok_or_else(|| Error::conflict("You are a member of this workspace already, or wait to be."))?;
    let id = MemberId(id);
    announce(env, tenant, id).await?;
    audit::record(
        env,
        tenant,
        "member.asked",
        &json!({ "member": id, "network": network }),
    )
    .await?;
    Ok(id)
}

/// The addresses of those who decide.
pub(crate) async fn admins(tenant: &mut Tenant) -> Result<Vec<String>> {
    let workspace = tenant.workspace();
    let admins = sqlx::query_scalar!(
        "SELECT a.email FROM member m JOIN account a ON a.id = m.account_id
          WHERE m.workspace_id = $1 AND m.role IN ('admin', 'owner') AND m.state = 'active' AND m.removed_at IS NULL
            AND a.disabled_at IS NULL
          ORDER BY m.id LIMIT 50",
        workspace.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(admins)
}

/// Lets somebody in who waits, in that role. [`Error::Conflict`] when it was decided already; [`Error::Forbidden`] for a
/// role above one's own.
pub async fn approve(env: &Env, tenant: &mut Tenant, id: MemberId, role: Role) -> Result<()> {
    if role == Role::Owner || !tenant.ranks(role).await? {
        return Err(Error::Forbidden);
    }
    let who = waiting(tenant, id).await?;
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE member SET state = 'active', role = $3, since = $4, asked_from = NULL
          WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
        role.as_str(),
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    announce(env, tenant, id).await?;
    let name = workspace::name(tenant).await?;
    let letter = Letter::new(format!("You are in: {name}"))
        .words(format!(
            "An admin approved you. You come in as {}.",
            role.as_str()
        ))
        .button("Open the inbox", format!("{}/inbox", env.post.origin));
    mail::put(env, tenant.conn(), &who.email, &letter).await?;
    tenant.ring(Signal::Account(who.account));
    tenant.ring(Signal::Jobs);
    audit::record(
        env,
        tenant,
        "member.approved",
        &json!({ "member": id, "role": role }),
    )
    .await
}

/// Turns somebody away who waits, and tells them why. [`Error::Conflict`] when it was decided already; [`Error::Invalid`]
/// on `reason`.
pub async fn decline(env: &Env, tenant: &mut Tenant, id: MemberId, reason: &str) -> Result<()> {
    let reason = reason.trim();
    if reason.chars().count() > REASON {
        return Err(Error::invalid("reason", "Use at most 500 characters."));
    }
    let who = waiting(tenant, id).await?;
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE member SET removed_at = $3 WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    announce(env, tenant, id).await?;
    let name = workspace::name(tenant).await?;
    let mut letter = Letter::new(format!("Your request to join {name} was declined"))
        .words("An admin looked at it and did not let you in.");
    if !reason.is_empty() {
        letter = letter.words(format!("Their reason: {reason}"));
    }
    mail::put(env, tenant.conn(), &who.email, &letter).await?;
    tenant.ring(Signal::Account(who.account));
    tenant.ring(Signal::Jobs);
    audit::record(
        env,
        tenant,
        "member.declined",
        &json!({ "member": id, "reason": reason }),
    )
    .await
}

/// Locks one who waits: of two admins who decide at once, the second is told.
async fn waiting(tenant: &mut Tenant, id: MemberId) -> Result<super::Place> {
    let who = match place(tenant, id).await {
        Err(Error::NotFound) if was_here(tenant, id).await? => Err(decided()),
        found => found,
    }?;
    if who.state != MemberState::Waiting {
        return Err(decided());
    }
    Ok(who)
}

async fn was_here(tenant: &mut Tenant, id: MemberId) -> Result<bool> {
    let workspace = tenant.workspace();
    let here = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM member WHERE workspace_id = $1 AND id = $2) AS "here!""#,
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(here)
}

fn decided() -> Error {
    Error::conflict("Somebody has decided this already. Nothing was changed.")
}
