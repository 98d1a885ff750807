//! `xtask-lint CHECKOUT`: the lints that read Rust and SQL themselves.
//!
//! It is a package of its own because a parser of SQL takes long to compile: only a lint pays for it. A new lint is a
//! file with a `check` that returns its faults, and a line in [`main`].

mod exceptions;
mod migrations;
mod sql;
mod text;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};

/// A lint: all its faults in this checkout.
type Lint = fn(&Path) -> Result<Vec<String>>;

fn main() -> ExitCode {
    let Some(root) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: xtask-lint CHECKOUT");
        return ExitCode::FAILURE;
    };
    let lints: [(&str, Lint); 3] = [
        ("house rules in app", text::check),
        ("migrations", migrations::check),
        ("SQL in domain", sql::check),
    ];
    let mut failed = false;
    for (name, check) in lints {
        let faults = check(&root).unwrap_or_else(|fault| vec![format!("{fault:#}")]);
        for fault in &faults {
            eprintln!("{name}: {fault}");
        }
        failed |= !faults.is_empty();
    }
    if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

/// Every Rust file below a folder of the checkout, sorted, as its path in the checkout and its text.
fn rust_files(root: &Path, folder: &str) -> Result<Vec<(PathBuf, String)>> {
    let mut found = Vec::new();
    let mut open = vec![root.join(folder)];
    while let Some(folder) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = std::fs::read_to_string(&path)
                    .with_context(|| format!("cannot read {}", path.display()))?;
                found.push((path.strip_prefix(root)?.to_path_buf(), text));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Whether a file holds only tests and what they stand on, by its name or its folder.
fn is_test_file(path: &Path) -> bool {
    let named = |name: &std::ffi::OsStr| {
        ["tests", "testing", "tests.rs", "testing.rs"]
            .iter()
            .any(|test| name == *test)
    };
    path.components().any(|part| named(part.as_os_str()))
}
