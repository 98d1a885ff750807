//! Load: webhooks at a rate that does not wait for the answers, and the sockets in which they must appear.
//!
//! Arrivals are open-loop: each has its time before the run begins, and its latency counts from that time, also when it
//! had to wait for a free connection ([`drive`]). What is sent is made in [`traffic`], what came of it is kept in
//! [`record`], the sockets are in [`ears`], and [`find`] looks for the highest rate.

mod cpu;
mod drive;
mod ears;
mod find;
mod line;
mod live;
mod plan;
mod record;
mod report;
mod rng;
mod sockets;
mod traffic;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use serde_json::{Value, json};

pub use plan::{Listeners, Plan, Target};
pub use sockets::{Sockets, run as run_sockets};

use drive::Run;

/// `sim load`.
#[derive(Args, Clone, Debug)]
pub struct Load {
    /// A JSON file: `{targets: [url], numbers: [{phone_number_id, waba_id, digits, first_customer, customers, workspace}],
    /// listeners?: {base_url, email, workspaces: [id], each}}`. Numbers write in the order of the list: the first most.
    #[arg(long)]
    pub plan: PathBuf,
    /// Signs webhooks.
    #[arg(long, env = "SIM_APP_SECRET", hide_env_values = true)]
    pub app_secret: String,
    /// Of the listeners' account.
    #[arg(long, env = "SIM_PASSWORD", hide_env_values = true)]
    pub password: Option<String>,
    /// Webhooks a second; where to begin, with --find.
    #[arg(long, default_value_t = 500.0)]
    pub rate: f64,
    /// How long is measured; how long each step takes, with --find.
    #[arg(long, default_value_t = 30.0)]
    pub seconds: f64,
    /// What is sent before is not measured.
    #[arg(long, default_value_t = 3.0)]
    pub warm_up: f64,
    /// Connections, all targets together. When all are busy, arrivals wait, and their latency counts.
    #[arg(long, default_value_t = 128)]
    pub connections: usize,
    /// Evenly spaced instead of at random (Poisson).
    #[arg(long)]
    pub even: bool,
    /// The share of bodies that come again: half of them at the same time, half later.
    #[arg(long, default_value_t = 0.10)]
    pub duplicates: f64,
    /// The share of bodies with a wrong signature.
    #[arg(long, default_value_t = 0.01)]
    pub bad: f64,
    /// Of the choices; another one each time by default.
    #[arg(long)]
    pub seed: Option<u64>,
    /// Looks for the highest rate at which nothing fails and the 99th percentile stays under --limit-ms.
    #[arg(long)]
    pub find: bool,
    /// See --find.
    #[arg(long, default_value_t = 250.0)]
    pub limit_ms: f64,
    /// How long to wait at the end for frames that have not come, in seconds.
    #[arg(long, default_value_t = 20.0)]
    pub settle: f64,
    /// Where the report goes, as JSON; by default to standard output.
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// A file with a line a message, whether it was acknowledged or not, parted by tabs: its index, its id, the number,
    /// the customer, when it was sent, acknowledged and first seen in a socket (microseconds since 1970, or nothing).
    #[arg(long)]
    pub messages: Option<PathBuf>,
}

impl Load {
    /// The same load at another rate, from the warm-up's end on for the measured time.
    fn at(&self, rate: f64) -> Self {
        Self {
            rate,
            ..self.clone()
        }
    }

    fn warm_up(&self) -> Duration {
        Duration::from_secs_f64(self.warm_up.max(0.0))
    }

    fn until(&self) -> Duration {
        self.warm_up() + Duration::from_secs_f64(self.seconds.max(0.0))
    }
}

/// Runs it and returns the report, which is also written where it was asked for.
pub async fn run(load: &Load) -> anyhow::Result<Value> {
    let plan = Plan::read(&load.plan)?;
    plan.check()?;
    let run = Run::open(load, plan).await?;
    let report = if load.find {
        find::highest(&run, load).await
    } else {
        let step = run.drive(load, false).await;
        run.settle(load).await;
        json!({ "run": step.json(), "frames": run.frames(step.measured_from) })
    };
    let report = run.close(report);
    if let Some(path) = &load.messages {
        run.record().write(path, &run.plan)?;
    }
    if let Some(path) = &load.out {
        std::fs::write(path, serde_json::to_vec_pretty(&report)?)
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(report)
}
