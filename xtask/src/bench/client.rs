//! What the pages cost a reader's machine: the bytes of their code, Lighthouse, and how soon the inbox answers a hand while
//! messages come in. The browser's half is `end2end/bench`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use super::{
    Shared,
    load::{self, Ask},
    machine::Machine,
    report,
    stage::Stage,
};
use crate::place::Place;
use crate::setup::{self, npm};
use crate::shell;
use crate::test::browser;
use crate::web::{self, budget};

#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    pub shared: Shared,
    /// How often Lighthouse looks at each page, as a phone and as a desktop
    #[arg(long, default_value_t = 3)]
    pub rounds: u32,
    /// Rows of the list
    #[arg(long, default_value_t = 5_000)]
    pub rows: u32,
    /// Messages a second that come in
    #[arg(long, default_value_t = 20.0)]
    pub rate: f64,
    /// Seconds of work in each situation; none: the pages alone
    #[arg(long, default_value_t = 30)]
    pub seconds: u32,
}

/// Longer than the hand works: the spec ends it.
const LOAD_SECONDS: f64 = 3_600.0;

/// Measures it, in the largest workspace.
pub fn run(place: &Place, options: &Options) -> Result<()> {
    setup::machine(place, true)?;
    npm::browser_tools(place)?;
    let lighthouse = npm::lighthouse(place)?;
    let release = !options.shared.debug;
    let site = web::run(place, web::Options { release })?;
    let bytes = release.then(|| budget::weigh(&site)).transpose()?;
    let stage = Stage::set(place, &options.shared, Some(site.clone()))?;
    let machine = Machine::look(&stage.installation.data)?;
    let out = stage.installation.data.join("client.json");
    let mut playwright = browser::playwright(place, &site);
    playwright
        .args(["test", "--config", "bench.config.ts"])
        .env("SIM_PASSWORD", &stage.password)
        .env("SIM_APP_SECRET", &stage.installation.secrets.app_secret);
    for (name, value) in told(&stage, options, lighthouse, &out)? {
        playwright.env(format!("POSTERN_BENCH_{name}"), value);
    }
    shell::run(&mut playwright)?;
    let mut result: Value = serde_json::from_str(&std::fs::read_to_string(&out)?)?;
    result["bytes"] = json!(bytes);
    report::write(place, "client", &options.shared, &machine, &result)?;
    Ok(())
}

/// What the spec has to know.
fn told(
    stage: &Stage,
    options: &Options,
    lighthouse: PathBuf,
    out: &Path,
) -> Result<Vec<(&'static str, String)>> {
    let tenant = &stage.tenants[0];
    let ask = Ask {
        rate: options.rate,
        seconds: LOAD_SECONDS,
        connections: 8,
        find: false,
    };
    let load = load::command(stage, "client", &stage.tenants[..1], &ask)?;
    let load: Vec<_> = std::iter::once(load.get_program())
        .chain(load.get_args())
        .map(OsStr::to_string_lossy)
        .collect();
    Ok(vec![
        ("URL", stage.installation.url()),
        ("EMAIL", stage.email.clone()),
        ("PASSWORD", stage.password.clone()),
        ("WORKSPACE", tenant.name()),
        ("WORKSPACE_ID", tenant.workspace.clone()),
        ("LOAD", serde_json::to_string(&load)?),
        ("OUT", out.display().to_string()),
        ("LIGHTHOUSE", lighthouse.display().to_string()),
        ("ROUNDS", options.rounds.to_string()),
        ("ROWS", options.rows.to_string()),
        ("SECONDS", options.seconds.to_string()),
    ])
}
