//! House rules that clippy has no word for, read from the tokens of `app`.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::{is_test_file, rust_files};

/// What every feature folder of `app` may use; the features themselves meet only here and in `types`.
const SHARED: [&str; 11] = [
    "ui", "live", "ssr", "error", "i18n", "strings", "words", "client", "json", "session", "shell",
];
/// The only files of `app` that know which half they are compiled for.
const KNOW_THEIR_HALF: [&str; 3] = ["ssr.rs", "error.rs", "lib.rs"];

/// Reads every file of `app`.
pub fn check(root: &Path) -> Result<Vec<String>> {
    let files = rust_files(root, "app/src")?;
    let features = features(files.iter().map(|(path, _)| path.as_path()));
    let mut faults = Vec::new();
    for (path, text) in &files {
        let tokens: TokenStream = text
            .parse()
            .ok()
            .with_context(|| format!("{} is not Rust", path.display()))?;
        let inside = path.strip_prefix("app/src")?;
        for (line, fault) in faults_of(inside, tokens, &features) {
            faults.push(format!("{}:{line}: {fault}", path.display()));
        }
    }
    Ok(faults)
}

/// A feature is a folder of `app/src` that is not shared.
fn features<'a>(files: impl Iterator<Item = &'a Path>) -> BTreeSet<String> {
    files
        .filter_map(|path| {
            path.strip_prefix("app/src")
                .ok()?
                .parent()?
                .components()
                .next()?
                .as_os_str()
                .to_str()
        })
        .filter(|name| !SHARED.contains(name))
        .map(str::to_owned)
        .collect()
}

fn faults_of(
    path: &Path,
    tokens: TokenStream,
    features: &BTreeSet<String>,
) -> Vec<(usize, String)> {
    let first = path
        .components()
        .next()
        .and_then(|part| part.as_os_str().to_str())
        .unwrap_or_default();
    let me = first.strip_suffix(".rs").unwrap_or(first);
    let mut reader = Reader {
        feature: (features.contains(me) || me == "ui").then(|| me.to_owned()),
        features,
        knows_its_half: KNOW_THEIR_HALF.iter().any(|name| path == Path::new(name))
            || is_test_file(path),
        faults: Vec::new(),
    };
    reader.read(tokens, false);
    reader.faults
}

struct Reader<'a> {
    feature: Option<String>,
    features: &'a BTreeSet<String>,
    knows_its_half: bool,
    faults: Vec<(usize, String)>,
}

