//! Playwright against whole installations.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::place::Place;
use crate::proof::Outcome;
use crate::setup::{self, npm};
use crate::shell;

/// Whether `end2end` holds anything to run.
pub fn has_specs(place: &Place) -> bool {
    let entries = std::fs::read_dir(place.file("end2end"));
    entries
        .into_iter()
        .flatten()
        .flatten()
        .any(|entry| entry.file_name().to_string_lossy().ends_with(".spec.ts"))
}

/// Runs the specs. Each of Playwright's workers starts an installation of its own, with a private PostgreSQL, since
/// setting it up and restarting it are what some of them do.
pub fn run(place: &Place, site: &Path) -> Result<Vec<Outcome>> {
    let report = place.target.join("playwright.json");
    let _ = std::fs::remove_file(&report);
    let mut playwright = playwright(place, site);
    playwright
        .args(["test", "--reporter=list,json"])
        .env("PLAYWRIGHT_JSON_OUTPUT_NAME", &report);
    shell::say("browser tests");
    let status = shell::status(&mut playwright)?;
    let text = std::fs::read_to_string(&report)
        .with_context(|| format!("Playwright wrote no report ({status})"))?;
    let outcomes = read(&text)?;
    if !status.success() && outcomes.iter().all(|outcome| outcome.passed) {
        bail!("Playwright failed ({status}), and no test did");
    }
    Ok(outcomes)
}

/// Playwright, told where the built programs, the site and the browser are.
pub fn playwright(place: &Place, site: &Path) -> Command {
    let mut playwright = npm::program(place, place.file("end2end/node_modules/.bin/playwright"));
    playwright
        .current_dir(place.file("end2end"))
        .env("POSTERN_TEST_TARGET", &place.target)
        .env("POSTERN_TEST_SITE", site);
    if let Ok(xtask) = std::env::current_exe() {
        playwright.env("POSTERN_TEST_XTASK", xtask);
    }
    // Who needs it and has it not says so.
    if let Ok(python) = setup::python::callers(place) {
        playwright.env("POSTERN_TEST_PYTHON", python);
    }
    if let Some(chromium) = setup::chromium() {
        playwright.env("POSTERN_TEST_CHROMIUM", chromium);
    }
    playwright
}

#[derive(Deserialize)]
struct Suite {
    title: String,
    #[serde(default)]
    suites: Vec<Suite>,
    #[serde(default)]
    specs: Vec<Spec>,
}

#[derive(Deserialize)]
struct Spec {
    title: String,
    tests: Vec<Test>,
}

#[derive(Deserialize)]
struct Test {
    #[serde(default, rename = "projectName")]
    project: String,
    /// `expected`, `unexpected`, `flaky` or `skipped`.
    status: String,
}

/// A skipped test did not run; one that passed only when it was tried again has failed.
fn read(json: &str) -> Result<Vec<Outcome>> {
    #[derive(Deserialize)]
    struct Report {
        suites: Vec<Suite>,
    }
    let report: Report =
        serde_json::from_str(json).context("Playwright's report is not understood")?;
    let mut outcomes = Vec::new();
    report
        .suites
        .iter()
        .for_each(|suite| collect(suite, "", &mut outcomes));
    Ok(outcomes)
}

fn collect(suite: &Suite, above: &str, outcomes: &mut Vec<Outcome>) {
    let path = if above.is_empty() {
        suite.title.clone()
    } else {
        format!("{above} › {}", suite.title)
    };
    for spec in &suite.specs {
        for test in spec.tests.iter().filter(|test| test.status != "skipped") {
            let project = if test.project.is_empty() {
                String::new()
            } else {
                format!(" [{}]", test.project)
            };
            let name = format!("e2e:{path} › {}{project}", spec.title);
            outcomes.push(Outcome {
                name,
                passed: test.status == "expected",
            });
        }
    }
    suite
        .suites
        .iter()
        .for_each(|inner| collect(inner, &path, outcomes));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_is_read_through_its_nested_suites() {
        let json = r#"{"suites":[{"title":"path.spec.ts","specs":[{"title":"one","tests":[{"projectName":"","status":"expected"}]}],
            "suites":[{"title":"inbox","specs":[
                {"title":"two","tests":[{"projectName":"phone","status":"flaky"}]},
                {"title":"three","tests":[{"status":"skipped"}]}]}]}]}"#;
        let read: Vec<_> = read(json)
            .expect("a report")
            .into_iter()
            .map(|outcome| (outcome.name, outcome.passed))
            .collect();
        assert_eq!(
            read,
            [
                ("e2e:path.spec.ts › one".to_owned(), true),
                ("e2e:path.spec.ts › inbox › two [phone]".to_owned(), false)
            ]
        );
    }
}
