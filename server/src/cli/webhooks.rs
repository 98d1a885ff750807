//! What webhooks brought and nobody was shown: quarantine, and parts that were kept.

use clap::Subcommand;
use postern_domain::{Env, Error, quarantine, webhook};
use postern_types::{ChannelId, Moment, PartId, WorkspaceId};
use std::{fmt::Display, io::Write as _, str::FromStr};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

/// A command on signed pieces that went to nobody.
#[derive(Subcommand)]
pub enum QuarantineCommand {
    /// Prints each piece's id, when it first came (UTC), how often, why it went to nobody, and who signed it: the newest
    /// 100 of each signer. `full` stands for what came when a signer's quarantine was full: counted, and not kept.
    List {
        /// All that one signer has there: a channel's id, or `installation`.
        #[arg(long)]
        signed_by: Option<SignedBy>,
    },
    /// Writes a piece to standard output as it came. It holds what customers wrote: mind where it goes.
    Show {
        /// Its id, as `quarantine list` prints it.
        id: Uuid,
    },
    /// Gives a piece to the workspaces that have connected its numbers since; without an id, every one that can be given.
    Release {
        /// Its id, as `quarantine list` prints it.
        id: Option<Uuid>,
    },
    /// Throws a piece away, or all that first came so many days ago or more. It cannot be had again.
    #[command(group(clap::ArgGroup::new("which").required(true)))]
    Discard {
        /// Its id, as `quarantine list` prints it.
        #[arg(group = "which")]
        id: Option<Uuid>,
        /// Of every signer, what is so many days old.
        #[arg(long, group = "which")]
        older_than_days: Option<u32>,
    },
}

/// A command on a workspace's parts of webhooks.
#[derive(Subcommand)]
pub enum WebhookCommand {
    /// Prints the ids of the parts of which something is not shown, and why: it was not understood (`kept`), it is shown
    /// nowhere yet (`unshown`), or Meta did not come again after an interruption (`pending`).
    Kept {
        /// The workspace's id, as `workspace list` prints it.
        #[arg(long)]
        workspace: WorkspaceId,
    },
    /// Applies parts again, after an upgrade that understands more; what was applied before changes nothing.
    Reapply {
        /// The workspace's id, as `workspace list` prints it.
        #[arg(long)]
        workspace: WorkspaceId,
        /// One part alone.
        #[arg(long)]
        part: Option<PartId>,
    },
}

/// Whose secret signed.
#[derive(Clone, Copy)]
pub struct SignedBy(Option<ChannelId>);

impl FromStr for SignedBy {
    type Err = <ChannelId as FromStr>::Err;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "installation" => Ok(Self(None)),
            channel => channel.parse().map(|channel| Self(Some(channel))),
        }
    }
}

/// Does what `command` says.
pub async fn quarantined(env: &Env, command: QuarantineCommand) -> anyhow::Result<()> {
    match command {
        QuarantineCommand::List { signed_by } => {
            let pieces = match signed_by {
                None => quarantine::list(env).await?,
                Some(SignedBy(signer)) => quarantine::list_of(env, signer).await?,
            };
            for piece in pieces {
                let signer = piece.signed_by.map_or_else(
                    || "the installation".to_owned(),
                    |channel| format!("channel {channel}"),
                );
                println!(
                    "{} {} {:>4}x {:<15} signed by {signer}",
                    piece.id,
                    utc(piece.received_at),
                    piece.times,
                    piece.reason
                );
            }
        }
        QuarantineCommand::Show { id } => {
            let (piece, _) = quarantine::open(env, id).await?;
            let mut out = std::io::stdout().lock();
            out.write_all(&piece)?;
            out.write_all(b"\n")?;
        }
        QuarantineCommand::Release { id: Some(id) } => {
            let (receipt, whole) = webhook::release(env, id).await?;
            anyhow::ensure!(
                whole,
                "{} workspaces got their part; the rest still belongs to nobody, and stays in quarantine",
                receipt.applied + receipt.kept + receipt.replays
            );
            println!("released");
        }
        QuarantineCommand::Release { id: None } => {
            let released = webhook::release_all(env).await?;
            println!(
                "{} released, {} left in quarantine",
                released.whole,
                released.left + released.failed.len()
            );
            told(&released.failed)?;
        }
        QuarantineCommand::Discard { id: Some(id), .. } => {
            quarantine::discard(env, id).await?;
            println!("discarded");
        }
        QuarantineCommand::Discard {
            id: None,
            older_than_days,
        } => {
            let days = i64::from(older_than_days.unwrap_or_default());
            let before = env.now() - time::Duration::days(days);
            let gone = quarantine::discard_before(env, before).await?;
            println!("{gone} discarded");
        }
    }
    Ok(())
}

/// Fails when something could not be applied, and says what.
fn told<T: Display>(failed: &[(T, Error)]) -> anyhow::Result<()> {
    let lines: Vec<_> = failed
        .iter()
        .map(|(id, error)| format!("{id}: {error}"))
        .collect();
    anyhow::ensure!(
        lines.is_empty(),
        "{} could not be applied:\n{}",
        lines.len(),
        lines.join("\n")
    );
    Ok(())
}

/// Does what `command` says.
pub async fn parts(env: &Env, command: WebhookCommand) -> anyhow::Result<()> {
    match command {
        WebhookCommand::Kept { workspace } => {
            for part in waiting(env, workspace).await? {
                println!("{} {}", part.id, part.state);
            }
        }
        WebhookCommand::Reapply { workspace, part } => {
            let parts = if let Some(part) = part {
                vec![part]
            } else {
                let waiting = waiting(env, workspace).await?;
                waiting.into_iter().map(|part| part.id).collect()
            };
            let (mut applied, mut left, mut failed) = (0, 0, Vec::new());
            for part in parts {
                match webhook::reapply(env, workspace, part).await {
                    Ok(true) => applied += 1,
                    Ok(false) => left += 1,
                    Err(Error::Unavailable) => return Err(Error::Unavailable.into()),
                    Err(error) => failed.push((part, error)),
                }
            }
            println!(
                "{applied} applied in full, {} still kept",
                left + failed.len()
            );
            told(&failed)?;
        }
    }
    Ok(())
}

/// All of a workspace's parts of which something is not shown.
async fn waiting(
    env: &Env,
    workspace: WorkspaceId,
) -> postern_domain::Result<Vec<webhook::Waiting>> {
    let mut parts: Vec<webhook::Waiting> = Vec::new();
    loop {
        let mut tenant = env.db.operator(workspace).await?;
        let after = parts.last().map(|part| part.id);
        let more = webhook::waiting(&mut tenant, after).await?;
        tenant.commit().await?;
        if more.is_empty() {
            return Ok(parts);
        }
        parts.extend(more);
    }
}

pub(super) fn utc(moment: Moment) -> String {
    OffsetDateTime::from_unix_timestamp(moment.0.div_euclid(1000))
        .ok()
        .and_then(|at| at.format(&Rfc3339).ok())
        .unwrap_or_default()
}
