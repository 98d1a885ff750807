//! The tables and functions that the migrations make, read from their text.

mod function;
mod policy;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sqlparser::ast::{
    AlterTableOperation, ColumnDef, ColumnOption, CreateTable, Expr, ForeignKeyConstraint,
    IndexColumn, ObjectName, SelectItem, Statement, TableConstraint,
};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, Tokenizer};

use crate::migrations::WORKSPACE;
pub use crate::migrations::schema::policy::{Kind, Policy};

/// All tables by name, without their schema.
#[derive(Default)]
pub struct Schema {
    pub tables: BTreeMap<String, Table>,
    /// Functions by name, and the migration that said last what they do.
    pub functions: BTreeMap<String, String>,
}

#[derive(Default)]
pub struct Table {
    /// The migration that made it.
    pub file: String,
    pub columns: Vec<String>,
    pub enabled: bool,
    pub forced: bool,
    pub policies: Vec<Policy>,
    pub foreign_keys: Vec<ForeignKey>,
    pub unique_keys: Vec<Vec<String>>,
    /// A view has no policy of its own: it must be read under its reader's.
    pub view: Option<View>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// `security_invoker`: under the policies of who reads it.
    Invoker,
    /// Under the policies of its owner, or of nobody.
    Owner,
}

pub struct ForeignKey {
    pub columns: Vec<String>,
    pub table: String,
    pub referred: Vec<String>,
}

impl Table {
    /// Whether its rows belong to workspaces.
    pub fn is_tenant(&self) -> bool {
        self.columns.iter().any(|column| column == WORKSPACE)
    }
}

impl Schema {
    /// Every migration of the checkout, in the order of their names.
    pub fn of_checkout(root: &Path) -> Result<Self> {
        let mut schema = Self::default();
        let mut files: Vec<_> = std::fs::read_dir(root.join("migrations"))
            .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
            .unwrap_or_default();
        files.retain(|path: &PathBuf| path.extension().is_some_and(|end| end == "sql"));
        files.sort();
        for file in files {
            let name = file.strip_prefix(root)?.display().to_string();
            schema.read(&name, &std::fs::read_to_string(&file)?)?;
        }
        Ok(schema)
    }

    /// One migration. What does not touch a table's shape is passed over.
    pub fn read(&mut self, file: &str, sql: &str) -> Result<()> {
        for statement in statements(sql).with_context(|| format!("{file} is not understood"))? {
            self.apply(file, &statement)
                .with_context(|| format!("{file}: `{}…`", start(&statement)))?;
        }
        Ok(())
    }

