//! `xtask-bundle LINKED.wasm OUT_DIR NAME [--keep-names]`: binds the linked client to JavaScript.
//!
//! It is a package of its own because its libraries take minutes to compile: only a build of the client pays for them.

mod unused;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use walrus::ModuleConfig;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let mut keep_names = false;
    let mut places = Vec::new();
    for argument in std::env::args_os().skip(1) {
        if argument == "--keep-names" {
            keep_names = true;
        } else {
            places.push(argument);
        }
    }
    let [linked, out, name] = places.as_slice() else {
        bail!("usage: xtask-bundle LINKED.wasm OUT_DIR NAME [--keep-names]");
    };
    let name = name.to_str().context("the name is not text")?;
    bind(
        &PathBuf::from(linked),
        &PathBuf::from(out),
        name,
        keep_names,
    )
}

/// Writes `NAME.js` and `NAME.wasm` into `out`.
fn bind(linked: &Path, out: &Path, name: &str, keep_names: bool) -> Result<()> {
    let mut module = ModuleConfig::new()
        .strict_validate(false)
        .generate_dwarf(false)
        .generate_name_section(keep_names)
        .generate_producers_section(false)
        .parse_file(linked)
        .with_context(|| format!("{} could not be read", linked.display()))?;
    ensure!(
        unused::empty(&mut module) > 0,
        "nothing was found to leave out: was the client linked without names?"
    );
    Bindgen::new()
        .input_module(name, module)
        .web(true)?
        .typescript(false)
        .demangle(keep_names)
        .keep_debug(false)
        .remove_name_section(!keep_names)
        .remove_producers_section(true)
        .generate(out)
        .with_context(|| format!("binding {} failed", linked.display()))?;

    // The server asks for `NAME.wasm`; the binder calls it `NAME_bg.wasm`, in the script too.
    let bound = format!("{name}_bg.wasm");
    let wanted = format!("{name}.wasm");
    std::fs::rename(out.join(&bound), out.join(&wanted))?;
    let script = out.join(format!("{name}.js"));
    let text = std::fs::read_to_string(&script)?;
    std::fs::write(&script, text.replace(&bound, &wanted))?;
    Ok(())
}
