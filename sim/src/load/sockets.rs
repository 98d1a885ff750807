//! `sim sockets`: very many sockets on one server, through a day's troubles.
//!
//! After each part a line of JSON goes to standard output, and the next part waits for a line on standard input: whoever
//! started this looks at the server meanwhile. The parts: everybody opens; one event reaches all; some stop reading;
//! everybody is cut off and comes back while events go on.

mod crowd;
mod voice;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines, Stdin, stdin};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::plan::Plan;
use super::record::Record;
use super::{cpu, report};
use crowd::Crowd;
use voice::Voice;

/// `sim sockets`.
#[derive(Args, Clone, Debug)]
pub struct Sockets {
    /// As for `sim load`, with listeners; `each` is not read.
    #[arg(long)]
    pub plan: PathBuf,
    /// Signs webhooks.
    #[arg(long, env = "SIM_APP_SECRET", hide_env_values = true)]
    pub app_secret: String,
    /// Of the listeners' account.
    #[arg(long, env = "SIM_PASSWORD", hide_env_values = true)]
    pub password: Option<String>,
    /// How many sockets, over all the listeners' workspaces. Each is an open file.
    #[arg(long, default_value_t = 10_000)]
    pub count: usize,
    /// The share of them that stops reading.
    #[arg(long, default_value_t = 0.01)]
    pub stalled: f64,
    /// Events, one after another, whose way to all is measured.
    #[arg(long, default_value_t = 20)]
    pub events: usize,
    /// Seconds for which some do not read, an event every half of one. The server hears nothing of them for so long, and
    /// cuts them off.
    #[arg(long, default_value_t = 110)]
    pub stall: u64,
    /// How many open at the same time, at first and when all come back.
    #[arg(long, default_value_t = 200)]
    pub at_once: usize,
}

/// Runs it.
pub async fn run(sockets: &Sockets) -> anyhow::Result<()> {
    let plan = Arc::new(Plan::read(&sockets.plan)?);
    plan.check()?;
    let record = Arc::new(Record::new());
    let mut voice = Voice::new(sockets, plan.clone(), record.clone())?;
    let mut told = BufReader::new(stdin()).lines();
    let crowd = Crowd::new(sockets, &plan, record.clone())?;

    let begun = Instant::now();
    crowd.fill(sockets.count).await?;
    let opened = json!({
        "part": "open", "sockets": crowd.len(), "seconds": begun.elapsed().as_secs_f64(), "own_cpu_s": cpu::seconds(),
    });
    next(&mut told, opened).await?;

    let reach = reach_all(&crowd, &mut voice, sockets.events).await?;
    next(&mut told, json!({ "part": "reach", "events": reach })).await?;

    let stalled = stall(&crowd, &mut voice, sockets).await?;
    next(&mut told, stalled).await?;

    let storm = storm(&crowd, &mut voice).await?;
    next(&mut told, storm).await
}

/// Tells of a part, and waits until the next may begin.
async fn next(told: &mut Lines<BufReader<Stdin>>, part: Value) -> anyhow::Result<()> {
    println!("{part}");
    told.next_line().await?;
    Ok(())
}

/// How long each of some events takes to the first socket, to half of them and to all.
async fn reach_all(crowd: &Crowd, voice: &mut Voice, events: usize) -> anyhow::Result<Value> {
    let (mut firsts, mut lasts) = (report::histogram(), report::histogram());
    let mut unreached = 0;
    for _ in 0..events {
        let message = voice.say().await?;
        let reached = crowd.reached(message, Duration::from_secs(20)).await;
        unreached += crowd.listening() - reached.count;
        firsts.saturating_record(reached.first);
        lasts.saturating_record(reached.last);
    }
    Ok(json!({
        "count": events,
        "unreached": unreached,
        "ack_to_first_us": report::latencies(&firsts),
        "ack_to_all_us": report::latencies(&lasts),
    }))
}

/// Some do not read; the others must not notice.
async fn stall(crowd: &Crowd, voice: &mut Voice, sockets: &Sockets) -> anyhow::Result<Value> {
    let stalled = crowd.stall(sockets.stalled).await?;
    let until = Instant::now() + Duration::from_secs(sockets.stall);
    let mut lasts = report::histogram();
    let mut ticks = interval(Duration::from_millis(500));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut unreached, mut events) = (0, 0);
    while Instant::now() < until {
        ticks.tick().await;
        let message = voice.say().await?;
        let reached = crowd.reached(message, Duration::from_secs(20)).await;
        unreached += crowd.listening() - reached.count;
        lasts.saturating_record(reached.last);
        events += 1;
    }
    let cut = crowd.drain().await;
    Ok(json!({
        "part": "stall", "stalled": stalled, "cut": cut, "events": events, "unreached": unreached,
        "ack_to_all_us": report::latencies(&lasts),
    }))
}

/// All are cut off at once and come back with their places, while events go on, five a second.
async fn storm(crowd: &Crowd, voice: &mut Voice) -> anyhow::Result<Value> {
    let begun = Instant::now();
    crowd.cut();
    let mut ticks = interval(Duration::from_millis(200));
    let mut last = voice.say().await?;
    while crowd.away() > 0 && begun.elapsed() < Duration::from_mins(10) {
        ticks.tick().await;
        last = voice.say().await?;
    }
    let seconds = begun.elapsed().as_secs_f64();
    crowd.reached(last, Duration::from_secs(30)).await;
    let (missing, doubles) = crowd.tally();
    Ok(json!({
        "part": "storm", "all_back_s": seconds, "still_away": crowd.away(), "missing": missing, "doubles": doubles,
        "unasked_cuts": crowd.cuts(), "refusals": crowd.refusals(), "back_us": report::latencies(&crowd.back()),
        "own_cpu_s": cpu::seconds(),
    }))
}
