//! Who may depend on whom, from `cargo metadata` and the client's real dependency tree.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::lint::verdict;
use crate::place::Place;
use crate::shell;

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Clone, Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Clone, Deserialize)]
struct Dependency {
    name: String,
    /// `None` for an ordinary dependency.
    kind: Option<String>,
}

/// Reads the manifests and the client's tree.
pub fn check(place: &Place) -> Result<()> {
    let json =
        shell::output(shell::cargo(place).args(["metadata", "--format-version=1", "--no-deps"]))?;
    let metadata: Metadata =
        serde_json::from_str(&json).context("cargo metadata is not understood")?;
    let mut faults = direct(&metadata.packages);

    let mut tree = shell::cargo(place);
    tree.args([
        "tree",
        "--package",
        "postern-frontend",
        "--target",
        "wasm32-unknown-unknown",
    ]);
    let tree =
        shell::output(tree.args(["--edges", "normal", "--prefix", "none", "--format", "{p}"]))?;
    faults.extend(client(&tree));
    verdict(&faults)
}

/// What each of our packages may not name itself. A test's own dependencies may reach further, but not sim's: what
/// it shares with the product, a shared mistake would cancel out.
fn direct(packages: &[Package]) -> Vec<String> {
    let mut faults = Vec::new();
    for package in packages {
        let mut used: BTreeMap<&str, bool> = BTreeMap::new();
        for dependency in &package.dependencies {
            *used.entry(&dependency.name).or_default() |= dependency.kind.as_deref() != Some("dev");
        }
        let me = package.name.as_str();
        for (name, in_product) in used {
            if let Some(why) = why_not(me, name, in_product) {
                faults.push(format!("{me} must not depend on {name}: {why}"));
            }
        }
    }
    faults
}

fn why_not(me: &str, name: &str, in_product: bool) -> Option<&'static str> {
    let ours = name.starts_with("postern-");
    let may_name_sqlx = matches!(me, "postern-domain" | "postern-types" | "xtask-bare");
    match me {
        "postern-sim" if ours => Some("sim knows no crate of ours"),
        _ if !in_product => None,
        _ if name.starts_with("sqlx") && !may_name_sqlx => Some("SQL lives in domain"),
        "postern-types" if !matches!(name, "serde" | "uuid" | "sqlx") => {
            Some("types is serde and uuid only")
        }
        "postern-domain" if is_web(name) => Some("domain knows no HTTP server and no page"),
        "postern-domain" if ours && name != "postern-types" => Some("arrows point one way"),
        "postern-app" if ours && !matches!(name, "postern-types" | "postern-domain") => {
            Some("arrows point one way")
        }
        "postern-frontend" if ours && name != "postern-app" => {
            Some("frontend hydrates and nothing else")
        }
        "xtask" | "xtask-bare" | "xtask-bundle" | "xtask-lint" if ours => {
            Some("xtask compiles without the product")
        }
        _ => None,
    }
}

fn is_web(name: &str) -> bool {
    ["axum", "leptos", "tower", "hyper"].iter().any(|web| {
        name == *web || name.starts_with(&format!("{web}-")) || name.starts_with(&format!("{web}_"))
    })
}

/// The browser's half contains nothing of the server's, however indirectly.
fn client(tree: &str) -> Vec<String> {
    let barred = [
        "sqlx",
        "sqlx-core",
        "tokio",
        "axum",
        "hyper",
        "postern-domain",
        "postern-server",
    ];
    let mut faults: Vec<String> = tree
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| barred.contains(name))
        .map(|name| format!("the client contains {name}: see `cargo tree -p postern-frontend --target wasm32-unknown-unknown -i {name}`"))
        .collect();
    faults.sort();
    faults.dedup();
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, dependencies: &[(&str, Option<&str>)]) -> Package {
        Package {
            name: name.to_owned(),
            dependencies: dependencies
                .iter()
                .map(|(name, kind)| Dependency {
                    name: (*name).to_owned(),
                    kind: kind.map(str::to_owned),
                })
                .collect(),
        }
    }

    #[test]
    fn each_wrong_arrow_is_refused() {
        for (from, to) in [
            ("postern-server", "sqlx"),
            ("postern-app", "sqlx"),
            ("postern-domain", "axum"),
            ("postern-domain", "leptos_axum"),
            ("postern-domain", "tower-http"),
            ("postern-domain", "postern-app"),
            ("postern-types", "tokio"),
            ("postern-sim", "postern-types"),
            ("postern-frontend", "postern-domain"),
            ("xtask", "postern-domain"),
        ] {
            assert_eq!(
                direct(&[package(from, &[(to, None)])]).len(),
                1,
                "{from} → {to}"
            );
        }
    }

    #[test]
    fn the_houses_own_arrows_pass_and_tests_may_reach_further() {
        let house = [
            package(
                "postern-types",
                &[
                    ("serde", None),
                    ("uuid", None),
                    ("sqlx", None),
                    ("serde_json", Some("dev")),
                ],
            ),
            package("postern-domain", &[("postern-types", None), ("sqlx", None)]),
            package(
                "postern-server",
                &[
                    ("postern-domain", None),
                    ("axum", None),
                    ("sqlx", Some("dev")),
                ],
            ),
            package(
                "postern-app",
                &[
                    ("postern-types", None),
                    ("postern-domain", None),
                    ("axum", None),
                ],
            ),
        ];
        assert_eq!(direct(&house), Vec::<String>::new());
        assert_eq!(
            direct(&[package("postern-sim", &[("postern-domain", Some("dev"))])]).len(),
            1
        );
    }

    #[test]
    fn the_client_is_refused_what_only_the_server_needs() {
        assert_eq!(
            client("postern-frontend v0.1.0\nleptos v0.8.1\ntokio v1.1.0\ntokio v1.1.0 (*)\n")
                .len(),
            1
        );
        assert!(client("postern-frontend v0.1.0\ntokio-less v1.0.0\n").is_empty());
    }
}
