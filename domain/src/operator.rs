//! What the installation's operator does at its command line: workspaces and members without an invitation.

use crate::{
    Env, Error, Result, Tenant,
    account::{self, Person},
    audit, installation, member, password, workspace,
};
use postern_types::{AccountId, Role, WorkspaceId};
use serde_json::json;

/// Makes a workspace owned by `owner`. An account that exists keeps its name and its password: then `password` is not
/// used. True when the account was made.
pub async fn add_workspace(
    env: &Env,
    name: &str,
    owner: &Person,
    password: &str,
) -> Result<(WorkspaceId, bool)> {
    let name = workspace::checked_name(name)?;
    let kept = prepare(env, owner, password, name).await?;
    let mut tenant = workspace::create(env, name).await?;
    let (account, made) = find_or_make(env, &mut tenant, owner, kept.as_deref()).await?;
    workspace::found(env, &mut tenant, account).await?;
    installation::claim(env, tenant.conn()).await?;
    let workspace = tenant.workspace();
    tenant.commit().await?;
    Ok((workspace, made))
}

/// Gives `person` a place in the workspace. [`Error::NotFound`] without such a workspace, [`Error::Conflict`] when they
/// are a member already. True when the account was made.
pub async fn add_member(
    env: &Env,
    workspace: WorkspaceId,
    person: &Person,
    role: Role,
    password: &str,
) -> Result<bool> {
    let mut tenant = env.db.operator(workspace).await?;
    let name = workspace::name(&mut tenant).await?;
    // No transaction is held open while the password is hashed.
    drop(tenant);
    let kept = prepare(env, person, password, &name).await?;
    let mut tenant = env.db.operator(workspace).await?;
    let (account, made) = find_or_make(env, &mut tenant, person, kept.as_deref()).await?;
    let member = member::add(env, &mut tenant, account, role).await?;
    let detail = json!({ "member": member, "role": role });
    audit::record(env, &mut tenant, "member.added", &detail).await?;
    tenant.commit().await?;
    Ok(made)
}

/// A new account's hash, before the transaction; none when the account exists.
async fn prepare(
    env: &Env,
    person: &Person,
    password: &str,
    workspace: &str,
) -> Result<Option<String>> {
    let mut global = env.db.global().await?;
    let found = account::find(global.conn(), person.email()).await?;
    drop(global);
    if found.is_some() {
        return Ok(None);
    }
    password::check(password, &[person.name(), person.email(), workspace]).await?;
    password::hash(env, password).await.map(Some)
}

async fn find_or_make(
    env: &Env,
    tenant: &mut Tenant,
    person: &Person,
    kept: Option<&str>,
) -> Result<(AccountId, bool)> {
    match (account::find(tenant.conn(), person.email()).await?, kept) {
        (Some(account), _) => Ok((account, false)),
        (None, Some(kept)) => Ok((
            account::create(env, tenant.conn(), person, kept).await?,
            true,
        )),
        (None, None) => Err(Error::conflict(
            "The account was deleted at this moment; try again.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

    const PASSWORD: &str = "correct horse";

    #[sqlx::test(migrator = "crate::db::MIGRATOR")]
    async fn workspaces_and_members_are_made_and_an_account_is_used_again(
        _: PgPoolOptions,
        options: PgConnectOptions,
    ) {
        let (env, _) = testing::env(options);
        let ana = Person::new("Ana", "ana@example.test").unwrap();
        let bo = Person::new("Bo", "bo@example.test").unwrap();
        let (first, made) = add_workspace(&env, "First", &ana, PASSWORD).await.unwrap();
        assert!(made);
        assert!(installation::find(&env).await.unwrap().set_up);
        let (second, made) = add_workspace(&env, "Second", &ana, "").await.unwrap();
        assert!(!made, "her account is there");
        assert!(
            add_member(&env, second, &bo, Role::Agent, PASSWORD)
                .await
                .unwrap()
        );
        let again = add_member(&env, second, &bo, Role::Admin, PASSWORD).await;
        assert!(matches!(again, Err(Error::Conflict(_))));
        let nowhere = add_member(&env, env.id(), &bo, Role::Agent, PASSWORD).await;
        assert!(matches!(nowhere, Err(Error::NotFound)));

        let mut global = env.db.global().await.unwrap();
        let mut places = Vec::new();
        for person in [&ana, &bo] {
            let account = account::find(global.conn(), person.email()).await.unwrap();
            let me = account::me(&env, global.conn(), account.unwrap(), None)
                .await
                .unwrap();
            for place in me.memberships {
                places.push((me.name.clone(), place.workspace, place.role));
            }
        }
        assert_eq!(
            places,
            [
                ("Ana".to_owned(), first, Role::Owner),
                ("Ana".to_owned(), second, Role::Owner),
                ("Bo".to_owned(), second, Role::Agent),
            ]
        );
    }

    #[sqlx::test(migrator = "crate::db::MIGRATOR")]
    async fn a_new_account_needs_an_acceptable_password(
        _: PgPoolOptions,
        options: PgConnectOptions,
    ) {
        let (env, _) = testing::env(options);
        let ana = Person::new("Ana", "ana@example.test").unwrap();
        let refused = add_workspace(&env, "First", &ana, "short").await;
        assert!(matches!(
            refused,
            Err(Error::Invalid {
                field: "password",
                ..
            })
        ));
        assert!(!installation::find(&env).await.unwrap().set_up);
    }
}
