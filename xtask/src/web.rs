//! `cargo xtask web`: the browser's half, compiled, bound, made small and laid out as a site folder.

pub mod budget;
mod icons;
mod order;
pub mod pack;
mod style;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use clap::Args;

use crate::place::Place;
use crate::{setup, shell};

/// What the files of the client are called; only their folder carries a hash.
pub const NAME: &str = "postern";
/// The script that fetches the lazy parts, as `xtask-bundle` writes it.
pub const PARTS: &str = "__wasm_split.______________________.js";

#[derive(Args, Clone, Copy, Default)]
pub struct Options {
    /// As it is shipped: small, and compressed beforehand
    #[arg(long)]
    pub release: bool,
}

impl Options {
    fn profile(self) -> &'static str {
        if self.release { "wasm-release" } else { "dev" }
    }

    /// The folder that cargo gives this profile.
    fn folder(self) -> &'static str {
        if self.release {
            "wasm-release"
        } else {
            "debug"
        }
    }

    fn site(self, place: &Place) -> PathBuf {
        place.target.join(if self.release {
            "site-release"
        } else {
            "site-dev"
        })
    }
}

/// Builds the site and returns its folder. Nothing is bound or made small again when nothing changed.
pub fn run(place: &Place, options: Options) -> Result<PathBuf> {
    setup::machine(place, false)?;
    let tools = Tools {
        place,
        folder: setup::npm::web_tools(place)?,
    };
    let linked = compile(place, options)?;
    let bundler = bundler(place)?;

    let site = options.site(place);
    let inputs = pack::fingerprint(&[
        &linked,
        &bundler,
        &place.file("style"),
        &place.file("app/public"),
        &place.file("app/portal"),
        &place.file("xtask/tools"),
        &place.file("xtask/src/web"),
    ])?;
    let stamp = site.join(".inputs");
    if std::fs::read_to_string(&stamp).is_ok_and(|old| old == inputs) && pack::is_whole(&site) {
        shell::say(format_args!(
            "the client is up to date in {}",
            site.display()
        ));
        return Ok(site);
    }

    let staging = site.join(".staging");
    if staging.exists() {
        std::fs::remove_dir_all(&staging)?;
    }
    std::fs::create_dir_all(&staging)?;
    shell::say("binding the client");
    bind(&bundler, &linked, &staging, options)?;
    // The portal's script is written by hand, and travels with the package under its hash.
    pack::copy_public(&place.file("app/portal"), &staging)?;
    tools.minify(&staging, options)?;
    style::bundle(&tools, &staging)?;
    icons::sprite(&tools, &staging)?;
    if options.release {
        shell::say("compressing");
        let mut node = setup::npm::program(place, "node");
        shell::run(
            node.arg(place.file("xtask/tools/compress.mjs"))
                .arg(&staging),
        )?;
    }
    pack::publish(&site, &staging)?;
    pack::copy_public(&place.file("app/public"), &site)?;
    std::fs::write(&stamp, inputs)?;
    pack::print_sizes(&site)?;
    if options.release {
        budget::weigh(&site)?.print();
    }
    Ok(site)
}

fn compile(place: &Place, options: Options) -> Result<PathBuf> {
    shell::say(format_args!("compiling the client ({})", options.profile()));
    let mut cargo = shell::cargo(place);
    cargo.args([
        "build",
        "--package",
        "postern-frontend",
        "--lib",
        "--target",
        "wasm32-unknown-unknown",
    ]);
    shell::run(cargo.args(["--profile", options.profile()]))?;
    let folder = place
        .target
        .join("wasm32-unknown-unknown")
        .join(options.folder());
    let linked = folder.join("postern_frontend.wasm");
    linked
        .exists()
        .then_some(linked)
        .context("the client was compiled, but its file is not where it should be")
}

/// The heavy half of the pipeline is a program of its own.
fn bundler(place: &Place) -> Result<PathBuf> {
    shell::say("compiling the program that binds the client");
    let mut cargo = shell::cargo(place);
    shell::run(cargo.args(["build", "--package", "xtask-bundle"])).context(
        "the bundler could not be built; is it pinned to the locked version of wasm-bindgen?",
    )?;
    Ok(place.target.join("debug/xtask-bundle"))
}

