//! Webhooks: how soon they are acknowledged and shown, how many a second, and how that stands to the database's own limit.

use anyhow::{Context, Result};
use clap::Args;
use serde_json::{Value, json};

use super::{
    Shared,
    load::{self, Ask},
    machine::Machine,
    median, pgbench, report,
    stage::Stage,
};
use crate::place::Place;
use crate::shell;

#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    pub shared: Shared,
    /// Webhooks a second at which latencies are measured
    #[arg(long, default_value_t = 500.0)]
    pub rate: f64,
    /// How long they are
    #[arg(long, default_value_t = 30.0)]
    pub seconds: f64,
    /// How often everything is measured; medians are told
    #[arg(long, default_value_t = 3)]
    pub rounds: u32,
    /// How long each step takes in the search for the highest rate
    #[arg(long, default_value_t = 10.0)]
    pub step: f64,
    /// How long pgbench runs, once before and once after the search
    #[arg(long, default_value_t = 10)]
    pub pgbench: u32,
    /// Connections of the load
    #[arg(long, default_value_t = 128)]
    pub connections: usize,
    /// With how many workspaces; may be repeated
    #[arg(long, default_values_t = [50, 1])]
    pub workspaces: Vec<usize>,
    /// Measure the server with this setting as well, `NAME=VALUE`; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub also: Vec<String>,
}

/// Measures it.
pub fn run(place: &Place, options: &Options) -> Result<()> {
    let mut stage = Stage::set(place, &options.shared, None)?;
    let machine = Machine::look(&stage.installation.data)?;
    let mut results = Vec::new();
    for setting in std::iter::once(None).chain(options.also.iter().map(Some)) {
        stage.set_for(setting.map(String::as_str))?;
        for workspaces in &options.workspaces {
            let rounds = (1..=options.rounds)
                .map(|number| round(&stage, *workspaces, number, options))
                .collect::<Result<Vec<_>>>()?;
            let result = json!({
                "setting": setting,
                "workspaces": workspaces,
                "medians": medians(&rounds),
                "faults": faults(&rounds),
                "rounds": rounds,
            });
            print(&result);
            results.push(result);
        }
    }
    report::write(place, "ingest", &options.shared, &machine, &results)?;
    Ok(())
}

fn round(stage: &Stage, workspaces: usize, number: u32, options: &Options) -> Result<Value> {
    shell::say(format_args!(
        "round {number} with {workspaces} workspaces: {} a second",
        options.rate
    ));
    let steady = Ask {
        rate: options.rate,
        seconds: options.seconds,
        connections: options.connections,
        find: false,
    };
    let fixed = load::run(stage, workspaces, &steady)?;
    shell::say("the highest rate, between two runs of pgbench");
    let before = database(stage, workspaces, options.pgbench)?;
    let search = Ask {
        seconds: options.step,
        find: true,
        ..steady
    };
    let highest = load::run(stage, workspaces, &search)?;
    let after = database(stage, workspaces, options.pgbench)?;
    let new = highest["at_highest"]["new_per_s"].as_f64();
    let ratios = ratios(new.unwrap_or_default(), &before, &after);
    Ok(json!({
        "fixed": fixed, "highest": highest, "pgbench_before": before, "pgbench_after": after, "ratios": ratios,
    }))
}

/// Transactions a second of each script.
fn database(stage: &Stage, workspaces: usize, seconds: u32) -> Result<Value> {
    let tenants = &stage.tenants[..workspaces.min(stage.tenants.len())];
    let mut told = json!({});
    for (name, script) in pgbench::SCRIPTS {
        let rate = pgbench::run(&stage.database, tenants, script, seconds)
            .with_context(|| format!("the script `{name}`"))?;
        told[name] = json!(rate);
    }
    Ok(told)
}

/// New messages a second against the mean of pgbench's transactions before and after. Replays, which are cheaper, do not
/// count.
fn ratios(new: f64, before: &Value, after: &Value) -> Value {
    let mut ratios = json!({});
    for (name, _) in pgbench::SCRIPTS {
        let rate = |told: &Value| told[name].as_f64().unwrap_or_default();
        ratios[name] = json!(new / f64::midpoint(rate(before), rate(after)).max(0.001));
    }
    ratios
}

