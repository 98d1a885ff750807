//! Very many sockets: their memory, one event to all, readers that stall, and everybody coming back at once.

use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::{Value, json};

use super::{
    Shared,
    cpu::{Used, resident_mb},
    load,
    machine::Machine,
    report,
    stage::Stage,
};
use crate::place::Place;
use crate::shell::{self, Beside};

#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    pub shared: Shared,
    /// How many; each is an open file of the server's and one of sim's
    #[arg(long, default_value_t = 10_000)]
    pub count: u32,
    /// Events whose way to all is measured
    #[arg(long, default_value_t = 20)]
    pub events: u32,
    /// Seconds for which one in a hundred does not read
    #[arg(long, default_value_t = 110)]
    pub stall: u32,
    /// How many open at the same time, at first and when all come back
    #[arg(long, default_value_t = 200)]
    pub at_once: u32,
}

/// Measures it. All sockets are in one workspace, so that each event goes to every one of them.
pub fn run(place: &Place, options: &Options) -> Result<()> {
    let mut stage = Stage::set(place, &options.shared, None)?;
    // Anew in any case: its memory is to be that of a server that has done nothing yet.
    stage.restart()?;
    let machine = Machine::look(&stage.installation.data)?;
    room_for_files(options.count)?;
    std::thread::sleep(std::time::Duration::from_secs(3));
    let idle_mb = resident_mb(stage.server());
    shell::say(format_args!("idle, the server has {idle_mb:.1} MB"));

    let mut crowd = Crowd::start(&stage, options)?;
    let mut parts = Vec::new();
    while let Some(mut part) = crowd.next()? {
        let at_last = resident_mb(stage.server());
        part["server_mb"] = json!(at_last);
        part["server_files"] = json!(files(stage.server()));
        part["cpu"] = json!(crowd.used(&stage)?);
        println!("    {part}");
        parts.push(part);
        crowd.go_on()?;
    }
    crowd.end()?;
    let open = parts.first().context("no socket was opened")?;
    let each_kb = (open["server_mb"].as_f64().unwrap_or_default() - idle_mb) * 1024.0
        / open["sockets"].as_f64().unwrap_or(1.0);
    shell::say(format_args!("each socket takes {each_kb:.1} kB"));
    let result = json!({ "idle_mb": idle_mb, "socket_kb": each_kb, "parts": parts });
    report::write(place, "sockets", &options.shared, &machine, &result)?;
    Ok(())
}

/// Server and sim inherit the limit of open files.
fn room_for_files(count: u32) -> Result<()> {
    let told = std::fs::read_to_string("/proc/self/limits")?;
    let soft = told
        .lines()
        .find(|line| line.starts_with("Max open files"))
        .and_then(|line| line.split_whitespace().nth(3)?.parse::<u32>().ok())
        .unwrap_or(u32::MAX);
    if soft < count + 1_000 {
        bail!(
            "{count} sockets need more open files than {soft}: `ulimit -n {}` first",
            count + 2_000
        );
    }
    Ok(())
}

fn files(pid: u32) -> usize {
    std::fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count)
}

/// `sim sockets`, which waits between its parts.
struct Crowd {
    sim: Beside,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    before: Used,
}

impl Crowd {
    fn start(stage: &Stage, options: &Options) -> Result<Self> {
        let plan = stage.installation.data.join("sockets.plan.json");
        let told = load::plan(stage, &stage.tenants[..1], 1);
        std::fs::write(&plan, told.to_string())?;
        let mut sim: Command = stage.installation.sim();
        sim.arg("sockets")
            .arg(format!("--plan={}", plan.display()))
            .arg(format!("--count={}", options.count))
            .arg(format!("--events={}", options.events))
            .arg(format!("--stall={}", options.stall))
            .arg(format!("--at-once={}", options.at_once))
            .env("SIM_PASSWORD", &stage.password)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        shell::say(format_args!("opening {} sockets", options.count));
        let before = Used::now(stage.server(), stage.database.postmaster()?);
        let mut sim = Beside::start(&mut sim)?;
        let input = sim.child().stdin.take().context("sim takes no input")?;
        let output = sim.child().stdout.take();
        let output = output.context("sim gives no output")?;
        Ok(Self {
            sim,
            input,
            output: BufReader::new(output),
            before,
        })
    }

    /// What sim tells of its next part; none at the end.
    fn next(&mut self) -> Result<Option<Value>> {
        let mut line = String::new();
        if self.output.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        serde_json::from_str(&line)
            .map(Some)
            .with_context(|| format!("sim said `{}`", line.trim_end()))
    }

    fn go_on(&mut self) -> Result<()> {
        Ok(self.input.write_all(b"\n")?)
    }

    /// What was used in this part.
    fn used(&mut self, stage: &Stage) -> Result<Used> {
        let now = Used::now(stage.server(), stage.database.postmaster()?);
        let used = now.since(self.before);
        self.before = now;
        Ok(used)
    }

    fn end(mut self) -> Result<()> {
        self.sim.end("sim")
    }
}
