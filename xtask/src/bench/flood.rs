//! How much a flooded workspace slows another one: its pages and its webhooks, while nothing else happens and while the other
//! is flooded with calls or with webhooks. Rates are lifted as in every bench: what is measured are the turns.

use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Args;
use serde_json::{Value, json};

use super::{
    Shared,
    database::Role,
    load::{self, Ask},
    machine::Machine,
    median, report, spread,
    stage::{Stage, Tenant},
};
use crate::place::Place;
use crate::shell::{self, Beside};

#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    pub shared: Shared,
    /// Each of them at rest, flooded with calls, and flooded with webhooks
    #[arg(long, default_value_t = 3)]
    pub rounds: u32,
    /// Seconds of each of these
    #[arg(long, default_value_t = 20)]
    pub seconds: u32,
    /// Who calls the flooded workspace at the same time, each as fast as it is answered
    #[arg(long, default_value_t = 64)]
    pub callers: usize,
    /// Webhooks a second for the flooded workspace: more than it can take
    #[arg(long, default_value_t = 4_000.0)]
    pub rate: f64,
}

/// What the other workspace asks for: a page of the list each tenth of a second, and so many webhooks a second.
const PACE: Duration = Duration::from_millis(100);
const WEBHOOKS: f64 = 20.0;

/// The priority of a flood.
const LOWEST: i32 = 19;

/// Time for a flood to rise.
const RISE: Duration = Duration::from_secs(3);

const SITUATIONS: [&str; 3] = ["rest", "calls", "webhooks"];
const MEASURES: [&str; 2] = ["page", "webhook"];

/// Floods the largest workspace and asks in the second one.
pub fn run(place: &Place, options: &Options) -> Result<()> {
    let stage = Stage::set(place, &options.shared, None)?;
    let machine = Machine::look(&stage.installation.data)?;
    let (flooded, other) = (&stage.tenants[0], &stage.tenants[1]);
    let mut rounds = Vec::new();
    for round in 1..=options.rounds {
        let mut told = json!({});
        for situation in SITUATIONS {
            let seen = match situation {
                "calls" => under_calls(&stage, flooded, options, || ask(&stage, other, options))?,
                "webhooks" => {
                    under_webhooks(&stage, flooded, options, || ask(&stage, other, options))?
                }
                _ => ask(&stage, other, options)?,
            };
            shell::say(format_args!("round {round}, {situation}: {seen}"));
            told[situation] = seen;
        }
        rounds.push(told);
    }
    let medians = medians(&rounds);
    println!("    {medians}");
    let result = json!({ "medians": medians, "rounds": rounds });
    report::write(place, "flood", &options.shared, &machine, &result)?;
    Ok(())
}

/// What both workspaces are asked for.
fn first_page() -> Value {
    json!({ "request": { "view": "all", "state": "open", "search": "", "after": null } })
}

/// What the other workspace sees, in microseconds.
fn ask(stage: &Stage, tenant: &Tenant, options: &Options) -> Result<Value> {
    let out = stage.installation.data.join("flood.other.json");
    let ask = Ask {
        rate: WEBHOOKS,
        seconds: options.seconds.into(),
        connections: 16,
        find: false,
    };
    let mut sim = load::command(stage, "flood.other", std::slice::from_ref(tenant), &ask)?;
    sim.arg(format!("--out={}", out.display()));
    let mut sim = Beside::start(sim.stdout(Stdio::null()))?;
    let token = stage.token()?;
    let body = first_page();
    let end = Instant::now() + Duration::from_secs(options.seconds.into());
    let mut pages = Vec::new();
    while Instant::now() < end {
        let begun = Instant::now();
        stage.call(&token, &tenant.workspace, "inbox/list", &body)?;
        let took = begun.elapsed();
        pages.push(took.as_secs_f64() * 1e6);
        std::thread::sleep(PACE.saturating_sub(took));
    }
    sim.end("the load of the other workspace")?;
    let told: Value = serde_json::from_str(&std::fs::read_to_string(&out)?)?;
    let latency = &told["run"]["latency_us"];
    let (p50, p95) = (latency["p50"].as_f64(), latency["p95"].as_f64());
    Ok(json!({
        "page_us": spread(&mut pages),
        "webhook_us": { "p50": p50.context("sim told no latency")?, "p95": p95.context("sim told no latency")? },
    }))
}

