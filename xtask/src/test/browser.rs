//! Playwright against a whole installation of its own.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::place::Place;
use crate::postgres::Postgres;
use crate::proof::Outcome;
use crate::setup::npm;
use crate::shell;
use crate::stack::{Database, Installation, Secrets};

/// Whether `end2end/tests` holds anything to run.
pub fn has_specs(place: &Place) -> bool {
    let mut open = vec![place.file("end2end/tests")];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.to_string_lossy().ends_with(".spec.ts") {
                return true;
            }
        }
    }
    false
}

/// Starts an installation without a workspace, since set-up is what the first spec does, and drives it.
pub fn run(place: &Place, cluster: &Postgres, site: PathBuf) -> Result<Vec<Outcome>> {
    cluster.create_database("postern_e2e")?;
    let database = Database::Given {
        owner: cluster.url("postern_owner", "postern_e2e"),
        app: cluster.url("postern_app", "postern_e2e"),
    };
    let data = place.target.join("e2e-data");
    let _ = std::fs::remove_dir_all(&data);
    std::fs::create_dir_all(&data)?;
    let installation = Installation::new(place, site, data, database, Secrets::make()?, None)?;
    let _sim = installation.simulate(false)?;
    let _server = installation.serve()?;

    let report = place.target.join("playwright.json");
    let _ = std::fs::remove_file(&report);
    let mut playwright = npm::program(place, place.file("end2end/node_modules/.bin/playwright"));
    playwright
        .current_dir(place.file("end2end"))
        .args(["test", "--reporter=list,json"])
        .env("PLAYWRIGHT_JSON_OUTPUT_NAME", &report);
    installation.tell(&mut playwright);
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
