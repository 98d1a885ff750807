//! Whether a statement reaches the rows of one workspace only.
//!
//! In each SELECT, UPDATE and DELETE by itself: every tenant table must be tied to a workspace by an equation that
//! holds for every row (`t.workspace_id = $1`), directly or through another table that is.

mod scope;

use std::ops::ControlFlow;

use sqlparser::ast::{
    AssignmentTarget, Delete, FromTable, Insert, ObjectName, OnConflictAction, OnInsert, Query,
    Select, Statement, TableObject, Update, UpdateTableFromKind, Visit, Visitor,
};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, Tokenizer};

use crate::migrations::WORKSPACE;
use crate::migrations::schema::{Schema, Table, last};
use crate::sql::judge::scope::{Ctes, Kind, Scope};

/// Every fault of a text of one or more statements.
pub fn statement(sql: &str, schema: &Schema) -> Vec<String> {
    let parsed = match parse(sql) {
        Ok(parsed) => parsed,
        Err(fault) => return vec![format!("the statement is not understood ({fault})")],
    };
    let mut ctes = Ctes::new();
    let _ = parsed.visit(&mut Withs {
        schema,
        ctes: &mut ctes,
    });
    let mut judge = Judge {
        schema,
        ctes: &ctes,
        around: Vec::new(),
        seen: 0,
        judged: 0,
        faults: Vec::new(),
    };
    for name in ctes.keys() {
        if schema.tables.contains_key(name) {
            judge
                .faults
                .push(format!("a WITH query is named like the table {name}"));
        }
    }
    for statement in &parsed {
        let _ = statement.visit(&mut judge);
    }
    if judge.seen != judge.judged {
        judge.faults.push(
            "this kind of statement on a tenant table is not understood: list it with a reason"
                .to_owned(),
        );
    }
    judge.faults.sort();
    judge.faults.dedup();
    judge.faults
}

fn parse(sql: &str) -> Result<Vec<Statement>, ParserError> {
    let dialect = PostgreSqlDialect {};
    let tokens = Tokenizer::new(&dialect, sql).tokenize()?;
    Parser::new(&dialect)
        .with_tokens(without_lock_strengths(without_index_predicates(tokens)))
        .parse_statements()
}

/// `ON CONFLICT (…) WHERE … DO` names a partial index; the parser does not know that WHERE, and it reaches no row.
fn without_index_predicates(tokens: Vec<Token>) -> Vec<Token> {
    let mut kept = Vec::with_capacity(tokens.len());
    // After CONFLICT, until DO: how deep in brackets, and whether its WHERE has begun.
    let mut conflict: Option<(usize, bool)> = None;
    for token in tokens {
        match (&token, &mut conflict) {
            (Token::Word(word), _) if word.keyword == Keyword::CONFLICT => {
                conflict = Some((0, false));
            }
            (Token::Word(word), Some((0, _))) if word.keyword == Keyword::DO => conflict = None,
            (Token::Word(word), Some((0, dropping))) if word.keyword == Keyword::WHERE => {
                *dropping = true;
            }
            (Token::LParen, Some((depth, _))) => *depth += 1,
            (Token::RParen, Some((depth, _))) => *depth = depth.saturating_sub(1),
            _ => {}
        }
        if conflict.is_none_or(|(_, dropping)| !dropping) {
            kept.push(token);
        }
    }
    kept
}

/// `FOR NO KEY UPDATE` and `FOR KEY SHARE`: the parser knows of UPDATE and SHARE alone, and they reach the same rows.
fn without_lock_strengths(tokens: Vec<Token>) -> Vec<Token> {
    let mut after_for = false;
    let mut kept = Vec::with_capacity(tokens.len());
    for token in tokens {
        if let Token::Word(word) = &token {
            if after_for && matches!(word.keyword, Keyword::NO | Keyword::KEY) {
                continue;
            }
            after_for = word.keyword == Keyword::FOR;
        }
        kept.push(token);
    }
    kept
}

struct Judge<'a> {
    schema: &'a Schema,
    ctes: &'a Ctes,
    /// The scopes around what is judged now, the innermost last.
    around: Vec<Scope<'a>>,
    /// How often tenant tables are named, and how many of these were judged: nothing slips by in a form that we
    /// do not know.
    seen: usize,
    judged: usize,
    faults: Vec<String>,
}

impl<'a> Judge<'a> {
    fn is_tenant(&self, name: &str) -> bool {
        self.schema.tables.get(name).is_some_and(Table::is_tenant)
    }

