//! Licences and sources of every dependency, held to the lists in `deny.toml`.
//!
//! cargo-deny reads the same file; building it takes minutes, so what needs no network is checked here.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::lint::verdict;
use crate::place::Place;
use crate::shell;

#[derive(Deserialize)]
struct Deny {
    licenses: Licences,
}

#[derive(Deserialize)]
struct Licences {
    allow: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    source: Option<String>,
}

/// Reads `deny.toml` and what cargo resolved.
pub fn check(place: &Place) -> Result<()> {
    let text = std::fs::read_to_string(place.file("deny.toml")).context("deny.toml is missing")?;
    let deny: Deny = toml::from_str(&text).context("deny.toml is not understood")?;
    let json =
        shell::output(shell::cargo(place).args(["metadata", "--format-version=1", "--locked"]))?;
    let metadata: Metadata =
        serde_json::from_str(&json).context("cargo metadata is not understood")?;
    let mut sources = BTreeSet::new();
    let mut faults = Vec::new();
    for package in &metadata.packages {
        faults.extend(fault(package, &deny.licenses.allow));
        sources.extend(package.source.as_deref());
    }
    if sources.len() > 1 {
        faults.push(format!(
            "dependencies come from {} sources, and one is wanted",
            sources.len()
        ));
    }
    verdict(&faults)
}

fn fault(package: &Package, allowed: &BTreeSet<String>) -> Option<String> {
    let Package {
        name,
        version,
        license,
        source,
    } = package;
    if source
        .as_ref()
        .is_some_and(|source| !source.starts_with("registry+") && !source.starts_with("sparse+"))
    {
        return Some(format!(
            "{name} {version} does not come from the package registry"
        ));
    }
    match license {
        None => Some(format!("{name} {version} states no licence")),
        Some(licence) if !accepts(licence, allowed) => Some(format!(
            "{name} {version}: licence `{licence}` is not on the list in deny.toml"
        )),
        Some(_) => None,
    }
}

/// Evaluates an SPDX expression: OR needs one side on the list, AND both. `/` is the old way to write OR.
fn accepts(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let accepted = any_of(&words, &mut at, allowed);
    accepted && at == words.len()
}

fn any_of(words: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut accepted = all_of(words, at, allowed);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        accepted |= all_of(words, at, allowed);
    }
    accepted
}

fn all_of(words: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut accepted = one(words, at, allowed);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        accepted &= one(words, at, allowed);
    }
    accepted
}

fn one(words: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let Some(word) = words.get(*at) else {
        return false;
    };
    *at += 1;
    if *word == "(" {
        let accepted = any_of(words, at, allowed);
        *at += 1;
        return accepted;
    }
    if words.get(*at) == Some(&"WITH") {
        let exception = words.get(*at + 1).copied().unwrap_or_default();
        *at += 2;
        return allowed.contains(*word) || allowed.contains(&format!("{word} WITH {exception}"));
    }
    allowed.contains(*word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed() -> BTreeSet<String> {
        ["MIT", "Apache-2.0", "Unicode-3.0"]
            .map(str::to_owned)
            .into()
    }

    #[test]
    fn expressions_are_evaluated_as_spdx_says() {
        for good in [
            "MIT",
            "MIT OR GPL-3.0",
            "GPL-3.0/MIT",
            "(MIT OR GPL-3.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception",
        ] {
            assert!(accepts(good, &allowed()), "{good}");
        }
        for bad in [
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "(MIT OR GPL-3.0) AND AGPL-3.0",
            "",
            "MIT GPL-3.0",
        ] {
            assert!(!accepts(bad, &allowed()), "{bad}");
        }
    }

    #[test]
    fn a_package_from_elsewhere_or_without_a_licence_is_refused() {
        let mut package = Package {
            name: "x".to_owned(),
            version: "1.0.0".to_owned(),
            license: Some("MIT".to_owned()),
            source: Some("git+https://example.org/x".to_owned()),
        };
        assert!(fault(&package, &allowed()).is_some());
        package.source = Some("registry+x".to_owned());
        assert!(fault(&package, &allowed()).is_none());
        package.license = None;
        assert!(fault(&package, &allowed()).is_some());
    }
}
