//! `cargo xtask shots`: pictures of every screen, and a page to look at them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use anyhow::{Result, bail};

use crate::place::Place;
use crate::postgres::Postgres;
use crate::setup::npm;
use crate::stack::{self, Database, Installation, Secrets};
use crate::{setup, shell, web};

/// Runs `end2end/shots.config.ts`, which writes `shots/<screen>--<variant>.png`.
pub fn run(place: &Place) -> Result<()> {
    setup::machine(place, true)?;
    npm::browser_tools(place)?;
    let site = web::run(place, web::Options::default())?;
    stack::build(place)?;
    let cluster = Postgres::start()?;
    cluster.create_database("postern_shots")?;
    let database = Database::Given {
        owner: cluster.url("postern_owner", "postern_shots"),
        app: cluster.url("postern_app", "postern_shots"),
    };
    let data = place.target.join("shots-data");
    let _ = std::fs::remove_dir_all(&data);
    std::fs::create_dir_all(&data)?;
    let installation = Installation::new(place, site, data, database, Secrets::make()?, None)?;
    let _sim = installation.simulate(false)?;
    let _server = installation.serve()?;

    let folder = place.file("shots");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    let mut playwright = npm::program(place, place.file("end2end/node_modules/.bin/playwright"));
    playwright
        .current_dir(place.file("end2end"))
        .args(["test", "--config", "shots.config.ts", "--reporter=list"])
        .env("POSTERN_TEST_SHOTS", &folder);
    installation.tell(&mut playwright);
    let took = shell::run(&mut playwright);
    let count = index(&folder)?;
    took?;
    if count == 0 {
        bail!("no picture was taken");
    }
    shell::say(format_args!(
        "{count} pictures: open {}",
        folder.join("index.html").display()
    ));
    Ok(())
}

/// Writes `index.html`, screen by screen, and returns how many pictures there are.
fn index(folder: &Path) -> Result<usize> {
    let mut screens: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in std::fs::read_dir(folder)?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some(stem) = name.strip_suffix(".png") {
            let (screen, variant) = stem.split_once("--").unwrap_or((stem, ""));
            screens
                .entry(screen.to_owned())
                .or_default()
                .push(variant.to_owned());
        }
    }
    std::fs::write(folder.join("index.html"), page(&mut screens)?)?;
    Ok(screens.values().map(Vec::len).sum())
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
                format!("{screen}--{variant}.png")
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
    fn pictures_are_grouped_by_screen() {
        let mut screens = BTreeMap::from([(
            "inbox".to_owned(),
            vec!["phone-dark".to_owned(), "desktop-light".to_owned()],
        )]);
        let page = page(&mut screens).expect("a page");
        let desktop = page
            .find("inbox--desktop-light.png")
            .expect("the first picture");
        assert!(
            desktop
                < page
                    .find("inbox--phone-dark.png")
                    .expect("the second picture")
        );
        assert_eq!(page.matches("<section>").count(), 1);
    }
}
