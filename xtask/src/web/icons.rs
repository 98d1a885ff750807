//! One SVG sprite of the Lucide icons that `style/icons.txt` lists.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::web::Tools;

/// Writes `icons.svg`: a `<symbol>` for each name, used as `<use href="…/icons.svg#name">`.
pub fn sprite(tools: &Tools<'_>, staging: &Path) -> Result<()> {
    let list = tools.place.file("style/icons.txt");
    let text =
        std::fs::read_to_string(&list).with_context(|| format!("{} is missing", list.display()))?;
    let mut sprite = String::from("<svg xmlns=\"http://www.w3.org/2000/svg\">");
    for name in names(&text) {
        let file = tools.package(&format!("lucide-static/icons/{name}.svg"));
        let icon = std::fs::read_to_string(&file).with_context(|| {
            format!("style/icons.txt names `{name}`, which Lucide does not have")
        })?;
        let shapes =
            shapes(&icon).with_context(|| format!("the icon `{name}` is not understood"))?;
        write!(
            sprite,
            "<symbol id=\"{name}\" viewBox=\"0 0 24 24\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\" \
             stroke-linecap=\"round\" stroke-linejoin=\"round\">{shapes}</symbol>"
        )?;
    }
    sprite.push_str("</svg>");
    std::fs::write(staging.join("icons.svg"), sprite)?;
    Ok(())
}

fn names(list: &str) -> BTreeSet<&str> {
    list.lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|name| !name.is_empty())
        .collect()
}

/// What stands between `<svg …>` and `</svg>`, on one line.
fn shapes(icon: &str) -> Result<String> {
    let Some((_, rest)) = icon.split_once("<svg") else {
        bail!("no <svg>")
    };
    let Some((_, rest)) = rest.split_once('>') else {
        bail!("<svg> does not end")
    };
    let Some((inside, _)) = rest.split_once("</svg>") else {
        bail!("no </svg>")
    };
    Ok(inside.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_may_have_comments_blank_lines_and_doubles() {
        assert_eq!(
            names("send # the composer\n\n# whole line\ncheck\nsend\n")
                .into_iter()
                .collect::<Vec<_>>(),
            ["check", "send"]
        );
    }

    #[test]
    fn only_the_shapes_of_an_icon_are_kept() {
        let icon = "<!-- licence -->\n<svg\n  class=\"x\"\n>\n  <path d=\"M1 2\" />\n  <path d=\"M3 4\" />\n</svg>\n";
        assert_eq!(
            shapes(icon).expect("it is an icon"),
            "<path d=\"M1 2\" /> <path d=\"M3 4\" />"
        );
        assert!(shapes("<path/>").is_err());
    }
}
