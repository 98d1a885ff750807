//! Every statement that `domain` sends is static text, and stays inside one workspace.

mod extract;
mod judge;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use proc_macro2::TokenStream;

use crate::exceptions::Exceptions;
use crate::migrations::schema::Schema;
use crate::{is_test_file, rust_files};

/// Reads all of `domain` but its tests, whose fixtures are made across workspaces on purpose.
pub fn check(root: &Path) -> Result<Vec<String>> {
    let schema = Schema::of_checkout(root)?;
    let exceptions = Exceptions::read(root)?;
    let mut faults = Vec::new();
    let mut used = vec![0_usize; exceptions.statement.len()];
    let mut dynamic: BTreeMap<String, usize> = BTreeMap::new();
    let mut count = 0;
    for (path, text) in rust_files(root, "domain/src")? {
        if is_test_file(&path) {
            continue;
        }
        let file = path.display().to_string();
        let tokens: TokenStream = text
            .parse()
            .ok()
            .with_context(|| format!("{file} is not Rust"))?;
        let found = extract::statements(tokens);
        faults.extend(
            found
                .faults
                .iter()
                .map(|(line, fault)| format!("{file}:{line}: {fault}")),
        );
        faults.extend(
            enters(&found.texts, &schema)
                .filter(|_| file != ENTRANCE)
                .map(|line| format!("{file}:{line}: workspaces are entered in {ENTRANCE} alone")),
        );
        if found.dynamic > 0 {
            dynamic.insert(file.clone(), found.dynamic);
        }
        for statement in found.statements {
            count += 1;
            let listed = exceptions.statement.iter().position(|listed| {
                listed.file == file
                    && one_blank(&statement.sql).contains(&one_blank(&listed.contains))
            });
            if let Some(at) = listed {
                used[at] += 1;
                continue;
            }
            let judged = judge::statement(&statement.sql, &schema);
            faults.extend(
                judged
                    .into_iter()
                    .map(|fault| format!("{file}:{}: {fault}", statement.line)),
            );
        }
    }
    for (listed, used) in exceptions.statement.iter().zip(used) {
        if used != 1 {
            faults.push(format!(
                "docs/sql-exceptions.toml: {} `{}` fits {used} statements, and should fit one",
                listed.file, listed.contains
            ));
        }
    }
    faults.extend(unlisted(&dynamic, &exceptions));
    println!(
        "  {count} statements of domain read against {} tables",
        schema.tables.len()
    );
    Ok(faults)
}

/// The one file that sets a workspace.
const ENTRANCE: &str = "domain/src/db.rs";

/// The lines of texts that set a setting or call a function that enters.
fn enters<'a>(texts: &'a [extract::Found], schema: &'a Schema) -> impl Iterator<Item = usize> + 'a {
    let enters = |text: &str| {
        let text: String = text.to_lowercase().split_whitespace().collect();
        let called = |name: &str| text.contains(&format!("{name}("));
        called("set_config")
            || text.contains("setapp.")
            || text.contains("setlocalapp.")
            || schema
                .functions
                .keys()
                .any(|name| name.starts_with("enter_") && called(name))
    };
    texts
        .iter()
        .filter(move |found| enters(&found.sql))
        .map(|found| found.line)
}

/// `AssertSqlSafe` stands only where it is listed, and no more often.
fn unlisted(dynamic: &BTreeMap<String, usize>, exceptions: &Exceptions) -> Vec<String> {
    let mut faults = Vec::new();
    for (file, count) in dynamic {
        let listed = exceptions
            .dynamic
            .iter()
            .find(|listed| listed.file == *file)
            .map_or(0, |listed| listed.count);
        if *count != listed {
            faults.push(format!(
                "{file}: AssertSqlSafe {count} times, {listed} listed in docs/sql-exceptions.toml"
            ));
        }
    }
    for listed in &exceptions.dynamic {
        if !dynamic.contains_key(&listed.file) {
            faults.push(format!(
                "docs/sql-exceptions.toml: {} has no AssertSqlSafe any more",
                listed.file
            ));
        }
    }
    faults
}

fn one_blank(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_enters_a_workspace_is_seen_whatever_it_is_for() {
        let mut schema = Schema::default();
        let sql = "CREATE FUNCTION enter_member() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;";
        schema.read("test.sql", sql).expect("it is SQL");
        for (code, count) in [
            (
                r#"fn f() { format!("SELECT public.enter_member('{a}')") }"#,
                1,
            ),
            (
                r#"const A: &str = "SELECT set_config ('app.workspace', $1, true)";"#,
                1,
            ),
            (
                r#"fn f() { sqlx::query("SET LOCAL app.workspace = 'x'") }"#,
                1,
            ),
            (
                r#"fn f() { sqlx::query("SELECT current_setting('app.workspace', true)") }"#,
                0,
            ),
            ("//! Calls `enter_member()`.\nfn f() {}", 0),
        ] {
            let found = extract::statements(code.parse().expect("it is Rust"));
            assert_eq!(enters(&found.texts, &schema).count(), count, "{code}");
        }
    }
}
