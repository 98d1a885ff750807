//! Workspaces and members from the command line.

use crate::config::Config;
use postern_domain::{Env, Error, Result, account, account::Person, call, operator};
use postern_types::{Membership, Role, WorkspaceId};

/// What was made.
#[derive(Debug)]
pub struct Added {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The password of the new account, when it was made here: to be shown once.
    pub made_password: Option<String>,
}

/// Makes a workspace with its owner. Without `password` a new account gets one that is made.
pub async fn add_workspace(
    env: &Env,
    name: &str,
    email: &str,
    owner_name: Option<&str>,
    password: Option<String>,
) -> Result<Added> {
    let owner = person(email, owner_name)?;
    let (password, made_here) = password_or_made(env, password);
    let (workspace, made) = operator::add_workspace(env, name, &owner, &password).await?;
    Ok(Added {
        workspace,
        made_password: (made && made_here).then_some(password),
    })
}

/// Gives a person a place in a workspace. Without `password` a new account gets one that is made.
pub async fn add_member(
    env: &Env,
    workspace: WorkspaceId,
    email: &str,
    name: Option<&str>,
    role: Role,
    password: Option<String>,
) -> Result<Added> {
    let person = person(email, name)?;
    let (password, made_here) = password_or_made(env, password);
    let made = operator::add_member(env, workspace, &person, role, &password).await?;
    Ok(Added {
        workspace,
        made_password: (made && made_here).then_some(password),
    })
}

/// Where the person of that address belongs.
pub async fn memberships(env: &Env, email: &str) -> Result<Vec<Membership>> {
    let mut global = env.db.global().await?;
    let account = account::find(global.conn(), email).await?;
    let me = account::me(env, global.conn(), account.ok_or(Error::NotFound)?, None).await?;
    Ok(me.memberships)
}

/// Chooses the plan of a workspace, and says what it allows.
pub async fn choose_plan(
    config: &Config,
    env: &Env,
    workspace: WorkspaceId,
    plan: Option<&str>,
) -> anyhow::Result<()> {
    let name = plan.unwrap_or(&config.api_plan);
    let Some(calls) = config.api_plans.get(name) else {
        let known: Vec<_> = config.api_plans.keys().map(String::as_str).collect();
        anyhow::bail!(
            "there is no plan {name}: choose one of {}",
            known.join(", ")
        );
    };
    let mut tenant = env.db.operator(workspace).await?;
    call::choose_plan(env, &mut tenant, plan).await?;
    tenant.commit().await?;
    println!("{workspace} is on the plan {name}: {calls} calls a minute");
    Ok(())
}

/// The password of a new account, from the environment: arguments can be seen by others on the machine.
pub fn given_password() -> Option<String> {
    std::env::var("POSTERN_NEW_PASSWORD")
        .ok()
        .filter(|password| !password.is_empty())
}

/// Shows a password that was made, this once.
pub fn print_password(email: &str, password: Option<&str>) {
    if let Some(password) = password {
        println!("password of {email}: {password}");
    }
}

fn person(email: &str, name: Option<&str>) -> Result<Person> {
    let name = name.unwrap_or_else(|| email.split('@').next().unwrap_or_default());
    Person::new(name, email)
}

/// A hundred random bits, easily read out and typed.
fn password_or_made(env: &Env, given: Option<String>) -> (String, bool) {
    if let Some(given) = given {
        return (given, false);
    }
    (env.readable::<20>(5), true)
}
