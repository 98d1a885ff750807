//! `docs/controls.toml`: every promise, its state, the tests that prove it and the code that keeps it.

use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    pub control: Vec<Control>,
}

#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    pub id: String,
    pub area: String,
    pub promise: String,
    pub state: State,
    /// `rust:<crate>[::<binary>]::<path>` or a part of it, `e2e:<title>` or a part of it, `api:<what holds>`.
    pub tests: Vec<String>,
    /// Files of the checkout.
    pub code: Vec<String>,
    /// Ids of OWASP ASVS 5.0, levels 1 and 2.
    pub asvs: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Kept,
    Planned,
}

impl Ledger {
    /// Reads it from a checkout.
    pub fn read(root: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(root.join("docs/controls.toml"))
            .context("docs/controls.toml is missing")?;
        toml::from_str(&text).context("docs/controls.toml is not understood")
    }

    /// What is wrong with the ledger by itself.
    pub fn faults(&self, root: &Path) -> Vec<String> {
        let mut faults = Vec::new();
        let mut ids = std::collections::BTreeSet::new();
        for control in &self.control {
            let id = &control.id;
            if !ids.insert(id) {
                faults.push(format!("{id} stands there twice"));
            }
            if control.promise.trim().is_empty() || control.area.trim().is_empty() {
                faults.push(format!("{id} promises nothing"));
            }
            if control.state == State::Kept && (control.tests.is_empty() || control.code.is_empty())
            {
                faults.push(format!("{id} is kept, and names no test or no code"));
            }
            for test in &control.tests {
                if !["rust:", "e2e:", "api:"].iter().any(|kind| {
                    test.strip_prefix(kind)
                        .is_some_and(|name| name.trim().len() > 3)
                }) {
                    faults.push(format!("{id}: `{test}` names no test"));
                }
            }
            for file in control.code.iter().filter(|file| !root.join(file).exists()) {
                faults.push(format!("{id}: {file} does not exist"));
            }
            for asvs in control.asvs.iter().filter(|asvs| !is_asvs_id(asvs)) {
                faults.push(format!("{id}: `{asvs}` is no id of ASVS"));
            }
        }
        faults
    }
}

/// `V8.2.2`.
fn is_asvs_id(id: &str) -> bool {
    let parts: Vec<_> = id
        .strip_prefix('V')
        .unwrap_or_default()
        .split('.')
        .map(str::parse::<u8>)
        .collect();
    parts.len() == 3
        && parts
            .iter()
            .all(|part| part.as_ref().is_ok_and(|number| (1..=17).contains(number)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .expect("the checkout")
    }

    #[test]
    fn the_ledger_is_sound_and_no_promise_is_missing() {
        let ledger = Ledger::read(root()).expect("it is read");
        assert_eq!(ledger.faults(root()), Vec::<String>::new());
        let areas = [
            "TEN-8", "ACC-14", "LIM-7", "POR-9", "WHK-8", "API-8", "WEB-6", "FIL-2", "CFG-3",
        ];
        let areas = areas
            .iter()
            .chain(&["ENC-7", "LOG-4", "PRV-6", "WAP-4", "CRM-4", "PRO-6"]);
        for last in areas {
            let (area, count) = last.split_once('-').expect("an id");
            for number in 1..=count.parse::<u32>().expect("a number") {
                let id = format!("{area}-{number}");
                assert!(
                    ledger.control.iter().any(|control| control.id == id),
                    "{id} is missing"
                );
            }
        }
    }

    #[test]
    fn a_promise_kept_without_a_test_or_code_is_refused() {
        let text = r#"
            [[control]]
            id = "X-1"
            area = "x"
            promise = "y"
            state = "kept"
            tests = []
            code = ["nowhere.rs"]
            asvs = ["V18.1.1", "8.2.2"]
            [[control]]
            id = "X-1"
            area = "x"
            promise = "y"
            state = "planned"
            tests = ["somewhere"]
            code = []
            asvs = ["V8.2.2"]
        "#;
        let ledger: Ledger = toml::from_str(text).expect("it is a ledger");
        let faults = ledger.faults(root());
        assert_eq!(faults.len(), 6, "{faults:#?}");
    }
}
