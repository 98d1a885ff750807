//! Holds the ledger against what ran, and writes the proof file.

use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Serialize;

use crate::controls::{Control, Ledger, State};
use crate::place::Place;
use crate::shell;

/// One test that ran.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// `rust:<binary id>::<path>`, `e2e:<file> › <title>` or `api:<what holds>`.
    pub name: String,
    pub passed: bool,
}

#[derive(Serialize)]
struct Proof<'a> {
    commit: String,
    /// Whether the checkout held changes that are in no commit.
    dirty: bool,
    passed: usize,
    failed: usize,
    controls: Vec<Proved<'a>>,
}

#[derive(Serialize)]
struct Proved<'a> {
    #[serde(flatten)]
    control: &'a Control,
    results: Vec<Held>,
}

#[derive(Serialize)]
struct Held {
    test: String,
    result: &'static str,
}

/// Writes `proof.json`, and fails when a kept promise has a test that did not run and pass.
pub fn hold(place: &Place, outcomes: &[Outcome]) -> Result<()> {
    let ledger = Ledger::read(&place.root)?;
    let mut faults = ledger.faults(&place.root);
    let controls: Vec<Proved<'_>> = ledger
        .control
        .iter()
        .map(|control| Proved {
            control,
            results: results(control, outcomes),
        })
        .collect();
    for proved in controls
        .iter()
        .filter(|proved| proved.control.state == State::Kept)
    {
        for held in proved.results.iter().filter(|held| held.result != "passed") {
            faults.push(format!(
                "{} is kept, and its test `{}` {}",
                proved.control.id, held.test, held.result
            ));
        }
    }
    let kept = controls
        .iter()
        .filter(|proved| proved.control.state == State::Kept)
        .count();
    shell::say(format_args!(
        "controls: {kept} kept, {} planned",
        controls.len() - kept
    ));
    let passed = outcomes.iter().filter(|outcome| outcome.passed).count();
    let proof = Proof {
        commit: git(place, &["rev-parse", "HEAD"]),
        dirty: !git(place, &["status", "--porcelain"]).is_empty(),
        passed,
        failed: outcomes.len() - passed,
        controls,
    };
    let file = place.target.join("proof.json");
    std::fs::write(&file, serde_json::to_string_pretty(&proof)? + "\n")
        .context("the proof file cannot be written")?;
    shell::say(format_args!("the proof is in {}", file.display()));
    if !faults.is_empty() {
        bail!("docs/controls.toml does not hold:\n{}", faults.join("\n"));
    }
    Ok(())
}

/// A name in the ledger may be a part of a test's name: then every test it fits must have passed.
fn results(control: &Control, outcomes: &[Outcome]) -> Vec<Held> {
    control
        .tests
        .iter()
        .map(|test| {
            let (kind, wanted) = test.split_once(':').unwrap_or(("", test));
            let fits = |name: &str| {
                name.split_once(':')
                    .is_some_and(|(its, name)| its == kind && name.contains(wanted))
            };
            let fitting: Vec<bool> = outcomes
                .iter()
                .filter(|outcome| fits(&outcome.name))
                .map(|outcome| outcome.passed)
                .collect();
            let result = match fitting.as_slice() {
                [] => "did not run",
                all if all.iter().all(|passed| *passed) => "passed",
                _ => "failed",
            };
            Held {
                test: test.clone(),
                result,
            }
        })
        .collect()
}

fn git(place: &Place, words: &[&str]) -> String {
    shell::output(Command::new("git").current_dir(&place.root).args(words))
        .unwrap_or_default()
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn control(tests: &[&str]) -> Control {
        Control {
            id: "X-1".to_owned(),
            area: "x".to_owned(),
            promise: "y".to_owned(),
            state: State::Kept,
            tests: tests.iter().map(|test| (*test).to_owned()).collect(),
            code: Vec::new(),
            asvs: Vec::new(),
        }
    }

    #[test]
    fn a_test_must_have_run_and_passed_under_its_kind() {
        let outcomes = [
            Outcome {
                name: "rust:postern-domain::webhook::a_wrong_signature_is_refused".to_owned(),
                passed: true,
            },
            Outcome {
                name: "rust:postern-server::http::webhook_bad_json".to_owned(),
                passed: false,
            },
        ];
        let named = control(&[
            "rust:a_wrong_signature_is_refused",
            "rust:webhook",
            "e2e:a_wrong_signature_is_refused",
            "rust:gone",
        ]);
        let results: Vec<_> = results(&named, &outcomes)
            .into_iter()
            .map(|held| held.result)
            .collect();
        assert_eq!(results, ["passed", "failed", "did not run", "did not run"]);
    }
}
