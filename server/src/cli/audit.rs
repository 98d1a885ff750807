//! The audit as a file, and the check of such a file.

use anyhow::Context as _;
use clap::Subcommand;
use postern_domain::{Env, audit};
use postern_types::WorkspaceId;
use std::{
    fs::File,
    io::{BufReader, Write as _},
    path::{Path, PathBuf},
};

/// A command on the audit.
#[derive(Subcommand)]
pub enum AuditCommand {
    /// Writes a workspace's audit to standard output, as CSV. It tells who did what: mind where it goes.
    Export {
        /// The workspace's id, as `workspace list` prints it.
        #[arg(long)]
        workspace: WorkspaceId,
    },
    /// Goes along the chain in a file that was exported, here or in a browser; without a database and without a
    /// configuration. It fails when a line was changed, put in or left out.
    Verify {
        /// The file, as it was exported: a spreadsheet that saved it anew has changed it.
        file: PathBuf,
    },
}

/// Does what `command` says.
pub async fn run(env: &Env, command: AuditCommand) -> anyhow::Result<()> {
    match command {
        AuditCommand::Export { workspace } => export(env, workspace).await,
        AuditCommand::Verify { file } => verify(&file),
    }
}

async fn export(env: &Env, workspace: WorkspaceId) -> anyhow::Result<()> {
    // What was written a moment ago belongs to it.
    audit::link(env).await?;
    let mut after = None;
    loop {
        let mut tenant = env.db.operator(workspace).await?;
        let piece = audit::export(env, &mut tenant, after).await?;
        tenant.commit().await?;
        std::io::stdout().write_all(piece.csv.as_bytes())?;
        match piece.next {
            Some(next) => after = Some(next),
            None => return Ok(()),
        }
    }
}

/// Says how many lines of a file verify, and fails at the first that does not.
pub fn verify(file: &Path) -> anyhow::Result<()> {
    let named = || file.display().to_string();
    let open = File::open(file).with_context(named)?;
    let checked = audit::check(BufReader::new(open)).with_context(named)?;
    if let Some(place) = checked.broken_at {
        anyhow::bail!(
            "the line at position {place} does not verify: it was changed, put in, or one before it is missing; {} \
             lines before it verify",
            checked.lines
        );
    }
    match checked.lines {
        1 => println!("1 line verifies"),
        lines => println!("{lines} lines verify"),
    }
    if checked.erased > 0 {
        println!(
            "{} of them tell no details any more: these were erased",
            checked.erased
        );
    }
    if checked.lines > 0 {
        println!(
            "the last link is {}: a shorter file verifies as well, with another last link",
            checked.link
        );
    }
    Ok(())
}