/// Asks while the flooded workspace is called. The callers have the lowest priority: they stand for another machine's, and
/// take no processor that this one's work could use.
fn under_calls(
    stage: &Stage,
    flooded: &Tenant,
    options: &Options,
    ask: impl FnOnce() -> Result<Value>,
) -> Result<Value> {
    let (stop, calls) = (AtomicBool::new(false), AtomicU64::new(0));
    let token = stage.token()?;
    let body = first_page();
    std::thread::scope(|scope| {
        for _ in 0..options.callers {
            scope.spawn(|| {
                // Of this thread alone.
                let _ = rustix::process::nice(LOWEST);
                while !stop.load(Ordering::Relaxed) {
                    // Refused or not: it asks again.
                    let _ = stage.call(&token, &flooded.workspace, "inbox/list", &body);
                    calls.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        std::thread::sleep(RISE);
        let (begun, before) = (Instant::now(), calls.load(Ordering::Relaxed));
        let seen = ask();
        let flood = calls.load(Ordering::Relaxed) - before;
        stop.store(true, Ordering::Relaxed);
        let mut seen = seen?;
        seen["flood_per_s"] = json!(u128::from(flood) * 1000 / begun.elapsed().as_millis().max(1));
        Ok(seen)
    })
}

/// Asks while webhooks come to the flooded workspace, at the lowest priority as well.
fn under_webhooks(
    stage: &Stage,
    flooded: &Tenant,
    options: &Options,
    ask: impl FnOnce() -> Result<Value>,
) -> Result<Value> {
    let flood = Ask {
        rate: options.rate,
        seconds: f64::from(options.seconds) * 3.0,
        connections: 256,
        find: false,
    };
    let sim = load::command(stage, "flood", std::slice::from_ref(flooded), &flood)?;
    let mut sim = shell::nice(&sim, LOWEST);
    sim.stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let _flood = Beside::start(&mut sim)?;
    std::thread::sleep(RISE);
    let begun = Instant::now();
    let mut seen = ask()?;
    let seconds = begun.elapsed().as_secs().max(1);
    let taken = format!(
        "SELECT count(*) FROM event e JOIN channel c USING (workspace_id)
          WHERE c.phone_number_id = '{}' AND e.at > now() - interval '{seconds} s'",
        flooded.phone_number_id
    );
    let taken = stage.database.number(Role::Admin, &taken)?;
    seen["flood_per_s"] = json!(taken.unsigned_abs() / seconds);
    Ok(seen)
}

/// The 95th percentiles, and by how much each flood raised them in its round.
fn medians(rounds: &[Value]) -> Value {
    let p95 = |round: &Value, situation: &str, measure: &str| {
        round[situation][format!("{measure}_us")]["p95"]
            .as_f64()
            .unwrap_or(f64::NAN)
    };
    let mut told = json!({});
    for measure in MEASURES {
        for situation in SITUATIONS {
            let of =
                |each: &dyn Fn(&Value) -> f64| median(&rounds.iter().map(each).collect::<Vec<_>>());
            told[format!("{measure}_{situation}_p95_us")] =
                json!(of(&|round| p95(round, situation, measure)));
            if situation != "rest" {
                let ratio =
                    of(&|round| p95(round, situation, measure) / p95(round, "rest", measure));
                told[format!("{measure}_{situation}_ratio")] =
                    json!((ratio * 100.0).round() / 100.0);
            }
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_taken_within_its_round() {
        let round = |rest: f64, calls: f64| {
            let seen =
                |p95: f64| json!({ "page_us": { "p95": p95 }, "webhook_us": { "p95": p95 } });
            json!({ "rest": seen(rest), "calls": seen(calls), "webhooks": seen(rest) })
        };
        let told = medians(&[
            round(100.0, 150.0),
            round(1000.0, 1100.0),
            round(10.0, 12.0),
        ]);
        assert_eq!(told["page_calls_ratio"], json!(1.2));
        assert_eq!(told["webhook_webhooks_ratio"], json!(1.0));
        assert_eq!(told["page_rest_p95_us"], json!(100.0));
    }
}
