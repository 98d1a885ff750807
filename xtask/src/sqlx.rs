//! `cargo xtask sqlx`: the query data in `.sqlx`, made against a database that has every migration.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::place::Place;
use crate::postgres::Postgres;
use crate::{setup, shell};

#[derive(Args, Default)]
pub struct Options {
    /// Change nothing; fail when `.sqlx` is not what the queries and migrations give
    #[arg(long)]
    pub check: bool,
}

/// Makes the data anew in a scratch folder, then compares or replaces.
pub fn run(place: &Place, options: &Options) -> Result<()> {
    setup::machine(place, false)?;
    let cluster = Postgres::start()?;
    check_or_refresh(place, &cluster, options.check)
}

/// The same with a cluster that runs already.
pub fn check_or_refresh(place: &Place, cluster: &Postgres, check: bool) -> Result<()> {
    const DATABASE: &str = "postern_sqlx";
    shell::say("sqlx: every query against the migrated database");
    cluster.create_database(DATABASE)?;
    cluster.migrate(DATABASE, &place.file("migrations"))?;

    let made = place.target.join("sqlx");
    if made.exists() {
        std::fs::remove_dir_all(&made)?;
    }
    std::fs::create_dir_all(&made)?;
    // The macros write only while their crate compiles. The file gets its time back, so that the tests, which are
    // compiled apart, are not compiled again for nothing.
    let crate_root = place.file("domain/src/lib.rs");
    let written = std::fs::metadata(&crate_root)
        .and_then(|file| file.modified())
        .context("domain has no lib.rs")?;
    touch(&crate_root, now())?;
    let mut cargo = shell::cargo(place);
    cargo
        .args([
            "check",
            "--quiet",
            "--package",
            "postern-domain",
            "--all-targets",
        ])
        .env("SQLX_OFFLINE", "false")
        .env("SQLX_OFFLINE_DIR", &made)
        .env("DATABASE_URL", cluster.url("postern_owner", DATABASE));
    let checked = shell::run(&mut cargo);
    touch(&crate_root, written)?;
    checked?;

    let (new, old) = (queries(&made)?, queries(&place.file(".sqlx"))?);
    if new == old {
        shell::say(format_args!(
            "sqlx: {} queries, .sqlx is up to date",
            new.len()
        ));
        return Ok(());
    }
    if check {
        bail!(
            "`.sqlx` is out of date ({}): run `cargo xtask sqlx` and commit it",
            difference(&old, &new)
        );
    }
    let folder = place.file(".sqlx");
    std::fs::create_dir_all(&folder)?;
    for name in old.keys().filter(|name| !new.contains_key(*name)) {
        std::fs::remove_file(folder.join(name))?;
    }
    for (name, text) in &new {
        std::fs::write(folder.join(name), text)?;
    }
    shell::say(format_args!(
        "sqlx: .sqlx is refreshed ({})",
        difference(&old, &new)
    ));
    Ok(())
}

fn touch(file: &Path, time: SystemTime) -> Result<()> {
    Ok(std::fs::File::options()
        .append(true)
        .open(file)?
        .set_modified(time)?)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a build tool tells cargo that a file is new"
)]
fn now() -> SystemTime {
    SystemTime::now()
}

type Queries = BTreeMap<String, String>;

fn queries(folder: &Path) -> Result<Queries> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Ok(Queries::new());
    };
    let mut found = Queries::new();
    for entry in entries {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name.starts_with("query-") && path.extension().is_some_and(|end| end == "json") {
            found.insert(name, std::fs::read_to_string(&path)?);
        }
    }
    Ok(found)
}

fn difference(old: &Queries, new: &Queries) -> String {
    let added = new.keys().filter(|name| !old.contains_key(*name)).count();
    let gone = old.keys().filter(|name| !new.contains_key(*name)).count();
    let changed = new
        .iter()
        .filter(|(name, text)| old.get(*name).is_some_and(|before| before != *text))
        .count();
    format!("{added} new, {changed} changed, {gone} gone")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_counted() {
        let query = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let old = Queries::from([query("a", "1"), query("b", "1")]);
        let new = Queries::from([query("b", "2"), query("c", "1")]);
        assert_eq!(difference(&old, &new), "1 new, 1 changed, 1 gone");
    }
}
