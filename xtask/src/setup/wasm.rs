//! WebAssembly's standard library: from rustup, or built from Debian's source where rustup cannot download.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::place::Place;
use crate::shell;

const TARGET: &str = "wasm32-unknown-unknown";
/// Where Debian keeps compilers of several versions at once.
const SUITES: [&str; 4] = ["trixie-backports", "forky", "sid", "trixie"];

/// Makes `cargo build --target wasm32-unknown-unknown` work with the pinned toolchain.
pub fn target(place: &Place) -> Result<()> {
    let folder = library_folder(place)?;
    if has_library(&folder) {
        return Ok(());
    }
    shell::say("installing the WebAssembly target (the client runs in the browser as WebAssembly)");
    let mut rustup = Command::new("rustup");
    rustup
        .current_dir(&place.root)
        .args(["target", "add", TARGET]);
    if shell::works_within(&mut rustup, Duration::from_secs(90)) && has_library(&folder) {
        return Ok(());
    }
    shell::say(
        "rustup could not download it: building it from Debian's source of the same version, about a minute",
    );
    build_from_debian(place, &folder)
}

fn library_folder(place: &Place) -> Result<PathBuf> {
    let sysroot = shell::output(
        Command::new("rustc")
            .current_dir(&place.root)
            .args(["--print", "sysroot"]),
    )?;
    Ok(Path::new(sysroot.trim())
        .join("lib/rustlib")
        .join(TARGET)
        .join("lib"))
}

fn has_library(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|entries| {
        entries.flatten().any(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.starts_with("libstd-") && name.ends_with(".rlib")
        })
    })
}

/// Debian's `rust-src` matches released compilers to the letter; cargo builds the library from it.
pub fn build_from_debian(place: &Place, into: &Path) -> Result<()> {
    let version = shell::output(
        Command::new("rustc")
            .current_dir(&place.root)
            .arg("--version"),
    )?;
    let version = version
        .split_whitespace()
        .nth(1)
        .context("rustc does not tell its version")?
        .to_owned();
    let scratch = place.cache.join(format!("wasm-std-{version}"));
    let source = source(&scratch, &version)?;

    let project = scratch.join("empty");
    std::fs::create_dir_all(project.join("src"))?;
    std::fs::write(project.join("src/lib.rs"), "")?;
    std::fs::write(
        project.join("Cargo.toml"),
        "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n",
    )?;
    let mut cargo = shell::cargo(place);
    cargo
        .current_dir(&project)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("__CARGO_TESTS_ONLY_SRC_ROOT", &source)
        .env("CARGO_TARGET_DIR", project.join("target"))
        .env_remove("RUSTFLAGS")
        .args([
            "build",
            "--release",
            "--target",
            TARGET,
            "-Zbuild-std=std,panic_abort,panic_unwind",
        ]);
    // The pinned toolchain, not the one that a folder outside the checkout would get.
    if let Some(toolchain) = pinned(place) {
        cargo.env("RUSTUP_TOOLCHAIN", toolchain);
    }
    shell::run(&mut cargo)?;

    // Copied beside its place and moved there whole: an interrupted copy is never taken for a target.
    let beside = into.with_extension(format!("{}.new", std::process::id()));
    std::fs::create_dir_all(&beside)
        .with_context(|| format!("cannot write into {}", beside.display()))?;
    let built = project.join("target").join(TARGET).join("release/deps");
    let mut copied = 0;
    for entry in std::fs::read_dir(&built)?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().extension().is_some_and(|end| end == "rlib")
            && !name.starts_with("libempty-")
        {
            std::fs::copy(entry.path(), beside.join(&name))
                .with_context(|| format!("cannot write into {}", beside.display()))?;
            copied += 1;
        }
    }
    if !has_library(&beside) {
        bail!(
            "the standard library was not built ({copied} libraries in {})",
            built.display()
        );
    }
    if into.exists() {
        std::fs::remove_dir_all(into)?;
    }
    std::fs::rename(&beside, into)
        .with_context(|| format!("cannot write into {}", into.display()))?;
    std::fs::remove_dir_all(&scratch)?;
    shell::say(format_args!(
        "WebAssembly's standard library is built ({copied} libraries)"
    ));
    Ok(())
}

fn pinned(place: &Place) -> Option<String> {
    let text = std::fs::read_to_string(place.file("rust-toolchain.toml")).ok()?;
    let table: toml::Table = text.parse().ok()?;
    Some(table.get("toolchain")?.get("channel")?.as_str()?.to_owned())
}

