//! Every statement that `domain` sends is static text, and stays inside one workspace.

mod extract;
mod judge;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use proc_macro2::TokenStream;

use crate::migrations::Exceptions;
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
