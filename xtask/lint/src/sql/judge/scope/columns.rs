//! Which columns of a subquery can only hold a workspace that is known.

use std::collections::BTreeSet;

use sqlparser::ast::{
    Expr, FromTable, Query, Select, SelectItem, SetExpr, Statement, TableObject, With,
};

use crate::migrations::WORKSPACE;
use crate::migrations::schema::{Schema, Table, last};
use crate::sql::judge::scope::{Ctes, Kind, Names as _, Scope, is_constant};

/// The columns of a query in their order: name, and whether it is known. `*` hides how many there are.
#[derive(Default)]
pub struct Known {
    columns: Vec<(String, bool)>,
    starred: bool,
}

impl Known {
    /// The names of those that are known, once an alias has given its own.
    pub fn named(&self, names: Option<Vec<String>>) -> BTreeSet<String> {
        let names = names.unwrap_or_default();
        self.columns
            .iter()
            .enumerate()
            .filter(|(_, (_, known))| *known)
            .filter_map(|(at, (name, _))| match names.get(at) {
                Some(_) if self.starred => None,
                Some(renamed) => Some(renamed.clone()),
                None => Some(name.clone()),
            })
            .collect()
    }

    /// One value, and it is known.
    pub fn is_one(&self) -> bool {
        !self.starred && matches!(self.columns.as_slice(), [(_, true)])
    }

    /// Both branches of a UNION.
    fn and(mut self, other: &Self) -> Self {
        for (at, (_, known)) in self.columns.iter_mut().enumerate() {
            *known &= other.columns.get(at).is_some_and(|(_, known)| *known);
        }
        if self.starred || other.starred {
            self.columns.clear();
        }
        self
    }
}

/// Looks through a query, its own WITH queries included.
pub fn known(query: &Query, schema: &Schema, ctes: &Ctes) -> Known {
    let mut ctes = ctes.clone();
    add(query.with.as_ref(), schema, &mut ctes);
    body(&query.body, schema, &ctes)
}

/// Remembers the columns of WITH queries. A recursive one begins with what its first branch gives.
pub fn add(with: Option<&With>, schema: &Schema, ctes: &mut Ctes) {
    for cte in with.iter().flat_map(|with| &with.cte_tables) {
        let name = cte.alias.name.value.to_lowercase();
        let names = cte.alias.names();
        if let SetExpr::SetOperation { left, .. } = cte.query.body.as_ref() {
            let first = body(left, schema, ctes).named(Some(names.clone()));
            ctes.insert(name.clone(), first);
        }
        let whole = known(&cte.query, schema, ctes).named(Some(names));
        ctes.insert(name, whole);
    }
}

fn body(expression: &SetExpr, schema: &Schema, ctes: &Ctes) -> Known {
    match expression {
        SetExpr::Select(select) => of_select(select, schema, ctes),
        SetExpr::Query(query) => known(query, schema, ctes),
        SetExpr::SetOperation { left, right, .. } => {
            body(left, schema, ctes).and(&body(right, schema, ctes))
        }
        SetExpr::Insert(statement) | SetExpr::Update(statement) | SetExpr::Delete(statement) => {
            of_change(statement, schema, ctes)
        }
        _ => Known::default(),
    }
}

fn of_select(select: &Select, schema: &Schema, ctes: &Ctes) -> Known {
    let mut scope = Scope::new(schema, ctes);
    select.from.iter().for_each(|table| scope.add(table));
    items(&select.projection, &scope)
}

/// What RETURNING shows of a change.
fn of_change(statement: &Statement, schema: &Schema, ctes: &Ctes) -> Known {
    let mut scope = Scope::new(schema, ctes);
    let returning = match statement {
        Statement::Update(update) => {
            scope.add(&update.table);
            &update.returning
        }
        Statement::Delete(delete) => {
            let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
            for table in from {
                scope.add(table);
            }
            &delete.returning
        }
        Statement::Insert(insert) => {
            let TableObject::TableName(name) = &insert.table else {
                return Known::default();
            };
            let name = last(name);
            if schema.tables.get(&name).is_some_and(Table::is_tenant) {
                scope.relate(&name, Kind::Tenant);
            }
            &insert.returning
        }
        _ => return Known::default(),
    };
    returning
        .as_ref()
        .map_or_else(Known::default, |returning| items(returning, &scope))
}

fn items(projection: &[SelectItem], scope: &Scope<'_>) -> Known {
    let mut found = Known::default();
    for item in projection {
        match item {
            SelectItem::UnnamedExpr(expression) => {
                let name = match expression {
                    Expr::Identifier(name) => name.value.to_lowercase(),
                    Expr::CompoundIdentifier(parts) => parts
                        .last()
                        .map(|name| name.value.to_lowercase())
                        .unwrap_or_default(),
                    _ => String::new(),
                };
                found.columns.push((name, is_known(expression, scope)));
            }
            SelectItem::ExprWithAlias { expr, alias } => {
                let name = alias.value.to_lowercase();
                found.columns.push((name, is_known(expr, scope)));
            }
            _ => {
                found.starred = true;
                for relation in &scope.relations {
                    match &relation.kind {
                        Kind::Tenant => found.columns.push((WORKSPACE.to_owned(), true)),
                        Kind::Derived(known) => found
                            .columns
                            .extend(known.iter().map(|name| (name.clone(), true))),
                        Kind::Global => {}
                    }
                }
            }
        }
    }
    found
}

/// A value that no row decides, or the workspace of a table whose rows are judged in their own query.
fn is_known(expression: &Expr, scope: &Scope<'_>) -> bool {
    match expression {
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => is_known(inner, scope),
        Expr::Identifier(name) => {
            let name = name.value.to_lowercase();
            scope.relations.len() == 1 && scope.relations[0].shows(&name)
        }
        Expr::CompoundIdentifier(parts) if parts.len() >= 2 => {
            let alias = parts[parts.len() - 2].value.to_lowercase();
            let name = parts[parts.len() - 1].value.to_lowercase();
            scope
                .relation(&alias)
                .is_some_and(|relation| relation.shows(&name))
        }
        other => is_constant(other),
    }
}
