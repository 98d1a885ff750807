//! How many bytes of code a browser fetches, and how many it may.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Serialize;

use super::{NAME, PARTS, pack};

/// What the first page may cost, in bytes of brotli.
const FIRST_LOAD: u64 = 350_000;

/// What one lazy part may cost.
const PART: u64 = 120_000;

/// The pages, and the lazy part that each of them needs at once.
const PAGES: [(&str, Option<&str>); 4] = [
    ("sign-in", Some("door")),
    ("inbox", None),
    ("numbers", Some("numbers")),
    ("set-up", Some("door")),
];

/// Bytes of brotli.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Bytes {
    /// Fetched with any page: the main module and both scripts.
    pub main: u64,
    /// What each page fetches before it is shown whole.
    pub pages: BTreeMap<String, u64>,
    /// Each lazy part, with what it shares with others.
    pub parts: BTreeMap<String, u64>,
}

/// Weighs the files of a release.
pub fn weigh(site: &Path) -> Result<Bytes> {
    let folder = pack::current(site)?;
    let bytes = |name: &str| {
        let file = folder.join(format!("{name}.br"));
        let told = std::fs::metadata(&file);
        told.map(|told| told.len())
            .with_context(|| format!("{} is not there: is it a release?", file.display()))
    };
    let text = std::fs::read_to_string(folder.join("parts.json"))?;
    let files: BTreeMap<String, Vec<String>> = serde_json::from_str(&text)?;
    let mut parts = BTreeMap::new();
    for (part, files) in files {
        let sizes = files.iter().map(|file| bytes(&format!("{file}.wasm")));
        parts.insert(part, sizes.sum::<Result<u64>>()?);
    }
    let main = bytes(&format!("{NAME}.wasm"))? + bytes(&format!("{NAME}.js"))? + bytes(PARTS)?;
    let pages = PAGES
        .iter()
        .map(|(page, needed)| {
            let part = needed.map_or(Some(0), |part| parts.get(part).copied());
            let part = part.with_context(|| format!("the page {page} lost its part"))?;
            Ok(((*page).to_owned(), main + part))
        })
        .collect::<Result<_>>()?;
    Ok(Bytes { main, pages, parts })
}

impl Bytes {
    /// Fails when something is heavier than it may be, and names all of it.
    pub fn hold(&self) -> Result<()> {
        let over = |what: &str, bytes: u64, limit: u64| {
            (bytes > limit).then(|| format!("{what}: {bytes} of {limit}"))
        };
        // What another page fetches besides is its lazy part, which has a limit of its own.
        let faults: Vec<String> = self
            .parts
            .iter()
            .filter_map(|(part, bytes)| over(part, *bytes, PART))
            .chain(over("the first load", self.main, FIRST_LOAD))
            .collect();
        if faults.is_empty() {
            return Ok(());
        }
        bail!(
            "the client is too large, in bytes of brotli: {}",
            faults.join(", ")
        )
    }

    pub fn print(&self) {
        for (page, bytes) in &self.pages {
            println!("    first load of {page:<10} {bytes:>7} bytes of brotli");
        }
        for (part, bytes) in &self.parts {
            println!("    lazy part {part:<14} {bytes:>7}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(main: u64, part: u64) -> Bytes {
        Bytes {
            main,
            pages: BTreeMap::new(),
            parts: BTreeMap::from([("numbers".to_owned(), part)]),
        }
    }

    #[test]
    fn what_is_over_its_limit_is_named() {
        assert!(bytes(FIRST_LOAD, PART).hold().is_ok());
        let told = bytes(FIRST_LOAD + 1, PART + 1).hold().unwrap_err();
        let told = told.to_string();
        assert!(told.contains("numbers: 120001 of 120000"), "{told}");
        assert!(told.contains("the first load: "), "{told}");
    }

    #[test]
    fn a_page_weighs_the_main_module_the_scripts_and_its_part() {
        let site = std::env::temp_dir().join(format!("xtask-budget-{}", std::process::id()));
        let folder = site.join("pkg/one");
        std::fs::create_dir_all(&folder).expect("a folder");
        let write = |name: &str, bytes: usize| {
            std::fs::write(folder.join(name), vec![b' '; bytes]).expect("a file");
        };
        std::fs::write(
            site.join("site.json"),
            r#"{"pkg":"pkg/one","name":"postern"}"#,
        )
        .expect("a file");
        std::fs::write(
            folder.join("parts.json"),
            r#"{"numbers":["chunk_1","split_numbers"],"door":["chunk_1"]}"#,
        )
        .expect("a file");
        assert!(weigh(&site).is_err(), "nothing is compressed");
        for (name, bytes) in [
            ("postern.wasm.br", 1000),
            ("postern.js.br", 100),
            (&format!("{PARTS}.br"), 10),
            ("chunk_1.wasm.br", 5),
            ("split_numbers.wasm.br", 40),
        ] {
            write(name, bytes);
        }
        let found = weigh(&site).expect("sizes");
        assert_eq!((found.main, found.parts["numbers"]), (1110, 45));
        assert_eq!(found.pages["inbox"], 1110);
        assert_eq!(found.pages["sign-in"], 1115);
        std::fs::remove_dir_all(site).expect("it is removed");
    }
}
