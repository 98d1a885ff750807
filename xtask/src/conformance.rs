//! `cargo xtask conformance`: webhooks that others wrote, through the real door, and whether people see what they say.
//!
//! Each stands for itself: the workspace is emptied before it, and knows the numbers and accounts that it names.

mod manifest;
mod payload;
mod seen;
mod stage;
mod verdict;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::place::Place;
use crate::shell;
use manifest::{Case, Values};
use payload::Payload;
use stage::Stage;
use verdict::Report;

#[derive(Args)]
pub struct Options {
    /// The folder: its MANIFEST.tsv names the webhooks, and without one every JSON file is one
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Also fail when one is not understood whose values are only words that stand for a value
    #[arg(long)]
    all: bool,
}

/// The project's own webhooks, of every kind.
pub const OWN: &str = "fixtures/whatsapp";
/// Those that others wrote, where they are at hand.
const OTHERS: &str = "../shared/payloads";

/// Reports each webhook of the folder in a line of JSON, and then all of them in one line of words.
pub fn run(place: &Place, options: &Options) -> Result<()> {
    let cases = manifest::read(&options.folder)?;
    let stage = Stage::set(place)?;
    let tally = feed(&stage, &cases, |report| {
        println!("{}", serde_json::to_string(report)?);
        Ok(())
    })?;
    println!("{}", tally.line());
    tally.hold(options.all)
}

/// As one check among others: the project's own webhooks, and those of others where they are at hand. What is not
/// understood is told, and nothing else.
pub fn check(place: &Place) -> Result<()> {
    let mut folders = vec![place.file(OWN)];
    let others = place.file(OTHERS);
    if others.is_dir() {
        folders.push(others);
    } else {
        shell::say(format_args!(
            "conformance: {} is not there; the project's own webhooks alone are fed",
            others.display()
        ));
    }
    let stage = Stage::set(place)?;
    for folder in folders {
        let cases = manifest::read(&folder)?;
        let tally = feed(&stage, &cases, |report| {
            if !report.understood {
                println!("{}", serde_json::to_string(report)?);
            }
            Ok(())
        })?;
        shell::say(format_args!("{}: {}", folder.display(), tally.line()));
        tally.hold(false)?;
    }
    Ok(())
}

/// What came of all of them.
#[derive(Debug, Default)]
struct Tally {
    files: usize,
    understood: usize,
    /// Not understood, though its values are Meta's.
    deliverable: usize,
    failures: usize,
}

impl Tally {
    fn line(&self) -> String {
        format!(
            "{} files, {} understood, {} not understood, {} failures",
            self.files,
            self.understood,
            self.files - self.understood,
            self.failures
        )
    }

    fn hold(&self, all: bool) -> Result<()> {
        let missing = if all {
            self.files - self.understood
        } else {
            self.deliverable
        };
        if missing > 0 || self.failures > 0 {
            bail!(
                "{missing} webhooks are not understood, and {} failed",
                self.failures
            );
        }
        Ok(())
    }
}

fn feed(
    stage: &Stage,
    cases: &[Case],
    mut tell: impl FnMut(&Report) -> Result<()>,
) -> Result<Tally> {
    let mut tally = Tally::default();
    let panics = stage.panics()?;
    for case in cases {
        let report = one(stage, case).with_context(|| case.file.clone())?;
        tell(&report)?;
        tally.files += 1;
        tally.understood += usize::from(report.understood);
        tally.deliverable += usize::from(!report.understood && case.values == Values::Deliverable);
        tally.failures += usize::from(report.status >= 500);
        if shell::interrupted() {
            bail!("interrupted");
        }
    }
    tally.failures += stage.panics()? - panics;
    Ok(tally)
}

fn one(stage: &Stage, case: &Case) -> Result<Report> {
    let bytes = read(&case.path)?;
    let payload = Payload::read(&bytes);
    stage.clear()?;
    let channels = stage.connect(&payload)?;
    let door = channels.first().context("no number is connected")?;
    let status = stage.post(door, &bytes)?;
    let stored = seen::read(stage, &channels, &payload)?;
    Ok(verdict::weigh(case, &payload, status, stored))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))
}
