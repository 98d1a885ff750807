//! What is loaded, as whoever set the stage writes it down.

use std::path::Path;

use anyhow::{Context as _, bail};
use serde::Deserialize;

/// A run's surroundings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Callbacks, each of them of another process; they take turns.
    pub targets: Vec<String>,
    /// Numbers that are written to, the busiest first.
    pub numbers: Vec<Target>,
    /// Who listens.
    #[serde(default)]
    pub listeners: Option<Listeners>,
}

/// A number and its customers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Meta's id of the number.
    pub phone_number_id: String,
    /// Its account.
    pub waba_id: String,
    /// Its digits.
    pub digits: String,
    /// Customers have this number and the following ones.
    pub first_customer: u64,
    /// How many there are.
    pub customers: u32,
    /// Where it is connected.
    #[serde(default)]
    pub workspace: String,
}

/// Sockets in the inboxes, as agents have them open.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listeners {
    /// What a browser has in its address bar: `http://localhost:3000`.
    pub base_url: String,
    /// Where that really is, when the name need not be looked up: `127.0.0.1:3000`.
    pub address: String,
    /// A member of all of the workspaces.
    pub email: String,
    /// In which workspaces.
    pub workspaces: Vec<String>,
    /// How many sockets in each.
    #[serde(default = "one")]
    pub each: usize,
}

fn one() -> usize {
    1
}

impl Plan {
    /// Reads it.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_str(&text).with_context(|| format!("in {}", path.display()))
    }

    /// Says what is missing.
    pub fn check(&self) -> anyhow::Result<()> {
        if self.targets.is_empty() || self.numbers.is_empty() {
            bail!("the plan names no target or no number");
        }
        if self.numbers.iter().any(|number| number.customers == 0) {
            bail!("a number of the plan has no customers");
        }
        Ok(())
    }
}

/// Host and path of an `http://` URL.
pub(super) fn parts(url: &str) -> anyhow::Result<(String, String)> {
    let rest = url
        .strip_prefix("http://")
        .with_context(|| format!("{url} is not http://"))?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    Ok((host.to_owned(), format!("/{path}")))
}
