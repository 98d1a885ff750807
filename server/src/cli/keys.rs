//! Keys from the command line. A key is first *known* (`add`), then *used* (`rotate`), then *taken out* (`retire`).

use crate::config::{
    Config, Key,
    keys::{self, Kind},
};
use anyhow::Context as _;
use clap::{Args, Subcommand};
use postern_domain::{
    Env,
    vault::{self, Note, Standing},
};
use postern_types::WorkspaceId;
use secrecy::SecretSlice;

/// A command on keys.
#[derive(Subcommand)]
pub enum KeysCommand {
    /// Makes a key. It is known from then on, and nothing uses it before `keys rotate`. Where the keys are settings, the
    /// key is printed, to be set by hand.
    Add {
        /// A key of access tokens instead of a master key.
        #[arg(long)]
        jwt: bool,
        /// Its id: 1 to 32 letters, digits, `_` or `-`. By default it is named after the day.
        #[arg(long, value_parser = id)]
        id: Option<String>,
    },
    /// Uses the newest key from now on, and puts everything under it. Cut off anywhere, it goes on the next time.
    Rotate(Rotate),
    /// Opens every sealed value, and says what stands under which key. It fails when something does not open.
    Verify,
    /// Takes a key out that nothing needs any more.
    Retire {
        /// Its id, as `keys verify` prints it.
        id: String,
        /// A key of access tokens instead of a master key.
        #[arg(long)]
        jwt: bool,
        /// At once, though tokens that it signed may be in use: whoever holds one has to fetch another.
        #[arg(long, requires = "jwt")]
        now: bool,
    },
}

/// Which keys rotate; without any, master keys do.
#[derive(Args)]
pub struct Rotate {
    /// The key of access tokens.
    #[arg(long, conflicts_with = "data")]
    jwt: bool,
    /// The workspaces' data keys: each gets a new one, and everything of it is sealed anew.
    #[arg(long)]
    data: bool,
    /// The data key of one workspace alone.
    #[arg(long, requires = "data")]
    workspace: Option<WorkspaceId>,
}

/// Does what `command` says.
pub async fn run(command: KeysCommand, config: &Config, env: &Env) -> anyhow::Result<()> {
    match command {
        KeysCommand::Add { jwt, id } => add(config, env, kind(jwt), id),
        KeysCommand::Rotate(Rotate { jwt: true, .. }) => {
            let (id, changed) = vault::use_newest_token(env).await?;
            let how = if changed {
                "now signs"
            } else {
                "signs already"
            };
            println!(
                "{id} {how} access tokens; those that were signed before stay good until they expire"
            );
            Ok(())
        }
        KeysCommand::Rotate(Rotate {
            data, workspace, ..
        }) => {
            let mut say = teller();
            let rotated = if data {
                vault::rotate_data(env, workspace, &mut say).await?
            } else {
                vault::rotate_master(env, &mut say).await?
            };
            let what = if data {
                "old data keys forgotten"
            } else {
                "data keys wrapped anew"
            };
            println!(
                "{} {what}, {} values sealed anew",
                rotated.keys, rotated.values
            );
            anyhow::ensure!(
                rotated.broken == 0,
                "{} values do not open; they were left as they are, with their keys. `postern keys verify` names them: \
                 bring back the key that they name, or the rows from a backup, and run this again",
                rotated.broken
            );
            Ok(())
        }
        KeysCommand::Verify => {
            let standing = vault::verify(env, &mut teller()).await?;
            let mut global = env.db.global().await?;
            let signs = vault::current_token(env, global.conn()).await?;
            global.commit().await?;
            tell(&standing);
            for id in env.keys.token_ids() {
                let what = if signs.as_ref() == Some(&id) {
                    "signs"
                } else if env.keys.token(&id).is_none() {
                    "is retired"
                } else {
                    "is known"
                };
                println!("access token key {id}: {what}");
            }
            anyhow::ensure!(
                standing.broken == 0,
                "{} values do not open; each is named above, nothing was changed, and no key that they name may go",
                standing.broken
            );
            println!("everything opens");
            Ok(())
        }
        KeysCommand::Retire { id, jwt, now } => {
            if jwt {
                vault::retire_token(env, &id, now).await?;
            } else {
                vault::retire_master(env, &id).await?;
            }
            taken_out(config, kind(jwt), &id)
        }
    }
}