    /// Judges a scope; what stands inside it is judged while it is open.
    fn open(&mut self, scope: Scope<'a>) {
        self.judged += scope.tenants().count();
        self.faults.extend(
            scope
                .unknown
                .iter()
                .map(|name| format!("no migration makes {name}")),
        );
        self.faults.extend(
            scope
                .loose(&self.around)
                .into_iter()
                .map(|name| format!("{name} is read or changed without its workspace_id")),
        );
        self.around.push(scope);
    }

    fn insert(&mut self, insert: &Insert) {
        let mut scope = Scope::new(self.schema, self.ctes);
        if let TableObject::TableName(name) = &insert.table {
            let name = last(name);
            // What is inserted is not read: an ON CONFLICT reaches the row with the same key alone.
            scope.relate(
                &name,
                if self.is_tenant(&name) {
                    Kind::Tenant
                } else {
                    Kind::Global
                },
            );
        }
        self.around.push(scope);
        let TableObject::TableName(name) = &insert.table else {
            return;
        };
        let name = last(name);
        if !self.schema.tables.contains_key(&name) {
            self.faults.push(format!("no migration makes {name}"));
        }
        if !self.is_tenant(&name) {
            return;
        }
        self.judged += 1;
        if !insert
            .columns
            .iter()
            .any(|column| last(column) == WORKSPACE)
        {
            self.faults
                .push(format!("the insert into {name} does not name workspace_id"));
        }
        if let Some(OnInsert::OnConflict(conflict)) = &insert.on
            && let OnConflictAction::DoUpdate(update) = &conflict.action
        {
            self.moves(
                &name,
                update
                    .assignments
                    .iter()
                    .map(|assignment| &assignment.target),
            );
        }
    }

    fn update(&mut self, update: &Update) {
        let mut scope = Scope::new(self.schema, self.ctes);
        scope.add(&update.table);
        match &update.from {
            Some(UpdateTableFromKind::BeforeSet(from) | UpdateTableFromKind::AfterSet(from)) => {
                for table in from {
                    scope.add(table);
                }
            }
            None => {}
        }
        scope.hold(update.selection.as_ref());
        self.open(scope);
        let name = update.table.relation.to_string();
        self.moves(
            &name,
            update
                .assignments
                .iter()
                .map(|assignment| &assignment.target),
        );
    }

    /// No update may carry a row to another workspace.
    fn moves<'b>(&mut self, table: &str, targets: impl Iterator<Item = &'b AssignmentTarget>) {
        let assigned = targets.into_iter().any(|target| match target {
            AssignmentTarget::ColumnName(column) => last(column) == WORKSPACE,
            AssignmentTarget::Tuple(columns) => {
                columns.iter().any(|column| last(column) == WORKSPACE)
            }
        });
        if assigned {
            self.faults
                .push(format!("an update of {table} sets workspace_id"));
        }
    }

    fn delete(&mut self, delete: &Delete) {
        let mut scope = Scope::new(self.schema, self.ctes);
        let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
        from.iter()
            .chain(delete.using.iter().flatten())
            .for_each(|table| scope.add(table));
        scope.hold(delete.selection.as_ref());
        self.open(scope);
    }
}

impl Visitor for Judge<'_> {
    type Break = ();

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        self.seen += usize::from(self.is_tenant(&last(relation)));
        ControlFlow::Continue(())
    }

    /// Also those inside `WITH gone AS (DELETE …) SELECT …`.
    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<()> {
        match statement {
            Statement::Insert(insert) => self.insert(insert),
            Statement::Update(update) => self.update(update),
            Statement::Delete(delete) => self.delete(delete),
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn post_visit_statement(&mut self, statement: &Statement) -> ControlFlow<()> {
        if let Statement::Insert(_) | Statement::Update(_) | Statement::Delete(_) = statement {
            self.around.pop();
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        let mut scope = Scope::new(self.schema, self.ctes);
        select.from.iter().for_each(|table| scope.add(table));
        scope.hold(select.selection.as_ref());
        self.open(scope);
        ControlFlow::Continue(())
    }

    fn post_visit_select(&mut self, _: &Select) -> ControlFlow<()> {
        self.around.pop();
        ControlFlow::Continue(())
    }
}

/// Gathers every WITH query of a text.
struct Withs<'a> {
    schema: &'a Schema,
    ctes: &'a mut Ctes,
}

impl Visitor for Withs<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        scope::add(query.with.as_ref(), self.schema, self.ctes);
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests;