    fn apply(&mut self, file: &str, statement: &[Token]) -> Result<()> {
        let words: Vec<String> = statement
            .iter()
            .map(|token| token.to_string().to_uppercase())
            .collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["CREATE", "TABLE" | "UNLOGGED", ..] => self.create(file, statement),
            ["CREATE", "UNIQUE", "INDEX", ..] => self.index(statement),
            ["CREATE", "VIEW" | "MATERIALIZED", ..] | ["CREATE", "OR", "REPLACE", "VIEW", ..] => {
                self.view(file, statement, &words)
            }
            ["DROP", "TABLE", rest @ ..] => {
                let name = rest
                    .iter()
                    .rposition(|word| !matches!(*word, "CASCADE" | "RESTRICT"));
                if let Some(at) = name {
                    self.tables.remove(&bare(&statement[at + 2].to_string()));
                }
                Ok(())
            }
            ["ALTER", "TABLE", ..] => self.alter(statement, &words),
            ["CREATE" | "DROP" | "ALTER", "POLICY", ..] => self.policy(statement, &words),
            ["CREATE", "FUNCTION" | "PROCEDURE", ..]
            | ["CREATE", "OR", "REPLACE", "FUNCTION" | "PROCEDURE", ..]
            | ["ALTER" | "DROP", "FUNCTION" | "PROCEDURE" | "ROUTINE", ..] => {
                self.function(file, statement, &words)
            }
            ["DO", ..] => self.loops(&statement[1..]),
            _ => Ok(()),
        }
    }

    fn table(&mut self, name: &str) -> Result<&mut Table> {
        self.tables
            .get_mut(name)
            .with_context(|| format!("the table {name} is not made before"))
    }

    fn create(&mut self, file: &str, statement: &[Token]) -> Result<()> {
        let parsed = parse(statement)?;
        let Statement::CreateTable(CreateTable {
            name,
            columns,
            constraints,
            ..
        }) = parsed
        else {
            bail!("not a plain CREATE TABLE");
        };
        let mut table = Table {
            file: file.to_owned(),
            ..Table::default()
        };
        for column in &columns {
            table.add_column(column);
        }
        for constraint in &constraints {
            table.add_constraint(constraint);
        }
        self.tables.insert(last(&name), table);
        Ok(())
    }

    /// A view counts as a table of its workspace when it shows one.
    fn view(&mut self, file: &str, statement: &[Token], words: &[&str]) -> Result<()> {
        let Statement::CreateView(view) = parse(statement)? else {
            bail!("not a plain CREATE VIEW")
        };
        let mut columns: Vec<String> = view
            .columns
            .iter()
            .map(|column| bare(&column.name.to_string()))
            .collect();
        if let (true, Some(select)) = (columns.is_empty(), view.query.body.as_select()) {
            columns = select.projection.iter().map(shown).collect();
        }
        let invoker = words.contains(&"SECURITY_INVOKER") && !view.materialized;
        let kind = if invoker { View::Invoker } else { View::Owner };
        let table = Table {
            file: file.to_owned(),
            columns,
            view: Some(kind),
            ..Table::default()
        };
        self.tables.insert(last(&view.name), table);
        Ok(())
    }

    fn index(&mut self, statement: &[Token]) -> Result<()> {
        let Statement::CreateIndex(index) = parse(statement)? else {
            bail!("not a plain CREATE INDEX")
        };
        self.table(&last(&index.table_name))?
            .unique_keys
            .push(key_columns(&index.columns));
        Ok(())
    }

    fn alter(&mut self, statement: &[Token], words: &[&str]) -> Result<()> {
        let mut at = 2;
        while matches!(words.get(at), Some(&("ONLY" | "IF" | "EXISTS"))) {
            at += 1;
        }
        if words.get(at + 1) == Some(&".") {
            at += 2;
        }
        let name = bare(
            &statement
                .get(at)
                .context("ALTER TABLE without a name")?
                .to_string(),
        );
        let rest = words[at + 1..].join(" ");
        let table = self.table(&name)?;
        // The parser does not know FORCE; these lines hold nothing else.
        if rest.contains("ROW LEVEL SECURITY") {
            for part in rest.split(',') {
                match part.trim() {
                    "ENABLE ROW LEVEL SECURITY" => table.enabled = true,
                    "FORCE ROW LEVEL SECURITY" => table.forced = true,
                    "DISABLE ROW LEVEL SECURITY" => table.enabled = false,
                    "NO FORCE ROW LEVEL SECURITY" => table.forced = false,
                    other => bail!(
                        "`{other}` stands with ROW LEVEL SECURITY: give it a statement of its own"
                    ),
                }
            }
            return Ok(());
        }
        if !rest.contains("ADD") && !rest.contains("DROP") && !rest.contains("RENAME") {
            return Ok(());
        }
        let Statement::AlterTable(alter) = parse(statement)? else {
            bail!("not a plain ALTER TABLE")
        };
        for operation in &alter.operations {
            match operation {
                AlterTableOperation::AddColumn { column_def, .. } => table.add_column(column_def),
                AlterTableOperation::AddConstraint { constraint, .. } => {
                    table.add_constraint(constraint);
                }
                AlterTableOperation::RenameTable { .. } => {
                    bail!("a table is not renamed: expand, then contract")
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// A DO block that runs these lines for tables it names in quotes.
    fn loops(&mut self, statement: &[Token]) -> Result<()> {
        let Some(body) = statement.iter().find_map(|token| match token {
            Token::DollarQuotedString(text) => Some(text.value.as_str()),
            _ => None,
        }) else {
            bail!("a DO block without a dollar-quoted body");
        };
        let upper = body.to_uppercase();
        for word in ["POLICY", "FUNCTION", "GRANT", "DISABLE", "CREATE"] {
            if upper.contains(word) {
                bail!("{word} stands in a DO block, where it cannot be read: write it out");
            }
        }
        for (name, table) in &mut self.tables {
            if !body.contains(&format!("'{name}'")) {
                continue;
            }
            table.enabled |= upper.contains("ENABLE ROW LEVEL SECURITY");
            table.forced |=
                upper.contains("FORCE ROW LEVEL SECURITY") && !upper.contains("NO FORCE");
        }
        Ok(())
    }
}

impl Table {
    fn add_column(&mut self, column: &ColumnDef) {
        let name = bare(&column.name.to_string());
        for option in &column.options {
            match &option.option {
                ColumnOption::PrimaryKey(_) | ColumnOption::Unique(_) => {
                    self.unique_keys.push(vec![name.clone()]);
                }
                ColumnOption::ForeignKey(key) => self.foreign_keys.push(ForeignKey {
                    columns: vec![name.clone()],
                    ..foreign(key)
                }),
                _ => {}
            }
        }
        self.columns.push(name);
    }

    fn add_constraint(&mut self, constraint: &TableConstraint) {
        match constraint {
            TableConstraint::ForeignKey(key) => self.foreign_keys.push(foreign(key)),
            TableConstraint::PrimaryKey(key) => self.unique_keys.push(key_columns(&key.columns)),
            TableConstraint::Unique(key) => self.unique_keys.push(key_columns(&key.columns)),
            _ => {}
        }
    }
}

/// What a column of a view is called.
fn shown(item: &SelectItem) -> String {
    match item {
        SelectItem::ExprWithAlias { alias, .. } => bare(&alias.to_string()),
        SelectItem::UnnamedExpr(Expr::Identifier(name)) => bare(&name.to_string()),
        SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) => {
            bare(&parts.last().map(ToString::to_string).unwrap_or_default())
        }
        other => other.to_string(),
    }
}

fn foreign(key: &ForeignKeyConstraint) -> ForeignKey {
    ForeignKey {
        columns: key
            .columns
            .iter()
            .map(|column| bare(&column.to_string()))
            .collect(),
        table: last(&key.foreign_table),
        referred: key
            .referred_columns
            .iter()
            .map(|column| bare(&column.to_string()))
            .collect(),
    }
}

fn key_columns(columns: &[IndexColumn]) -> Vec<String> {
    columns
        .iter()
        .map(|column| match &column.column.expr {
            Expr::Identifier(name) => bare(&name.to_string()),
            other => other.to_string(),
        })
        .collect()
}

/// The statements of a file, without white space and comments. A dollar-quoted body is one token.
fn statements(sql: &str) -> Result<Vec<Vec<Token>>> {
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize()?;
    let mut found = vec![Vec::new()];
    for token in tokens {
        match token {
            Token::SemiColon => found.push(Vec::new()),
            Token::Whitespace(_) => {}
            other => found.last_mut().expect("there is always one").push(other),
        }
    }
    found.retain(|statement| !statement.is_empty());
    Ok(found)
}

fn parse(statement: &[Token]) -> Result<Statement> {
    Ok(Parser::new(&PostgreSqlDialect {})
        .with_tokens(statement.to_vec())
        .parse_statement()?)
}

fn start(statement: &[Token]) -> String {
    statement
        .iter()
        .take(8)
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(" ")
}

/// A name without its schema and its quotes, as PostgreSQL folds it.
pub fn last(name: &ObjectName) -> String {
    bare(&name.0.last().map(ToString::to_string).unwrap_or_default())
}

fn bare(name: &str) -> String {
    match name
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    {
        Some(quoted) => quoted.to_owned(),
        None => name.to_lowercase(),
    }
}
