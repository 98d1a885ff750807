//! pgbench doing the same work: the database's own limit, as the serving role, a transaction each.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::{
    database::{Database, Role},
    stage::Tenant,
};
use crate::shell;

/// The work as SQL, each under its name. They fill in the same words; another one is another line.
pub const SCRIPTS: [(&str, &str); 2] = [
    ("statements", include_str!("../../bench/statements.sql")),
    ("short", include_str!("../../bench/short.sql")),
];

/// Clients at once.
const CLIENTS: u32 = 16;

/// Transactions a second over `seconds`.
pub fn run(database: &Database, tenants: &[Tenant], script: &str, seconds: u32) -> Result<f64> {
    let folder = Folder::make()?;
    let mut pgbench = database.program("pgbench", Role::App);
    pgbench.args(["--no-vacuum", "--protocol=prepared", "--jobs=1"]);
    pgbench.arg(format!("--client={CLIENTS}"));
    pgbench.arg(format!("--time={seconds}"));
    for (rank, tenant) in (1..).zip(tenants) {
        let file = folder.0.join(format!("{rank}.sql"));
        std::fs::write(&file, filled(script, tenant))?;
        // As often as sim's load writes to it: Zipf's law.
        pgbench.arg(format!("--file={}@{}", file.display(), 10_000 / rank));
    }
    let told = shell::output(&mut pgbench).context("is pgbench installed?")?;
    rate(&told).with_context(|| format!("pgbench told no rate: {}", shell::tail(&told, 5)))
}

/// The script for one workspace.
fn filled(script: &str, tenant: &Tenant) -> String {
    script
        .replace("{workspace}", &tenant.workspace)
        .replace("{channel}", &tenant.channel)
        .replace("{number}", &tenant.phone_number_id)
        .replace("{account}", &tenant.waba_id)
        .replace("{first_customer}", &tenant.first_customer.to_string())
        .replace("{customers}", &tenant.customers.to_string())
}

/// `tps = 1234.5 (without initial connection time)`; the first such line is of all scripts together.
fn rate(told: &str) -> Option<f64> {
    let line = told.lines().find(|line| line.starts_with("tps = "))?;
    line.split_whitespace().nth(2)?.parse().ok()
}

/// A scratch folder, removed when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn make() -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("postern-pgbench-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_of_all_scripts_together_is_read() {
        let told = "transaction type: multiple scripts\nlatency average = 8.1 ms\n\
                    tps = 1967.25 (without initial connection time)\nSQL script 1: a\n - tps = 9.0\n";
        assert_eq!(rate(told), Some(1967.25));
        assert_eq!(rate("pgbench: error"), None);
    }

    #[test]
    fn no_word_is_left_to_be_filled_in() {
        let tenant = Tenant {
            workspace: "w".to_owned(),
            channel: "c".to_owned(),
            member: "m".to_owned(),
            phone_number_id: "1".to_owned(),
            waba_id: "2".to_owned(),
            token: String::new(),
            digits: "3".to_owned(),
            first_customer: 4,
            customers: 5,
        };
        for (name, script) in SCRIPTS {
            let filled = filled(script, &tenant);
            for word in ["{workspace}", "{customers}", "{number}", "{first"] {
                assert!(!filled.contains(word), "{name}: {word}");
            }
        }
    }
}
