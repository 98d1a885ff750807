//! The `postern` program: its sub-commands, each from start to stop.

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use postern_domain::wake::across;
use postern_server::{boot, cli, config::Config, prepare::Prepare, serve};
use std::process::ExitCode;

/// A WhatsApp team inbox with a client portal.
#[derive(Parser)]
#[command(name = "postern", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves pages, webhooks and sockets, and works through jobs.
    Serve,
    /// Works through jobs only.
    Work,
    /// Reads the configuration and says everything that is wrong with it.
    Check,
    /// Prepares or migrates a database.
    #[command(subcommand)]
    Db(DbCommand),
    /// What an operator does at the installation itself.
    #[command(flatten)]
    Operate(cli::Command),
}

#[derive(Subcommand)]
enum DbCommand {
    /// Makes roles and database on a PostgreSQL that somebody runs.
    Prepare(Prepare),
    /// Brings the schema up to date (`DATABASE_OWNER_URL`).
    Migrate,
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("postern: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    let command = match command {
        Command::Db(DbCommand::Prepare(prepare)) => {
            let random = postern_server::config::os_random;
            return Ok(runtime()?.block_on(prepare.run(&random, &mut std::io::stdout()))?);
        }
        // Whoever checks a file may have neither this database nor this configuration.
        Command::Operate(cli::Command::Audit(cli::AuditCommand::Verify { file })) => {
            return cli::verify_audit(&file);
        }
        other => other,
    };
    let config = match command {
        Command::Serve | Command::Check => Config::load_to_serve(),
        _ => Config::load(),
    }?;
    if matches!(command, Command::Check) {
        println!("The configuration is in order.");
        return Ok(());
    }
    serve::log(&config)?;
    // Before the runtime: the private PostgreSQL belongs to a thread of its own.
    let database = match command {
        // Only one process keeps the private PostgreSQL; the others join it.
        Command::Serve => boot::Database::start(&config)?,
        _ => boot::Database::start_or_join(&config)?,
    };
    let runtime = runtime()?;
    let outcome = runtime.block_on(async {
        let env = boot::env(&config, &database).await?;
        match command {
            Command::Serve => serve::web(&config, env).await,
            Command::Work => serve::work(&config, env).await,
            Command::Operate(command) => {
                let done = cli::run(command, &config, &env).await;
                across::tell(&env).await;
                done
            }
            Command::Db(DbCommand::Migrate) => {
                anyhow::ensure!(
                    database.owner.is_some(),
                    "DATABASE_OWNER_URL is missing: migrating takes the owner"
                );
                println!("The schema is up to date.");
                Ok(())
            }
            Command::Check | Command::Db(DbCommand::Prepare(_)) => Ok(()),
        }
    });
    runtime.shutdown_timeout(std::time::Duration::from_secs(5));
    database.stop();
    outcome
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("no runtime")
}