/// Fetches and unpacks the library's source, checked by apt against the archive's signature; installs nothing.
fn source(scratch: &Path, version: &str) -> Result<PathBuf> {
    let list = debian_sources().context(
        "rustup could not download the target, and this is not a Debian machine: run \
         `rustup target add wasm32-unknown-unknown` where the network allows it",
    )?;
    for suite in SUITES {
        let folder = scratch.join(suite);
        std::fs::create_dir_all(folder.join("sources"))?;
        std::fs::create_dir_all(folder.join("lists/partial"))?;
        std::fs::create_dir_all(folder.join("cache/archives/partial"))?;
        let (name, text) = list.for_suite(suite);
        std::fs::write(folder.join("sources").join(name), text)?;
        let apt = || {
            let mut apt = Command::new("apt-get");
            apt.current_dir(&folder)
                .args(["-qq", "-o", "Dir::Etc::SourceList=/dev/null"]);
            for (option, place) in [
                ("Etc::SourceParts", "sources"),
                ("State::Lists", "lists"),
                ("Cache", "cache"),
            ] {
                apt.arg("-o")
                    .arg(format!("Dir::{option}={}", folder.join(place).display()));
            }
            // The scratch folder belongs to us; apt's own user may not enter it.
            apt.args(["-o", "APT::Sandbox::User=root"]);
            apt
        };
        let found = shell::works_within(apt().arg("update"), Duration::from_mins(2))
            && shell::works_within(
                apt().arg("download").arg(format!("rust-src={version}*")),
                Duration::from_mins(5),
            );
        let package = std::fs::read_dir(&folder)?
            .flatten()
            .map(|entry| entry.path())
            .find(|path| path.extension().is_some_and(|end| end == "deb"));
        if let (true, Some(package)) = (found, package) {
            shell::run(
                Command::new("dpkg")
                    .arg("-x")
                    .arg(package)
                    .arg(scratch.join("src")),
            )?;
            return Ok(scratch
                .join("src/usr/src")
                .join(format!("rustc-{version}"))
                .join("library"));
        }
    }
    bail!(
        "no suite of Debian has rust-src {version}: run `rustup target add {TARGET}` where the network allows it"
    )
}

/// The machine's own Debian archive, with its suite left open.
struct Sources {
    text: String,
    modern: bool,
}

impl Sources {
    fn for_suite(&self, suite: &str) -> (&'static str, String) {
        let name = if self.modern {
            "one.sources"
        } else {
            "one.list"
        };
        (name, self.text.replace("{suite}", suite))
    }
}

fn debian_sources() -> Option<Sources> {
    if let Ok(text) = std::fs::read_to_string("/etc/apt/sources.list.d/debian.sources") {
        return Some(Sources {
            text: first_stanza(&text),
            modern: true,
        });
    }
    let text = std::fs::read_to_string("/etc/apt/sources.list").ok()?;
    Some(Sources {
        text: first_line(&text)?,
        modern: false,
    })
}

/// `Suites:` of the first stanza becomes one open suite.
fn first_stanza(text: &str) -> String {
    let mut stanza = String::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if line.trim().is_empty() {
            if stanza.is_empty() {
                continue;
            }
            break;
        }
        let line = if line.starts_with("Suites:") {
            "Suites: {suite}"
        } else {
            line
        };
        stanza.push_str(line);
        stanza.push('\n');
    }
    stanza
}

/// The old form: `deb [options] ADDRESS SUITE COMPONENTS`.
fn first_line(text: &str) -> Option<String> {
    let line = text
        .lines()
        .find(|line| line.starts_with("deb ") && line.contains("/debian"))?;
    let mut words: Vec<&str> = line.split_whitespace().collect();
    let address = words.iter().position(|word| word.contains("://"))?;
    *words.get_mut(address + 1)? = "{suite}";
    words.truncate(address + 3);
    Some(format!("{}\n", words.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_stanza_is_taken_with_its_suite_open() {
        let text = "# a note\nTypes: deb\nURIs: mirror\nSuites: bookworm bookworm-updates\n\nTypes: deb\nURIs: other\n";
        assert_eq!(
            first_stanza(text),
            "Types: deb\nURIs: mirror\nSuites: {suite}\n"
        );
    }

    #[test]
    fn the_old_form_of_sources_is_understood_with_options() {
        let text = "# none\ndeb [signed-by=/k.gpg] http://mirror/debian bookworm main contrib\n";
        assert_eq!(
            first_line(text).as_deref(),
            Some("deb [signed-by=/k.gpg] http://mirror/debian {suite} main\n")
        );
    }
}
