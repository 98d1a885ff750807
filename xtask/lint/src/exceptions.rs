//! What the SQL lints let pass.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

/// `docs/sql-exceptions.toml`: what the SQL lints let pass, each with a reason that a person reviewed.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Exceptions {
    /// Tables without a workspace.
    pub global_table: Vec<GlobalTable>,
    /// Unique keys of tenant tables that do not begin with the workspace.
    pub key: Vec<Key>,
    /// Functions, each with the migration whose body of it was read.
    pub function: Vec<Function>,
    /// Statements on tenant tables without the workspace predicate.
    pub statement: Vec<Statement>,
    /// Places that send text which is made at run time.
    pub dynamic: Vec<Dynamic>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GlobalTable {
    pub name: String,
    pub reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    pub table: String,
    pub columns: Vec<String>,
    pub reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Function {
    pub name: String,
    pub file: String,
    pub reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    pub file: String,
    /// A part of the statement that no other statement of the file has; white space counts as one blank.
    pub contains: String,
    pub reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dynamic {
    pub file: String,
    /// How many places of the file.
    pub count: usize,
    pub reason: String,
}

impl Exceptions {
    /// Reads the list; without the file there is no exception.
    pub fn read(root: &Path) -> Result<Self> {
        let Ok(text) = std::fs::read_to_string(root.join("docs/sql-exceptions.toml")) else {
            return Ok(Self::default());
        };
        let list: Self =
            toml::from_str(&text).context("docs/sql-exceptions.toml is not understood")?;
        let reasons = list.global_table.iter().map(|x| (&x.name, &x.reason));
        let reasons = reasons.chain(list.key.iter().map(|x| (&x.table, &x.reason)));
        let reasons = reasons.chain(list.function.iter().map(|x| (&x.name, &x.reason)));
        let reasons = reasons.chain(list.statement.iter().map(|x| (&x.file, &x.reason)));
        for (name, reason) in reasons.chain(list.dynamic.iter().map(|x| (&x.file, &x.reason))) {
            anyhow::ensure!(
                reason.len() >= 10,
                "docs/sql-exceptions.toml: {name} needs a reason"
            );
        }
        Ok(list)
    }
}
