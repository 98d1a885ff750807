//! Python's packages, by which tests check us with what others wrote: kept in the cache by the hash of what is asked for.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::place::Place;
use crate::setup::packages::{Package, Packages};
use crate::shell;

/// The hashes of `requirements.txt` are of packages that this one and newer ones need.
const OLDEST: (u32, u32) = (3, 11);

/// The Python of a virtual environment with the fuzzer of APIs and the library of Standard Webhooks.
pub fn callers(place: &Place) -> Result<PathBuf> {
    let file = place.file("xtask/tools/callers/requirements.txt");
    let asked =
        std::fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    let key = crate::web::pack::hex(&Sha256::digest(&asked)[..8]);
    let tools = place.cache.join("tools");
    let folder = tools.join(format!("callers-{key}"));
    let python = |folder: &PathBuf| folder.join("bin/python");
    if folder.exists() {
        return Ok(python(&folder));
    }
    if !is_there() {
        Packages::of_this_machine().install(&[Package::Python])?;
    }
    if !is_there() {
        let (major, minor) = OLDEST;
        bail!("Python {major}.{minor} or newer with venv is needed: install it by hand");
    }
    shell::say(
        "installing Python packages (schemathesis and standardwebhooks: the API and its webhooks are checked with them)",
    );
    // Made beside its place and moved there whole: a half-made folder is never taken for a full one. Its programs know
    // where they were made; its Python does not, and runs them as modules.
    let making = tools.join(format!("callers-{key}.{}", std::process::id()));
    std::fs::create_dir_all(&tools)?;
    shell::run(Command::new("python3").args(["-m", "venv"]).arg(&making))?;
    let mut pip = Command::new(python(&making));
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--require-hashes",
        "--only-binary",
        ":all:",
    ]);
    shell::run(pip.arg("--requirement").arg(&file))?;
    if std::fs::rename(&making, &folder).is_err() && !folder.exists() {
        bail!("cannot move {} to its place", making.display());
    }
    Ok(python(&folder))
}

/// Whether there is a Python that is new enough and makes environments with pip in them.
fn is_there() -> bool {
    let (major, minor) = OLDEST;
    let asked =
        format!("import sys, venv, ensurepip; sys.exit(sys.version_info < ({major}, {minor}))");
    shell::captured(Command::new("python3").args(["-c", &asked]))
        .is_ok_and(|output| output.status.success())
}
