//! Where a message is, for the operator: a workspace's own view of it, and what is in quarantine beside.

use super::webhooks::utc;
use clap::Subcommand;
use postern_domain::{Env, quarantine, trace};
use postern_types::{Direction, StepState, Trace, WorkspaceId};

/// A command on messages.
#[derive(Subcommand)]
pub enum MessageCommand {
    /// Prints the way of the messages that are named, newest first: each step with its time (UTC), and where it stopped.
    /// Pieces in quarantine that hold the same word are listed after them.
    Where {
        /// The workspace's id, as `workspace list` prints it.
        #[arg(long)]
        workspace: WorkspaceId,
        /// A phone number, WhatsApp's id of a message (wamid…), or ours.
        what: String,
    },
}

/// Does what `command` says.
pub async fn run(env: &Env, command: MessageCommand) -> anyhow::Result<()> {
    let MessageCommand::Where { workspace, what } = command;
    let mut tenant = env.db.operator(workspace).await?;
    let traces = trace::find(env, &mut tenant, &what).await?;
    tenant.commit().await?;
    let strangers = in_quarantine(env, &what).await?;
    for trace in &traces {
        print(trace);
    }
    for line in &strangers {
        println!("{line}");
    }
    anyhow::ensure!(
        !traces.is_empty() || !strangers.is_empty(),
        "nothing of that is here: not in this workspace, and not in quarantine"
    );
    Ok(())
}

fn print(trace: &Trace) {
    let way = match trace.direction {
        Direction::In => "in",
        Direction::Out => "out",
        Direction::Note => "note",
    };
    let about = [trace.contact.as_deref(), trace.number.as_deref()];
    let about: Vec<_> = about.into_iter().flatten().map(plain).collect();
    println!(
        "{way} {} {} {} {}",
        plain(&trace.kind),
        utc(trace.at),
        about.join(" over "),
        plain(&trace.line)
    );
    let ids = [trace.message.map(|id| id.to_string()), trace.wamid.clone()];
    for id in ids.into_iter().flatten() {
        println!("    {}", plain(&id));
    }
    for step in &trace.steps {
        let state = match step.state {
            StepState::Done => "done",
            StepState::Waiting => "waiting",
            StepState::Failed => "FAILED",
            StepState::Ahead => "-",
        };
        let code = step.code.map(|code| format!("code {code}"));
        let said = [step.note.clone(), code, step.details.clone()];
        let said: Vec<_> = said
            .into_iter()
            .flatten()
            .map(|text| plain(&text))
            .collect();
        let line = format!(
            "  {state:<8} {:<10} {:<24} {}",
            step.stage.as_str(),
            step.at.map_or_else(String::new, utc),
            said.join("; ")
        );
        println!("{}", line.trim_end());
    }
    for line in &trace.told {
        println!("  {}: {}", plain(&line.label), plain(&line.value));
    }
}

/// Pieces that went to nobody and hold the word: the newest of each signer are looked through.
async fn in_quarantine(env: &Env, what: &str) -> anyhow::Result<Vec<String>> {
    let word = what.trim();
    let digits: String = word.chars().filter(char::is_ascii_digit).collect();
    let word = if word.starts_with('+') { &digits } else { word };
    if word.len() < 7 {
        return Ok(Vec::new());
    }
    let escaped = word.replace('/', "\\/");
    let mut found = Vec::new();
    for piece in quarantine::list(env).await? {
        let (body, _) = quarantine::open(env, piece.id).await?;
        let text = String::from_utf8_lossy(&body);
        if text.contains(word) || text.contains(&escaped) {
            found.push(format!(
                "quarantine {} {} {}: see `postern quarantine`",
                piece.id,
                utc(piece.received_at),
                piece.reason
            ));
        }
    }
    Ok(found)
}

/// What people wrote, without what would steer a terminal.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}
