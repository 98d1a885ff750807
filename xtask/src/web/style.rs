//! One style sheet from `style/main.css` and all it imports, and the interface font before it; and two small ones
//! for the pages of clients and the API's reference, with the system's font.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result};

use crate::shell;
use crate::web::{NAME, Tools};

/// Sheets of pages of their own, which nothing else loads.
const ALONE: [&str; 2] = ["portal.css", "reference.css"];

const FONT: &str = "@fontsource-variable/inter";

/// Writes `postern.css`, the sheets of pages of their own, and `fonts/`. Inter has no Arabic: the system's font shows it.
pub fn bundle(tools: &Tools<'_>, staging: &Path) -> Result<()> {
    let sheet = staging.join(format!("{NAME}.css"));
    one(tools, "style/main.css", &sheet)?;
    for alone in ALONE {
        one(tools, &format!("style/{alone}"), &staging.join(alone))?;
    }

    let faces = fonts(tools, staging)?;
    let rules = std::fs::read_to_string(&sheet)?;
    std::fs::write(&sheet, faces + &rules)?;
    Ok(())
}

/// A sheet with all that it imports.
fn one(tools: &Tools<'_>, from: &str, to: &Path) -> Result<()> {
    let mut lightningcss = tools.lightningcss()?;
    lightningcss.args([
        "--bundle",
        "--minify",
        "--targets",
        ">= 0.5%, last 2 versions, not dead",
    ]);
    lightningcss.arg(tools.place.file(from)).arg("-o").arg(to);
    shell::output(&mut lightningcss).with_context(|| format!("{from} is faulty"))?;
    Ok(())
}

/// Copies each script of the variable font, and returns their `@font-face` rules.
fn fonts(tools: &Tools<'_>, staging: &Path) -> Result<String> {
    let ranges = std::fs::read_to_string(tools.package(&format!("{FONT}/unicode.json")))?;
    let ranges: std::collections::BTreeMap<String, String> = serde_json::from_str(&ranges)?;
    std::fs::create_dir_all(staging.join("fonts"))?;
    let mut rules = String::new();
    for (script, range) in &ranges {
        let file = tools.package(&format!("{FONT}/files/inter-{script}-wght-normal.woff2"));
        std::fs::copy(&file, staging.join(format!("fonts/inter-{script}.woff2")))
            .with_context(|| format!("the font lacks {script}"))?;
        write!(
            rules,
            "@font-face{{font-family:Inter;font-style:normal;font-display:swap;font-weight:100 900;\
             src:url(fonts/inter-{script}.woff2) format(\"woff2\");unicode-range:{range}}}"
        )?;
    }
    Ok(rules)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// The classes that begin a rule by themselves, alone or in a list of such.
    fn ruled(sheet: &str) -> Vec<&str> {
        let selectors = sheet.lines().filter(|line| line.starts_with('.'));
        selectors
            .filter_map(|line| line.strip_suffix(" {").or_else(|| line.strip_suffix(',')))
            .map(|selector| &selector[1..])
            .filter(|class| class.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
            .collect()
    }

    #[test]
    fn a_class_has_its_rules_in_one_file() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../style");
        let mut homes: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.extension().is_none_or(|end| end != "css") || ALONE.contains(&name.as_str()) {
                continue;
            }
            let sheet = std::fs::read_to_string(&path).unwrap();
            for class in ruled(&sheet) {
                let files = homes.entry(class.to_owned()).or_default();
                if !files.contains(&name) {
                    files.push(name.clone());
                }
            }
        }
        assert!(homes.len() > 300, "{} classes", homes.len());
        homes.retain(|_, files| files.len() > 1);
        assert!(homes.is_empty(), "each changes the other's: {homes:?}");
    }
}
