//! `cargo xtask fuzz`: libFuzzer over the reading of webhooks, led by what each input reaches. On stable Rust: see
//! `fuzz/rustc.sh`.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::conformance::OWN;
use crate::place::Place;
use crate::shell;

#[derive(Args)]
pub struct Options {
    /// For so long
    #[arg(long, default_value_t = 5)]
    minutes: u64,
    /// Further inputs to begin with, beside the project's own webhooks
    #[arg(long, value_name = "DIR")]
    seeds: Vec<PathBuf>,
}

/// Its own build folder within the usual one, so that no other build has these counters in it.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// Builds the target and runs it; a finding is a fault, and stays in the build folder. What was found to reach further is
/// kept there too, and begun with the next time.
pub fn run(place: &Place, options: &Options) -> Result<()> {
    shell::say("compiling the fuzz target");
    let mut cargo = shell::cargo(place);
    cargo
        .args(["build", "--package", "postern-fuzz", "--target", TARGET])
        .env("RUSTC_WORKSPACE_WRAPPER", place.file("fuzz/rustc.sh"))
        .env("SQLX_OFFLINE", "true");
    shell::run(&mut cargo)?;

    let kept = place.target.join("fuzz/webhook");
    let corpus = kept.join("corpus");
    std::fs::create_dir_all(&corpus)
        .with_context(|| format!("{} cannot be made", corpus.display()))?;
    let seconds = options.minutes * 60;
    let mut fuzz = Command::new(place.target.join(TARGET).join("debug/fuzz-webhook"));
    fuzz.arg(format!("-max_total_time={seconds}"))
        .arg(format!(
            "-dict={}",
            place.file("fuzz/webhook.dict").display()
        ))
        .arg(format!("-artifact_prefix={}/", kept.display()))
        // A webhook has 3 MB at most; what is to be found is found in less.
        .args(["-max_len=65536", "-timeout=10", "-rss_limit_mb=1024"])
        .args(["-print_final_stats=1", "-verbosity=1"])
        .arg(&corpus)
        .arg(place.file(OWN))
        .args(&options.seeds);
    shell::say(format_args!("fuzzing for {} minutes", options.minutes));
    let status = shell::status(&mut fuzz)?;
    if !status.success() {
        bail!(
            "the fuzz target has a finding ({status}): it is in {}",
            kept.display()
        );
    }
    shell::say("no finding");
    Ok(())
}
