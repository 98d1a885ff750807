//! The site folder: a package folder named by what is in it, and `site.json` that names the current one.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::shell;
use crate::web::NAME;

/// How many earlier packages stay, for the tabs that were opened before a deploy.
const KEPT: usize = 2;

/// What the server reads at its start.
#[derive(Serialize, Deserialize)]
pub struct Site {
    /// The package's folder under the site, `pkg/<hash>`.
    pub pkg: String,
    /// What the files in it are called.
    pub name: String,
}

/// Moves the staged files to `pkg/<hash of them>`, points `site.json` at it and drops what is too old.
pub fn publish(site: &Path, staging: &Path) -> Result<()> {
    let hash = fingerprint(&[staging])?;
    let packages = site.join("pkg");
    std::fs::create_dir_all(&packages)?;
    let folder = packages.join(&hash[..16]);
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::rename(staging, &folder)?;
    let told = Site {
        pkg: format!("pkg/{}", &hash[..16]),
        name: NAME.to_owned(),
    };
    std::fs::write(site.join("site.json"), serde_json::to_string(&told)? + "\n")?;
    drop_old(&packages, &folder)
}

fn drop_old(packages: &Path, current: &Path) -> Result<()> {
    let mut older: Vec<(SystemTime, PathBuf)> = std::fs::read_dir(packages)?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path != current)
        .map(|path| Ok((path.metadata()?.modified()?, path)))
        .collect::<Result<_>>()?;
    older.sort_by(|a, b| b.cmp(a));
    for (_, path) in older.into_iter().skip(KEPT) {
        std::fs::remove_dir_all(path)?;
    }
    Ok(())
}

/// Whether `site.json` names a package that is there.
pub fn is_whole(site: &Path) -> bool {
    current(site).is_ok_and(|folder| folder.join(format!("{NAME}.wasm")).exists())
}

pub fn current(site: &Path) -> Result<PathBuf> {
    let text = std::fs::read_to_string(site.join("site.json"))?;
    let told: Site = serde_json::from_str(&text)?;
    Ok(site.join(told.pkg))
}

/// Files that need no hash: the icon of the tab and its like.
pub fn copy_public(from: &Path, site: &Path) -> Result<()> {
    for file in files(from)? {
        let to = site.join(file.strip_prefix(from)?);
        if let Some(parent) = to.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::copy(&file, &to)?;
    }
    Ok(())
}

/// A hash over names and contents of files, and of all files of folders.
pub fn fingerprint(paths: &[&Path]) -> Result<String> {
    let mut hash = Sha256::new();
    for path in paths {
        let all = if path.is_dir() {
            files(path)?
        } else {
            vec![path.to_path_buf()]
        };
        for file in all {
            let Ok(content) = std::fs::read(&file) else {
                continue;
            };
            hash.update(file.strip_prefix(path)?.as_os_str().as_encoded_bytes());
            hash.update((content.len() as u64).to_be_bytes());
            hash.update(content);
        }
    }
    Ok(hex(&hash.finalize()))
}

/// Every file below a folder, sorted; a folder that is missing has none.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The files of one kind right in a folder, sorted.
pub fn with_ending(folder: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .filter(|path: &Result<PathBuf>| {
            path.as_ref()
                .is_ok_and(|path| path.extension().is_some_and(|end| end == ending))
        })
        .collect::<Result<_>>()?;
    found.sort();
    Ok(found)
}

/// Raw sizes, and brotli's where the files were compressed beforehand.
pub fn print_sizes(site: &Path) -> Result<()> {
    let folder = current(site)?;
    shell::say(format_args!("the client is in {}", folder.display()));
    for ending in ["wasm", "js", "css", "svg"] {
        for file in with_ending(&folder, ending)? {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            let brotli = size(&folder.join(format!("{name}.br"))).map_or_else(
                |_| String::from("not compressed in dev"),
                |size| format!("{:.1} kB brotli", kilobytes(size)),
            );
            let raw = kilobytes(size(&file)?);
            println!("    {name:<40} {raw:>9.1} kB raw, {brotli}");
        }
    }
    Ok(())
}

fn size(file: &Path) -> Result<u64> {
    Ok(std::fs::metadata(file)?.len())
}

#[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
fn kilobytes(bytes: u64) -> f64 {
    bytes as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("xtask-pack-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a scratch folder");
        folder
    }

    fn stage(site: &Path, content: &str) -> PathBuf {
        let staging = site.join(".staging");
        std::fs::create_dir_all(&staging).expect("a staging folder");
        std::fs::write(staging.join("postern.wasm"), content).expect("a staged file");
        staging
    }

    #[test]
    fn the_folder_follows_the_content_and_two_earlier_ones_stay() {
        let site = scratch("keep");
        for content in ["one", "two", "three", "four"] {
            let staging = stage(&site, content);
            publish(&site, &staging).expect("it is published");
            assert!(is_whole(&site));
        }
        let kept = std::fs::read_dir(site.join("pkg"))
            .expect("packages")
            .count();
        assert_eq!(kept, KEPT + 1);
        let now = current(&site).expect("a current package");
        assert_eq!(
            std::fs::read_to_string(now.join("postern.wasm")).expect("the file"),
            "four"
        );
        std::fs::remove_dir_all(site).expect("it is removed");
    }

    #[test]
    fn the_same_content_gives_the_same_folder() {
        let site = scratch("same");
        publish(&site, &stage(&site, "same")).expect("it is published");
        let first = current(&site).expect("a package");
        publish(&site, &stage(&site, "same")).expect("it is published again");
        assert_eq!(first, current(&site).expect("a package"));
        std::fs::remove_dir_all(site).expect("it is removed");
    }
}
