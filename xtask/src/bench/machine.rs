//! What the numbers were measured on.

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::Result;
use serde::Serialize;

use crate::{postgres, shell};

/// Facts of the machine, for the report.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    pub processor: String,
    pub cores: usize,
    pub memory_mb: u64,
    pub system: String,
    pub kernel: String,
    pub rustc: String,
    pub postgres: String,
    /// The median time to append 8 KiB to a file in the data folder and have it on the disk.
    pub fsync_us: f64,
    /// What else ran when the bench began: the load average of the last minute.
    pub load: f64,
}

impl Machine {
    /// Looks, and tries the disk under `data`.
    pub fn look(data: &Path) -> Result<Self> {
        let postgres = postgres::binaries()?.join("postgres");
        Ok(Self {
            processor: field("/proc/cpuinfo", "model name").unwrap_or_default(),
            cores: std::thread::available_parallelism().map_or(0, Into::into),
            memory_mb: field("/proc/meminfo", "MemTotal")
                .and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok())
                .map_or(0, |kb| kb / 1024),
            system: field("/etc/os-release", "PRETTY_NAME")
                .unwrap_or_default()
                .trim_matches('"')
                .to_owned(),
            kernel: shell::output(Command::new("uname").arg("-r"))?
                .trim()
                .to_owned(),
            rustc: shell::version("rustc").unwrap_or_default(),
            postgres: shell::version(postgres).unwrap_or_default(),
            fsync_us: fsync_us(data)?,
            load: std::fs::read_to_string("/proc/loadavg")
                .ok()
                .and_then(|text| text.split_whitespace().next()?.parse().ok())
                .unwrap_or_default(),
        })
    }
}

/// The value behind `name` in a file of `name: value` or `name=value`.
fn field(file: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    let (_, value) = line.split_once([':', '='])?;
    Some(value.trim().to_owned())
}

/// How long the disk takes to keep what it was given.
fn fsync_us(folder: &Path) -> Result<f64> {
    let path = folder.join("fsync.try");
    let mut file = std::fs::File::create(&path)?;
    let page = [7; 8192];
    let mut times = Vec::with_capacity(100);
    for _ in 0..100 {
        let begun = Instant::now();
        file.write_all(&page)?;
        file.sync_data()?;
        times.push(begun.elapsed().as_secs_f64() * 1e6);
    }
    std::fs::remove_file(path)?;
    Ok(super::median(&times))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_is_told_by_its_cores_and_its_disk() {
        let machine = Machine::look(&std::env::temp_dir()).expect("a machine");
        assert!(machine.cores > 0 && machine.memory_mb > 0 && machine.fsync_us > 0.0);
        assert!(
            machine.postgres.contains("PostgreSQL"),
            "{}",
            machine.postgres
        );
    }
}
