//! The tests in Rust, by nextest, or by cargo where nextest is not installed.

use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::lint::SERVER_SIDE;
use crate::place::Place;
use crate::postgres::Postgres;
use crate::proof::Outcome;
use crate::setup::python;
use crate::shell;
use crate::test::{Kind, junit};

/// Compiles all of them together, so that every run shares one build, and runs the wanted ones.
pub fn run(place: &Place, cluster: &Postgres, kinds: &[Kind]) -> Result<Vec<Outcome>> {
    let wanted: Vec<&str> = SERVER_SIDE
        .into_iter()
        .filter(|package| kinds.contains(&kind(package)))
        .collect();
    // Somebody else's library reads what the server sends.
    let python = kinds.contains(&Kind::Http).then(|| python::callers(place));
    let python = python.transpose()?;
    let tell = |command: &mut Command| {
        cluster.tell(command);
        if let Some(python) = &python {
            command.env("POSTERN_TEST_PYTHON", python);
        }
    };
    shell::say(format_args!("tests of {}", wanted.join(", ")));
    if shell::captured(Command::new("cargo").args(["nextest", "--version"]))
        .is_ok_and(|output| output.status.success())
    {
        nextest(place, &tell, &wanted)
    } else {
        shell::say("cargo-nextest is not installed: cargo runs the tests itself, somewhat slower");
        plain(place, &tell, &wanted)
    }
}

fn kind(package: &str) -> Kind {
    match package {
        "postern-domain" => Kind::Sql,
        "postern-server" => Kind::Http,
        _ => Kind::Unit,
    }
}

fn nextest(place: &Place, tell: &dyn Fn(&mut Command), wanted: &[&str]) -> Result<Vec<Outcome>> {
    // Nextest keeps its reports below the workspace, wherever the build goes.
    let report = place.file("target/nextest/ci/junit.xml");
    let _ = std::fs::remove_file(&report);
    let mut cargo = shell::cargo(place);
    cargo.args(["nextest", "run", "--profile", "ci", "--no-tests", "pass"]);
    for package in SERVER_SIDE {
        cargo.args(["--package", package]);
    }
    let filter: Vec<String> = wanted
        .iter()
        .map(|package| format!("package({package})"))
        .collect();
    cargo.args(["--filterset", &filter.join(" or ")]);
    tell(&mut cargo);
    let status = shell::status(&mut cargo)?;
    let Ok(xml) = std::fs::read_to_string(&report) else {
        if status.success() {
            return Ok(Vec::new());
        }
        bail!("the tests could not be run ({status})");
    };
    let outcomes = junit::read(&xml);
    if !status.success() && outcomes.iter().all(|outcome| outcome.passed) {
        bail!("nextest failed ({status}), and no test did");
    }
    Ok(outcomes)
}

#[derive(Deserialize)]
struct Message {
    executable: Option<String>,
    target: Option<Target>,
    #[serde(default)]
    manifest_path: String,
    profile: Option<Profile>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

fn plain(place: &Place, tell: &dyn Fn(&mut Command), wanted: &[&str]) -> Result<Vec<Outcome>> {
    let mut cargo = shell::cargo(place);
    cargo.args(["test", "--no-run", "--quiet", "--message-format=json"]);
    for package in SERVER_SIDE {
        cargo.args(["--package", package]);
    }
    let built = shell::captured(&mut cargo)?;
    if !built.status.success() {
        bail!(
            "the tests do not compile: {}",
            shell::tail(&String::from_utf8_lossy(&built.stderr), 40)
        );
    }
    let mut outcomes = Vec::new();
    for line in String::from_utf8_lossy(&built.stdout).lines() {
        let Ok(Message {
            executable: Some(program),
            target: Some(target),
            manifest_path,
            profile: Some(Profile { test: true }),
        }) = serde_json::from_str(line)
        else {
            continue;
        };
        let folder = std::path::Path::new(&manifest_path)
            .parent()
            .context("a package without a folder")?;
        let package = package_of(folder);
        if !wanted.contains(&package.as_str()) {
            continue;
        }
        let binary = binary_id(&package, &target);
        let mut command = Command::new(&program);
        command
            // What some of them count is evidence, also when they pass.
            .arg("--show-output")
            .current_dir(folder)
            .env("CARGO_MANIFEST_DIR", folder);
        tell(&mut command);
        let ran = shell::captured(&mut command)?;
        let text = String::from_utf8_lossy(&ran.stdout);
        print!("{text}");
        let found = outcomes_of(&text, &binary);
        if !ran.status.success() && found.iter().all(|outcome| outcome.passed) {
            bail!(
                "{program} failed ({}): {}",
                ran.status,
                shell::tail(&String::from_utf8_lossy(&ran.stderr), 20)
            );
        }
        outcomes.extend(found);
    }
    Ok(outcomes)
}

/// The packages stand in folders of their short names.
fn package_of(folder: &std::path::Path) -> String {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    match name.as_ref() {
        "xtask" => name.into_owned(),
        "lint" => "xtask-lint".to_owned(),
        _ => format!("postern-{name}"),
    }
}

/// As nextest names them: the package for its library, `package::test`, `package::bin/name`.
fn binary_id(package: &str, target: &Target) -> String {
    match target.kind.first().map(String::as_str) {
        Some("test") => format!("{package}::{}", target.name),
        Some("bin") => format!("{package}::bin/{}", target.name),
        _ => package.to_owned(),
    }
}

/// `test path::name ... ok`
fn outcomes_of(text: &str, binary: &str) -> Vec<Outcome> {
    text.lines()
        .filter_map(|line| {
            let (name, result) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
            let passed = match result {
                "ok" => true,
                "FAILED" => false,
                _ => return None,
            };
            let name = name.strip_suffix(" - should panic").unwrap_or(name);
            Some(Outcome {
                name: format!("rust:{binary}::{name}"),
                passed,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargos_own_lines_are_read() {
        let text = "running 3 tests\ntest a::b ... ok\ntest c - should panic ... FAILED\ntest d ... ignored\n\n\
                    successes:\n\n---- a::b stdout ----\n3 kills; 0 twice\n\ntest result: FAILED. 1 passed\n";
        let read: Vec<_> = outcomes_of(text, "postern-domain")
            .into_iter()
            .map(|outcome| (outcome.name, outcome.passed))
            .collect();
        assert_eq!(
            read,
            [
                ("rust:postern-domain::a::b".to_owned(), true),
                ("rust:postern-domain::c".to_owned(), false)
            ]
        );
    }

    #[test]
    fn every_package_has_its_kind() {
        assert_eq!(
            SERVER_SIDE.map(kind),
            [
                Kind::Unit,
                Kind::Sql,
                Kind::Unit,
                Kind::Http,
                Kind::Unit,
                Kind::Unit,
                Kind::Unit
            ]
        );
    }
}
