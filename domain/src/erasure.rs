//! Deleting a workspace: it is closed at once, its data keys with it, and emptied in steps by whichever process is free.

mod purge;
mod show;

#[cfg(test)]
pub(crate) use purge::step_of;
pub use purge::{Step, step};
pub use show::show;

use crate::{
    Env, Error, Result, Tenant,
    account::{self, Deed, Signed},
    factor,
    mail::{self, Letter},
    vault,
    wake::Signal,
    workspace as place_of,
};
use postern_types::{AccountId, EraseWorkspace, Right, SessionId, WorkspaceId};
use serde_json::json;

/// Deletes a workspace by its owner's word. [`Error::Invalid`] on `workspace_name`, `password`, `code` or
/// `passkey`.
pub async fn workspace(
    env: &Env,
    session: SessionId,
    workspace: WorkspaceId,
    form: &EraseWorkspace,
) -> Result<()> {
    let owner = Right::Erase.role();
    let mut tenant = env.db.member(session, workspace, owner).await?;
    let name = place_of::name(&mut tenant).await?;
    drop(tenant);
    is_typed(&name, &form.name)?;
    let signed = account::prove(env, session, &form.password, "password").await?;
    factor::prove(env, session, &signed, &form.code, form.passkey.as_ref()).await?;
    let mut tenant = env.db.member(session, workspace, owner).await?;
    close(env, &mut tenant, Some(&signed)).await?;
    tenant.commit().await?;
    forget(workspace);
    Ok(())
}

/// Deletes a workspace by the operator's word. [`Error::Invalid`] on `workspace_name`.
pub async fn operate(env: &Env, workspace: WorkspaceId, name: &str) -> Result<()> {
    let mut tenant = env.db.operator(workspace).await?;
    is_typed(&place_of::name(&mut tenant).await?, name)?;
    close(env, &mut tenant, None).await?;
    tenant.commit().await?;
    forget(workspace);
    Ok(())
}

fn is_typed(name: &str, typed: &str) -> Result<()> {
    if typed.trim() == name {
        return Ok(());
    }
    Err(Error::invalid(
        "workspace_name",
        "This is not the workspace's name. Nothing was deleted.",
    ))
}

/// From its commit on nobody is in the workspace, nothing comes in for it, and what is sealed in it opens no more.
async fn close(env: &Env, tenant: &mut Tenant, by: Option<&Signed>) -> Result<()> {
    let workspace = tenant.workspace();
    let name = place_of::name(tenant).await?;
    remember_numbers(env, tenant).await?;
    forget_strangers(tenant).await?;
    let people = people(tenant).await?;
    sqlx::query!("SELECT erase_workspace()")
        .execute(tenant.conn())
        .await?;
    let letter = letter(&name, by);
    for (account, email) in people {
        mail::put(env, tenant.conn(), &email, &letter).await?;
        tenant.ring(Signal::Account(account));
    }
    // Its own trail goes with it: that it is gone stands with the person, and in the log.
    let from = by.map(|by| by.network.as_str());
    let detail = json!({ "workspace": workspace });
    account::audit_about(
        env,
        tenant.conn(),
        by.map(|by| by.account),
        Deed::WorkspaceErased,
        from,
        &detail,
    )
    .await?;
    tenant.ring(Signal::Jobs);
    tracing::warn!(workspace.id = %workspace, "a workspace was deleted: it is closed, and is emptied from now on");
    Ok(())
}

/// What Meta goes on telling of its numbers belongs to nobody, and is not even kept for the operator.
async fn remember_numbers(env: &Env, tenant: &mut Tenant) -> Result<()> {
    let workspace = tenant.workspace();
    let names = sqlx::query!(
        "SELECT phone_number_id, account_id FROM channel WHERE workspace_id = $1",
        workspace.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    let names = names
        .iter()
        .flat_map(|channel| [&channel.phone_number_id, &channel.account_id]);
    let digests: Vec<Vec<u8>> = names.map(|name| digest(env, name).to_vec()).collect();
    sqlx::query!(
        "INSERT INTO erased_number (digest) SELECT DISTINCT d FROM unnest($1::bytea[]) AS u (d) ON CONFLICT DO NOTHING",
        &digests,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// How a number or an account of a workspace that was deleted is remembered.
pub(crate) fn digest(env: &Env, name: &str) -> [u8; 32] {
    env.keys.digest("erased number", &[name.as_bytes()])
}

/// What its numbers' secrets signed and went to nobody.
async fn forget_strangers(tenant: &mut Tenant) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "DELETE FROM quarantine WHERE signed_by IN (SELECT id FROM channel WHERE workspace_id = $1)",
        workspace.0,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// Everybody who belongs there or asked to, with their address.
async fn people(tenant: &mut Tenant) -> Result<Vec<(AccountId, String)>> {
    let workspace = tenant.workspace();
    let people = sqlx::query!(
        "SELECT a.id, a.email FROM member m JOIN account a ON a.id = m.account_id
          WHERE m.workspace_id = $1 AND m.removed_at IS NULL AND a.disabled_at IS NULL
          ORDER BY m.id",
        workspace.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(people
        .into_iter()
        .map(|person| (AccountId(person.id), person.email))
        .collect())
}

fn letter(name: &str, by: Option<&Signed>) -> Letter {
    let who = by.map_or("The operator of this installation", |by| by.name.as_str());
    Letter::new(format!("The workspace {name} was deleted"))
        .words(format!(
            "{who} deleted it. Its conversations, contacts, files and settings are gone for good, and nobody can open it \
             any more. Your account and your other workspaces stay as they are."
        ))
}

/// The keys that this process holds unwrapped; the others let theirs go when they come by.
fn forget(workspace: WorkspaceId) {
    vault::forget(workspace);
}

#[cfg(test)]
mod tests;