fn kind(jwt: bool) -> Kind {
    if jwt { Kind::Jwt } else { Kind::Master }
}

fn add(config: &Config, env: &Env, kind: Kind, id: Option<String>) -> anyhow::Result<()> {
    let (known, rotate) = match kind {
        Kind::Master => (env.keys.master_ids(), "postern keys rotate"),
        // A retired id would be retired again at once, also where its key is forgotten.
        Kind::Jwt => (
            [env.keys.token_ids(), env.keys.retired_ids()].concat(),
            "postern keys rotate --jwt",
        ),
    };
    let id = id.unwrap_or_else(|| named_after_the_day(env, &known));
    anyhow::ensure!(
        !known.contains(&id),
        "there is a key {id} already, or there was one, and nothing was changed: choose another id"
    );
    let key = Key {
        id: id.clone(),
        bytes: SecretSlice::from(env.bytes::<32>().to_vec()),
    };
    if kind.in_file(config) {
        keys::add(config, kind, key).with_context(|| not_written(config))?;
        println!("{id} is known to every process of this data folder; `{rotate}` uses it");
    } else {
        println!(
            "# These keys are settings, and nothing was written. Put this before what stands in {} now, start every\n\
             # process with it, then use it with `{rotate}`:\n{},",
            kind.setting(),
            keys::written(&key)
        );
    }
    Ok(())
}

/// An id that was never used, as long as one key a day is made and none of them is forgotten on the same day.
fn named_after_the_day(env: &Env, known: &[String]) -> String {
    let day = env.now().date();
    let day = format!(
        "k{}{:02}{:02}",
        day.year(),
        u8::from(day.month()),
        day.day()
    );
    let later = (2..).map(|nth| format!("{day}-{nth}"));
    let mut ids = std::iter::once(day.clone()).chain(later);
    ids.find(|id| !known.contains(id)).unwrap_or(day)
}

fn taken_out(config: &Config, kind: Kind, id: &str) -> anyhow::Result<()> {
    if kind.in_file(config) {
        keys::remove(config, kind, id).with_context(|| not_written(config))?;
        println!("{id} is gone; backups of before may still need it");
    } else {
        println!(
            "# Nothing needs {id} any more. These keys are settings: take `{id}:…` out of {},\n\
             # and start every process without it. Backups of before may still need it.",
            kind.setting()
        );
    }
    Ok(())
}

fn not_written(config: &Config) -> String {
    format!(
        "{} could not be written, and stays as it was",
        config.data.join(keys::FILE).display()
    )
}

fn tell(standing: &Standing) {
    for (id, (wrapped, own)) in &standing.masters {
        let free = if *id == standing.current_master {
            "; in use"
        } else if *wrapped == 0 && *own == 0 {
            "; it can be retired"
        } else {
            "; `postern keys rotate` moves them"
        };
        println!("master key {id}: {wrapped} data keys, {own} values of the installation{free}");
    }
    for ((workspace, number), values) in &standing.data {
        println!("workspace {workspace}: data key {number}: {values} values");
    }
}

/// Tells of long work on standard error: a line for every 10,000 values of a column, and for each that does not open.
fn teller() -> impl FnMut(Note) + Send {
    const EACH: u64 = 10_000;
    let mut told = 0;
    move |note| match note {
        Note::Waits { transactions } => {
            eprintln!("waiting for {transactions} transactions that began before");
        }
        Note::Walked {
            workspace,
            column,
            values,
        } => {
            // Another column begins anew.
            told = told.min(values / EACH);
            if values / EACH > told {
                told = values / EACH;
                eprintln!("{values} values of {column} in {}", whose(workspace));
            }
        }
        Note::Broken {
            workspace,
            column,
            row,
        } => eprintln!(
            "does not open: {column}, row {row}, in {}",
            whose(workspace)
        ),
    }
}

fn whose(workspace: Option<WorkspaceId>) -> String {
    workspace.map_or_else(
        || "the installation".to_owned(),
        |workspace| format!("workspace {workspace}"),
    )
}

fn id(word: &str) -> Result<String, String> {
    let plain = word
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    ((1..=32).contains(&word.len()) && plain)
        .then(|| word.to_owned())
        .ok_or_else(|| "1 to 32 letters, digits, `_` or `-`".to_owned())
}
