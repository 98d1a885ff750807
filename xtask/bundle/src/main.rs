//! `xtask-bundle LINKED.wasm OUT_DIR NAME [--keep-names]`: binds the linked client to JavaScript.
//!
//! It is a package of its own because its libraries take minutes to compile: only a build of the client pays for them.

mod unused;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use walrus::{Module, ModuleConfig};
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

/// The script that the client asks for its lazy parts. The name is the one that the parts' functions are compiled with.
const PARTS: &str = "./__wasm_split.______________________.js";

/// Writes `NAME.js`, `NAME.wasm`, and for the lazy parts one file each, the script that fetches them and `parts.json`, which
/// says which files belong to which part, into `out`.
fn bind(linked: &Path, out: &Path, name: &str, keep_names: bool) -> Result<()> {
    let whole =
        std::fs::read(linked).with_context(|| format!("{} is not there", linked.display()))?;
    let main = out.join("main.wasm");
    let mut options = wasm_split_cli_support::Options::new(&whole);
    options.output_dir = out;
    options.main_out_path = &main;
    options.link_name = PARTS;
    let main_module = format!("./{name}.js");
    options.main_module = &main_module;
    let cut = wasm_split_cli_support::transform(options)
        .map_err(|fault| anyhow!("the lazy parts could not be cut out: {fault:#}"))?;
    for part in &cut.split_modules {
        read(part, keep_names)?.emit_wasm_file(part)?;
    }
    let parts: BTreeMap<_, _> = cut.prefetch_map.iter().collect();
    std::fs::write(
        out.join("parts.json"),
        serde_json::to_string(&parts)? + "\n",
    )?;

    Bindgen::new()
        .input_module(name, read(&main, keep_names)?)
        .web(true)?
        .typescript(false)
        .demangle(keep_names)
        .keep_debug(false)
        // The parts find the memory, the stack and the table of the main one through its exports.
        .keep_lld_exports(true)
        .remove_name_section(!keep_names)
        .remove_producers_section(true)
        .generate(out)
        .with_context(|| format!("binding {} failed", linked.display()))?;
    std::fs::remove_file(main)?;

    // The server asks for `NAME.wasm`; the binder calls it `NAME_bg.wasm`, in the script too.
    let bound = format!("{name}_bg.wasm");
    let wanted = format!("{name}.wasm");
    std::fs::rename(out.join(&bound), out.join(&wanted))?;
    let script = out.join(format!("{name}.js"));
    let text = std::fs::read_to_string(&script)?;
    std::fs::write(&script, text.replace(&bound, &wanted))?;
    Ok(())
}

/// A module without what nothing calls.
fn read(file: &Path, keep_names: bool) -> Result<Module> {
    let mut module = ModuleConfig::new()
        .strict_validate(false)
        .generate_dwarf(false)
        .generate_name_section(keep_names)
        .generate_producers_section(false)
        .parse_file(file)
        .with_context(|| format!("{} could not be read", file.display()))?;
    unused::empty(&mut module);
    Ok(module)
}
