//! `cargo xtask setup`: what this machine lacks is installed, one plain line for each thing and why.

pub mod npm;
pub mod packages;
pub mod python;
mod wasm;

use anyhow::Result;
use clap::Args;

use crate::place::Place;
use crate::setup::packages::{Package, Packages};
use crate::{postgres, shell};

#[derive(Args, Default)]
pub struct Options {
    /// Also what the tests in a browser and of the API need
    #[arg(long)]
    pub tests: bool,
    /// Build WebAssembly's standard library from Debian's source into this folder, and do nothing else: for trying
    /// the way that is taken where rustup cannot download
    #[arg(long, value_name = "DIR")]
    pub wasm_std: Option<std::path::PathBuf>,
}

/// The machine as a person started from it.
pub fn run(place: &Place, options: &Options) -> Result<()> {
    if let Some(folder) = &options.wasm_std {
        return wasm::build_from_debian(place, folder);
    }
    machine(place, options.tests)?;
    npm::web_tools(place)?;
    if options.tests {
        npm::browser_tools(place)?;
        python::callers(place)?;
    }
    shell::say("this machine has everything");
    Ok(())
}

/// Programs and the WebAssembly target. With all of it there this costs a few milliseconds and prints nothing.
pub fn machine(place: &Place, for_tests: bool) -> Result<()> {
    let mut missing = Vec::new();
    if shell::version("cc").is_none() {
        missing.push(Package::CCompiler);
    }
    if !npm::node_is_recent(place) {
        missing.push(Package::Node);
    }
    if postgres::binaries().is_err() {
        missing.push(Package::Postgres);
    }
    if for_tests && chromium().is_none() {
        missing.push(Package::Chromium);
    }
    if for_tests && !has_fonts() {
        missing.push(Package::Fonts);
    }
    if for_tests
        && ["curl", "jq"]
            .iter()
            .any(|program| shell::version(program).is_none())
    {
        missing.push(Package::Shell);
    }
    if !missing.is_empty() {
        Packages::of_this_machine().install(&missing)?;
        npm::node_after_install(place)?;
        postgres::binaries()?;
    }
    wasm::target(place)
}

/// Whether some font has emoji, an alef, and a character of Chinese and Japanese. Without fontconfig there is none.
fn has_fonts() -> bool {
    let fonts = |pattern: &str| {
        shell::output(std::process::Command::new("fc-list").args([pattern, "family"]))
            .unwrap_or_default()
    };
    fonts(":").contains("Emoji")
        && [":charset=627", ":charset=7530"]
            .iter()
            .all(|pattern| !fonts(pattern).trim().is_empty())
}

/// The browser that the tests drive.
pub fn chromium() -> Option<std::path::PathBuf> {
    if let Some(named) = std::env::var_os("POSTERN_CHROMIUM") {
        return Some(named.into());
    }
    [
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
    ]
    .into_iter()
    .map(std::path::PathBuf::from)
    .find(|path| path.exists())
}
