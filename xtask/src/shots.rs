//! `cargo xtask shots`: pictures of every screen, and a page to look at them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use anyhow::{Result, bail};

use crate::place::Place;
use crate::setup::npm;
use crate::test::browser;
use crate::{setup, shell, stack, web};

/// Runs `end2end/shots.config.ts`, which writes `shots/<screen>-<state>-<size>-<theme>.png`.
pub fn run(place: &Place) -> Result<()> {
    setup::machine(place, true)?;
    npm::browser_tools(place)?;
    let site = web::run(place, web::Options::default())?;
    stack::build(place)?;
    let folder = place.file("shots");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    let mut playwright = browser::playwright(place, &site);
    playwright
        .args(["test", "--config", "shots.config.ts"])
        .env("POSTERN_TEST_SHOTS", &folder);
    let took = shell::run(&mut playwright);
    let count = index(&folder)?;
    took?;
    if count == 0 {
        bail!("no picture was taken");
    }
    let lacking = lacking(&folder)?;
    if !lacking.is_empty() {
        bail!("these pictures are missing: {}", lacking.join(", "));
    }
    shell::say(format_args!(
        "{count} pictures: open {}",
        folder.join("index.html").display()
    ));
    Ok(())
}

const LOOKS: [&str; 4] = [
    "1440x900-light",
    "1440x900-dark",
    "390x844-light",
    "390x844-dark",
];

/// What there is not, of each screen that was taken at all.
fn lacking(folder: &Path) -> Result<Vec<String>> {
    let mut taken = BTreeSet::new();
    for entry in std::fs::read_dir(folder)?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        taken.extend(name.strip_suffix(".png").map(str::to_owned));
    }
    let screens: BTreeSet<&str> = taken.iter().map(|stem| parts(stem).0).collect();
    let wanted = screens
        .iter()
        .flat_map(|screen| LOOKS.map(|look| format!("{screen}-{look}")));
    Ok(wanted.filter(|name| !taken.contains(name)).collect())
}

/// Writes `index.html`, screen by screen, and returns how many pictures there are.
fn index(folder: &Path) -> Result<usize> {
    let mut screens: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in std::fs::read_dir(folder)?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some(stem) = name.strip_suffix(".png") {
            let (screen, variant) = parts(stem);
            screens
                .entry(screen.to_owned())
                .or_default()
                .push(variant.to_owned());
        }
    }
    std::fs::write(folder.join("index.html"), page(&mut screens)?)?;
    Ok(screens.values().map(Vec::len).sum())
}

/// The screen with its state, and the look: size and theme, which hold no dash.
fn parts(stem: &str) -> (&str, &str) {
    let mut dashes = stem.rmatch_indices('-').map(|(at, _)| at);
    match (dashes.next(), dashes.next()) {
        (Some(_), Some(at)) => (&stem[..at], &stem[at + 1..]),
        _ => (stem, ""),
    }
}

fn page(screens: &mut BTreeMap<String, Vec<String>>) -> Result<String> {
    let mut page = String::from(
        "<!doctype html><meta charset=\"utf-8\"><title>Postern: every screen</title>\n<style>\
         body{font:14px system-ui;margin:24px;background:#888}section{margin-bottom:48px}\
         div{display:flex;flex-wrap:wrap;gap:16px;align-items:flex-start}figure{margin:0}\
         img{max-height:480px;max-width:100%;border:1px solid #444}</style>\n",
    );
    for (screen, variants) in screens {
        variants.sort();
        writeln!(page, "<section><h2>{}</h2><div>", escaped(screen))?;
        for variant in variants {
            let file = if variant.is_empty() {
                format!("{screen}.png")
            } else {
                format!("{screen}-{variant}.png")
            };
            let file = escaped(&file);
            writeln!(
                page,
                "<figure><a href=\"{file}\"><img src=\"{file}\" loading=\"lazy\" alt=\"\"></a><figcaption>{}</figcaption></figure>",
                escaped(variant)
            )?;
        }
        page.push_str("</div></section>\n");
    }
    Ok(page)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_screen_and_look() {
        assert_eq!(
            parts("sign-in-refused-390x844-dark"),
            ("sign-in-refused", "390x844-dark")
        );
        assert_eq!(parts("odd"), ("odd", ""));
    }

    #[test]
    fn a_screen_that_lacks_a_look_is_named() {
        let folder = std::env::temp_dir().join(format!("xtask-shots-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a scratch folder");
        for look in &LOOKS[..3] {
            std::fs::write(folder.join(format!("inbox-full-{look}.png")), "").expect("a file");
        }
        assert_eq!(
            lacking(&folder).expect("a list"),
            ["inbox-full-390x844-dark"]
        );
        std::fs::remove_dir_all(folder).expect("it is removed");
    }

    #[test]
    fn pictures_are_grouped_by_screen() {
        let mut screens = BTreeMap::from([(
            "inbox-full".to_owned(),
            vec!["390x844-dark".to_owned(), "1440x900-light".to_owned()],
        )]);
        let page = page(&mut screens).expect("a page");
        let desktop = page
            .find("inbox-full-1440x900-light.png")
            .expect("the first picture");
        assert!(
            desktop
                < page
                    .find("inbox-full-390x844-dark.png")
                    .expect("the second picture")
        );
        assert_eq!(page.matches("<section>").count(), 1);
    }
}