impl Reader<'_> {
    fn read(&mut self, tokens: TokenStream, in_view: bool) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            let next = tokens.get(at + 1);
            match token {
                TokenTree::Ident(word) if word == "cfg" || word == "cfg_attr" => {
                    self.half(word.span().start().line, next);
                }
                TokenTree::Ident(word) if word == "crate" => self.import(&tokens[at + 1..]),
                TokenTree::Ident(word) if word == "style" && in_view => {
                    let assigned = match next {
                        Some(TokenTree::Punct(sign)) if sign.as_char() == '=' => {
                            !is_sign(tokens.get(at + 2), '=')
                        }
                        Some(TokenTree::Punct(sign)) => {
                            sign.as_char() == ':' && !is_sign(tokens.get(at + 2), ':')
                        }
                        _ => false,
                    };
                    let is_variable = at > 0
                        && matches!(&tokens[at - 1], TokenTree::Ident(word) if word == "let" || word == "mut");
                    if assigned && !is_variable {
                        self.faults.push((
                            word.span().start().line,
                            "a view has no style attribute: the policy forbids it; use a class"
                                .to_owned(),
                        ));
                    }
                }
                TokenTree::Group(group) => {
                    let opens_view = at > 1
                        && is_sign(tokens.get(at - 1), '!')
                        && matches!(&tokens[at - 2], TokenTree::Ident(word) if word == "view");
                    self.read(group.stream(), in_view || opens_view);
                }
                _ => {}
            }
        }
    }

    fn half(&mut self, line: usize, arguments: Option<&TokenTree>) {
        // `cfg!(…)` has its sign between the word and the group; the word alone is enough to look for it.
        let names_feature = match arguments {
            Some(TokenTree::Group(group)) => group.stream().to_string().contains("feature"),
            Some(TokenTree::Punct(sign)) => sign.as_char() == '!',
            _ => false,
        };
        if names_feature && !self.knows_its_half {
            self.faults.push((
                line,
                format!(
                    "only {} know which half they are compiled for",
                    KNOW_THEIR_HALF.join(", ")
                ),
            ));
        }
    }

    /// `crate::other::…` and `crate::{other::…, …}`.
    fn import(&mut self, after: &[TokenTree]) {
        let Some(me) = self.feature.clone() else {
            return;
        };
        if !(is_sign(after.first(), ':') && is_sign(after.get(1), ':')) {
            return;
        }
        let mut named = Vec::new();
        match after.get(2) {
            Some(TokenTree::Ident(word)) => named.push(word.clone()),
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                let mut starts = true;
                for token in group.stream() {
                    if let TokenTree::Ident(word) = &token
                        && starts
                    {
                        named.push(word.clone());
                    }
                    starts = is_sign(Some(&token), ',');
                }
            }
            _ => {}
        }
        for word in named {
            let other = word.to_string();
            if other != me && self.features.contains(&other) {
                self.faults.push((
                    word.span().start().line,
                    format!("`{me}` does not use `{other}`: features meet in types, ui and live"),
                ));
            }
        }
    }
}

fn is_sign(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        let features = ["inbox", "sign_in"].map(str::to_owned).into();
        faults_of(
            Path::new(path),
            text.parse().expect("it is Rust"),
            &features,
        )
        .len()
    }

    #[test]
    fn a_style_attribute_in_a_view_is_refused_and_a_variable_of_that_name_is_not() {
        assert_eq!(
            count(
                "inbox/row.rs",
                r#"fn f() { view! { <p style="color:red">"x"</p> } }"#
            ),
            1
        );
        assert_eq!(
            count(
                "inbox/row.rs",
                r"fn f() { view! { <p style:width=w>x</p> } }"
            ),
            1
        );
        assert_eq!(
            count(
                "inbox/row.rs",
                r"fn f() { view! { <p class=c>{ move || { let style = 1; style == 2 } }</p> } }"
            ),
            0
        );
        assert_eq!(
            count(
                "inbox/row.rs",
                r"fn f() { let style = 3; view! { <p class=style/> } }"
            ),
            0
        );
    }

    #[test]
    fn only_three_files_know_their_half() {
        let text = r#"#[cfg(feature = "ssr")] fn f() {}"#;
        assert_eq!(count("inbox/row.rs", text), 1);
        assert_eq!(
            count("inbox/row.rs", r#"fn f() { if cfg!(feature = "ssr") {} }"#),
            1
        );
        assert_eq!(count("ssr.rs", text), 0);
        assert_eq!(count("inbox/row.rs", "#[cfg(test)] mod tests {}"), 0);
    }

    #[test]
    fn a_feature_does_not_import_another() {
        assert_eq!(count("inbox/row.rs", "use crate::sign_in::Form;"), 1);
        assert_eq!(
            count("inbox.rs", "use crate::{ui::Icon, sign_in::Form};"),
            1
        );
        assert_eq!(count("inbox/row.rs", "fn f() { crate::sign_in::go(); }"), 1);
        assert_eq!(count("ui/icon.rs", "use crate::inbox::Row;"), 1);
        assert_eq!(
            count(
                "inbox/row.rs",
                "use crate::inbox::Row; use crate::ui::Icon;"
            ),
            0
        );
        assert_eq!(
            count(
                "lib.rs",
                "use crate::inbox::Page; use crate::sign_in::Page;"
            ),
            0
        );
    }
}
