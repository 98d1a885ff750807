//! `cargo xtask bench`: the limits that are promises, measured; each bench writes one JSON file.
//!
//! A bench is a variant of [`Bench`], a file under `bench/` with `Options` and a `run`, and a line in [`run`]. What they
//! share: [`stage`] is the installation that is measured, with its data loaded; [`report`] writes what came of it.

pub mod api;
pub mod checks;
pub mod client;
pub mod cpu;
pub mod database;
pub mod figures;
pub mod flood;
pub mod http;
pub mod inbox;
pub mod ingest;
pub mod load;
pub mod machine;
pub mod pgbench;
pub mod preload;
pub mod report;
pub mod soak;
pub mod sockets;
pub mod stage;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};
use serde::Serialize;

use crate::place::Place;
use crate::stack;

#[derive(Subcommand)]
pub enum Bench {
    /// Webhooks acknowledged and shown, the highest rate, and the database's own beside it
    Ingest(ingest::Options),
    /// Ten thousand sockets
    Sockets(sockets::Options),
    /// Half an hour of load, and whether memory grows
    Soak(soak::Options),
    /// How much a flooded workspace slows another one
    Flood(flood::Options),
    /// Calls of the API a second, beside a bare handler that runs the same queries
    Api(api::Options),
    /// Draw what the reports tell into docs/figures
    Figures(figures::Options),
    /// List and thread pages of a full inbox
    Inbox(inbox::Options),
    /// What the pages cost a reader's machine: bytes, Lighthouse, and how soon the inbox answers a hand
    Client(client::Options),
}

/// What every bench takes.
#[derive(Args, Clone, Default)]
pub struct Shared {
    /// So many times 100,000 conversations and 1,000,000 messages
    #[arg(long, default_value_t = 1)]
    pub scale: u32,
    /// Load the data anew, though a folder with it was kept
    #[arg(long)]
    pub fresh: bool,
    /// Where the JSON goes; by default `bench/<name>.json` in the build folder
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Measure the unoptimised build, with a hundredth of the data: for work on the bench itself
    #[arg(long)]
    pub debug: bool,
    /// The folder of the data; by default one that stays from run to run
    #[arg(long, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
    /// A setting of the server, `NAME=VALUE`; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub settings: Vec<String>,
}

impl Shared {
    /// The folder of the data, one for each size.
    pub fn folder(&self, place: &Place) -> Result<PathBuf> {
        if let Some(folder) = &self.data {
            return Ok(std::path::absolute(folder)?);
        }
        let size = if self.debug {
            "debug".to_owned()
        } else {
            self.scale.to_string()
        };
        Ok(stack::data_folder(place, &format!("bench-{size}")))
    }
}

/// Runs one of them.
pub fn run(place: &Place, bench: &Bench) -> Result<()> {
    match bench {
        Bench::Ingest(options) => ingest::run(place, options),
        Bench::Sockets(options) => sockets::run(place, options),
        Bench::Soak(options) => soak::run(place, options),
        Bench::Flood(options) => flood::run(place, options),
        Bench::Api(options) => api::run(place, options),
        Bench::Figures(options) => figures::run(place, options),
        Bench::Inbox(options) => inbox::run(place, options),
        Bench::Client(options) => client::run(place, options),
    }
}

/// The middle one; of an even number the mean of the two in the middle. Zero for none.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => 0.0,
        n if n % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

/// How times lie, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Spread {
    pub p50: u64,
    pub p95: u64,
    pub p99: u64,
}

/// Of times in microseconds.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "microseconds, and a place in a list"
)]
pub fn spread(times: &mut [f64]) -> Spread {
    times.sort_by(f64::total_cmp);
    let at = |share: usize| {
        let place = (times.len() * share / 1000).min(times.len().saturating_sub(1));
        times.get(place).map_or(0, |time| *time as u64)
    };
    Spread {
        p50: at(500),
        p95: at(950),
        p99: at(990),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one_whatever_the_order() {
        for (values, expected) in [
            (&[][..], 0.0),
            (&[4.0][..], 4.0),
            (&[9.0, 1.0, 5.0][..], 5.0),
            (&[8.0, 2.0, 4.0, 100.0][..], 6.0),
        ] {
            assert!(
                (median(values) - expected).abs() < f64::EPSILON,
                "{values:?}"
            );
        }
    }

    #[test]
    fn a_spread_is_of_the_sorted() {
        let mut times: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        let all = spread(&mut times);
        assert_eq!((all.p50, all.p95, all.p99), (51, 96, 100));
        assert_eq!(spread(&mut []), Spread::default());
    }
}
