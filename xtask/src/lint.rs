//! `cargo xtask lint`: what can be refused without running anything.

mod arrows;
mod licences;

use anyhow::{Result, bail};

use crate::place::Place;
use crate::setup::npm;
use crate::{setup, shell};

/// What is linted and tested for the machine itself; the client is compiled for its own target.
pub const SERVER_SIDE: [&str; 7] = [
    "postern-types",
    "postern-domain",
    "postern-app",
    "postern-server",
    "postern-sim",
    "xtask",
    "xtask-lint",
];

type Lint = fn(&Place) -> Result<()>;

/// Every lint; each names all its faults, and all run before the task fails.
pub fn run(place: &Place) -> Result<()> {
    setup::machine(place, false)?;
    let mut failed = Vec::new();
    let lints: [(&str, Lint); 7] = [
        ("formatting", formatting),
        ("arrows of the house", arrows::check),
        ("licences and sources", licences::check),
        ("house rules, migrations, SQL", readers),
        ("clippy, server side", clippy_server),
        ("clippy, client", clippy_client),
        ("types of the browser tests", types_of_browser_tests),
    ];
    for (name, lint) in lints {
        shell::say(format_args!("lint: {name}"));
        if let Err(fault) = lint(place) {
            if shell::interrupted() {
                return Err(fault);
            }
            eprintln!("{fault:#}");
            failed.push(name);
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    bail!("lint failed: {}", failed.join("; "))
}

fn formatting(place: &Place) -> Result<()> {
    shell::run(shell::cargo(place).args(["fmt", "--all", "--", "--check", "-l"]))
}

/// The lints that parse Rust and SQL are a program of their own.
fn readers(place: &Place) -> Result<()> {
    let mut cargo = shell::cargo(place);
    cargo
        .args(["run", "--quiet", "--package", "xtask-lint", "--"])
        .arg(&place.root);
    shell::run(&mut cargo)
}

/// Never `--workspace --all-features`: the client's and the server's features exclude each other.
fn clippy_server(place: &Place) -> Result<()> {
    let mut cargo = shell::cargo(place);
    cargo.args(["clippy", "--quiet", "--all-targets"]);
    for package in SERVER_SIDE {
        cargo.args(["--package", package]);
    }
    for package in ["xtask-bare", "xtask-bundle"] {
        cargo.args(["--package", package]);
    }
    shell::run(cargo.args(["--", "-D", "warnings"]))
}

fn types_of_browser_tests(place: &Place) -> Result<()> {
    npm::browser_tools(place)?;
    let mut tsc = npm::program(place, place.file("end2end/node_modules/.bin/tsc"));
    shell::run(
        tsc.current_dir(place.file("end2end"))
            .args(["--noEmit", "--project", "."]),
    )
}

fn clippy_client(place: &Place) -> Result<()> {
    let mut cargo = shell::cargo(place);
    cargo.args([
        "clippy",
        "--quiet",
        "--package",
        "postern-frontend",
        "--target",
        "wasm32-unknown-unknown",
    ]);
    shell::run(cargo.args(["--", "-D", "warnings"]))
}

/// All faults of one lint, or none.
fn verdict(faults: &[String]) -> Result<()> {
    if faults.is_empty() {
        return Ok(());
    }
    bail!("{}", faults.join("\n"))
}
