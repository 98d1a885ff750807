//! What webhooks brought and nobody was shown: quarantine, and parts that were kept.

use clap::Subcommand;
use postern_domain::{Env, Error, quarantine, webhook};
use postern_types::{Moment, PartId, WorkspaceId};
use std::io::Write as _;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

/// A command on signed pieces that went to nobody.
#[derive(Subcommand)]
pub enum QuarantineCommand {
    /// Prints each piece's id, when it first came (UTC), how often, why it went to nobody, and who signed it.
    List,
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
}

/// A command on a workspace's parts of webhooks.
#[derive(Subcommand)]
pub enum WebhookCommand {
    /// Prints the ids of the parts in which something was not understood.
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

/// Does what `command` says.
pub async fn quarantined(env: &Env, command: QuarantineCommand) -> anyhow::Result<()> {
    match command {
        QuarantineCommand::List => {
            for piece in quarantine::list(env).await? {
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
            let (mut released, mut left) = (0, 0);
            for piece in quarantine::list(env).await? {
                match webhook::release(env, piece.id).await {
                    Ok((_, true)) => released += 1,
                    Ok((_, false)) | Err(Error::Conflict(_)) => left += 1,
                    Err(error) => return Err(error.into()),
                }
            }
            println!("{released} released, {left} left in quarantine");
        }
    }
    Ok(())
}

/// Does what `command` says.
pub async fn parts(env: &Env, command: WebhookCommand) -> anyhow::Result<()> {
    match command {
        WebhookCommand::Kept { workspace } => {
            for part in kept(env, workspace).await? {
                println!("{part}");
            }
        }
        WebhookCommand::Reapply { workspace, part } => {
            let parts = match part {
                Some(part) => vec![part],
                None => kept(env, workspace).await?,
            };
            let (mut applied, mut left) = (0, 0);
            for part in parts {
                let mut tenant = env.db.operator(workspace).await?;
                let understood = webhook::reapply(env, &mut tenant, part).await?;
                tenant.commit().await?;
                *if understood { &mut applied } else { &mut left } += 1;
            }
            println!("{applied} applied in full, {left} still kept");
        }
    }
    Ok(())
}

async fn kept(env: &Env, workspace: WorkspaceId) -> postern_domain::Result<Vec<PartId>> {
    let mut tenant = env.db.operator(workspace).await?;
    let parts = webhook::kept(&mut tenant).await?;
    tenant.commit().await?;
    Ok(parts)
}

fn utc(moment: Moment) -> String {
    OffsetDateTime::from_unix_timestamp(moment.0.div_euclid(1000))
        .ok()
        .and_then(|at| at.format(&Rfc3339).ok())
        .unwrap_or_default()
}
