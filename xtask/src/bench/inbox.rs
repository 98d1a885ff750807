//! List and thread pages of a full inbox: as the serving role over one connection, and through the server, while nothing
//! else happens and under webhooks.

mod ask;
mod pages;

use std::time::Duration;

use anyhow::{Result, bail};
use clap::Args;
use serde_json::{Value, json};

use self::{ask::Asked, pages::Page};
use super::{
    Shared,
    load::{self, Ask},
    machine::Machine,
    report,
    stage::Stage,
};
use crate::place::Place;
use crate::shell;

#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    pub shared: Shared,
    /// How often each page is read in each way
    #[arg(long, default_value_t = 300)]
    pub samples: u32,
    /// The deep page of a list; of a shorter list its last whole one
    #[arg(long, default_value_t = 500)]
    pub page: u32,
    /// Webhooks a second in the second half
    #[arg(long, default_value_t = 500.0)]
    pub rate: f64,
    /// For how long; it has to outlast the reading
    #[arg(long, default_value_t = 90.0)]
    pub seconds: f64,
    /// Connections of the load
    #[arg(long, default_value_t = 128)]
    pub connections: usize,
}

/// Time for the load to come to its rate.
const RISE: Duration = Duration::from_secs(5);

/// Measures it, in the largest workspace.
pub fn run(place: &Place, options: &Options) -> Result<()> {
    let stage = Stage::set(place, &options.shared, None)?;
    let machine = Machine::look(&stage.installation.data)?;
    let pages = pages::all(&stage, options.page)?;
    shell::say("reading pages while nothing else happens");
    let quiet = read(&stage, &pages, options.samples)?;
    shell::say(format_args!("and under {} webhooks a second", options.rate));
    let (loaded, load) = under_load(&stage, &pages, options)?;

    let results: Vec<Value> = pages
        .iter()
        .zip(quiet.iter().zip(&loaded))
        .map(|(page, (quiet, loaded))| {
            json!({ "page": page.name, "place": page.place, "quiet": quiet, "loaded": loaded })
        })
        .collect();
    print(&results);
    let missed = missed(&results);
    for fault in &missed {
        shell::say(format_args!("missed: {fault}"));
    }
    let result = json!({ "pages": results, "load": load["run"], "missed": missed });
    report::write(place, "inbox", &options.shared, &machine, &result)?;
    Ok(())
}

fn read(stage: &Stage, pages: &[Page], samples: u32) -> Result<Vec<Asked>> {
    let session = ask::Session::open(stage)?;
    pages
        .iter()
        .map(|page| session.ask(stage, page, samples))
        .collect()
}

/// Reads while webhooks come in, and sees to it that they came in until the end.
fn under_load(stage: &Stage, pages: &[Page], options: &Options) -> Result<(Vec<Asked>, Value)> {
    let ask = Ask {
        rate: options.rate,
        seconds: options.seconds,
        connections: options.connections,
        find: false,
    };
    std::thread::scope(|scope| {
        let load = scope.spawn(|| load::run(stage, stage.tenants.len(), &ask));
        std::thread::sleep(RISE);
        let asked = read(stage, pages, options.samples);
        let outlasted = !load.is_finished();
        let Ok(load) = load.join() else {
            bail!("the load broke");
        };
        let (asked, load) = (asked?, load?);
        if !outlasted {
            bail!(
                "the load ended before the reading did: give it more --seconds, or take fewer --samples"
            );
        }
        Ok((asked, load))
    })
}

/// The bars that were missed, of those that are promised: quiet, in the serving role's own time.
fn missed(results: &[Value]) -> Vec<String> {
    let number = |value: &Value, path: &str| value.pointer(path).and_then(Value::as_f64);
    let mut missed = Vec::new();
    for result in results {
        let (page, place) = (&result["page"], &result["place"]);
        let mut hold = |what: &str, path: &str, most: f64| {
            let value = number(result, path).unwrap_or(f64::INFINITY);
            if value > most {
                missed.push(format!("{page} {place}: {what} {value}, not {most}"));
            }
        };
        match page.as_str().unwrap_or_default() {
            "all" | "mine" | "unassigned" => {
                hold("p95 in us", "/quiet/database_us/p95", 10_000.0);
                hold("shared buffers", "/quiet/buffers", 60.0);
            }
            "thread" => {
                hold("p95 in us", "/quiet/database_us/p95", 10_000.0);
                hold("bytes", "/quiet/bytes", 50_000.0);
            }
            _ => {}
        }
    }
    missed
}

fn print(results: &[Value]) {
    println!(
        "    {:<11} {:<9} {:>8} {:>8} {:>8} {:>8} {:>7} {:>7}",
        "page", "place", "db p95", "http p95", "loaded", "loaded", "pages", "bytes"
    );
    for result in results {
        let of = |path: &str| result.pointer(path).and_then(Value::as_u64).unwrap_or(0);
        println!(
            "    {:<11} {:<9} {:>8} {:>8} {:>8} {:>8} {:>7} {:>7}",
            result["page"].as_str().unwrap_or_default(),
            result["place"].as_str().unwrap_or_default(),
            of("/quiet/database_us/p95"),
            of("/quiet/http_us/p95"),
            of("/loaded/database_us/p95"),
            of("/loaded/http_us/p95"),
            of("/quiet/buffers"),
            of("/quiet/bytes"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_that_was_missed_is_told_and_one_that_was_not_measured_too() {
        let result = |page: &str, p95: u64, buffers: u64, bytes: u64| {
            json!({ "page": page, "place": "first",
                "quiet": { "database_us": { "p95": p95 }, "buffers": buffers, "bytes": bytes } })
        };
        let good = [
            result("all", 9_000, 60, 90_000),
            result("thread", 9_000, 300, 50_000),
            result("search", 90_000, 5_000, 90_000),
        ];
        assert_eq!(missed(&good), [""; 0]);
        let bad = [
            result("mine", 11_000, 61, 0),
            result("thread", 9_000, 0, 50_001),
            json!({ "page": "unassigned" }),
        ];
        assert_eq!(missed(&bad).len(), 5, "{:?}", missed(&bad));
    }
}