/// What is told of the rounds, by the path of its value in each.
const TOLD: [(&str, &str); 15] = [
    ("ack_p50_us", "/fixed/run/latency_us/p50"),
    ("ack_p95_us", "/fixed/run/latency_us/p95"),
    ("ack_p99_us", "/fixed/run/latency_us/p99"),
    ("ack_p999_us", "/fixed/run/latency_us/p999"),
    (
        "commit_to_frame_p50_us",
        "/fixed/checks/commit_to_frame_us/p50",
    ),
    (
        "commit_to_frame_p95_us",
        "/fixed/checks/commit_to_frame_us/p95",
    ),
    (
        "commit_to_frame_p99_us",
        "/fixed/checks/commit_to_frame_us/p99",
    ),
    (
        "commit_to_frame_p999_us",
        "/fixed/checks/commit_to_frame_us/p999",
    ),
    ("server_ms_each", "/fixed/cpu/server_ms_each"),
    ("postgres_ms_each", "/fixed/cpu/postgres_ms_each"),
    ("sim_ms_each", "/fixed/cpu/sim_ms_each"),
    ("highest_per_s", "/highest/highest_per_s"),
    ("highest_new_per_s", "/highest/at_highest/new_per_s"),
    ("ratio", "/ratios/statements"),
    ("ratio_short", "/ratios/short"),
];

fn medians(rounds: &[Value]) -> Value {
    let mut told = json!({});
    for (name, path) in TOLD {
        let values: Vec<f64> = rounds
            .iter()
            .filter_map(|round| round.pointer(path)?.as_f64())
            .collect();
        told[name] = json!((median(&values) * 1000.0).round() / 1000.0);
    }
    for side in ["pgbench_before", "pgbench_after"] {
        for (script, _) in pgbench::SCRIPTS {
            let values: Vec<f64> = rounds
                .iter()
                .filter_map(|round| round[side][script].as_f64())
                .collect();
            told[format!("{side}_{script}")] = json!(median(&values).round());
        }
    }
    told
}

/// What must be zero, over all rounds: in the database and in the sockets, at the fixed rate and in the search.
fn faults(rounds: &[Value]) -> Value {
    let mut told = json!({});
    for (place, names) in [
        (
            "checks",
            &["lost", "doubles", "disorder", "split", "events_twice"][..],
        ),
        ("frames", &["missing", "doubles", "disorder", "reloads"][..]),
    ] {
        for name in names {
            let each = rounds
                .iter()
                .flat_map(|round| [&round["fixed"], &round["highest"]]);
            let sum: u64 = each.filter_map(|run| run[place][*name].as_u64()).sum();
            told[format!("{place}_{name}")] = json!(sum);
        }
    }
    told
}

fn print(result: &Value) {
    shell::say(format_args!(
        "{} workspaces, setting {}:",
        result["workspaces"], result["setting"]
    ));
    for part in ["medians", "faults"] {
        for (name, value) in result[part].as_object().into_iter().flatten() {
            println!("    {name:<28} {value}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_faults_are_of_all_rounds() {
        let round = |p95: u64, lost: u64| {
            json!({
                "fixed": { "run": { "latency_us": { "p95": p95 } }, "checks": { "lost": lost } },
                "highest": { "frames": { "missing": 1 } },
                "pgbench_before": { "statements": 100.0 },
            })
        };
        let rounds = [round(9, 0), round(5, 2), round(7, 0)];
        let medians = medians(&rounds);
        assert_eq!(medians["ack_p95_us"], json!(7.0));
        assert_eq!(medians["pgbench_before_statements"], json!(100.0));
        let faults = faults(&rounds);
        assert_eq!([&faults["checks_lost"], &faults["frames_missing"]], [2, 3]);
    }

    #[test]
    fn the_ratio_is_of_new_messages_to_the_mean_of_the_two_runs() {
        let told = |rate: f64| json!({ "statements": rate });
        let ratios = ratios(600.0, &told(400.0), &told(800.0));
        assert_eq!(ratios["statements"], json!(1.0));
    }
}
