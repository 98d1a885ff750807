//! A bench's JSON: what was run, on which commit and machine, and what came of it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Shared, machine::Machine};
use crate::place::Place;
use crate::shell;

/// Where the JSON of a bench goes.
pub fn file(place: &Place, name: &str, shared: &Shared) -> PathBuf {
    shared
        .out
        .clone()
        .unwrap_or_else(|| place.target.join("bench").join(format!("{name}.json")))
}

/// Writes it, and says where.
pub fn write(
    place: &Place,
    name: &str,
    shared: &Shared,
    machine: &Machine,
    result: &impl Serialize,
) -> Result<PathBuf> {
    let path = file(place, name, shared);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let report = json!({
        "bench": name,
        "command": command(),
        "commit": commit(place),
        "date": shell::output(Command::new("date").args(["-u", "+%FT%TZ"]))?.trim(),
        "profile": if shared.debug { "debug" } else { "release" },
        "scale": shared.scale,
        "machine": machine,
        "result": result,
    });
    std::fs::write(&path, serde_json::to_string_pretty(&report)? + "\n")
        .with_context(|| format!("cannot write {}", path.display()))?;
    shell::say(format_args!("the report is in {}", path.display()));
    Ok(path)
}

/// Reads a report.
pub fn read(path: &Path) -> Result<Value> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{} is not there", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not understood", path.display()))
}

fn command() -> String {
    let words: Vec<String> = std::env::args().skip(1).collect();
    format!("cargo xtask {}", words.join(" "))
}

/// The commit, and whether what was built differs from it.
fn commit(place: &Place) -> Value {
    let git = |arguments: &[&str]| {
        shell::output(
            Command::new("git")
                .arg("-C")
                .arg(&place.root)
                .args(arguments),
        )
        .map(|text| text.trim().to_owned())
        .unwrap_or_default()
    };
    json!({
        "id": git(&["rev-parse", "--short=12", "HEAD"]),
        "changed": !git(&["status", "--porcelain", "--untracked-files=no"]).is_empty(),
    })
}