fn bind(bundler: &Path, linked: &Path, staging: &Path, options: Options) -> Result<()> {
    let mut command = Command::new(bundler);
    command.arg(linked).arg(staging).arg(NAME);
    if !options.release {
        command.arg("--keep-names");
    }
    shell::run(&mut command)
}

/// The programs of `xtask/tools`.
pub struct Tools<'a> {
    place: &'a Place,
    folder: PathBuf,
}

impl Tools<'_> {
    fn program(&self, name: &str) -> Command {
        setup::npm::program(self.place, self.folder.join("node_modules/.bin").join(name))
    }

    /// lightningcss's own entry is a placeholder until an install script runs, and none may: its program lies in the
    /// package for this machine.
    fn lightningcss(&self) -> Result<Command> {
        let packages = std::fs::read_dir(self.folder.join("node_modules"))?;
        let program = packages
            .flatten()
            .filter(|entry| {
                entry
                    .file_name()
                    .to_string_lossy()
                    .starts_with("lightningcss-cli-")
            })
            .map(|entry| entry.path().join("lightningcss"))
            .find(|program| program.exists())
            .context("npm brought no lightningcss for this machine")?;
        Ok(Command::new(program))
    }

    fn package(&self, path: &str) -> PathBuf {
        self.folder.join("node_modules").join(path)
    }

    /// The scripts, and in a release the modules: the main one and each lazy part.
    fn minify(&self, staging: &Path, options: Options) -> Result<()> {
        for script in pack::with_ending(staging, "js")? {
            let mut esbuild = self.program("esbuild");
            esbuild.arg(&script).args([
                "--minify",
                "--format=esm",
                "--log-level=warning",
                "--allow-overwrite",
                // The binder names the script of the lazy parts once for each of them.
                "--log-override:duplicate-object-key=silent",
            ]);
            shell::run(esbuild.arg(format!("--outfile={}", script.display())))?;
        }
        if options.release {
            // Hundreds, each by itself: as many at once as there are cores.
            let modules = std::sync::Mutex::new(pack::with_ending(staging, "wasm")?.into_iter());
            let next = || modules.lock().ok().and_then(|mut modules| modules.next());
            let work = || -> Result<()> {
                while let Some(module) = next() {
                    self.shrink(&module)?;
                }
                Ok(())
            };
            let cores = std::thread::available_parallelism().map_or(1, usize::from);
            std::thread::scope(|scope| {
                let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
                workers
                    .into_iter()
                    .try_for_each(|worker| worker.join().expect("a worker does not panic"))
            })?;
        }
        Ok(())
    }

    fn shrink(&self, module: &Path) -> Result<()> {
        shell::say(format_args!("wasm-opt {}", module.display()));
        let mut opt = self.program("wasm-opt");
        shell::run(
            opt.args(SMALL)
                .args(FEATURES)
                .arg(module)
                .arg("-o")
                .arg(module),
        )?;
        self.order(module)
    }

    /// Puts functions beside those that are like them, for brotli.
    fn order(&self, module: &Path) -> Result<()> {
        let named = order::name_by_likeness(&std::fs::read(module)?)?;
        std::fs::write(module, named)?;
        let mut opt = self.program("wasm-opt");
        // What a module says of its features is as long as a small part, and no browser asks.
        let ordered = [
            "--reorder-functions-by-name",
            "--strip-debug",
            "--strip-target-features",
        ];
        shell::run(
            opt.args(ordered)
                .args(FEATURES)
                .arg(module)
                .arg("-o")
                .arg(module),
        )
    }
}

/// What makes a module small as it travels, not as it lies on the disk: a function that is built into its only caller is a
/// few bytes shorter, but looks like no other any more, and brotli finds less to share.
const SMALL: [&str; 2] = ["-Oz", "--one-caller-inline-max-function-size=0"];

/// What the compiler takes a browser to know.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];
