//! What an operator does at the installation itself.

mod audit;
mod keys;
mod messages;
mod people;
mod webhooks;

use crate::{auth, config::Config};
use clap::Subcommand;
use keys::KeysCommand;
use messages::MessageCommand;
use postern_domain::{Env, erasure};
use postern_types::{Role, WorkspaceId};
use webhooks::{QuarantineCommand, WebhookCommand};

/// An operator's command.
#[derive(Subcommand)]
pub enum Command {
    /// Prints the link that makes the first owner, while there is none.
    SetupLink,
    /// Makes and finds workspaces.
    #[command(subcommand)]
    Workspace(WorkspaceCommand),
    /// Gives people places in workspaces.
    #[command(subcommand)]
    Member(MemberCommand),
    /// Signed webhooks that went to nobody.
    #[command(subcommand)]
    Quarantine(QuarantineCommand),
    /// Webhooks that a workspace got and that were not understood in full.
    #[command(subcommand)]
    Webhook(WebhookCommand),
    /// Finds out where messages are.
    #[command(subcommand)]
    Message(MessageCommand),
    /// Makes keys, puts everything under the newest, and takes old ones out.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Takes a workspace's audit out, and checks that nothing of it was changed.
    #[command(subcommand)]
    Audit(AuditCommand),
}

/// A command on workspaces.
#[derive(Subcommand)]
pub enum WorkspaceCommand {
    /// Makes a workspace and prints its id. A new owner's password comes from `POSTERN_NEW_PASSWORD`, or is made and
    /// printed once.
    Add {
        /// Its name.
        #[arg(long)]
        name: String,
        /// The owner's sign-in address; an account that exists is used.
        #[arg(long)]
        owner_email: String,
        /// The owner's name; by default what stands before the @.
        #[arg(long)]
        owner_name: Option<String>,
    },
    /// Deletes a workspace for good, at once: nobody comes in any more, and what it holds is taken away by the running
    /// workers.
    Delete {
        /// The workspace's id, as `workspace list` prints it.
        #[arg(long)]
        workspace: WorkspaceId,
        /// Its name: a mistaken id deletes nothing.
        #[arg(long)]
        name: String,
    },
    /// Chooses how many calls of the API a workspace may make in a minute.
    Plan {
        /// The workspace's id, as `workspace list` prints it.
        #[arg(long)]
        workspace: WorkspaceId,
        /// One of `POSTERN_API_PLANS`; without it, that of `POSTERN_API_PLAN`.
        #[arg(long)]
        plan: Option<String>,
    },
    /// Prints where a person belongs: id, role and name of each workspace.
    List {
        /// The person's sign-in address.
        #[arg(long)]
        email: String,
    },
}

/// A command on members.
#[derive(Subcommand)]
pub enum MemberCommand {
    /// Gives a person a place. A new account's password comes from `POSTERN_NEW_PASSWORD`, or is made and printed once.
    Add {
        /// The workspace's id, as `workspace add` and `workspace list` print it.
        #[arg(long)]
        workspace: WorkspaceId,
        /// Their sign-in address; an account that exists is used.
        #[arg(long)]
        email: String,
        /// Their name; by default what stands before the @.
        #[arg(long)]
        name: Option<String>,
        /// What they may do: agent, manager, admin or owner.
        #[arg(long, value_parser = role)]
        role: Role,
    },
}

/// Does what `command` says and prints what came of it.
pub async fn run(command: Command, config: &Config, env: &Env) -> anyhow::Result<()> {
    match command {
        Command::SetupLink => {
            let origin = config.base_url.origin().ascii_serialization();
            match auth::setup_link(env, &origin).await? {
                Some(link) => println!("{link}"),
                None => anyhow::bail!("this installation has an owner; nothing is left to set up"),
            }
        }
        Command::Workspace(WorkspaceCommand::Add {
            name,
            owner_email,
            owner_name,
        }) => {
            let given = people::given_password();
            let added =
                people::add_workspace(env, &name, &owner_email, owner_name.as_deref(), given)
                    .await?;
            println!("workspace {}", added.workspace);
            people::print_password(&owner_email, added.made_password.as_deref());
        }
        Command::Workspace(WorkspaceCommand::Plan { workspace, plan }) => {
            people::choose_plan(config, env, workspace, plan.as_deref()).await?;
        }
        Command::Workspace(WorkspaceCommand::List { email }) => {
            for place in people::memberships(env, &email).await? {
                println!(
                    "{} {:<7} {}",
                    place.workspace,
                    place.role.as_str(),
                    place.workspace_name
                );
            }
        }
        Command::Workspace(WorkspaceCommand::Delete { workspace, name }) => {
            erasure::operate(env, workspace, &name).await?;
            println!(
                "{workspace} is closed; `postern serve` or `postern work` takes away what it held"
            );
        }
        Command::Member(MemberCommand::Add {
            workspace,
            email,
            name,
            role,
        }) => {
            let given = people::given_password();
            let added =
                people::add_member(env, workspace, &email, name.as_deref(), role, given).await?;
            println!("member of {}", added.workspace);
            people::print_password(&email, added.made_password.as_deref());
        }
        Command::Quarantine(command) => webhooks::quarantined(env, command).await?,
        Command::Webhook(command) => webhooks::parts(env, command).await?,
        Command::Message(command) => messages::run(env, command).await?,
        Command::Keys(command) => keys::run(command, config, env).await?,
        Command::Audit(command) => audit::run(env, command).await?,
    }
    Ok(())
}

pub use audit::{AuditCommand, verify as verify_audit};
pub use people::{Added, add_member, add_workspace};

fn role(word: &str) -> Result<Role, String> {
    [Role::Agent, Role::Manager, Role::Admin, Role::Owner]
        .into_iter()
        .find(|role| role.as_str() == word)
        .ok_or_else(|| "one of agent, manager, admin, owner".to_owned())
}
