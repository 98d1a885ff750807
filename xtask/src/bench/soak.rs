//! A long, steady load: memory must not grow.

use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Args;
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    Shared,
    cpu::{postgres_mb, resident_mb},
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
    /// How long
    #[arg(long, default_value_t = 30.0)]
    pub minutes: f64,
    /// Webhooks a second; by default half of the highest rate that `bench ingest` found with fifty workspaces
    #[arg(long)]
    pub rate: Option<f64>,
    /// Connections of the load
    #[arg(long, default_value_t = 128)]
    pub connections: usize,
}

const BETWEEN: Duration = Duration::from_secs(10);

#[derive(Clone, Copy, Serialize)]
struct Sample {
    at_s: f64,
    server_mb: f64,
    postgres_mb: f64,
}

/// Runs it.
pub fn run(place: &Place, options: &Options) -> Result<()> {
    let rate = match options.rate {
        Some(rate) => rate,
        None => half_of_the_highest(place)?,
    };
    let stage = Stage::set(place, &options.shared, None)?;
    let machine = Machine::look(&stage.installation.data)?;
    shell::say(format_args!(
        "{rate:.0} webhooks a second for {} minutes",
        options.minutes
    ));
    let ask = Ask {
        rate,
        seconds: options.minutes * 60.0,
        connections: options.connections,
        find: false,
    };
    let (server, postmaster) = (stage.server(), stage.database.postmaster()?);
    let (stop, stopped) = channel();
    let samples = thread::spawn(move || watch(server, postmaster, &stopped));
    let load = load::run(&stage, stage.tenants.len(), &ask);
    drop(stop);
    let samples = samples.join().ok().context("the watch broke")?;
    let load = load?;
    let slopes = json!({
        "server_mb_per_hour": slope(&samples, |sample| sample.server_mb),
        "postgres_mb_per_hour": slope(&samples, |sample| sample.postgres_mb),
    });
    shell::say(format_args!("in the second half: {slopes}"));
    let result = json!({ "rate": rate, "slopes": slopes, "samples": samples, "load": load });
    report::write(place, "soak", &options.shared, &machine, &result)?;
    Ok(())
}

fn half_of_the_highest(place: &Place) -> Result<f64> {
    let file = report::file(place, "ingest", &Shared::default());
    let told =
        report::read(&file).context("run `cargo xtask bench ingest` first, or give --rate")?;
    let mut results = told["result"].as_array().into_iter().flatten();
    let highest = results.find_map(|result| {
        let usual = result["setting"].is_null();
        usual.then(|| result["medians"]["highest_per_s"].as_f64())?
    });
    Ok(highest.context("the report of `bench ingest` tells no rate")? / 2.0)
}

/// Looks every ten seconds until the other end is dropped.
fn watch(server: u32, postmaster: u32, stopped: &Receiver<()>) -> Vec<Sample> {
    let begun = Instant::now();
    let mut samples = Vec::new();
    loop {
        samples.push(Sample {
            at_s: begun.elapsed().as_secs_f64(),
            server_mb: resident_mb(server),
            postgres_mb: postgres_mb(postmaster),
        });
        if !matches!(
            stopped.recv_timeout(BETWEEN),
            Err(RecvTimeoutError::Timeout)
        ) {
            return samples;
        }
    }
}

/// Megabytes an hour in the second half, by least squares: the first half fills caches and pools.
fn slope(samples: &[Sample], value: fn(&Sample) -> f64) -> Value {
    let half = &samples[samples.len() / 2..];
    let count = half.iter().map(|_| 1.0).sum::<f64>();
    if count < 2.0 {
        return Value::Null;
    }
    let mean_at = half.iter().map(|sample| sample.at_s).sum::<f64>() / count;
    let mean = half.iter().map(value).sum::<f64>() / count;
    let (mut over, mut under) = (0.0, 0.0);
    for sample in half {
        over += (sample.at_s - mean_at) * (value(sample) - mean);
        under += (sample.at_s - mean_at).powi(2);
    }
    json!((over / under * 3600.0 * 100.0).round() / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_judged_by_the_second_half_alone() {
        let samples: Vec<Sample> = (0..100)
            .map(|step| {
                let at_s = f64::from(step) * 10.0;
                Sample {
                    at_s,
                    server_mb: if step < 50 { at_s } else { 500.0 },
                    postgres_mb: 100.0 + at_s / 3600.0,
                }
            })
            .collect();
        assert_eq!(slope(&samples, |sample| sample.server_mb), json!(0.0));
        assert_eq!(slope(&samples, |sample| sample.postgres_mb), json!(1.0));
        assert_eq!(slope(&samples[..1], |sample| sample.server_mb), Value::Null);
    }
}
