//! `cargo xtask`: everything that is done to Postern besides running it.
//!
//! One sub-command a file. A new one is a variant of [`Task`], a file with a `run`, and a line in [`dispatch`].

mod bench;
mod conformance;
mod controls;
mod demo;
mod fuzz;
mod house;
mod lint;
mod place;
mod postgres;
mod proof;
mod setup;
mod shell;
mod shots;
mod sqlx;
mod stack;
mod test;
mod web;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::place::Place;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Builds, checks and shows Postern")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what is missing on this machine (demo and test do this by themselves)
    Setup(setup::Options),
    /// Build the browser's half into a site folder
    Web(web::Options),
    /// Formatting, clippy for both targets, the arrows of the house, SQL, migrations, licences
    Lint,
    /// Refresh the committed query data, or with --check fail when it is out of date
    Sqlx(sqlx::Options),
    /// Every check there is; `.ci/run` is this
    Test(test::Options),
    /// Start Postern with simulated customers and print one address and credentials
    Demo(demo::Options),
    /// Feed webhooks that others wrote through the real door, and tell of each whether people see what it says
    Conformance(conformance::Options),
    /// Throw mutated webhooks at the reading of them, for some minutes
    Fuzz(fuzz::Options),
    /// Take the named set of screenshots into `shots/`
    Shots,
    /// Measure the limits that are promises
    #[command(subcommand)]
    Bench(bench::Bench),
}

fn main() -> ExitCode {
    let task = Cli::parse().task;
    shell::listen_for_interrupts();
    match Place::find().and_then(|place| dispatch(&place, task)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) if shell::interrupted() => {
            eprintln!("stopped");
            ExitCode::from(130)
        }
        Err(fault) => {
            eprintln!("error: {fault:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(place: &Place, task: Task) -> Result<()> {
    match task {
        Task::Setup(options) => setup::run(place, &options),
        Task::Web(options) => web::run(place, options).map(drop),
        Task::Lint => lint::run(place),
        Task::Sqlx(options) => sqlx::run(place, &options),
        Task::Test(options) => test::run(place, &options),
        Task::Demo(options) => demo::run(place, &options),
        Task::Conformance(options) => conformance::run(place, &options),
        Task::Fuzz(options) => fuzz::run(place, &options),
        Task::Shots => shots::run(place),
        Task::Bench(bench) => bench::run(place, &bench),
    }
}
