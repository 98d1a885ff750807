//! A call of the API from its caller to the database and back: the first page of contacts of the largest workspace, beside a
//! bare handler that runs the same queries on the same database and does nothing else.

mod caller;

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use serde_json::{Value, json};

use self::caller::Target;
use super::{
    Shared,
    database::Role,
    machine::Machine,
    median, report,
    stage::{Stage, Tenant},
};
use crate::place::Place;
use crate::shell::{self, Beside};
use crate::stack;

#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    pub shared: Shared,
    /// Each of them both ways, in turn
    #[arg(long, default_value_t = 5)]
    pub rounds: u32,
    /// Seconds of each
    #[arg(long, default_value_t = 5)]
    pub seconds: u32,
    /// Who calls at the same time, each as fast as it is answered
    #[arg(long, default_value_t = 16)]
    pub callers: usize,
}

/// Until connections and plans are warm.
const WARM: Duration = Duration::from_secs(1);

/// Measures both, and tells how much of the bare handler's rate the API has.
pub fn run(place: &Place, options: &Options) -> Result<()> {
    let stage = Stage::set(place, &options.shared, None)?;
    let machine = Machine::look(&stage.installation.data)?;
    let tenant = &stage.tenants[0];
    let api = Target {
        port: stage.installation.port,
        path: "/api/v1/contacts",
        key: Some(key(&stage, tenant)?),
    };
    let _reset = without_limit(&stage)?;
    let (_bare, port) = bare(place, &stage, tenant, options)?;
    let bare = Target {
        port,
        path: "/contacts",
        key: None,
    };
    let sides = [("api", &api), ("bare", &bare)];
    for (_, target) in sides {
        caller::call(target, options.callers, WARM)?;
    }
    let lasting = Duration::from_secs(options.seconds.into());
    let mut rounds = Vec::new();
    for round in 1..=options.rounds {
        let mut told = json!({});
        // Whoever comes second finds a warmer machine: they take turns.
        let mut sides = sides;
        if round % 2 == 0 {
            sides.reverse();
        }
        for (name, target) in sides {
            let called = caller::call(target, options.callers, lasting)?;
            shell::say(format_args!("round {round}, {name}: {called}"));
            told[name] = serde_json::to_value(called)?;
        }
        rounds.push(told);
    }
    let medians = medians(&rounds);
    println!("    {medians}");
    let result = json!({ "callers": options.callers, "medians": medians, "rounds": rounds });
    report::write(place, "api", &options.shared, &machine, &result)?;
    Ok(())
}

/// A key that reads contacts, in a workspace on the largest plan.
fn key(stage: &Stage, tenant: &Tenant) -> Result<String> {
    let mut choose = stage.installation.postern();
    choose.args([
        "workspace",
        "plan",
        "--workspace",
        &tenant.workspace,
        "--plan",
        "scale",
    ]);
    shell::output(&mut choose)?;
    let new = json!({ "new": {
        "name": "Bench", "scopes": ["contacts:read"], "networks": [], "days": 1, "test": false,
    }});
    let made = stage.call(&stage.token()?, &tenant.workspace, "keys/make", &new)?;
    let key = made["key"].as_str().context("no key was made")?;
    Ok(key.to_owned())
}

/// No plan has as many calls as are made here: the minute's are forgotten ten times a second. They are counted all the same.
fn without_limit(stage: &Stage) -> Result<Beside> {
    let mut psql = stage.database.program("psql", Role::Admin);
    psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1"]);
    let mut psql = Beside::start(psql.stdin(Stdio::piped()).stdout(Stdio::null()))?;
    let stdin = psql.child().stdin.as_mut().context("psql takes no input")?;
    writeln!(
        stdin,
        "UPDATE api_window SET calls = 0, before = 0 \\watch 0.1"
    )?;
    stdin.flush()?;
    Ok(psql)
}

/// The bare handler, and its port. It asks as a role that no policy holds: what they cost is a part of what is measured.
fn bare(place: &Place, stage: &Stage, tenant: &Tenant, options: &Options) -> Result<(Beside, u16)> {
    let profile = if options.shared.debug {
        "dev"
    } else {
        "release"
    };
    let mut cargo = shell::cargo(place);
    cargo.args(["build", "--package", "xtask-bare", "--profile", profile]);
    shell::run(&mut cargo)?;
    let program = stack::folder_of(place, profile).join("xtask-bare");
    let mut bare = stage.database.program_at(&program, Role::Admin);
    bare.arg(&tenant.workspace).stdout(Stdio::piped());
    let mut bare = Beside::start(&mut bare)?;
    let stdout = bare.child().stdout.take().context("no output")?;
    let mut port = String::new();
    BufReader::new(stdout).read_line(&mut port)?;
    let port = port
        .trim()
        .parse()
        .context("the bare handler told no port")?;
    Ok((bare, port))
}

/// Of each side, and of the API as a share of the bare handler.
fn medians(rounds: &[Value]) -> Value {
    let of = |side: &str, what: &str| {
        let values = rounds.iter().filter_map(|round| round[side][what].as_f64());
        median(&values.collect::<Vec<_>>())
    };
    let share = |what: &str| {
        let bare = of("bare", what);
        let share = if bare > 0.0 {
            of("api", what) / bare
        } else {
            0.0
        };
        (share * 100.0).round() / 100.0
    };
    let side = |name: &str| json!({ "per_s": of(name, "per_s").round(), "p50_us": of(name, "p50_us"), "p99_us": of(name, "p99_us") });
    json!({
        "api": side("api"), "bare": side("bare"),
        "ratio": { "per_s": share("per_s"), "p50_us": share("p50_us"), "p99_us": share("p99_us") },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_is_of_the_medians() {
        let round = |api: f64, bare: f64| json!({ "api": { "per_s": api, "p50_us": 20, "p99_us": 40 }, "bare": { "per_s": bare, "p50_us": 10, "p99_us": 20 } });
        let told = medians(&[
            round(500.0, 900.0),
            round(400.0, 1000.0),
            round(1.0, 9999.0),
        ]);
        assert_eq!(told["api"]["per_s"], 400.0);
        assert_eq!(
            told["ratio"],
            json!({ "per_s": 0.4, "p50_us": 2.0, "p99_us": 2.0 })
        );
        assert_eq!(medians(&[])["ratio"]["per_s"], 0.0);
    }
}
