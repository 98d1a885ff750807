//! `sim load` against the stage, with what the database says afterwards.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{
    checks,
    cpu::Used,
    stage::{Stage, Tenant},
};
use crate::shell;

/// What is asked of it.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Webhooks a second; where the search begins, with `find`.
    pub rate: f64,
    /// How long is measured, or each step of the search takes.
    pub seconds: f64,
    pub connections: usize,
    /// Look for the highest rate.
    pub find: bool,
}

/// Runs it on the first `workspaces` of the stage, a socket open in each, and returns sim's report with the checks and
/// what was used of the machine.
pub fn run(stage: &Stage, workspaces: usize, ask: &Ask) -> Result<Value> {
    let tenants = &stage.tenants[..workspaces.min(stage.tenants.len())];
    let mut sim = command(stage, "load", tenants, ask)?;
    let folder = &stage.installation.data;
    let (out, messages) = (folder.join("load.json"), folder.join("load.messages"));
    sim.arg(argument("out", &out))
        .arg(argument("messages", &messages));
    let postmaster = stage.database.postmaster()?;
    let before = Used::now(stage.server(), postmaster);
    shell::run(&mut sim)?;
    let used = Used::now(stage.server(), postmaster).since(before);
    let text = std::fs::read_to_string(&out)?;
    let mut report: Value = serde_json::from_str(&text).context("in sim's report")?;
    let name = report["name"].as_str().unwrap_or_default().to_owned();
    let from = report["run"]["measured_from"].as_u64().unwrap_or_default();
    let checks = checks::look(&stage.database, &messages, &name, from)?;
    report["checks"] = serde_json::to_value(checks)?;
    report["cpu"] = cpu(used, &report);
    Ok(report)
}

/// The load on these workspaces as a command; its plan is called so.
pub fn command(stage: &Stage, name: &str, tenants: &[Tenant], ask: &Ask) -> Result<Command> {
    let plan = stage.installation.data.join(format!("{name}.plan.json"));
    std::fs::write(&plan, self::plan(stage, tenants, 1).to_string())?;
    let mut sim = stage.installation.sim();
    sim.arg("load")
        .args(arguments(ask))
        .arg(argument("plan", &plan))
        .env("SIM_PASSWORD", &stage.password)
        .stdin(Stdio::null());
    Ok(sim)
}

fn arguments(ask: &Ask) -> Vec<String> {
    let mut arguments = vec![
        format!("--rate={}", ask.rate),
        format!("--seconds={}", ask.seconds),
        format!("--connections={}", ask.connections),
    ];
    if ask.find {
        arguments.push("--find".to_owned());
    }
    arguments
}

fn argument(name: &str, path: &Path) -> String {
    format!("--{name}={}", path.display())
}

/// What sim needs to know: where to, whom, and in which inboxes to listen.
pub fn plan(stage: &Stage, tenants: &[Tenant], each: usize) -> Value {
    let port = stage.installation.port;
    let numbers: Vec<Value> = tenants
        .iter()
        .map(|tenant| {
            json!({
                "phone_number_id": tenant.phone_number_id, "waba_id": tenant.waba_id, "digits": tenant.digits,
                "first_customer": tenant.first_customer, "customers": tenant.customers,
                "workspace": tenant.workspace,
            })
        })
        .collect();
    let workspaces: Vec<&str> = tenants
        .iter()
        .map(|tenant| tenant.workspace.as_str())
        .collect();
    json!({
        "targets": [format!("http://127.0.0.1:{port}/webhooks/whatsapp")],
        "numbers": numbers,
        "listeners": {
            "base_url": stage.installation.url(),
            "address": format!("127.0.0.1:{port}"),
            "email": stage.email,
            "workspaces": workspaces,
            "each": each,
        },
    })
}

/// Seconds on a processor, and milliseconds of them for each webhook that was sent, those of the load's own included.
fn cpu(used: Used, report: &Value) -> Value {
    let sim = report["own_cpu_s"].as_f64().unwrap_or_default();
    let sent = report["requests"].as_f64().unwrap_or_default().max(1.0);
    let each = |seconds: f64| (seconds * 1e6 / sent).round() / 1e3;
    json!({
        "server_s": used.server_s, "postgres_s": used.postgres_s, "sim_s": sim,
        "server_ms_each": each(used.server_s),
        "postgres_ms_each": each(used.postgres_s),
        "sim_ms_each": each(sim),
    })
}
